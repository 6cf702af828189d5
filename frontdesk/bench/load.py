"""Posts webhooks at a steady rate over keep-alive connections and times each answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from frontdesk.simulator.incoming import PatientMessage, shape_arrival

CONNECTIONS = 32


@dataclass(slots=True)
class Answers:
    """How each request went: milliseconds from the moment it was due, and how many did not get a 2xx."""

    latencies_ms: list[float] = field(default_factory=list)
    errors: int = 0
    seconds: float = 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies_ms)
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else 0.0


class _Link:
    """One keep-alive HTTP/1.1 connection; just enough of HTTP for our own servers."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, headers: str) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        try:
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = 0
            for line in answer.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if length:
                await reader.readexactly(length)
            return int(answer.split(b" ", 2)[1])
        except (OSError, asyncio.IncompleteReadError, ValueError):
            writer.close()
            self._streams = None
            raise

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def post_steadily(
    *,
    port: int,
    path: str,
    rate_per_s: float,
    count: int,
    body: Callable[[int], bytes],
    headers: str = "",
) -> Answers:
    """Open loop: request n is due at n / rate, late answers do not slow the next ones."""
    answers = Answers()
    links = [_Link(port) for _ in range(CONNECTIONS)]
    free: asyncio.Queue[_Link] = asyncio.Queue()
    for link in links:
        free.put_nowait(link)
    started = time.perf_counter()

    async def post(number: int) -> None:
        due = started + number / rate_per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        # Late because this generator was late is not the server's: the clock starts when it is sent or due, the later.
        sent_at = max(due, time.perf_counter())
        link = await free.get()
        try:
            status = await link.post(path, body(number), headers)
            answers.latencies_ms.append((time.perf_counter() - sent_at) * 1000)
            answers.errors += not 200 <= status < 300
        except (OSError, asyncio.IncompleteReadError, ValueError):
            answers.errors += 1
        finally:
            free.put_nowait(link)

    await asyncio.gather(*(post(number) for number in range(count)))
    answers.seconds = time.perf_counter() - started
    for link in links:
        link.close()
    return answers


def make_webhook(*, instance: str, phone: str, message_id: str, text: str, at: float) -> bytes:
    """A message of a patient as the gateway sends it."""
    said = PatientMessage(instance=instance, phone=phone, push_name="Bench", text=text)
    return json.dumps(shape_arrival(said, message_id=message_id, at=at), ensure_ascii=False).encode()

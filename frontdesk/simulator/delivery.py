"""The webhook sender: the gateway's real retry rule, each event in its own loop, all of it lost with the process."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import quote

import httpx2

from frontdesk.simulator.addresses import Version

# Evolution 2.3.x (contract A6): pauses in seconds before the second, third ... tenth attempt.
_PAUSES_SECONDS: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0, 300.0)
# Evolution 1.8 and 2.2.x: a fixed pause, and no answer but 2xx ends it.
_OLD_PAUSES_SECONDS: Final = (30.0,) * 9
_GIVEN_UP_AT_ONCE: Final = frozenset({400, 401, 403, 404, 422})
_JITTER: Final = 0.2
_SHORTEST_PAUSE_SECONDS: Final = 5.0
_TIMEOUT_SECONDS: Final = 30.0
# Enough for `GET /control/deliveries` to show what happened lately without growing for ever.
_REMEMBERED_DELIVERIES: Final = 2_000
# The real gateway has no cap; this many consumers' answers may hang without holding up the rest.
_CONNECTIONS: Final = 64

_random: Final = secrets.SystemRandom()


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """How the delivery of one event stands. `last_status` is None after a network error."""

    event: str
    instance: str
    message_id: str | None
    attempts: int = 0
    last_status: int | None = None
    outcome: Literal["pending", "delivered", "dropped"] = "pending"
    # Monotonic seconds of every attempt's start.
    attempted_at: tuple[float, ...] = ()


class WebhookSender:
    """Sends events to the consumer. `time_scale` compresses the pauses between attempts, never the timeout."""

    def __init__(
        self,
        *,
        webhook_url: str,
        secret: str,
        version: Version,
        time_scale: float = 1.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._webhook_url = webhook_url.rstrip("/")
        self._headers = {
            "X-Webhook-Secret": secret,
            "Content-Type": "application/json",
            "User-Agent": "axios/1.12.2",
        }
        self._version = version
        self._time_scale = time_scale
        # The transport without its client: cookies, redirects and logging cost a third of every delivery.
        self._transport = transport or httpx2.AsyncHTTPTransport(
            limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        )
        # The transport's own waiting line takes time by the square of its length.
        self._at_once = asyncio.Semaphore(_CONNECTIONS)
        self._timeout = httpx2.Timeout(_TIMEOUT_SECONDS, pool=None).as_dict()
        self._urls: dict[str, httpx2.URL] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._pending: dict[int, Delivery] = {}
        self._ended: deque[Delivery] = deque(maxlen=_REMEMBERED_DELIVERIES)
        self._counts = {"delivered": 0, "dropped": 0}
        self._next_number = 0

    def find_destination(self, instance: str) -> str:
        return f"{self._webhook_url}/webhooks/evolution/{quote(instance, safe='')}"

    def send(
        self,
        envelope: Mapping[str, Any],
        *,
        message_id: str | None = None,
        on_accepted: Callable[[], None] | None = None,
        wait_seconds: float = 0.0,
    ) -> None:
        """Start the event's own delivery loop; `on_accepted` is called once the consumer answers 2xx."""
        delivery = Delivery(event=envelope["event"], instance=envelope["instance"], message_id=message_id)
        body = json.dumps(envelope, ensure_ascii=True).encode()
        self._next_number += 1
        task = asyncio.create_task(
            self._deliver(
                self._next_number, delivery, body, on_accepted=on_accepted, wait_seconds=wait_seconds
            )
        )
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def list_deliveries(self) -> list[Delivery]:
        """Those that ended lately, oldest first, then those still pending."""
        return [*self._ended, *self._pending.values()]

    def count_deliveries(self) -> dict[str, int]:
        return {**self._counts, "pending": len(self._running)}

    async def wait_for_all(self) -> None:
        """Return once every event under way has been delivered or dropped."""
        while self._running:
            await asyncio.wait(self._running)

    async def forget_all(self) -> None:
        """Stop every loop, as the end of the gateway's process would."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._pending.clear()
        self._ended.clear()
        self._counts.update(delivered=0, dropped=0)

    async def close(self) -> None:
        await self.forget_all()
        await self._transport.aclose()

    async def _deliver(
        self,
        number: int,
        delivery: Delivery,
        body: bytes,
        *,
        on_accepted: Callable[[], None] | None,
        wait_seconds: float,
    ) -> None:
        if wait_seconds > 0:
            await asyncio.sleep(wait_seconds)
        url = self._find_url(delivery.instance)
        pauses = _PAUSES_SECONDS if self._version >= (2, 3) else _OLD_PAUSES_SECONDS
        for pause in (*pauses, None):
            started_at = time.monotonic()
            status = await self._attempt(url, body)
            delivery = replace(
                delivery,
                attempts=delivery.attempts + 1,
                last_status=status,
                attempted_at=(*delivery.attempted_at, started_at),
            )
            if status is not None and 200 <= status < 300:
                self._end(number, delivery, outcome="delivered")
                if on_accepted is not None:
                    on_accepted()
                return
            if pause is None or self._should_give_up(status):
                break
            self._pending[number] = delivery
            await asyncio.sleep(self._find_pause(pause))
        self._end(number, delivery, outcome="dropped")

    def _find_url(self, instance: str) -> httpx2.URL:
        url = self._urls.get(instance)
        if url is None:
            url = self._urls[instance] = httpx2.URL(self.find_destination(instance))
        return url

    def _end(self, number: int, delivery: Delivery, *, outcome: Literal["delivered", "dropped"]) -> None:
        self._pending.pop(number, None)
        self._ended.append(replace(delivery, outcome=outcome))
        self._counts[outcome] += 1

    def _should_give_up(self, status: int | None) -> bool:
        return self._version >= (2, 3) and status in _GIVEN_UP_AT_ONCE

    def _find_pause(self, pause: float) -> float:
        if self._version < (2, 3):
            return pause * self._time_scale
        jittered = pause * _random.uniform(1 - _JITTER, 1 + _JITTER)
        return max(_SHORTEST_PAUSE_SECONDS, jittered) * self._time_scale

    async def _attempt(self, url: httpx2.URL, body: bytes) -> int | None:
        """The consumer's status, or None after a network error. A redirect is a failure: never redirect."""
        request = httpx2.Request(
            "POST", url, headers=self._headers, content=body, extensions={"timeout": self._timeout}
        )
        try:
            async with self._at_once:
                response = await self._transport.handle_async_request(request)
                await response.aread()
        except (httpx2.HTTPError, OSError):
            return None
        return response.status_code

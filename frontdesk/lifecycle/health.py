"""/livez: restart me if this fails. /readyz (and /ready): may I get traffic? /health: for people, measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PROBE_EVERY_S: Final = 2.0
PROBE_TIMEOUT_S: Final = 2.0
# A short hiccup of the database is no reason to lose traffic; this long is.
UNREADY_AFTER_S: Final = 10.0

Check = Callable[[], Awaitable[bool]]


@dataclass(slots=True)
class _Probe:
    check: Check
    critical: bool
    is_ok: bool = False
    latency_ms: float | None = None
    ok_at: float = field(default=0.0)


class Health:
    """What was measured last, in the background: a request never waits for a check."""

    def __init__(self, *, version: str) -> None:
        self._version = version
        self._probes: dict[str, _Probe] = {}
        self._draining = False

    def add_check(self, name: str, check: Check, *, critical: bool = False) -> None:
        """Watch something; only what is critical decides about traffic."""
        self._probes[name] = _Probe(check, critical)

    def drain(self) -> None:
        """No more traffic, please."""
        self._draining = True

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[None]:
        """Measure now, and again every two seconds while the block runs."""
        await self._measure()
        task = asyncio.create_task(self._repeat())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def is_ready(self) -> bool:
        if self._draining or not self._probes:
            return False
        now = time.monotonic()
        return all(p.is_ok or now - p.ok_at < UNREADY_AFTER_S for p in self._probes.values() if p.critical)

    def report(self) -> dict[str, object]:
        states = {name: "ok" if probe.is_ok else "failing" for name, probe in self._probes.items()}
        is_healthy = all(probe.is_ok for probe in self._probes.values())
        return {
            "status": "healthy" if is_healthy else "degraded" if self.is_ready() else "unhealthy",
            **states,
            "latency_ms": {name: probe.latency_ms for name, probe in self._probes.items()},
            "version": self._version,
        }

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            await self._measure()

    async def _measure(self) -> None:
        for probe in self._probes.values():
            started = time.perf_counter()
            try:
                async with asyncio.timeout(PROBE_TIMEOUT_S):
                    probe.is_ok = await probe.check()
            except Exception:  # noqa: BLE001 (whatever is wrong, it is not ok)
                probe.is_ok = False
            probe.latency_ms = round((time.perf_counter() - started) * 1000, 2)
            if probe.is_ok:
                probe.ok_at = time.monotonic()


def health_routes(health: Health) -> list[Route]:
    def answer(status: int, content: object) -> Response:
        return Response(msgspec.json.encode(content), status_code=status, media_type="application/json")

    async def livez(_: Request) -> Response:
        return answer(200, {"status": "alive"})

    async def readyz(_: Request) -> Response:
        ready = health.is_ready()
        return answer(200 if ready else 503, {"status": "ready" if ready else "not ready"})

    async def for_people(_: Request) -> Response:
        return answer(200, health.report())

    return [
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/ready", readyz),
        Route("/health", for_people),
    ]

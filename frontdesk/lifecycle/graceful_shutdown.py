"""Stop in order: no new work, finish what is in hand within the budget, clean up, exit."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Final

log = logging.getLogger(__name__)

# Below the platform's kill timeout, so that the end is ours and not a SIGKILL.
SHUTDOWN_TIMEOUT_S: Final = 25.0
CLEANUP_TIMEOUT_S: Final = 5.0
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Cleanup = Callable[[], Awaitable[None]]


class GracefulShutdownHandler:
    """Turns signals into an orderly end. A second signal exits at once."""

    def __init__(
        self, *, shutdown_timeout: float = SHUTDOWN_TIMEOUT_S, service_name: str = "service"
    ) -> None:
        self.shutdown_timeout = shutdown_timeout
        self.service_name = service_name
        self._asked = asyncio.Event()
        self._cleanups: list[Cleanup] = []

    def register(self, cleanup: Cleanup) -> None:
        """Run `cleanup` at the end, the last registered first."""
        self._cleanups.append(cleanup)

    def setup(self) -> None:
        """Listen to SIGTERM, SIGINT and SIGHUP. Must be called inside the event loop."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._on_signal, number)

    def should_shutdown(self) -> bool:
        return self._asked.is_set()

    async def wait(self) -> None:
        """Until a signal comes."""
        await self._asked.wait()

    def ask(self) -> None:
        """As if a signal had come."""
        self._asked.set()

    async def clean_up(self) -> None:
        for cleanup in reversed(self._cleanups):
            try:
                async with asyncio.timeout(CLEANUP_TIMEOUT_S):
                    await cleanup()
            except Exception as error:  # noqa: BLE001 (the others still have to be cleaned up)
                log.warning("cleanup.failed", extra={"error_type": type(error).__name__})

    def _on_signal(self, number: signal.Signals) -> None:
        if self._asked.is_set():
            log.warning("process.killed", extra={"signal": number.name})
            os._exit(128 + number)
        log.info("process.draining", extra={"signal": number.name})
        self._asked.set()


class RequestDrainHandler:
    """Counts requests in flight, so that the end can wait for them."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self.in_flight += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self.in_flight -= 1
        if self.in_flight == 0:
            self._idle.set()

    async def drain(self, *, timeout_s: float) -> bool:
        """Wait for the last one. False if time ran out."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

"""Asynchronous work that a signal ends at once, and in order."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_heeding_signals(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` to its end; a signal cancels it, and once it has put things in order exits with 128 and its number.

    `asyncio.run` alone is not enough: a signal that comes just before its loop falls asleep is noticed only when
    something else wakes it (set_wakeup_fd in the signal module's documentation), for a chat that is the next line.
    """
    told: list[signal.Signals] = []

    async def heed() -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def end(number: signal.Signals) -> None:
            told.append(number)
            task.cancel()

        for number in SIGNALS:
            loop.add_signal_handler(number, end, number)
        return await work

    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        return asyncio.run(heed())
    except asyncio.CancelledError:
        if not told:
            raise
        sys.exit(128 + told[0])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Ends a process whose event loop stands still: nobody else can see that it is beyond repair.

A supervisor starts it again, and its jobs go to others. The stacks are written first, without values.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

log = logging.getLogger(__name__)

STALLED_AFTER_S: Final = 30.0
BEAT_S: Final = 1.0
EXIT_STALLED: Final = 70


@asynccontextmanager
async def watchdog(*, stalled_after_s: float = STALLED_AFTER_S) -> AsyncIterator[None]:
    """Watch the running loop while the block runs."""
    beat_at = time.monotonic()
    ended = threading.Event()

    async def beat() -> None:
        nonlocal beat_at
        while True:
            beat_at = time.monotonic()
            await asyncio.sleep(BEAT_S)

    def watch() -> None:
        while not ended.wait(BEAT_S):
            if time.monotonic() - beat_at > stalled_after_s:
                log.critical("process.stalled", extra={"seconds": stalled_after_s})
                faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
                os._exit(EXIT_STALLED)

    task = asyncio.create_task(beat())
    threading.Thread(target=watch, name="watchdog", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        task.cancel()

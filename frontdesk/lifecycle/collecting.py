"""Garbage collection of a long-lived process: what was loaded at the start is never looked at again."""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (20_000, 20, 20)


def spare_long_lived() -> None:
    """Call once, after warming up: lexicons, models and catalogs leave the collector's generations.

    A full collection walks every object it holds; with the lexicons among them it costs a turn tens of milliseconds,
    and the default thresholds ask for one every few messages.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)

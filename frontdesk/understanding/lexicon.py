"""Word lists, kept as data beside the code. Read once per process."""

from __future__ import annotations

from functools import cache
from typing import Any

from frontdesk.bundled import load_data


@cache
def load_lexicon(name: str) -> dict[str, Any]:
    """The mapping in `lexicons/<name>.yaml`. Raises FileNotFoundError if there is none."""
    return dict(load_data("frontdesk.understanding", "lexicons", f"{name}.yaml") or {})


def lines_of(block: str) -> tuple[str, ...]:
    """The entries of a block of lines, without blanks and comments."""
    lines = (line.split(" #")[0].strip() for line in block.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))

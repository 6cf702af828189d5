"""Word lists, kept as data beside the code. Read once per process."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@cache
def load_lexicon(name: str) -> dict[str, Any]:
    """The mapping in `lexicons/<name>.yaml`. Raises FileNotFoundError if there is none."""
    text = files("frontdesk.understanding").joinpath("lexicons", f"{name}.yaml").read_text("utf-8")
    loaded = YAML(typ="safe", pure=True).load(text)
    return dict(loaded or {})


def lines_of(block: str) -> tuple[str, ...]:
    """The entries of a block of lines, without blanks and comments."""
    lines = (line.split(" #")[0].strip() for line in block.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))

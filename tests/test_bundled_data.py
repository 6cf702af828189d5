"""The data that comes with the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

PACKAGE = Path(__file__).parents[1] / "frontdesk"
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_lexicon_says_the_same_to_either_parser(path: Path) -> None:
    text = (PACKAGE / path).read_text(encoding="utf-8")
    assert YAML(typ="safe").load(text) == YAML(typ="safe", pure=True).load(text)

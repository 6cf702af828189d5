"""Messages of sets that were blind once: dates and languages must stay as right as they have become."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from frontdesk.language.codes import LANGUAGES
from frontdesk.understanding.describe import describe
from frontdesk.understanding.language_of import language_of
from frontdesk.understanding.understand import understand

SETS = Path(__file__).parents[1] / "eval" / "understand"
FLOOR = 0.95


def lines(kind: str, language: str) -> Iterator[dict[str, Any]]:
    for path in sorted(SETS.glob(f"*_{kind}.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if case["lang"] == language:
                yield case


def fits(expected: dict[str, Any], found: dict[str, Any]) -> bool:
    return all(found.get(field) == value for field, value in expected.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dates_of_known_messages_are_read(language: str) -> None:
    cases = list(lines("dates", language))
    wrong = []
    for case in cases:
        asked = case["in"]
        reading = understand(
            asked["text"],
            catalog=None,
            now=datetime.fromisoformat(asked["at"]),
            timezone=asked.get("timezone"),
            language=asked.get("language"),
        )
        found = describe(reading, None)["dates"]
        expected = case["out"]["dates"]
        if len(found) != len(expected) or not all(any(fits(e, f) for f in found) for e in expected):
            wrong.append(asked["text"])
    assert len(wrong) <= (1 - FLOOR) * len(cases), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_known_messages_is_told(language: str) -> None:
    cases = list(lines("language", language))
    wrong = [case["in"]["text"] for case in cases if language_of(case["in"]["text"]).language != language]
    assert len(wrong) <= (1 - FLOOR) * len(cases), wrong

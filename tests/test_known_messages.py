"""Messages of sets that were blind once: dates and languages must stay as right as they have become."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from frontdesk.language.codes import LANGUAGES
from frontdesk.safety.emergency import find_alarm
from frontdesk.understanding.describe import describe
from frontdesk.understanding.language_of import language_of
from frontdesk.understanding.understand import understand
from tests.support.fixture_catalogs import FIXTURES, load_fixture

SETS = Path(__file__).parents[1] / "eval" / "understand"
FLOOR = 0.95
INTENT_FLOOR = 0.84
ALARM_FLOOR = 0.85
FALSE_ALARMS = 0.02
ALARMING = ("emergency", "self_harm", "near_miss")


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


# What stands for a name in messages.<language>.yaml, of the demo clinic and in no other's words.
NAMED = {
    "en": {"service": "whitening", "doctor": "dr levi", "date": "tuesday", "time": "5pm"},
    "ru": {"service": "чистка", "doctor": "доктор Леви", "date": "вторник", "time": "17:00"},
    "es": {"service": "blanqueamiento", "doctor": "el doctor Levi", "date": "el martes", "time": "17:00"},
    "pt": {"service": "clareamento", "doctor": "dr levi", "date": "terça", "time": "17h"},
    "he": {"service": "הלבנה", "doctor": 'ד"ר לוי', "date": "יום שלישי", "time": "17:00"},
}


def messages(language: str) -> Iterator[tuple[str, str]]:
    """(what it is for, the message)."""
    path = SETS / f"messages.{language}.yaml"
    for purpose, block in YAML(typ="safe").load(path.read_text(encoding="utf-8")).items():
        for line in block.splitlines():
            yield purpose, name_things(line, NAMED[language])


def name_things(line: str, names: dict[str, str]) -> str:
    for thing, name in names.items():
        line = line.replace(f"{{{thing}}}", name)
    return line


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_known_messages_are_for_is_told(language: str) -> None:
    catalog = load_fixture(FIXTURES / "clinic_demo.yaml").catalogs["tlv"]
    now = datetime.fromisoformat("2026-03-05T10:00:00+02:00")
    cases = [(purpose, text) for purpose, text in messages(language) if purpose not in ALARMING]
    wrong = [
        (purpose, text)
        for purpose, text in cases
        if understand(text, catalog=catalog, now=now, language=language).intent != purpose
    ]
    assert len(wrong) <= (1 - INTENT_FLOOR) * len(cases), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_known_emergencies_trip_the_wire_and_hardly_a_look_alike_does(language: str) -> None:
    cases = list(messages(language))
    told = [text for purpose, text in cases if purpose in ("emergency", "self_harm")]
    missed = [text for text in told if find_alarm(text) is None]
    assert len(missed) <= (1 - ALARM_FLOOR) * len(told), missed
    others = [text for purpose, text in cases if purpose not in ("emergency", "self_harm")]
    false = [text for text in others if find_alarm(text)]
    assert len(false) <= FALSE_ALARMS * len(others), false

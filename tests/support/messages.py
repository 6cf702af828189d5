"""Labelled patient messages of `tests/data`, and how far a reading of one agrees with its label."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from frontdesk.scheduling.models import Catalog, Doctor, Service
from frontdesk.understanding.models import NameMention, Understanding
from frontdesk.understanding.understand import understand
from tests.support import catalogs

DATA: Final = Path(__file__).parent.parent / "data"
NOW: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CATALOGS: Final = {
    "skin_and_motion": catalogs.skin_and_motion,
    "english_only": catalogs.english_only,
    "general_visits": catalogs.general_visits,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    message: Mapping[str, Any]
    wrong: tuple[str, ...]


def load_messages(language: str) -> list[dict[str, Any]]:
    """The labelled messages of one language."""
    lines = (DATA / f"intents_{language}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read(text: str, catalog: Catalog | None = None) -> Understanding:
    """A message understood on Monday 2 March 2026, 10:00 UTC."""
    return understand(text, catalog=catalog, now=NOW)


def keys_of(
    mentions: Iterable[NameMention],
    named: Mapping[UUID, Service] | Mapping[UUID, Doctor],
    *,
    negated: bool = False,
) -> list[str]:
    """The keys of what is named, sorted."""
    return sorted(
        {named[each].key for mention in mentions if mention.negated is negated for each in mention.candidates}
    )


def judge(message: Mapping[str, Any]) -> Judged:
    """What of the label the reading gets wrong, by name."""
    catalog = CATALOGS[message["catalog"]]()
    seen = read(message["text"], catalog)
    checks = {
        "intent": seen.intent in message["intents"],
        "services": keys_of(seen.services, catalog.services) == sorted(message["services"]),
        "doctors": keys_of(seen.doctors, catalog.doctors) == sorted(message["doctors"]),
        "negated_services": keys_of(seen.services, catalog.services, negated=True)
        == sorted(message.get("negated_services", ())),
        "negated_doctors": keys_of(seen.doctors, catalog.doctors, negated=True)
        == sorted(message.get("negated_doctors", ())),
        "yes": seen.says_yes or not message.get("yes"),
        "no": seen.says_no or not message.get("no"),
        "bare": seen.is_bare or not message.get("bare"),
    }
    return Judged(message=message, wrong=tuple(name for name, is_right in checks.items() if not is_right))

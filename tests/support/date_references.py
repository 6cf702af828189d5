"""Reads the date reference sets and tells how many expressions are read right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from frontdesk.clinics.models import WeeklyHours
from frontdesk.understanding.dates import find_dates, first_weekday_of
from frontdesk.understanding.models import DateMention

_DATA: Final = Path(__file__).parent.parent / "data"
_LONG, _SHORT, _SATURDAY = ((time(9), time(19)),), ((time(9), time(13)),), ((time(8), time(12)),)
HOURS: Final[Mapping[str, WeeklyHours]] = {
    "week_from_sunday": {6: _LONG, 0: _LONG, 1: _LONG, 2: _LONG, 3: _LONG, 4: _SHORT},
    "weekdays_and_saturday": {**dict.fromkeys(range(5), ((time(8), time(18)),)), 5: _SATURDAY},
}


@dataclass(frozen=True, kw_only=True)
class Score:
    """How a reference set was read; `failures` say what was expected and what came."""

    total: int
    negatives: int
    failures: tuple[str, ...]

    @property
    def share_right(self) -> float:
        return 1 - len(self.failures) / self.total


def score_references(language: str, *, held_out: bool | None = None) -> Score:
    """Reads `dates_<language>.jsonl`, all of it or only what was (not) held out while the grammar was written."""
    lines = [json.loads(line) for line in (_DATA / f"dates_{language}.jsonl").read_text("utf-8").splitlines()]
    chosen = [line for line in lines if held_out is None or bool(line.get("held_out")) is held_out]
    failures = []
    for line in chosen:
        zone = str(line["zone"])
        found = find_dates(
            line["text"],
            now=datetime.fromisoformat(line["now"]),
            zone=ZoneInfo(zone),
            first_weekday=first_weekday_of(zone),
            language=None,
            opening=HOURS.get(line.get("hours", "")),
        )
        told = [describe(mention) for mention in found]
        if not _agree(told, line["dates"]):
            failures.append(f"{line['text']}\n    expected {line['dates']}\n    read     {told}")
    return Score(
        total=len(chosen), negatives=sum(not line["dates"] for line in chosen), failures=tuple(failures)
    )


def describe(mention: DateMention) -> dict[str, Any]:
    """A mention as the reference sets write it: only what is said."""
    told: dict[str, Any] = {"role": mention.role.value}
    for name in ("on", "until_on"):
        if getattr(mention, name) is not None:
            told[name] = getattr(mention, name).isoformat()
    for name in ("at", "until_at", "not_before", "not_after"):
        if getattr(mention, name) is not None:
            told[name] = getattr(mention, name).strftime("%H:%M")
    if mention.daypart is not None:
        told["daypart"] = mention.daypart.value
    for name in ("same_day", "same_time", "shift_days"):
        if getattr(mention, name):
            told[name] = getattr(mention, name)
    if mention.ambiguous:
        told["ambiguous"] = [day.isoformat() for day in mention.ambiguous]
    return told


def _agree(told: list[dict[str, Any]], expected: list[dict[str, Any]]) -> bool:
    """The other candidate of an ambiguous day counts only where the reference names it."""
    if len(told) != len(expected):
        return False
    return all(
        {name: value for name, value in mention.items() if name != "ambiguous" or "ambiguous" in wanted}
        == wanted
        for mention, wanted in zip(told, expected, strict=True)
    )

"""The tenant: a clinic, its hours, its holidays and whom to alert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from uuid import UUID
from zoneinfo import ZoneInfo

# Opening intervals of a day, local to the clinic, ascending, not overlapping: [opens, closes).
Intervals = tuple[tuple[time, time], ...]
# Monday is 0, as in `date.weekday()`. A missing day is closed.
WeeklyHours = Mapping[int, Intervals]
# Language code → text. May lack languages: see `text_in`.
Texts = Mapping[str, str]


def text_in(texts: Texts, language: str, default_language: str = "en") -> str | None:
    """The text in `language`, else English, else the clinic's default language, else any; None if there is none."""
    for code in (language, "en", default_language):
        if texts.get(code):
            return texts[code]
    return next(iter(texts.values()), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Holiday:
    on: date
    name: Texts


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffContact:
    """Whom to alert; those on call first. `phone` is E.164 with its plus sign."""

    name: str
    phone: str
    language: str | None = None
    on_call: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Clinic:
    clinic_id: UUID
    organization_id: UUID
    key: str
    name: Texts
    timezone: str
    currency: str
    default_language: str
    whatsapp_instance: str | None = None
    phone: str | None = None
    emergency_number: str | None = None
    crisis_line: str | None = None
    address: Texts = field(default_factory=dict)
    parking: Texts = field(default_factory=dict)
    hours: WeeklyHours = field(default_factory=dict)
    holidays: tuple[Holiday, ...] = ()
    staff: tuple[StaffContact, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

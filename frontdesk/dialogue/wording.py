"""How things are said in one language: texts, names, days, hours, prices, lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.dates import format_date
from babel.numbers import get_currency_symbol

from frontdesk.clinics.models import Clinic, Intervals, text_in
from frontdesk.language.formats import Bundles, load_bundles
from frontdesk.scheduling.models import Doctor, Service

_DAY_PATTERN: Final = {
    "en": "EEEE d MMMM",
    "ru": "EEEE, d MMMM",
    "es": "EEEE d 'de' MMMM",
    "pt": "EEEE, d 'de' MMMM",
    "he": "EEEE, d בMMMM",
}
_YEAR_PATTERN: Final = {"en": " y", "ru": " y", "es": " 'de' y", "pt": " 'de' y", "he": " y"}
_LANGUAGE_NAME_KEY: Final = "language-{}"
_RANGE_DASH: Final = "–"
_MINUTES_AN_HOUR: Final = 60


def load_replies() -> Bundles:
    """The reply templates of all languages; read once per process."""
    return load_bundles("frontdesk.dialogue", "replies")


_WEEK_FROM_MONDAY: Final = frozenset({"es", "ru"})


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything a reply needs to say, in one language, for one clinic. `today` is local to the clinic."""

    language: str
    clinic: Clinic
    today: date

    def say(self, key: str, **values: str | int) -> str:
        """The template under `key`. Raises TextMissing for an unknown key or a value not given."""
        return load_replies().format(self.language, key, **values)

    def service(self, service: Service) -> str:
        return text_in(service.name, self.language, self.clinic.default_language) or service.key

    def doctor(self, doctor: Doctor) -> str:
        return text_in(doctor.name, self.language, self.clinic.default_language) or doctor.key

    def clinic_name(self) -> str:
        return text_in(self.clinic.name, self.language, self.clinic.default_language) or self.clinic.key

    def day(self, on: date) -> str:
        """Weekday, day and month; the year only where it is not this one."""
        return say_day(on, self.language, with_year=on.year != self.today.year)

    def weekday(self, number: int) -> str:
        """The name of a weekday; Monday is 0."""
        return _weekday(number, self.language)

    def in_week_order(self, numbers: Iterable[int]) -> list[int]:
        """Weekdays as a week runs where the language is spoken: from Monday, or from Sunday."""
        first = 0 if self.language in _WEEK_FROM_MONDAY else 6
        return sorted(numbers, key=lambda number: (number - first) % 7)

    def clock(self, at: time) -> str:
        return at.strftime("%H:%M")

    def moment(self, on: date, at: time) -> str:
        return self.say("moment", day=self.day(on), clock=self.clock(at))

    def moment_of(self, starts_at: datetime) -> str:
        local = starts_at.astimezone(self.clinic.zone)
        return self.moment(local.date(), local.time())

    def price(self, amount: Decimal) -> str:
        """Digits plain, without grouping: "2500 ₪", "R$ 220", "$120"."""
        digits = str(int(amount)) if amount == amount.to_integral_value() else f"{amount:.2f}"
        symbol = find_symbol(self.clinic.currency, self.language)
        if symbol == "$":
            return f"${digits}"
        return f"{symbol} {digits}" if symbol.endswith("$") else f"{digits} {symbol}"

    def length(self, duration: timedelta) -> str:
        return self.say("minutes", count=int(duration.total_seconds() // _MINUTES_AN_HOUR))

    def hours(self, intervals: Intervals) -> str:
        return ", ".join(f"{self.clock(a)}{_RANGE_DASH}{self.clock(b)}" for a, b in intervals)

    def language_name(self, code: str) -> str:
        """A language named in this one; an unknown code as it is."""
        key = _LANGUAGE_NAME_KEY.format(code)
        return self.say(key) if key in load_replies()[self.language].keys else code

    def listed(self, items: Iterable[str]) -> str:
        return ", ".join(items)

    def numbered(self, items: Sequence[str]) -> str:
        return "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))

    def bullets(self, items: Iterable[str]) -> str:
        return "\n".join(f"• {item}" for item in items)


@lru_cache(maxsize=64)
def find_symbol(currency: str, language: str) -> str:
    """The sign people know; a language that writes the code borrows the sign of the currency's home."""
    for locale in (language, "pt_BR", "he", "en_US", "es_MX", "es_AR", "ru"):
        symbol = get_currency_symbol(currency, locale)
        if symbol != currency:
            return symbol
    return currency


@lru_cache(maxsize=4096)
def say_day(on: date, language: str, *, with_year: bool) -> str:
    """ "Thursday 19 March", in the language's own order and case."""
    pattern = _DAY_PATTERN[language] + (_YEAR_PATTERN[language] if with_year else "")
    return format_date(on, pattern, locale=language)


@lru_cache(maxsize=64)
def _weekday(number: int, language: str) -> str:
    monday = date(2024, 1, 1)
    return format_date(monday + timedelta(days=number), "EEEE", locale=language)

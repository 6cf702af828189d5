"""On which day the week begins where a clinic stands."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global

MONDAY: Final = 0
SATURDAY: Final = 5


@cache
def _territories() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


@cache
def first_weekday_of(timezone: str) -> int:
    """The first day of the week (Monday is 0) in the country of an IANA zone, by CLDR; Monday where unknown.

    Raises nothing: an alias such as "Israel" is resolved, "UTC" has no country.
    """
    locale = _locale_of(timezone)
    return int(locale.first_week_day) if locale is not None else MONDAY


@cache
def weekend_of(timezone: str) -> int:
    """The first of the two days of the weekend (Monday is 0) in the country of an IANA zone; Saturday where unknown."""
    locale = _locale_of(timezone)
    return int(locale.weekend_start) if locale is not None else SATURDAY


def _locale_of(timezone: str) -> Locale | None:
    aliases = get_global("zone_aliases")
    territories = _territories()
    territory = territories.get(timezone) or get_global("zone_territories").get(
        aliases.get(timezone, timezone)
    )
    if territory not in territories.values():
        return None
    try:
        return Locale.parse(f"und_{territory}")
    except (UnknownLocaleError, ValueError):
        return None

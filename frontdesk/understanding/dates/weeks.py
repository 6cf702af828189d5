"""On which day the week begins where a clinic stands."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global

MONDAY: Final = 0


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
    aliases = get_global("zone_aliases")
    territories = _territories()
    territory = territories.get(timezone) or get_global("zone_territories").get(
        aliases.get(timezone, timezone)
    )
    if territory not in territories.values():
        return MONDAY
    try:
        return int(Locale.parse(f"und_{territory}").first_week_day)
    except (UnknownLocaleError, ValueError):
        return MONDAY

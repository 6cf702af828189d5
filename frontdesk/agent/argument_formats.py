"""How arguments are written: the one right format of each kind, and what a wrongly written value may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from frontdesk.clinics.models import Clinic
from frontdesk.understanding.dates import find_dates, first_weekday_of
from frontdesk.understanding.models import DateMention

# What a model meant is looked for in so many characters: ids, names, dates and hours are shorter.
MOST_CHARACTERS: Final = 80
LEAST_MINUTES, MOST_MINUTES = 5, 480

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")

_YEAR_FIRST: Final = re.compile(r"(?<!\d)(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)")
_YEAR_LAST: Final = re.compile(r"(?<!\d)(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?!\d)")
_COMPACT_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_HOUR: Final = re.compile(
    r"(\d{1,2})(?:[:.h]?(\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*(?:([ap])\.?m?\.?|h|hs)?", re.IGNORECASE
)
_HOUR_OF_DATETIME: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[T ](\d{1,2}:\d{2})")

# A value made of nothing but such words was never looked up anywhere.
_EMPTY_WORDS: Final = frozenset(
    """
    a abc abcd an any appointment asdf auto booking client clinic current customer date default demo doctor doctorid
    dr dummy event example existing fake fill first foo bar baz guid here id identifier ids insert int its key latest
    mock my n na name new nil none null number of patient physician placeholder provider replace sample selected self
    service some str string tbd temp test testing the their this time tmp to todo tool uid undefined unknown user uuid
    uuidv4 value visit x xx xxx xxxx xyz your
    """.split()
)
_BRACKETED: Final = re.compile(r"\s*(?:<.*>|\{.*\}|\[.*\]|\$.*|%.*%)\s*", re.DOTALL)
_WORDS: Final = re.compile(r"[^\W\d_]+")


def read_uuid(value: object) -> UUID | None:
    """The id if it is written as one, upper or lower case; else None."""
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else None


def read_date(value: object) -> date | None:
    """The day if it is a real one written YYYY-MM-DD; else None."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    year, month, day = value.split("-")
    return _make_date(year, month, day)


def read_time(value: object) -> time | None:
    """The hour if it is written HH:MM; else None."""
    return time.fromisoformat(value) if isinstance(value, str) and _TIME.fullmatch(value) else None


def read_duration(value: object) -> int | None:
    """Minutes if it is a whole number from 5 to 480; else None. 30.0 is whole, True is no number."""
    if not isinstance(value, int | float):
        return None
    # The range first: it keeps out True, which is 1, and infinity and NaN, which have no integer.
    return int(value) if LEAST_MINUTES <= value <= MOST_MINUTES and value == int(value) else None


def is_placeholder(value: object) -> bool:
    """Whether an id is plainly made up: a small number, "test", "doctor-uuid", "<doctor_id>", one digit repeated."""
    if not isinstance(value, str):
        return False
    if read_uuid(value) is not None:
        return len(set(value.replace("-", ""))) == 1
    if _BRACKETED.fullmatch(value):
        return True
    return all(word in _EMPTY_WORDS for word in _WORDS.findall(value.casefold()))


def find_uuid(value: object) -> UUID | None:
    """An id written wrongly but wholly: in braces, without hyphens, among other words."""
    if not isinstance(value, str):
        return None
    text = value[:MOST_CHARACTERS]
    if found := _UUID.search(text):
        return UUID(found.group())
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def find_date(value: object, *, clinic: Clinic, now: datetime) -> date | None:
    """The one day a wrongly written date means; numeric dates are day first. None if none, or several."""
    if not isinstance(value, str):
        return None
    text = value[:MOST_CHARACTERS]
    numeric = next(_numeric_dates(text), None)
    if numeric is not None:
        return numeric
    days = {mention.on for mention in _mentions(text, clinic, now) if mention.on and not mention.until_on}
    return days.pop() if len(days) == 1 else None


def find_times(value: object, *, clinic: Clinic, now: datetime) -> list[time]:
    """What a wrongly written hour may mean, the likelier first: "9:00" is 09:00 and then 21:00."""
    if not isinstance(value, str):
        return []
    text = value[:MOST_CHARACTERS].strip()
    within = _HOUR_OF_DATETIME.search(text)
    match = _HOUR.fullmatch(within.group(1) if within else text)
    if match is not None:
        return list(_clock_readings(*match.groups()))
    return [mention.at for mention in _mentions(text, clinic, now) if mention.at is not None]


def find_minutes(value: object) -> int | None:
    """Minutes written as text: "30", "45 min"."""
    match = re.match(r"\s*([0-9]{1,3})(?:\.0+)?(?![0-9.,])", value) if isinstance(value, str) else None
    return None if match is None else read_duration(int(match.group(1)))


def _numeric_dates(text: str) -> Iterator[date]:
    for found in _YEAR_FIRST.finditer(text):
        if day := _make_date(*found.groups()):
            yield day
    for found in _YEAR_LAST.finditer(text):
        first, second, year = found.groups()
        year = year if len(year) == 4 else f"20{year}"
        # Day first, unless there is no such month.
        if day := _make_date(year, second, first) or _make_date(year, first, second):
            yield day
    if (compact := _COMPACT_DATE.fullmatch(text.strip())) and (day := _make_date(*compact.groups())):
        yield day


def _make_date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _clock_readings(hours: str, minutes: str | None, half: str | None) -> Iterator[time]:
    hour, minute = int(hours), int(minutes or 0)
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return
    if half:
        yield time(hour % 12 + (12 if half.casefold() == "p" else 0), minute)
        return
    yield time(hour, minute)
    # "03:00" is meant as it stands, "3:00" may be three in the afternoon.
    if 1 <= hour < 12 and len(hours) == 1:
        yield time(hour + 12, minute)


def _mentions(text: str, clinic: Clinic, now: datetime) -> tuple[DateMention, ...]:
    return find_dates(
        text,
        now=now,
        zone=clinic.zone,
        first_weekday=first_weekday_of(clinic.timezone),
        language=None,
        opening=clinic.hours,
    )

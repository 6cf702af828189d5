"""Reads hours: "at 3", "half past ten", "без пятнадцати четыре", "15h30", and ranges of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from frontdesk.understanding.dates.numbers import is_ordinal_mark, read_hour
from frontdesk.understanding.dates.patterns import Match, Reading, cue_at, find_match
from frontdesk.understanding.dates.pieces import Bound, Hours
from frontdesk.understanding.dates.resolve import Clock
from frontdesk.understanding.dates.tokens import Kind
from frontdesk.understanding.models import Daypart

# A clock, whether it is one even without "at" before it, and where it ends.
Read = tuple[Clock, bool, int]

# "2 hours" is a length; "15 hours" is how several languages write 15:00.
_EARLIEST_COUNTED_HOUR: Final = 7
_CURRENCY: Final = frozenset("$€₪₽£%°")


def read_clock(reading: Reading, at: int) -> Read | None:
    """The clock that begins at a token, with its "pm" or "in the evening"."""
    read = _digits(reading, at) or _words(reading, at) or _bare(reading, at)
    if read is None:
        return None
    clock, strong, end = read
    suffix = find_match(reading, "clock_parts", end)
    if suffix is None:
        return read
    value = str(suffix.pattern.value)
    if value in ("am", "pm"):
        if not 1 <= clock.hour <= 12:
            return clock, True, suffix.end
        return Clock(hour=clock.hour % 12 + 12 * (value == "pm"), minute=clock.minute), True, suffix.end
    weak = value.startswith("weak_")
    part = Daypart(value.removeprefix("weak_"))
    return (
        Clock(hour=clock.hour, minute=clock.minute, is_bare=clock.is_bare, daypart=part),
        strong or not weak,
        suffix.end,
    )


def _digits(reading: Reading, at: int) -> Read | None:
    if at >= len(reading.tokens):
        return None
    token = reading.tokens[at]
    if token.kind is Kind.HM and token.numbers[0] <= 24 and token.numbers[1] <= 59:
        return _clock(token.numbers[0], token.numbers[1], padded=token.padded), True, at + 1
    if token.kind is Kind.HOURS and token.numbers[0] <= 24:
        return _clock(token.numbers[0], padded=token.padded), True, at + 1
    if token.kind is Kind.DM and token.sign == "." and len(token.word.split(".")[1]) == 2:
        hour, minute = token.numbers
        if hour <= 24 and minute <= 59:
            return _clock(hour, minute, padded=token.padded), minute > 12 or minute == 0, at + 1
    return None


def _words(reading: Reading, at: int) -> Read | None:
    match = find_match(reading, "clocks", at)
    if match is None:
        return None
    section, slots = match.pattern.section, match.slots
    if section == "at":
        return Clock(hour=int(match.pattern.value)), True, match.end
    if section in ("counted", "plain"):
        hour = int(slots.get("h", 1))  # Russian says "an hour" for one o'clock
        strong = section == "plain" or (_EARLIEST_COUNTED_HOUR <= hour < 24 and not _measures(reading, at))
        return _clock(hour), strong, match.end
    return _with_minutes(match), _is_strong(reading, match, at), match.end


def _with_minutes(match: Match) -> Clock:
    section, slots = match.pattern.section, match.slots
    hour = int(slots.get("h", slots.get("ho", 0)))
    minute = int(slots.get("m", 0))
    before = hour - 1 if hour != 1 else 12
    return {
        "half_after": _clock(hour, 30),
        "half_before": _clock(before, 30),
        "quarter_after": _clock(hour, 15),
        "quarter_before": _clock(before, 45),
        "quarter_into": _clock(before, 15),
        "minutes_into": _clock(before, minute),
        "minutes_before": _clock(before, (60 - minute) % 60),
    }.get(section) or _clock(hour, minute)


def _is_strong(reading: Reading, match: Match, at: int) -> bool:
    if match.pattern.section != "with_minutes":
        return True
    # "ten thirty" is a clock by itself; "10 30" and "two two" are not.
    spelled = all(token.kind is Kind.WORD for token in reading.tokens[at : match.end])
    return spelled and match.slots["m"] >= 10 and match.slots["m"] % 5 == 0


def _bare(reading: Reading, at: int) -> Read | None:
    read = read_hour(reading, at)
    if read is None:
        return None
    return _clock(read[0]), False, read[1]


def _clock(hour: int, minute: int = 0, *, padded: bool = False) -> Clock:
    return Clock(hour=hour, minute=minute, is_bare=1 <= hour <= 12 and not padded)


def _measures(reading: Reading, at: int) -> bool:
    before = reading.word(at - 1)
    return any(reading.lexicon.is_in(name, before) for name in ("since", "lasting", "past_marks"))


def is_counted(reading: Reading, end: int) -> bool:
    """Whether what follows a number makes it an amount: "2 teeth", "350 shekels", "10 %"."""
    word = reading.word(end)
    if not word:
        return False
    lexicon = reading.lexicon
    return (
        word in _CURRENCY
        or lexicon.is_in("counted", word)
        or word in lexicon.words["units"]
        or word in lexicon.words["months"]
        or is_ordinal_mark(reading, end)
    )


def read_hours(reading: Reading, at: int) -> tuple[Hours, int, int] | None:
    """Hours at a token: a range, a bound, an hour after "at", or a clock that needs no "at".

    The second number is where the hour itself begins: the words before it stay for the roles.
    """
    cue = cue_at(reading, at)
    if cue is not None:
        for names, start in _cue_readings(reading, at):
            found = _after_cue(reading, names, start)
            if found is not None:
                return found
    read = read_clock(reading, at)
    if read is None:
        return None
    clock, strong, end = read
    follows_weekday = reading.word(at - 1) in reading.lexicon.words["weekdays"]
    ranged = None if follows_weekday and not strong else _range(reading, clock, end, needs_strong=not strong)
    if ranged is not None:
        return ranged[0], at, ranged[1]
    return (Hours(clock=clock), at, end) if strong and reading.word(at - 1) not in _CURRENCY else None


def _cue_readings(reading: Reading, at: int) -> Iterator[tuple[frozenset[str], int]]:
    """The cue phrases at a place, longest first: "after the" and "after" may both lead to an hour."""
    for phrase, names in reading.lexicon.cues.get(reading.word(at), ()):
        if all(reading.word(at + step) == word for step, word in enumerate(phrase)):
            yield names, at + len(phrase)


def _after_cue(reading: Reading, names: frozenset[str], start: int) -> tuple[Hours, int, int] | None:
    if not names & {"between", "from", "after", "before", "at", "at_loose"}:
        return None
    first = _first_of_two(reading, names, start) if names & {"between", "from"} else None
    if first is not None:
        return first
    read = read_clock(reading, start)
    if read is None:
        return None
    clock, strong, end = read
    if not strong and _is_rather_a_day(reading, start, end):
        return None
    # "A partir del 20": the masculine article stands before days, not before hours.
    is_number = reading.tokens[start].kind is Kind.NUMBER
    if not strong and is_number and reading.lexicon.is_in("day_articles", reading.word(start - 1)):
        return None
    if names & {"between", "from", "at", "at_loose"}:
        ranged = _range(reading, clock, end, between="between" in names)
        if ranged is not None:
            return ranged[0], start, ranged[1]
    bound = next((bound for name, bound in _BOUNDS if name in names), None)
    if bound is None or not (strong or _is_hour_after(reading, names, start, end)):
        return None
    return Hours(clock=clock, bound=bound), start, end


def _is_hour_after(reading: Reading, names: frozenset[str], start: int, end: int) -> bool:
    """Whether a bare number after a cue is an hour, no amount and no article ("looking for one", "a una clínica")."""
    if is_counted(reading, end):
        return False
    is_article = (
        reading.tokens[start].kind is Kind.WORD
        and reading.lexicon.words["numbers"].get(reading.word(start)) == 1
    )
    if is_article and "at" not in names:
        return not names & {"at_loose", "from"} or reading.lexicon.is_in(
            "hour_articles", reading.word(start - 1)
        )
    is_loose = names & {"at_loose", "from"} and not names & {"at", "after"}
    return stops(reading, end) if is_loose or is_article else True


def _first_of_two(reading: Reading, names: frozenset[str], start: int) -> tuple[Hours, int, int] | None:
    """The hours of "from 2 to 4", which is no "two minutes to four": a range, or what a move leaves."""
    bare = _bare(reading, start)
    if bare is None:
        return None
    ranged = _range(reading, bare[0], bare[2], between="between" in names)
    if ranged is not None:
        return ranged[0], start, ranged[1]
    goes_to = cue_at(reading, bare[2])
    if reading.moves and goes_to is not None and goes_to[0] & {"to", "to_move"}:
        return Hours(clock=bare[0], bound=Bound.FROM), start, bare[2]
    return None


def _is_rather_a_day(reading: Reading, start: int, end: int) -> bool:
    """Whether a bare number after "at" begins a date: "ב-15 במרץ", "в 10.12"."""
    if reading.tokens[start].kind is Kind.DM:
        return not reading.lexicon.is_in("clock_only", reading.word(start - 1))
    day = find_match(reading, "days", start)
    return day is not None and day.end > end


_BOUNDS: Final = (
    ("after", Bound.AFTER),
    ("before", Bound.BEFORE),
    ("at", Bound.AT),
    ("from", Bound.FROM),
    ("at_loose", Bound.AT),
)


def stops(reading: Reading, end: int) -> bool:
    """Whether a bare number is followed by nothing it could count."""
    if end >= len(reading.tokens):
        return True
    token = reading.tokens[end]
    known = token.word in reading.lexicon.vocabulary and not reading.lexicon.is_in("noun_follows", token.word)
    return token.kind is Kind.MARK or known


def _range(
    reading: Reading, clock: Clock, end: int, *, between: bool = False, needs_strong: bool = False
) -> tuple[Hours, int] | None:
    cue = cue_at(reading, end)
    if cue is None:
        return None
    names, start = cue
    joins = {"and"} if between else {"to_range"} if reading.moves else {"to", "to_range"}
    if not names & joins:
        return None
    second = _second(reading, start)
    if second is None or (needs_strong and not (second[1] and clock.hour <= 24)):
        return None
    until, strong, last = second
    if not strong and is_counted(reading, last):
        return None
    if clock.daypart is None and until.daypart is not None and clock.hour <= until.hour:
        clock = Clock(hour=clock.hour, minute=clock.minute, is_bare=clock.is_bare, daypart=until.daypart)
    elif clock.is_bare and not until.is_bare and until.hour >= 12 and clock.hour % 12 < until.hour - 12:
        clock = Clock(hour=clock.hour % 12 + 12, minute=clock.minute)
    return Hours(clock=clock, until=until, bound=Bound.RANGE), last


def _second(reading: Reading, start: int) -> Read | None:
    """The second hour of a range, past the article it may carry ("y las 12")."""
    read = read_clock(reading, start)
    if read is not None:
        return read
    for phrase in reading.lexicon.sets.get("clock_articles", ()):
        if all(reading.word(start + step) == word for step, word in enumerate(phrase)):
            return read_clock(reading, start + len(phrase))
    return None

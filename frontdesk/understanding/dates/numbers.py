"""Numbers in digits and in words, cardinal and ordinal, as slots of the patterns."""

from __future__ import annotations

from typing import Any, Final

from frontdesk.understanding.dates.patterns import Reading, SlotReader
from frontdesk.understanding.dates.tokens import Kind

_LAST_HOUR: Final = 24


def read_number(reading: Reading, at: int) -> tuple[int | float, int] | None:
    """A cardinal: digits, or words added up ("двадцать пять", "treinta y cinco")."""
    if at >= len(reading.tokens):
        return None
    token = reading.tokens[at]
    if token.kind is Kind.NUMBER:
        return (int(token.word), at + 1) if len(token.word) <= 4 else None
    if token.kind is Kind.DM and token.sign == "." and token.numbers[1] == 5:  # "1.5 hours"
        return token.numbers[0] + 0.5, at + 1
    return _read_words(reading, at, "numbers")


def _read_words(reading: Reading, at: int, last: str) -> tuple[int | float, int] | None:
    cardinals = reading.lexicon.words["numbers"]
    lasts = reading.lexicon.words[last]
    word = reading.word(at)
    first = cardinals.get(word)
    if first is not None and first >= 20 and first % 10 == 0:
        joint = at + 2 if (reading.word(at + 1),) in reading.lexicon.sets.get("number_joint", ()) else at + 1
        unit = lasts.get(reading.word(joint))
        if unit is not None and 0 < unit < 10 and (joint == at + 1 or unit == int(unit)):
            return first + unit, joint + 1
    # Hebrew says "nine ten" for nineteen; the lexicon calls that ten "teen".
    low = lasts.get(word)
    if low is not None and 0 < low < 10 and (reading.word(at + 1),) in reading.lexicon.sets.get("teen", ()):
        return low + 10, at + 2
    return (low, at + 1) if low is not None else None


def read_marked(reading: Reading, at: int) -> tuple[int, int] | None:
    """An ordinal in digits: "15th", "15-го"."""
    return (
        read_ordinal(reading, at)
        if at < len(reading.tokens) and reading.tokens[at].kind is Kind.NUMBER
        else None
    )


def is_ordinal_mark(reading: Reading, at: int) -> bool:
    """Whether a word makes the number before it an ordinal: "th", "-го"; one letter must be glued to it ("1o")."""
    if not 0 < at < len(reading.tokens) or (reading.word(at),) not in reading.lexicon.sets.get(
        "ordinal_marks", ()
    ):
        return False
    token = reading.tokens[at]
    return token.is_glued or (len(token.word) > 1 and token.start <= reading.tokens[at - 1].end + 1)


def read_day_form(reading: Reading, at: int) -> tuple[int, int] | None:
    """An ordinal in a form that alone names a day of the month ("двенадцатого")."""
    read = _read_words(reading, at, "ordinals")
    is_form = read is not None and (reading.word(read[1] - 1),) in reading.lexicon.sets.get("day_forms", ())
    return (int(read[0]), read[1]) if read is not None and is_form else None


def read_ordinal(reading: Reading, at: int) -> tuple[int, int] | None:
    """An ordinal: "15th", "15-го", "пятнадцатого", "двадцать четвёртое"."""
    if at >= len(reading.tokens):
        return None
    token = reading.tokens[at]
    if token.kind is Kind.NUMBER and len(token.word) <= 2:
        return (int(token.word), at + 2) if is_ordinal_mark(reading, at + 1) else None
    read = _read_words(reading, at, "ordinals")
    return (int(read[0]), read[1]) if read is not None else None


def read_day_of_month(reading: Reading, at: int) -> tuple[int, int] | None:
    read = read_ordinal(reading, at) or read_number(reading, at)
    if read is None or not 1 <= read[0] <= 31 or read[0] != int(read[0]):
        return None
    return int(read[0]), read[1]


def read_hour(reading: Reading, at: int) -> tuple[int, int] | None:
    named = reading.lexicon.words["hour_words"]
    for words in (2, 1):  # "meio dia" before "meio"
        hour = named.get(" ".join(reading.word(at + step) for step in range(words)))
        if hour is not None:
            return int(hour), at + words
    read = read_number(reading, at)
    if read is None or read[0] != int(read[0]) or not 0 <= read[0] <= _LAST_HOUR:
        return None
    return int(read[0]), read[1]


def read_ordinal_hour(reading: Reading, at: int) -> tuple[int, int] | None:
    read = read_ordinal(reading, at)
    return read if read is not None and 1 <= read[0] <= 12 else None


def read_minutes(reading: Reading, at: int) -> tuple[int, int] | None:
    read = read_number(reading, at)
    if read is None or read[0] != int(read[0]) or not 1 <= read[0] <= 59:
        return None
    return int(read[0]), read[1]


def read_year(reading: Reading, at: int) -> tuple[int, int] | None:
    if at < len(reading.tokens) and reading.tokens[at].kind is Kind.NUMBER:
        year = int(reading.tokens[at].word) if len(reading.tokens[at].word) == 4 else 0
        if 1900 <= year <= 2199:
            return year, at + 1
    return None


def _class_reader(name: str) -> SlotReader:
    def read(reading: Reading, at: int) -> tuple[Any, int] | None:
        value = reading.lexicon.words[name].get(reading.word(at))
        return (value, at + 1) if value is not None else None

    return read


SLOTS: Final[dict[str, SlotReader]] = {
    "n": read_number,
    "ord": read_ordinal,
    "nth": read_marked,
    "day_form": read_day_form,
    "dom": read_day_of_month,
    "dom2": read_day_of_month,
    "h": read_hour,
    "ho": read_ordinal_hour,
    "m": read_minutes,
    "year": read_year,
    "weekday": _class_reader("weekdays"),
    "month": _class_reader("months"),
    "unit": _class_reader("units"),
}

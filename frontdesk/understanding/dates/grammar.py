"""Reads a message left to right in every language it may be in; the longest expression wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from frontdesk.understanding.dates.clocks import is_counted, read_clock, read_hours
from frontdesk.understanding.dates.days import read_day
from frontdesk.understanding.dates.lexicon import LATIN, load_lexicon
from frontdesk.understanding.dates.numbers import SLOTS
from frontdesk.understanding.dates.patterns import Reading, cue_at, find_match
from frontdesk.understanding.dates.pieces import Bound, Hours, Piece
from frontdesk.understanding.dates.resolve import Calendar, Clock, Day, Named
from frontdesk.understanding.dates.tokens import Kind, Token, script_of, tokenize
from frontdesk.understanding.models import Daypart

# A word shorter than this is not mended: too many real words are one letter away.
_SHORTEST_TYPO: Final = 6
_SHORTEST_TWO_TYPOS: Final = 8
# In a message of another language only words this long are taken for a date ("mar", "sex" are words).
_SHORTEST_FOREIGN: Final = 5
_HALF: Final = "пол"
_WORDLIKE: Final = frozenset({Kind.WORD, Kind.MARK})


def read_tokens(text: str) -> list[Token]:
    """The tokens of a message with misspelt weekdays and months mended."""
    tokens = tokenize(text, load_lexicon("he").vocabulary)
    return [_mended(part) for token in tokens for part in _halves(token)]


def _halves(token: Token) -> tuple[Token, ...]:
    """ "полдесятого" is half of the tenth hour: two words in one."""
    rest = token.word.removeprefix(_HALF)
    if rest == token.word or token.kind is not Kind.WORD or rest not in load_lexicon("ru").words["ordinals"]:
        return (token,)
    middle = token.start + len(_HALF)
    return replace(token, word=_HALF, end=middle), replace(token, word=rest, start=middle)


def _mended(token: Token) -> Token:
    if token.kind is not Kind.WORD or len(token.word) < _SHORTEST_TYPO:
        return token
    word = _mend(token.word)
    return token if word == token.word else replace(token, word=word)


@lru_cache(maxsize=4096)
def _mend(word: str) -> str:
    script = script_of(word)
    languages = LATIN if script == "latin" else (script,)
    lexicons = [load_lexicon(language) for language in languages]
    if any(word in lexicon.vocabulary or word in lexicon.function_words for lexicon in lexicons):
        return word
    most = 2 if len(word) >= _SHORTEST_TWO_TYPOS else 1
    best, best_distance = word, most + 1
    for lexicon in lexicons:
        for target in lexicon.typos:
            if target[0] != word[0] or len(target) < len(word) - most:
                continue
            distance = OSA.distance(word, target, score_cutoff=most)
            if distance < best_distance:
                best, best_distance = target, distance
    return best


def languages_of(tokens: Sequence[Token], language: str | None) -> tuple[tuple[str, ...], bool]:
    """The languages to read in, likeliest first, and whether the first is known to be the message's."""
    scripts = {script_of(token.word) for token in tokens if token.kind is Kind.WORD}
    found = [script for script in ("ru", "he") if script in scripts]
    if "latin" not in scripts and found:
        return (tuple(sorted(found, key=lambda name: name != language)), True)
    scores = {name: 1.5 * (name == language) for name in LATIN}
    for token in (token for token in tokens if token.kind is Kind.WORD):
        for name in LATIN:
            lexicon = load_lexicon(name)
            scores[name] += (token.word in lexicon.function_words) + 0.5 * (token.word in lexicon.vocabulary)
    latin = sorted(LATIN, key=lambda name: -scores[name])
    is_known = scores[latin[0]] > scores[latin[1]]
    if not scripts and language in ("ru", "he"):
        latin.insert(0, language)
    return (*found, *latin), is_known


def read_pieces(
    tokens: list[Token], calendar: Calendar, language: str | None
) -> tuple[list[Piece], dict[str, Reading]]:
    """The expressions of a message in order, never overlapping, and the reading of each language."""
    languages, is_known = languages_of(tokens, language)
    readings = {name: Reading(tokens, load_lexicon(name), SLOTS) for name in languages}
    for reading in readings.values():
        reading.moves = any("move" in names for names in _cues(reading))
    pieces: list[Piece] = []
    at = 0
    latin_main = next((name for name in languages if name in LATIN), "")
    while at < len(tokens):
        best: Piece | None = None
        for name, reading in readings.items():
            piece = _read_piece(reading, calendar, at)
            if piece is None or (best is not None and piece.end <= best.end):
                continue
            if (
                is_known
                and name in LATIN
                and name != latin_main
                and not _is_surely_foreign(piece, tokens, readings[latin_main])
            ):
                continue
            best = piece
        if best is None:
            at += 1
            continue
        pieces.append(best)
        at = best.end
    return list(_with_bare_numbers(pieces, readings, calendar)), readings


def _cues(reading: Reading) -> Iterator[frozenset[str]]:
    for at in range(len(reading.tokens)):
        cue = cue_at(reading, at)
        if cue is not None:
            yield cue[0]


def _is_surely_foreign(piece: Piece, tokens: Sequence[Token], main: Reading) -> bool:
    words = [token.word for token in tokens[piece.start : piece.end] if token.kind is Kind.WORD]
    own = main.lexicon.function_words
    return any(len(word) >= _SHORTEST_FOREIGN and word not in own for word in words)


def _read_piece(reading: Reading, calendar: Calendar, at: int) -> Piece | None:
    token = reading.tokens[at]
    if token.kind in _WORDLIKE and token.word not in reading.lexicon.vocabulary:
        return None  # most words of a message: nothing begins with them
    language = reading.lexicon.language
    found: list[Piece] = []
    ignored = find_match(reading, "ignored", at)
    cue = cue_at(reading, at)
    # "Any day" may go on: "any day but Monday"; Hebrew "before day" may be "before Monday".
    goes_on = ignored is not None and cue is not None and _goes_on(reading, calendar, cue[1], ignored.end)
    if ignored is not None and not goes_on:
        found.append(Piece(start=at, end=ignored.end, language=language, is_ignored=True))
    day = read_day(reading, calendar, at)
    if day is not None:
        start = at
        # The article stays outside: "del" and "al" tell where a move leaves from and goes to.
        while start < day[2] - 1 and reading.lexicon.is_in("day_articles", reading.word(start)):
            start += 1
        found.append(Piece(start=start, end=day[2], language=language, day=day[0], part=day[1]))
    hours = read_hours(reading, at)
    if hours is not None:
        found.append(Piece(start=hours[1], end=hours[2], language=language, hours=hours[0]))
    else:
        length = _length_end(reading, at)
        if length is not None:
            found.append(Piece(start=at, end=length, language=language, is_ignored=True))
    part = find_match(reading, "dayparts", at)
    if part is not None:
        found.append(_part_piece(part.pattern.section, str(part.pattern.value), at, part.end, language))
    reference = _reference(reading, at)
    if reference is not None:
        found.append(reference)
    return max(found, key=lambda piece: piece.end, default=None)


def _goes_on(reading: Reading, calendar: Calendar, cue_end: int, ignored_end: int) -> bool:
    return cue_end > ignored_end or (
        cue_end == ignored_end and read_day(reading, calendar, cue_end) is not None
    )


def _length_end(reading: Reading, at: int) -> int | None:
    """The end of "45 minutes" or "three days": a length of time, no date."""
    number = SLOTS["n"](reading, at)
    if number is None:
        return None
    unit = SLOTS["unit"](reading, number[1])
    return unit[1] if unit is not None else None


def _part_piece(section: str, value: str, at: int, end: int, language: str) -> Piece:
    if section == "dayparts":
        return Piece(start=at, end=end, language=language, part=Daypart(value))
    bound, hour, *part = value.split()
    hours = Hours(clock=Clock(hour=int(hour)), bound=Bound(bound))
    return Piece(start=at, end=end, language=language, hours=hours, part=Daypart(part[0]) if part else None)


def _reference(reading: Reading, at: int) -> Piece | None:
    match = find_match(reading, "references", at)
    if match is None:
        return None
    section = match.pattern.section
    unit, times = match.slots.get("unit", ("week", 1))
    shift: int | None = None
    if section in ("later", "earlier", "same_day_shifted"):
        if unit not in ("day", "week", "month"):
            return Piece(start=at, end=match.end, language=reading.lexicon.language, is_ignored=True)
        days = min(3650, round(match.slots.get("n", 1) * times * {"day": 1, "week": 7, "month": 30}[unit]))
        shift = -days if section == "earlier" else days
    return Piece(
        start=at,
        end=match.end,
        language=reading.lexicon.language,
        same_day=section in ("same_day", "same_both", "same_day_shifted"),
        same_time=section in ("same_time", "same_both"),
        shift_days=shift,
    )


def _with_bare_numbers(
    pieces: list[Piece], readings: dict[str, Reading], calendar: Calendar
) -> Iterator[Piece]:
    """Adds the bare numbers right beside a day: "tomorrow 10", "9 tomorrow morning", "sábado 15"."""
    taken = {place for piece in pieces for place in range(piece.start, piece.end)}
    for piece in pieces:
        reading = readings[piece.language]
        is_day = (
            (piece.day is not None or piece.part is not None) and piece.hours is None and not piece.is_ignored
        )
        before = _hour_before(reading, piece, taken) if is_day else None
        if before is not None:
            yield before
        yield piece
        after = _number_after(reading, piece, taken, calendar) if is_day else None
        if after is not None:
            yield after
        yield from _hours_listed_after(reading, piece, taken)


def _hours_listed_after(reading: Reading, piece: Piece, taken: set[int]) -> Iterator[Piece]:
    """ "At 10 or 11": the second hour needs no "at"."""
    at = piece.end
    if piece.hours is None or (reading.word(at),) not in reading.lexicon.sets["or"] or at + 1 in taken:
        return
    read = read_clock(reading, at + 1)
    is_new = read is not None and not read[1] and not is_counted(reading, read[2])
    if read is not None and is_new and taken.isdisjoint(range(at + 1, read[2])):
        taken.update(range(at + 1, read[2]))
        yield Piece(start=at + 1, end=read[2], language=piece.language, hours=Hours(clock=read[0]))


def _hour_before(reading: Reading, piece: Piece, taken: set[int]) -> Piece | None:
    at = piece.start - 1
    while at > 0 and reading.lexicon.is_in("day_links", reading.word(at)):
        at -= 1
    read = read_clock(reading, at) if at >= 0 and at not in taken else None
    if read is None or read[2] != at + 1 or reading.tokens[at].kind is not Kind.NUMBER:
        return None
    is_plausible = at == 0 or reading.tokens[at - 1].kind is Kind.MARK or (7 <= read[0].hour <= 20)
    if not is_plausible or piece.day is None or reading.lexicon.is_in("measured", reading.word(at - 1)):
        return None
    taken.add(at)
    return Piece(start=at, end=at + 1, language=piece.language, hours=Hours(clock=read[0]))


def _number_after(reading: Reading, piece: Piece, taken: set[int], calendar: Calendar) -> Piece | None:
    return _date_after(reading, piece, taken, calendar) or _hour_after(reading, piece, taken)


def _date_after(reading: Reading, piece: Piece, taken: set[int], calendar: Calendar) -> Piece | None:
    """ "Saturday 15" is a date where that day is a Saturday soon, else it is an hour."""
    at = piece.end
    if piece.day is None or piece.day.weekday is None or at >= len(reading.tokens) or at in taken:
        return None
    number = reading.tokens[at]
    if number.kind is not Kind.NUMBER or len(number.word) > 2 or is_counted(reading, at + 1):
        return None
    for ahead in (0, 1):
        on = calendar.month_day_of(int(number.word), ahead)
        if on is not None and on >= calendar.today and on.weekday() == piece.day.weekday:
            taken.add(at)
            day = Day(named=Named.MONTH_DAY, on=on, month_day=int(number.word))
            return Piece(start=at, end=at + 1, language=piece.language, day=day)
    return None


def _hour_after(reading: Reading, piece: Piece, taken: set[int]) -> Piece | None:
    at = piece.end
    while reading.word(at) in (",", "-", "."):
        at += 1
    if at in taken:
        return None
    read = read_clock(reading, at)
    if read is None or read[1] or is_counted(reading, read[2]) or read[2] in taken:
        return None
    end = read[2]
    is_ended = (
        end >= len(reading.tokens)
        or reading.tokens[end].kind is Kind.MARK
        or cue_at(reading, end) is not None
    )
    if not is_ended or reading.tokens[at].kind not in (Kind.NUMBER, Kind.WORD):
        return None
    taken.update(range(at, end))
    hours = Hours(clock=read[0])
    if reading.word(end) == "-" and end + 1 < len(reading.tokens):
        second = read_clock(reading, end + 1)
        if second is not None:
            hours, end = Hours(clock=read[0], until=second[0], bound=Bound.RANGE), second[2]
    return Piece(start=at, end=end, language=piece.language, hours=hours)

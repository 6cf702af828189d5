"""A message cut for reading dates: numeric dates and times whole, Hebrew prefixes apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

# A date stands near the start of any sincere message; the rest is not read, so cost stays bounded.
MOST_CHARACTERS: Final = 4000

_PIECE: Final = re.compile(
    r"(?P<iso>(?<![\d./])(?<!\d-)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d))"
    r"|(?P<dmy>(?<![\d./])(?<!\d-)(\d{1,2})([./-])(\d{1,2})\7(\d{4}|\d{2})(?![\d/]))"
    r"|(?P<opaque>\+?(?<![\d:])(?=[\d\-() .]*\d{3})\d(?:[\-() .]{0,3}\d){6,}(?![\d:])|\d{1,3}(?:[.,]\d{3})+(?!\d)|\d+,\d+|\d+[.]\d{3,}|\d{3,}[.]\d+"
    r"|(?:https?://|www\.)\S+|\S+@\S+)"
    r"|(?P<hm>(?<![\d.,:/])(\d{1,2}):(\d{2})(?::\d{2})?(?![\d:])"
    r"|(?<![\d.,:/])(\d{1,2})\s?h\s?(\d{2})(?:min|m)?(?![^\W_]))"
    r"|(?P<hours>(?<![\d.,:/])(\d{1,2})\s?h(?:s|rs)?(?![^\W_]))"
    r"|(?P<dm>(?<![\d.,/])(?<!\d-)(\d{1,2})([./])(\d{1,2})(?![\d/]|[.,]\d))"
    r"|(?P<meridiem>(?<![^\W\d])[ap]\.\s?m\b\.?)"
    r"|(?P<number>\d+)"
    r"|(?P<word>[^\W\d_][^\W\d_\u0300-\u036f\u0591-\u05c7]*(?:[\u0300-\u036f\u0591-\u05c7]+[^\W\d_]*)*"
    r"(?:['’‘`´׳\"״”“][^\W\d_]+)*(?:(?<=[א-ת])['’׳])?)"
    r"|(?P<mark>[^\w\s]|_)",
    re.IGNORECASE,
)
_HEBREW_FINALS: Final = str.maketrans("ךםןףץ", "כמנפצ")
_QUOTES: Final = dict.fromkeys(map(ord, "'’‘`´׳\"״”“"))
# And, the, in, to, from, that, as: letters glued to the next Hebrew word or number.
_GLUED: Final = frozenset("והבלמשכ")
_HYPHENS: Final = frozenset("-‐‑־–—")


class Kind(StrEnum):
    WORD = "word"
    NUMBER = "number"
    ISO = "iso"
    DMY = "dmy"
    DM = "dm"
    HM = "hm"
    HOURS = "hours"
    MARK = "mark"
    # Telephone numbers, amounts, addresses of pages: never part of a date.
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Token:
    """`word` is folded; `numbers` are the parts of a numeric token, `sign` what stands between them."""

    word: str
    kind: Kind
    start: int
    end: int
    numbers: tuple[int, ...] = ()
    sign: str = ""
    padded: bool = False
    # Follows a digit or letter without a space, or with a hyphen that was dropped.
    is_glued: bool = False


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """The word without case, accents, niqqud, quotes and Hebrew final shapes; й stays itself, ё is е."""
    lowered = word.lower()
    if len(lowered) == 2 and lowered[1] in "'׳’" and "א" <= lowered[0] <= "ת":
        return lowered[0] + "'"  # a day of the week by its letter
    if lowered.isascii():
        return lowered.replace("'", "").replace('"', "")
    letters = []
    for char in unicodedata.normalize("NFC", lowered):
        if char in "йё":
            letters.append("й" if char == "й" else "е")
            continue
        letters.append(
            "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
        )
    return "".join(letters).translate(_HEBREW_FINALS).translate(_QUOTES)


def script_of(word: str) -> str:
    """`ru` for Cyrillic, `he` for Hebrew, `latin` for the rest."""
    first = word[:1]
    if "\u0400" <= first <= "\u04ff":
        return "ru"
    return "he" if "\u05d0" <= first <= "\u05ea" else "latin"


def tokenize(text: str, hebrew: Container[str]) -> list[Token]:
    """The tokens of a message; `hebrew` is the vocabulary that tells where a Hebrew prefix ends.

    A prefix becomes a token of its own, written with a hyphen ("ב-"). Hyphens inside words are dropped.
    """
    found: list[Token] = []
    for match in _PIECE.finditer(text, 0, MOST_CHARACTERS):
        kind = match.lastgroup or "mark"
        piece, start, end = match.group(kind), match.start(), match.end()
        if kind == "word":
            if script_of(piece) == "he":
                found.extend(_split_hebrew(piece, start, hebrew, found))
            else:
                found.append(Token(fold(piece), Kind.WORD, start, end))
        elif kind == "meridiem":
            found.append(Token("am" if piece[0] in "aA" else "pm", Kind.WORD, start, end))
        elif kind == "mark":
            found.append(Token(piece, Kind.MARK, start, end))
        else:
            found.append(_numeric(kind, piece, start, end))
    return _without_inner_hyphens(found)


def _numeric(kind: str, piece: str, start: int, end: int) -> Token:
    if kind == "opaque":
        return Token(piece, Kind.OPAQUE, start, end)
    parts = tuple(int(part) for part in re.findall(r"\d+", piece))
    sign = next((char for char in piece if not char.isdecimal()), "")
    return Token(piece, Kind(kind), start, end, parts, sign, padded=piece.startswith("0"))


def _split_hebrew(piece: str, start: int, known: Container[str], before: list[Token]) -> list[Token]:
    folded = fold(piece)
    end = start + len(piece)
    if len(folded) == 1:
        if before and before[-1].word == "יומ":  # a day of the week named by its letter
            return [Token(folded + "'", Kind.WORD, start, end)]
        if len(piece) == 2:
            return [Token(folded + "'", Kind.WORD, start, end)]
        return [Token(folded + "-" if folded in _GLUED else folded, Kind.WORD, start, end)]
    if folded in known:
        return [Token(folded, Kind.WORD, start, end)]
    for cut in (1, 2, 3):
        if folded[cut - 1] not in _GLUED or cut >= len(folded):
            break
        rest = folded[cut:]
        lettered = len(rest) == 1 and len(piece) == cut + 2
        if rest in known or lettered:
            prefixes = [
                Token(letter + "-", Kind.WORD, start + at, start + at + 1)
                for at, letter in enumerate(folded[:cut])
            ]
            return [*prefixes, Token(rest + "'" * lettered, Kind.WORD, start + cut, end)]
    return [Token(folded, Kind.WORD, start, end)]


def _without_inner_hyphens(tokens: list[Token]) -> list[Token]:
    kept: list[Token] = []
    for place, token in enumerate(tokens):
        if token.word in _HYPHENS and 0 < place < len(tokens) - 1:
            left, right = tokens[place - 1], tokens[place + 1]
            glued = left.end == token.start and token.end == right.start
            # "am-12" is a range; "ב-15", "15-го" and "segunda-feira" are one.
            is_one = right.kind is Kind.WORD or (left.kind is Kind.WORD and script_of(left.word) == "he")
            if glued and is_one:
                continue
        if token.word in _HYPHENS:
            token = Token("-", Kind.MARK, token.start, token.end)
        before = tokens[place - 1] if place else None
        if before is not None and before.end == token.start and before.word != token.word:
            is_glued = before.kind is not Kind.MARK or (
                before.word in _HYPHENS and kept[-1].kind is not Kind.MARK
            )
            token = replace(token, is_glued=is_glued)
        kept.append(token)
    return kept

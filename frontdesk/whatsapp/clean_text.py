"""Text written by strangers, made safe to store, log, show and match; pure.

Source: contracts/evolution_api.md, part E ("also legal in JSON") and samples 93 and 94.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# What one turn reads at most, in characters: far above any real question, far below a prompt's budget.
LIMIT_CHARACTERS: Final = 8_000
# A name in a chat list.
NAME_LIMIT_CHARACTERS: Final = 100

# Marks piled on one letter. Hebrew with points and accents needs four. Longer piles only blot the screen,
# and ordering them (NFC) takes time quadratic in their length.
_MARKS_ON_ONE_LETTER: Final = 8
_MARKS: Final = "".join(
    re.escape(chr(code)) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code))
)
_TOO_MANY_MARKS: Final = re.compile(f"([{_MARKS}]{{{_MARKS_ON_ONE_LETTER}}})[{_MARKS}]+")

# Characters an emoji sequence is built from; skin tones lie inside the first range.
_EMOJI: Final = (
    "\U0001f000-\U0001faff\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff"
    "\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
)
_TERMINAL_SEQUENCE: Final = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_LINE_ENDS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LONE_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# Unseen characters: controls other than newline and tab; bidi marks, embeddings, overrides and isolates;
# zero-width spaces and joiners (the joiner of emoji and variation selectors are judged below); fillers;
# soft hyphen; supplementary selectors, which can smuggle whole hidden texts.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0100-\U000e01ef]"
)
# Tags spell the flags of England, Scotland and Wales after a black flag; anywhere else they hide text.
_TAGS: Final = re.compile(
    "(\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,6}\U000e007f)|[\U000e0000-\U000e007f]+"
)
_STRAY_SELECTORS: Final = re.compile(f"(?<![{_EMOJI}0-9#*])[\ufe0e\ufe0f]")
_STRAY_JOINERS: Final = re.compile(
    f"(?<![{_EMOJI}\ufe0f\U000e007f])\u200d+|\u200d+(?![{_EMOJI}])|(?<=\u200d)\u200d+"
)

_GLUED_TO_THE_LEFT: Final = re.compile(
    f"[{_MARKS}\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
_LONGEST_CLUSTER: Final = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleaned:
    """A text fit to keep. `full_length` is its length in characters before it was cut to the limit."""

    text: str
    truncated: bool
    full_length: int


def clean_text(text: str, *, limit: int = LIMIT_CHARACTERS) -> Cleaned:
    """The text without unseen characters, in NFC, trimmed and cut to `limit` characters between whole emoji.

    Newlines and tabs stay. Lone surrogates become U+FFFD; terminal escape sequences vanish whole.
    """
    visible = _drop_unseen(text).strip()
    # Composing shortens: twice the limit is enough to fill it, and bounds the work for a megabyte.
    composed = unicodedata.normalize(
        "NFC", _TOO_MANY_MARKS.sub(r"\1", visible[: 2 * limit + _LONGEST_CLUSTER])
    )
    cut = _cut_between_clusters(composed, limit)
    truncated = len(cut) < len(composed) or len(visible) > 2 * limit + _LONGEST_CLUSTER
    return Cleaned(text=cut.rstrip() if truncated else cut, truncated=truncated, full_length=len(visible))


def clean_line(text: str, *, limit: int = NAME_LIMIT_CHARACTERS) -> str:
    """A name or title on one line: `clean_text` with runs of white space as one space; may be empty."""
    return " ".join(clean_text(text[: limit * 10], limit=limit).text.split())


def make_storable(text: str) -> str:
    """An identifier as it is, but for what PostgreSQL and UTF-8 refuse: NUL and lone surrogates."""
    return _LONE_SURROGATES.sub("\ufffd", text).replace("\x00", "")


def _drop_unseen(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _TERMINAL_SEQUENCE.sub("", text)
    text = _LINE_ENDS.sub("\n", text)
    text = _LONE_SURROGATES.sub("\ufffd", text)
    text = _UNSEEN.sub("", text)
    text = _TAGS.sub(lambda flag: flag.group(1) or "", text)
    text = _STRAY_SELECTORS.sub("", text)
    return _STRAY_JOINERS.sub("", text)


def _cut_between_clusters(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = limit
    for _ in range(_LONGEST_CLUSTER):
        if end <= 0 or not _is_inside_cluster(text, end):
            return text[:end]
        end -= 1
    return text[:limit]  # no real cluster is so long: a pile of marks may be cut anywhere


def _is_inside_cluster(text: str, at: int) -> bool:
    if _GLUED_TO_THE_LEFT.match(text[at]) or text[at - 1] == "\u200d":
        return True
    if not _is_regional(text[at]):
        return False
    first = at
    while first > 0 and at - first < 2 * _LONGEST_CLUSTER and _is_regional(text[first - 1]):
        first -= 1
    return (at - first) % 2 == 1  # flags are pairs


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"

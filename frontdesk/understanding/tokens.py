"""A message cut into words, numbers, emoji and punctuation, with places in the original."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from frontdesk.understanding.folding import fold, is_hebrew

# More than any sincere message needs; what follows is not read (a megabyte of text must not stall a worker).
MOST_TOKENS: Final = 400

_EMOJI = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\u2139\u2194-\u21aa]"
_EMOJI_TAIL = "[\ufe0f\u200d\U0001f3fb-\U0001f3ff\u20e3]"
_PIECE: Final = re.compile(
    rf"(?P<emoji>{_EMOJI}(?:{_EMOJI_TAIL}|{_EMOJI})*?(?:{_EMOJI_TAIL})*)"
    r"|(?P<number>\d+(?:[.,:/]\d+)*)"
    # A word keeps inner apostrophes, gershayim and niqqud; a hyphen ends it.
    r"|(?P<word>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7]|(?<=\w)['’‘`´ʼ׳\"״](?=[^\W\d_]))*)"
    r"|(?P<mark>[^\w\s])"
)
# Letters glued to the next Hebrew word: and, the, in, to, from, that, as.
_GLUED: Final = frozenset("והבלמשכ")


class TokenKind(StrEnum):
    WORD = "word"
    NUMBER = "number"
    EMOJI = "emoji"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """`folded` is for comparing; `start` and `end` are places in the message."""

    text: str
    folded: str
    kind: TokenKind
    start: int
    end: int

    @property
    def is_capitalized(self) -> bool:
        return self.text[:1].isupper()


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of a message in order, at most `MOST_TOKENS`; emoji lose skin tones and repeats."""
    tokens: list[Token] = []
    for match in _PIECE.finditer(text):
        kind = TokenKind(match.lastgroup or "mark")
        piece = match.group()
        folded = piece[0] if kind is TokenKind.EMOJI else fold(piece)
        tokens.append(Token(piece, folded, kind, match.start(), match.end()))
        if len(tokens) == MOST_TOKENS:
            break
    return tuple(tokens)


@lru_cache(maxsize=4096)
def bare_forms(folded: str, *, shortest: int = 3) -> tuple[str, ...]:
    """The word itself, then it without one to three glued Hebrew prefixes; other scripts have only themselves.

    `shortest` is the fewest letters that may remain.
    """
    if not is_hebrew(folded):
        return (folded,)
    forms = [folded]
    for cut in (1, 2, 3):
        if folded[cut - 1 : cut] not in _GLUED or len(folded) - cut < shortest:
            break
        forms.append(folded[cut:])
    return tuple(forms)

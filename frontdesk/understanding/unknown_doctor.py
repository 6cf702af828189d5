"""A doctor named who does not work here: "Dr House"."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from frontdesk.understanding.doctor_names import is_title
from frontdesk.understanding.names import is_word
from frontdesk.understanding.tokens import TokenKind, tokenize

_SHORTEST_NAME: Final = 3


def names_unknown_doctor(text: str) -> bool:
    """Whether a title stands before a word that is none, in a message that names no doctor of the catalog."""
    tokens = tokenize(text)
    return any(
        is_title(title.folded)
        and name.kind is TokenKind.WORD
        and len(name.folded) >= _SHORTEST_NAME
        and not is_title(name.folded)
        and not is_word(name.folded)
        for title, name in pairwise(tokens)
    )

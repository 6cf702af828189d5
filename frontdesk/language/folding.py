"""One spelling for matching: case, accents, vowel points and invisible characters folded away."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Hebrew letters have a second shape at the end of a word; stems and typos need one shape.
_SAME_LETTER: Final = str.maketrans("ךםןףץ", "כמנפצ")
# Gershayim, geresh and apostrophes of every kind: "can't", "ד״ר", "д'Артаньян" become one word.
_INSIDE_WORDS: Final = re.compile(r"(?<=\w)['’‘`´׳״\"](?=\w)")
_LINKS: Final = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|<[^>]{0,200}>")


def drop_links(text: str) -> str:
    """The text with web addresses, e-mail addresses and markup blanked out: they carry no language."""
    return _LINKS.sub(" ", text)


def fold(text: str) -> str:
    """Lower case without accents, points, isolates or zero-width characters; "ё" is "е", "й" stays "й"."""
    if text.isascii():
        return _INSIDE_WORDS.sub("", text.lower())
    # й is и plus a breve in decomposed form: keep it, since "мой" and "мои" differ.
    kept = unicodedata.normalize("NFKC", text).casefold().replace("й", "\ue000")
    plain = "".join(
        c for c in unicodedata.normalize("NFD", kept) if unicodedata.category(c) not in ("Mn", "Me", "Cf")
    )
    return _INSIDE_WORDS.sub("", plain.replace("\ue000", "й").translate(_SAME_LETTER))

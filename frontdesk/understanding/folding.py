"""One spelling for words that differ only in case, accents or Hebrew letter shapes."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

# Final letters are positional shapes of the same letter; patients on phones mix them up.
_HEBREW_FINALS: Final = str.maketrans("ךםןףץ", "כמנפצ")
# й and ё decompose like accented letters; й is a letter of its own, ё is written as е by most people.
_KEPT: Final = {"й": "й", "ё": "е"}
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘`´ʼ׳", "'") | dict.fromkeys("“”„״«»", '"'))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _KEPT:
        return _KEPT[char]
    decomposed = unicodedata.normalize("NFKD", char)
    return "".join(part for part in decomposed if not unicodedata.combining(part))


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """The word without case, accents, niqqud, gershayim and Hebrew final shapes; quotes become plain ones.

    The length may differ from the original: spans are kept by the tokenizer, not here.
    """
    folded = "".join(_fold_char(char) for char in word.casefold())
    return folded.translate(_HEBREW_FINALS).translate(_APOSTROPHES).replace('"', "")


def is_hebrew(word: str) -> bool:
    """Whether the word has a Hebrew letter."""
    return not word.isascii() and any("א" <= char <= "ת" for char in word)


def is_cyrillic(word: str) -> bool:
    """Whether the word has a Cyrillic letter."""
    return not word.isascii() and any("Ѐ" <= char <= "ӿ" for char in word)

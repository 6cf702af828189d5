"""Endings taken off, so that the forms of a word meet: light rules, not a dictionary."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from frontdesk.understanding.folding import is_cyrillic, is_hebrew

# Longest first. What remains must keep `_SHORTEST_STEM` letters.
_RU_ENDINGS: Final = (
    "иями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "иях", "ией", "ием", "ах", "ях", "ов", "ев",
    "ей", "ой", "ый", "ий", "ая", "яя", "ое", "ее", "ые", "ие", "ия", "ии", "ию", "ых", "их", "ую", "юю", "ом",
    "ем", "ам", "ям", "ью", "ым", "им", "а", "я", "о", "е", "ы", "и", "у", "ю", "й", "ь",
)  # fmt: skip
_LATIN_ENDINGS: Final = (
    "oes",
    "aes",
    "ais",
    "eis",
    "ao",
    "ns",
    "es",
    "os",
    "as",
    "al",
    "el",
    "m",
    "s",
    "o",
    "a",
    "e",
)
_HE_ENDINGS: Final = ("יות", "ות", "ימ", "יה", "ית", "ה", "ת", "י")
_SHORTEST_STEM: Final = 4
_SHORTEST_HEBREW_STEM: Final = 3

# Case endings of a Russian personal name; each may stand for nothing, а, я, й or ь in the base form.
_NAME_ENDINGS: Final = (
    "ого",
    "ому",
    "ой",
    "ей",
    "ою",
    "ею",
    "ом",
    "ем",
    "ым",
    "им",
    "а",
    "я",
    "у",
    "ю",
    "е",
    "ы",
    "и",
)
_NAME_BASES: Final = ("", "а", "я", "й", "ь", "ий")


@lru_cache(maxsize=16384)
def stem(folded: str) -> str:
    """The folded word without number, gender and case; short words stay whole."""
    if is_cyrillic(folded):
        if folded.endswith(("ок", "ек")) and len(folded) > 5:
            return folded[:-2] + "к"  # the fleeting vowel: коронок, коронка
        return _without(folded, _RU_ENDINGS, _SHORTEST_STEM)
    if is_hebrew(folded):
        once = _without(folded, _HE_ENDINGS, _SHORTEST_HEBREW_STEM)
        return _without(once, ("י",), _SHORTEST_HEBREW_STEM)
    # Twice: "extracciones" loses -es, a gendered plural loses -s and then its vowel.
    once = _without(folded, _LATIN_ENDINGS, _SHORTEST_STEM)
    return _without(once, ("o", "a", "e"), _SHORTEST_STEM)


def _without(word: str, endings: tuple[str, ...], shortest: int) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=4096)
def name_bases(folded: str) -> tuple[str, ...]:
    """What a person's name may be in the nominative: the word itself first. Only Russian names decline."""
    if not is_cyrillic(folded):
        if folded.endswith("'s") and len(folded) > 4:
            return (folded, folded[:-2])
        return (folded,)
    bases = [folded]
    for ending in _NAME_ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= 2:
            root = folded[: -len(ending)]
            bases.extend(
                root + base for base in _NAME_BASES if root + base != folded and len(root + base) >= 3
            )
    return tuple(dict.fromkeys(bases))

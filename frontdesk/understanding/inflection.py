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

# Case endings of Russian personal names, and what stands in their place in the nominative.
_HARD: Final = ("", "й", "ь", "ий")
_SOFT: Final = ("а", "я")
_NAME_ENDINGS: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "genitive": (
        ("ого", ("ий", "ый", "ой")), ("ой", _SOFT), ("ей", _SOFT), ("а", _HARD), ("я", _HARD), ("ы", _SOFT),
        ("и", (*_SOFT, "ь")),
    ),
    "dative": (
        ("ому", ("ий", "ый", "ой")), ("ой", ("ая", *_SOFT)), ("ей", ("ая", *_SOFT)), ("у", _HARD), ("ю", _HARD),
        ("е", _SOFT), ("и", ("я", "ь", "ия")),
    ),
    "accusative": (("у", _SOFT), ("ю", _SOFT), ("ую", ("ая",)), ("а", _HARD), ("я", _HARD)),
    "instrumental": (
        ("ом", _HARD), ("ем", _HARD), ("ым", ("", "ый", "ой")), ("им", ("", "ий")), ("ой", (*_SOFT, "ая")),
        ("ей", _SOFT), ("ою", _SOFT), ("ею", _SOFT), ("ью", ("ь",)),
    ),
    "prepositional": (("е", (*_HARD, *_SOFT)),),
}  # fmt: skip
# The case a word asks of the name after it.
CASE_AFTER: Final[dict[str, str]] = {
    **dict.fromkeys(("к", "ко", "доктору", "врачу"), "dative"),
    **dict.fromkeys(("у", "от", "без", "вместо", "кроме", "для", "доктора", "врача"), "genitive"),
    **dict.fromkeys(("с", "со", "доктором", "врачом"), "instrumental"),
    **dict.fromkeys(("про",), "accusative"),
    **dict.fromkeys(("о", "об"), "prepositional"),
}


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


@lru_cache(maxsize=8192)
def name_bases(folded: str, case: str | None = None) -> tuple[str, ...]:
    """What a person's name may be in the nominative: the word itself first. Only Russian names decline.

    `case` is the case the words before it ask for, None if they ask for none: then any case will do.
    """
    if not is_cyrillic(folded):
        if folded.endswith("'s") and len(folded) > 4:
            return (folded, folded[:-2])
        return (folded,)
    bases: list[str] = []
    for name, endings in _NAME_ENDINGS.items():
        if case in (None, name):
            bases.extend(_bases_of(folded, endings))
    # A declinable name that does not take the case asked for is not that name: "к Морозову" is no Морозова.
    return tuple(dict.fromkeys([folded, *bases]))


def _bases_of(folded: str, endings: tuple[tuple[str, tuple[str, ...]], ...]) -> list[str]:
    bases: list[str] = []
    for ending, replacements in endings:
        root = folded[: -len(ending)]
        if folded.endswith(ending) and len(root) >= 2:
            bases.extend(root + replacement for replacement in replacements if len(root + replacement) >= 3)
    return bases

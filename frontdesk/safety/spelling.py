"""Which lexicon words a written word may stand for: as written, with a prefix, mistyped or transliterated."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

# One slip in a word of this length, two in a long one: shorter words have too many neighbours.
_LENGTH_FOR_ONE_SLIP: Final = 6
_LENGTH_FOR_ONE_SLIP_HEBREW: Final = 5
_LENGTH_FOR_TWO_SLIPS: Final = 10
_HEBREW: Final = re.compile("[א-ת]")
_HEBREW_PREFIXES: Final = "ובכלמשה"
# "Not" takes only "and" and "that" before it: "מלא" is "full", no "from not".
_HEBREW_NOT: Final = frozenset({"לא", "אל"})
_BEFORE_NOT: Final = frozenset("וש")
_CYRILLIC: Final = re.compile("[а-яё]")
_LATIN_OF: Final = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e zh z i i k l m n o p r s t u f h c ch sh sh _ i _ e iu ia".replace("_", "").split(" "),
        strict=True,
    )
)
# One key for the many ways to write Russian in Latin letters: kh/x/h, ts/c, y/j/i, sch/shch/sh.
_SAME_SOUND: Final = (
    ("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("x", "h"), ("ts", "c"), ("tz", "c"), ("w", "v"), ("'", ""),
    ("yo", "e"), ("jo", "e"), ("ye", "e"), ("j", "i"), ("y", "i"), ("q", "k"),
)  # fmt: skip
_NUMBER: Final = re.compile(r"\d")


class Speller:
    """The vocabulary of a lexicon: patterns ("отек", "отек*", "#fever") to the numbers that stand for them."""

    def __init__(self, patterns: dict[str, frozenset[int]]) -> None:
        """`patterns` maps each written form, `*` for any ending, to the ids of the elements it belongs to."""
        self._exact: Final = {
            word: ids for word, ids in patterns.items() if not word.endswith("*") and word[0] != "#"
        }
        self._stems: Final = {word[:-1]: ids for word, ids in patterns.items() if word.endswith("*")}
        self._numbers: Final = {word: ids for word, ids in patterns.items() if word[0] == "#"}
        self._longest_stem: Final = max(map(len, self._stems), default=0)
        self._by_first: Final = _by_first_letter(self._exact, self._stems)
        self._latin_exact: Final = _latin_keys(self._exact)
        self._latin_stems: Final = _latin_keys(self._stems)
        self.find_ids = lru_cache(maxsize=20_000)(self._find_ids)

    def _find_ids(self, word: str) -> frozenset[int]:
        if _NUMBER.match(word):
            return self._of_number(word)
        found = self._as_written(word)
        if _HEBREW.match(word):
            # Both readings: "הנפיחות" may stand in the lexicon for itself and is "נפיחות" all the same.
            found |= self._without_prefix(word)
        if not found and word.isascii():
            found = self._transliterated(word)
        return found or self._mistyped(word)

    def _as_written(self, word: str) -> frozenset[int]:
        found = self._exact.get(word, frozenset())
        for length in range(2, min(len(word), self._longest_stem) + 1):
            stem = self._stems.get(word[:length])
            if stem is not None:
                found |= stem
        return found

    def _without_prefix(self, word: str) -> frozenset[int]:
        found = frozenset[int]()
        for cut in (1, 2, 3):
            if len(word) - cut < 2 or word[cut - 1] not in _HEBREW_PREFIXES:
                break
            if word[cut:] in _HEBREW_NOT and not _BEFORE_NOT.issuperset(word[:cut]):
                continue
            found |= self._as_written(word[cut:])
        return found

    def _transliterated(self, word: str) -> frozenset[int]:
        key = _sound(word)
        found = self._latin_exact.get(key, frozenset())
        for length in range(4, len(key) + 1):
            found |= self._latin_stems.get(key[:length], frozenset())
        return found

    def _mistyped(self, word: str) -> frozenset[int]:
        shortest = _LENGTH_FOR_ONE_SLIP_HEBREW if _HEBREW.match(word) else _LENGTH_FOR_ONE_SLIP
        if len(word) < shortest:
            return frozenset()
        best, nearest = 3, frozenset[int]()
        for form, ids, is_stem in self._by_first.get(word[0], ()):
            # A stem is the beginning of many words already: it must be longer to be misspelt as well.
            if len(form) < shortest + is_stem:
                continue
            slips = 2 if min(len(form), len(word)) >= _LENGTH_FOR_TWO_SLIPS else 1
            distance = OSA.distance(word[: len(form)] if is_stem else word, form, score_cutoff=slips)
            if distance > min(slips, best):
                continue
            nearest = ids if distance < best else nearest | ids
            best = distance
        return nearest

    def _of_number(self, word: str) -> frozenset[int]:
        value = float(word.replace(",", "."))
        kinds = ["#any"]
        if 37.5 <= value <= 42 or 100.4 <= value <= 107:
            kinds.append("#fever")
        if 35 <= value < 37.5 or 95 <= value < 100:
            kinds.append("#normal")
        # More tablets than any leaflet allows in a day; minutes of bleeding after which help is called.
        if value >= 10 and not 1900 <= value <= 2100:
            kinds.append("#many")
        if 1900 <= value <= 2100:
            kinds.append("#year")
        return frozenset().union(*(self._numbers.get(kind, frozenset()) for kind in kinds))


def _by_first_letter(
    exact: dict[str, frozenset[int]], stems: dict[str, frozenset[int]]
) -> dict[str, list[tuple[str, frozenset[int], bool]]]:
    forms: dict[str, list[tuple[str, frozenset[int], bool]]] = defaultdict(list)
    for known, is_stem in ((exact, False), (stems, True)):
        for word, ids in known.items():
            if len(word) >= _LENGTH_FOR_ONE_SLIP_HEBREW:
                forms[word[0]].append((word, ids, is_stem))
    return dict(forms)


def _latin_keys(words: dict[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    keys: dict[str, frozenset[int]] = {}
    for word, ids in words.items():
        if _CYRILLIC.match(word):
            key = _sound("".join(_LATIN_OF.get(letter, letter) for letter in word))
            keys[key] = keys.get(key, frozenset()) | ids
    return keys


def _sound(word: str) -> str:
    for written, sound in _SAME_SOUND:
        word = word.replace(written, sound)
    return re.sub(r"(.)\1+", r"\1", word)

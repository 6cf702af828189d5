"""Known words near a misspelled one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz.distance import OSA

from frontdesk.understanding.folding import is_hebrew

# Below five letters one wrong letter is usually another word.
_SHORTEST: Final = 5
# Hebrew writes no vowels: its words are shorter and nearer each other.
_SHORTEST_HEBREW: Final = 6
# From here two wrong letters are still the same word.
_LONG: Final = 8
_MOST_CACHED: Final = 20_000


def most_errors(word: str) -> int:
    """How many wrong letters a word of this length forgives."""
    if len(word) < (_SHORTEST_HEBREW if is_hebrew(word) else _SHORTEST):
        return 0
    return 2 if len(word) >= _LONG else 1


@dataclass(slots=True)
class Speller:
    """Words that are right, and the nearest of them for one that is not."""

    _targets: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _known: set[str] = field(default_factory=set)
    _cache: dict[str, str | None] = field(default_factory=dict)

    def learn(self, words: Iterable[str], *, is_target: bool = True) -> None:
        """Add folded words; those that are not targets are only known to be right."""
        # In order: of two words as near the first counts, in every process the same.
        for word in sorted(words):
            if is_target and len(word) >= _SHORTEST and word not in self._known:
                self._targets[word[0]].append(word)
            self._known.add(word)

    def knows(self, word: str) -> bool:
        return word in self._known

    def correct(self, word: str) -> str | None:
        """The one known word this is a misspelling of; None if it is known, too short or like none."""
        if not most_errors(word) or word in self._known:
            return None
        if word not in self._cache:
            if len(self._cache) > _MOST_CACHED:
                self._cache.clear()
            self._cache[word] = self._nearest(word)
        return self._cache[word]

    def _nearest(self, word: str) -> str | None:
        allowed = most_errors(word)
        best: str | None = None
        fewest = allowed + 1
        # The first letter is rarely wrong, except when the first two are swapped.
        for first in dict.fromkeys(word[:2]):
            for target in self._targets.get(first, ()):
                if abs(len(target) - len(word)) > allowed:
                    continue
                errors = OSA.distance(word, target, score_cutoff=fewest - 1)
                if errors < fewest:
                    best, fewest = target, errors
        return best

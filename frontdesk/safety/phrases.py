"""Finds the phrases of a lexicon in a message: word stems in order, with small gaps, in five languages at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from frontdesk.language.folding import drop_links, fold
from frontdesk.safety.spelling import Speller

# Words that may stand between two words of a phrase ("не могу [вообще] дышать").
_LARGEST_GAP: Final = 2
_SENTENCE_END: Final = re.compile(r"[.!?;…\n]")
_PIECE: Final = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)?|[.!?;…\n]|[,:()]|[-–—](?=\s)")
_BUT: Final = frozenset({"but", "но", "pero", "mas", "porem", "אבל", "however", "зато", "sino"})
# A patient in distress holds a key down; three of a letter are one.
_HELD_KEY: Final = re.compile(r"(.)\1{2,}")
_MOST_WORDS: Final = 400


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    clause: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of `concept` found at the words `start` to `end` (inclusive)."""

    concept: str
    language: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    concept: str
    language: str
    # The elements after the first, each with whether it must follow at once.
    rest: tuple[tuple[int, bool], ...]
    # All of them, to pass over a phrase whose words are not there at all.
    needs: frozenset[int]


class PhraseBook:
    """Phrases by concept and language, compiled for one pass over a message."""

    def __init__(self, sources: Iterable[tuple[str, str, str]], fillers: Iterable[str] = ()) -> None:
        """`sources`: (language, concept, phrases). Phrases are parted by ";" or a new line. In a phrase "a|b" is a
        choice, "stem*" any ending, "a_b" b right after a, "a b" with up to two words between, "#fever" a number.
        """
        sources = [
            (language, concept, part.strip())
            for language, concept, phrases in sources
            for part in re.split(r"[;\n]", phrases)
            if part.strip()
        ]
        # A filler of one language that a phrase of another needs ("um", "so") stays a word.
        needed = {fold(word) for _, _, phrase in sources for word in re.split(r"[\s_|]+", phrase)}
        self._fillers: Final = frozenset(map(fold, fillers)) - needed
        patterns: dict[str, set[int]] = defaultdict(set)
        elements: dict[str, int] = {}
        self._starting: Final[dict[int, list[_Phrase]]] = defaultdict(list)
        for language, concept, phrase in sources:
            for parts in _readings(phrase):
                ids = [(self._element(text, elements, patterns), tight) for text, tight in parts]
                needs = frozenset(element for element, _ in ids)
                self._starting[ids[0][0]].append(_Phrase(concept, language, tuple(ids[1:]), needs))
        self._speller: Final = Speller({word: frozenset(ids) for word, ids in patterns.items()})

    @staticmethod
    def _element(text: str, elements: dict[str, int], patterns: Mapping[str, set[int]]) -> int:
        if text not in elements:
            elements[text] = len(elements)
            for choice in text.split("|"):
                star = "*" if choice.endswith("*") else ""
                patterns[fold(choice.removesuffix("*")) + star].add(elements[text])
        return elements[text]

    def read_words(self, text: str) -> list[Word]:
        """The folded words with the clause and sentence they stand in; fillers of spoken language left out."""
        words: list[Word] = []
        clause = sentence = 0
        for piece in _PIECE.findall(_HELD_KEY.sub(r"\1", fold(_mark_yes(drop_links(text))))):
            if _SENTENCE_END.match(piece):
                sentence, clause = sentence + 1, clause + 1
            elif not piece[0].isalnum():
                clause += 1
            elif piece not in self._fillers:
                clause += piece in _BUT
                words.append(Word(piece, clause, sentence))
                if len(words) >= _MOST_WORDS:
                    break
        return words

    def find_hits(self, words: Sequence[Word]) -> list[Hit]:
        """Every phrase found, in the order of the words."""
        found: dict[Hit, None] = {}
        ids = [self._speller.find_ids(word.text) for word in words]
        said = frozenset().union(*ids)
        for start, here in enumerate(ids):
            for element in here:
                for phrase in self._starting.get(element, ()):
                    if not phrase.needs <= said:
                        continue
                    end = _end_of(phrase.rest, start, ids, words)
                    if end is not None:
                        found[Hit(phrase.concept, phrase.language, start, end)] = None
        return list(found)


def _readings(phrase: str) -> Iterator[list[tuple[str, bool]]]:
    """The phrase as elements, each with whether it follows at once; "a|b_c" is two phrases."""
    groups = [group.split("|") if "|" in group and "_" in group else [group] for group in phrase.split()]
    for chosen in product(*groups):
        yield [(text, number > 0) for group in chosen for number, text in enumerate(group.split("_"))]


def _end_of(
    rest: tuple[tuple[int, bool], ...], start: int, ids: Sequence[frozenset[int]], words: Sequence[Word]
) -> int | None:
    """Where the phrase that starts at `start` ends; None if the rest of it does not follow in the sentence."""
    at = start
    for element, tight in rest:
        last = min(at + (1 if tight else _LARGEST_GAP + 1), len(ids) - 1)
        following = next((i for i in range(at + 1, last + 1) if element in ids[i]), None)
        if following is None or words[following].sentence != words[start].sentence:
            return None
        at = following
    return at


def _mark_yes(text: str) -> str:
    """Spanish "sí" is yes, "si" is if: without accents they would be one word."""
    return re.sub(r"\bs[íÍ]\b", "sii", text, flags=re.IGNORECASE)

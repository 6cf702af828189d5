"""What people ask clinics for, whatever this clinic calls it: five languages meet in one concept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from frontdesk.language.codes import LANGUAGES
from frontdesk.understanding.lexicon import load_lexicon
from frontdesk.understanding.terms import Term, TermIndex
from frontdesk.understanding.tokens import Token, tokenize


@dataclass(frozen=True, slots=True)
class Concept:
    """`instead` stands in where a clinic has nothing under this concept, in order. `terms` are its words."""

    name: str
    terms: tuple[str, ...]
    instead: tuple[str, ...]
    # Names no treatment ("visit").
    is_generic: bool


@cache
def load_concepts() -> dict[str, Concept]:
    """Every concept by name."""
    concepts = {}
    for name, entry in load_lexicon("concepts").items():
        terms = tuple(
            term.strip() for code in LANGUAGES for term in str(entry.get(code, "")).split(",") if term.strip()
        )
        concepts[name] = Concept(name, terms, tuple(entry.get("or", ())), bool(entry.get("generic", False)))
    return concepts


@cache
def concept_index() -> TermIndex[str]:
    """Words of all languages to concept names."""
    index: TermIndex[str] = TermIndex()
    for concept in load_concepts().values():
        for term in concept.terms:
            index.add(term, concept.name)
    return index


def find_concepts(
    tokens: Sequence[Token], correct: Callable[[str], str | None] = lambda _: None
) -> list[Term[str]]:
    """The concepts named in a message, longest first; shorter ones inside a longer one are left out."""
    found = sorted(
        concept_index().find(tokens, correct), key=lambda term: (-term.words, term.corrected, term.first)
    )
    kept: list[Term[str]] = []
    for term in found:
        inside_longer = any(
            other.first <= term.first and term.last <= other.last and other.words > term.words
            for other in kept
        )
        if not inside_longer:
            kept.append(term)
    return kept


def concepts_in_name(name: str) -> frozenset[str]:
    """The concepts a service's name speaks of; generic ones only if the name holds nothing else.

    Of concepts in different parts of the name ("filling with X-ray") all count.
    """
    tokens = tokenize(name)
    concepts = load_concepts()
    found = find_concepts(tokens)
    specific = frozenset(term.payload for term in found if not concepts[term.payload].is_generic)
    if specific:
        return specific
    covered = {place for term in found for place in range(term.first, term.last)}
    is_all_generic = all(place in covered or not token.folded.isalpha() for place, token in enumerate(tokens))
    return frozenset(term.payload for term in found) if is_all_generic else frozenset()

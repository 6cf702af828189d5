"""Services of a catalog, found by the clinic's words and by what patients call such services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from frontdesk.scheduling.models import Service
from frontdesk.understanding.concepts import concepts_in_name, find_concepts, load_concepts
from frontdesk.understanding.terms import Term, TermIndex
from frontdesk.understanding.tokens import Token

# The clinic's own words count more than the lexicon's; a corrected spelling costs some.
_OWN_SCORE = 100.0
_CONCEPT_SCORE = 92.0
_INSTEAD_SCORE = 86.0
_CORRECTED_COST = 5.0


@dataclass(frozen=True, slots=True)
class ServiceHit:
    """Services that fit tokens `[first, last)`, best first."""

    service_ids: tuple[UUID, ...]
    score: float
    first: int
    last: int
    words: int


class ServiceNames:
    """Built once for a catalog."""

    def __init__(self, services: Mapping[UUID, Service]) -> None:
        self._own: TermIndex[UUID] = TermIndex()
        direct: dict[str, list[UUID]] = {}
        for service in services.values():
            for name in _names_of(service):
                self._own.add(name, service.service_id)
            for concept in _concepts_of(service):
                direct.setdefault(concept, []).append(service.service_id)
        self._by_concept = {name: (tuple(ids), _CONCEPT_SCORE) for name, ids in direct.items()}
        for each in load_concepts().values():
            stands_in = next((other for other in each.instead if other in direct), None)
            if each.name not in direct and stands_in is not None:
                self._by_concept[each.name] = (tuple(direct[stands_in]), _INSTEAD_SCORE)

    @property
    def words(self) -> set[str]:
        """Every folded word of the catalog's names."""
        return self._own.words

    def find(
        self, tokens: Sequence[Token], correct: Callable[[str], str | None]
    ) -> tuple[list[ServiceHit], list[Term[str]]]:
        """Services named, in order of place without overlaps, and the concepts this clinic has no service for."""
        concepts = find_concepts(tokens, correct)
        hits = [*self._own_hits(tokens, correct), *self._concept_hits(concepts)]
        # Longer first; of equal length the clinic's own words.
        hits.sort(key=lambda hit: (-hit.words, -hit.score, hit.first))
        kept: list[ServiceHit] = []
        for hit in hits:
            if not any(other.first < hit.last and hit.first < other.last for other in kept):
                kept.append(hit)
        unknown = [
            term
            for term in concepts
            if term.payload not in self._by_concept
            and not load_concepts()[term.payload].is_generic
            and not any(hit.first < term.last and term.first < hit.last for hit in kept)
        ]
        return sorted(kept, key=lambda hit: hit.first), unknown

    def _own_hits(self, tokens: Sequence[Token], correct: Callable[[str], str | None]) -> list[ServiceHit]:
        places: dict[tuple[int, int], list[Term[UUID]]] = {}
        for term in self._own.find(tokens, correct):
            places.setdefault((term.first, term.last), []).append(term)
        hits = []
        for (first, last), terms in places.items():
            exact = [term for term in terms if not term.corrected] or terms
            score = _OWN_SCORE - (_CORRECTED_COST if exact[0].corrected else 0)
            ids = tuple(dict.fromkeys(term.payload for term in exact))
            hits.append(ServiceHit(ids, score, first, last, exact[0].words))
        return hits

    def _concept_hits(self, concepts: Sequence[Term[str]]) -> list[ServiceHit]:
        hits: dict[tuple[int, int], ServiceHit] = {}
        for term in concepts:
            if term.payload not in self._by_concept:
                continue
            ids, score = self._by_concept[term.payload]
            score -= _CORRECTED_COST if term.corrected else 0
            before = hits.get((term.first, term.last))
            if before is None or before.score < score:
                hits[term.first, term.last] = ServiceHit(ids, score, term.first, term.last, term.words)
            elif before.score == score:
                both = tuple(dict.fromkeys((*before.service_ids, *ids)))
                hits[term.first, term.last] = ServiceHit(both, score, term.first, term.last, term.words)
        return list(hits.values())


def _names_of(service: Service) -> tuple[str, ...]:
    return (*service.name.values(), *(alias for aliases in service.aliases.values() for alias in aliases))


def _concepts_of(service: Service) -> frozenset[str]:
    """Generic concepts count only in the service's name: a clinic's alias "dentist" speaks for itself."""
    concepts = load_concepts()
    in_name = frozenset[str]().union(*(concepts_in_name(name) for name in service.name.values()))
    in_aliases = frozenset[str]().union(
        *(concepts_in_name(alias) for aliases in service.aliases.values() for alias in aliases)
    )
    return in_name | frozenset(name for name in in_aliases if not concepts[name].is_generic)

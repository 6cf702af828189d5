"""The services and doctors of a catalog in the words of patients. An index is built once per catalog."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from frontdesk.scheduling.models import Catalog
from frontdesk.understanding.concepts import concept_index
from frontdesk.understanding.cues import cue_book, ordinary_words
from frontdesk.understanding.doctor_names import DoctorHit, DoctorNames
from frontdesk.understanding.models import NameMention
from frontdesk.understanding.service_names import ServiceHit, ServiceNames
from frontdesk.understanding.spelling import Speller
from frontdesk.understanding.tokens import Token, bare_forms, tokenize

# A worker serves some dozens of clinics; an index takes some hundred kilobytes.
_MOST_INDEXES: Final = 64
# The beginning of a word is corrected like a word: "resheduel" is near "reschedul-".
_SHORTEST_CORRECTED_PREFIX: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What a message names. `concepts` are spans of treatments this clinic has no service for."""

    services: tuple[NameMention, ...] = ()
    doctors: tuple[NameMention, ...] = ()
    concepts: tuple[tuple[int, int], ...] = ()


@cache
def general_speller() -> Speller:
    """Spelling of the words no catalog adds."""
    return _new_speller()


def _new_speller() -> Speller:
    speller = Speller()
    speller.learn(ordinary_words(), is_target=False)
    speller.learn(cue_book().words)
    speller.learn(prefix for prefix in cue_book().prefixes if len(prefix) >= _SHORTEST_CORRECTED_PREFIX)
    speller.learn(concept_index().words)
    return speller


def is_word(folded: str) -> bool:
    """Whether a word is one to the letter, so no misspelt name; in Hebrew also behind glued letters ("and I")."""
    return general_speller().knows(folded) or not ordinary_words().isdisjoint(bare_forms(folded))


class NameIndex:
    """Finds services and doctors of one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._services = ServiceNames(catalog.services)
        self._doctors = DoctorNames(
            catalog.doctors, is_ordinary=ordinary_words().__contains__, is_word=is_word
        )
        self.speller = _new_speller()
        self.speller.learn(self._services.words)
        self.speller.learn(self._doctors.words, is_target=False)

    @property
    def words(self) -> frozenset[str]:
        """Folded words of the doctors' names: they say nothing about a message's language."""
        return frozenset(self._doctors.words)

    def find(self, text: str) -> Names:
        """The services and doctors named in a message, in order of place."""
        return self.find_in(tokenize(text))

    def find_in(self, tokens: Sequence[Token], taken: Sequence[tuple[int, int]] = ()) -> Names:
        """Like `find`, for a message already cut; `taken` are the places of dates in the text."""
        spans = [_token_span(tokens, start, end) for start, end in taken]
        services, unknown = self._services.find(tokens, self.speller.correct)
        doctors = self._doctors.find(tokens, spans)
        services, doctors = _without_clashes(services, doctors)
        return Names(
            services=tuple(_mention(tokens, hit) for hit in services),
            doctors=tuple(_mention(tokens, hit) for hit in doctors),
            concepts=tuple((tokens[term.first].start, tokens[term.last - 1].end) for term in unknown),
        )


def _without_clashes(
    services: list[ServiceHit], doctors: list[DoctorHit]
) -> tuple[list[ServiceHit], list[DoctorHit]]:
    """Where both claim the same words the longer name wins, then the doctor: "Bay Radiology" is no X-ray."""

    def clash(one: ServiceHit | DoctorHit, other: ServiceHit | DoctorHit) -> bool:
        return one.first < other.last and other.first < one.last

    kept_doctors = [
        doctor
        for doctor in doctors
        if not any(clash(doctor, service) and service.words > doctor.words for service in services)
        and not any(
            clash(doctor, service) and doctor.words == 1 and doctor.score < service.score
            for service in services
        )
    ]
    kept_services = [
        service for service in services if not any(clash(service, doctor) for doctor in kept_doctors)
    ]
    return kept_services, kept_doctors


def _token_span(tokens: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    inside = [place for place, token in enumerate(tokens) if token.start < end and start < token.end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _mention(tokens: Sequence[Token], hit: ServiceHit | DoctorHit) -> NameMention:
    span = (tokens[hit.first].start, tokens[hit.last - 1].end)
    candidates = hit.service_ids if isinstance(hit, ServiceHit) else hit.doctor_ids
    return NameMention(candidates=candidates, score=hit.score, span=span)


_indexes: OrderedDict[tuple[int, int], tuple[Catalog, NameIndex]] = OrderedDict()


def index_of(catalog: Catalog) -> NameIndex:
    """The index of these very services and doctors, built at the first call and kept for the latest 64.

    Copies of a clinic that share their services and doctors share the index.
    """
    key = (id(catalog.services), id(catalog.doctors))
    # The catalog is held beside its index, so its parts' ids cannot be given to others meanwhile.
    kept = _indexes.get(key)
    if kept is None:
        kept = (catalog, NameIndex(catalog))
        _indexes[key] = kept
        if len(_indexes) > _MOST_INDEXES:
            _indexes.popitem(last=False)
    else:
        _indexes.move_to_end(key)
    return kept[1]

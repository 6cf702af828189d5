"""Doctors of a catalog, found by first name, surname or both, in any of the scripts patients write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from rapidfuzz.distance import OSA

from frontdesk.scheduling.models import Doctor
from frontdesk.understanding.folding import fold, is_cyrillic, is_hebrew
from frontdesk.understanding.inflection import CASE_AFTER, name_bases
from frontdesk.understanding.lexicon import load_lexicon
from frontdesk.understanding.spelling import most_errors
from frontdesk.understanding.tokens import Token, TokenKind, bare_forms, tokenize
from frontdesk.understanding.transliteration import skeleton_of, sounds_of

_EXACT, _INFLECTED, _SOUND, _SKELETON, _MISSPELLED = 100.0, 94.0, 93.0, 88.0, 87.0
_SHORTEST_SKELETON: Final = 3
# Hebrew writes few vowels: כץ has two letters. So short a match needs a cue or the other half of the name.
_SHORTEST_HEBREW_SKELETON: Final = 2
# Candidates this close are a question to ask.
MARGIN: Final = 5.0
# Of a name made of ordinary words ("Bay Dental Center") so much must be named.
_LEAST_COVERAGE: Final = 0.6

Part = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class DoctorHit:
    """Doctors who fit tokens `[first, last)`, best first."""

    doctor_ids: tuple[UUID, ...]
    score: float
    first: int
    last: int
    words: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """A token read as a part of names: score by doctor. Weak ones need company or a cue."""

    place: int
    scores: Mapping[UUID, float]
    is_weak: bool


@cache
def title_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Folded titles, and beginnings of titles."""
    words = [word for block in load_lexicon("fillers")["titles"].values() for word in str(block).split()]
    exact = frozenset(fold(word) for word in words if not word.endswith("*"))
    return exact, tuple(fold(word[:-1]) for word in words if word.endswith("*"))


def is_title(folded: str) -> bool:
    """Whether the word announces a person, as in "Dr"; glued Hebrew prefixes allowed."""
    exact, beginnings = title_words()
    return any(form in exact for form in bare_forms(folded, shortest=2)) or folded.startswith(beginnings)


@cache
def _words_of(list_name: str) -> frozenset[str]:
    content = load_lexicon("fillers")[list_name]
    blocks = content.values() if isinstance(content, dict) else (content,)
    return frozenset(fold(word) for block in blocks for word in str(block).split())


class DoctorNames:
    """Built once for a catalog.

    `is_ordinary` says whether a folded word is so frequent that even a name spelled so needs a cue; `is_word` whether
    it has any meaning of its own, so that it is not a misspelled name.
    """

    def __init__(
        self,
        doctors: Mapping[UUID, Doctor],
        *,
        is_ordinary: Callable[[str], bool],
        is_word: Callable[[str], bool],
    ) -> None:
        self._is_ordinary = is_ordinary
        self._is_word = is_word
        self._exact: dict[str, set[UUID]] = defaultdict(set)
        self._sounds: dict[str, set[UUID]] = defaultdict(set)
        self._skeletons: dict[str, set[UUID]] = defaultdict(set)
        self._length: dict[UUID, int] = {}
        for doctor in doctors.values():
            spellings = (
                *doctor.name.values(),
                *(alias for aliases in doctor.aliases.values() for alias in aliases),
            )
            self._length[doctor.doctor_id] = max(len(_parts_of(name)) for name in doctor.name.values())
            for spelling in spellings:
                for part in _parts_of(spelling):
                    self._add(part, doctor.doctor_id)
        self._long_words = [word for word in self._exact if most_errors(word)]
        self._long_sounds = [sound for sound in self._sounds if most_errors(sound)]

    @property
    def words(self) -> set[str]:
        """Every folded word of the names."""
        return set(self._exact)

    def _add(self, part: str, doctor_id: UUID) -> None:
        self._exact[part].add(doctor_id)
        for sound in sounds_of(part):
            self._sounds[sound].add(doctor_id)
            if len(skeleton_of(sound)) >= _SHORTEST_HEBREW_SKELETON:
                self._skeletons[skeleton_of(sound)].add(doctor_id)

    def find(self, tokens: Sequence[Token], taken: Iterable[tuple[int, int]] = ()) -> list[DoctorHit]:
        """Doctors named, in order of place. In the `taken` token spans (dates) only titled names are read."""
        dates = {place for first, last in taken for place in range(first, last)}
        readings = [
            reading
            for place, token in enumerate(tokens)
            if token.kind is TokenKind.WORD
            and (reading := self._read(tokens, place, place in dates)) is not None
        ]
        return [hit for run in _runs(readings, tokens) if (hit := self._hit(run, tokens)) is not None]

    def _read(self, tokens: Sequence[Token], place: int, in_date: bool) -> _Reading | None:
        token = tokens[place]
        if len(token.folded) < 2 or is_title(token.folded) or token.folded in _words_of("degrees"):
            return None
        has_cue = _has_cue(tokens, place)
        is_ordinary = self._is_ordinary(token.folded) or in_date
        case = _case_at(tokens, place)
        scores = self._exact_scores(token.folded, case)
        is_word = is_ordinary or self._is_word(token.folded)
        if not scores and (has_cue or not is_word):
            scores = self._near_scores(token.folded, case, has_cue=has_cue)
        if scores:
            is_generic = token.folded in _words_of("generic_places")
            return _Reading(place, scores, is_weak=is_generic or (is_ordinary and not has_cue))
        if is_hebrew(token.folded) and not in_date:
            scores = self._short_hebrew_scores(token.folded)
            return _Reading(place, scores, is_weak=not has_cue) if scores else None
        return None

    def _exact_scores(self, folded: str, case: str | None) -> dict[UUID, float]:
        scores: dict[UUID, float] = {}
        for form in bare_forms(folded, shortest=2):
            bases = [base for base in name_bases(form, case) if base in self._exact]
            if case is not None and bases[1:] and form.endswith(("а", "я")):
                # "у Морозова" is a man: his sister's name would have changed.
                bases = [base for base in bases if base != form]
            for base in bases:
                score = _INFLECTED if base != folded and is_cyrillic(folded) and case is None else _EXACT
                _raise(scores, self._exact[base], score)
        return scores

    def _near_scores(self, folded: str, case: str | None, *, has_cue: bool) -> dict[UUID, float]:
        scores: dict[UUID, float] = {}
        forms = [base for form in bare_forms(folded, shortest=2) for base in name_bases(form, case)]
        # A short name must sound the same whole.
        shortest = 2 if has_cue else 3
        other_script = is_hebrew(folded) or is_cyrillic(folded)
        for sound in (sound for form in forms for sound in sounds_of(form)):
            if len(sound) >= shortest:
                _raise(scores, self._sounds.get(sound, ()), _SOUND)
            skeleton = skeleton_of(sound)
            if other_script and len(skeleton) >= _SHORTEST_SKELETON:
                _raise(scores, self._skeletons.get(skeleton, ()), _SKELETON)
        if not scores and not self._is_word(folded):
            self._add_misspelled(scores, folded)
        return scores

    def _short_hebrew_scores(self, folded: str) -> dict[UUID, float]:
        scores: dict[UUID, float] = {}
        for sound in (sound for form in bare_forms(folded, shortest=2) for sound in sounds_of(form)):
            skeleton = skeleton_of(sound)
            if len(skeleton) == _SHORTEST_HEBREW_SKELETON:
                _raise(scores, self._skeletons.get(skeleton, ()), _SKELETON)
        return scores

    def _add_misspelled(self, scores: dict[UUID, float], folded: str) -> None:
        allowed = most_errors(folded)
        if not allowed:
            return
        for word in self._long_words:
            if word[0] == folded[0] and OSA.distance(folded, word, score_cutoff=allowed) <= allowed:
                _raise(scores, self._exact[word], _MISSPELLED)
        for sound in sounds_of(folded):
            for known in self._long_sounds:
                if (
                    len(sound) >= 5
                    and known[0] == sound[0]
                    and OSA.distance(sound, known, score_cutoff=1) <= 1
                ):
                    _raise(scores, self._sounds[known], _MISSPELLED)

    def _hit(self, run: Sequence[_Reading], tokens: Sequence[Token]) -> DoctorHit | None:
        common = set(run[0].scores)
        for reading in run[1:]:
            common &= set(reading.scores)
        everyone = common or {doctor_id for reading in run for doctor_id in reading.scores}
        if all(reading.is_weak for reading in run) and not self._is_covered(run, common, tokens):
            return None
        totals = {
            doctor_id: sum(reading.scores.get(doctor_id, 0) for reading in run) / len(run)
            for doctor_id in everyone
        }
        best = max(totals.values())
        near = [each for each in totals if best - totals[each] <= MARGIN]
        order = {doctor_id: place for place, doctor_id in enumerate(self._length)}
        near.sort(key=lambda each: (-totals[each], order[each]))
        return DoctorHit(tuple(near), best, run[0].place, run[-1].place + 1, len(run))

    def _is_covered(self, run: Sequence[_Reading], common: set[UUID], tokens: Sequence[Token]) -> bool:
        """Ordinary words are a name when they are most of it, or all the patient wrote."""
        is_generic = all(tokens[reading.place].folded in _words_of("generic_places") for reading in run)
        least = 1.0 if is_generic else _LEAST_COVERAGE
        if len(run) >= 2 and any(len(run) >= least * self._length[each] for each in common):
            return True
        written = [token for token in tokens if token.kind is TokenKind.WORD]
        is_exact = all(max(reading.scores.values()) >= _EXACT for reading in run)
        return len(written) == len(run) and is_exact and not is_generic


def _raise(scores: dict[UUID, float], doctor_ids: Iterable[UUID], score: float) -> None:
    for doctor_id in doctor_ids:
        scores[doctor_id] = max(score, scores.get(doctor_id, 0))


def _parts_of(name: str) -> list[str]:
    degrees = _words_of("degrees")
    words = [token.folded for token in tokenize(name) if token.kind is TokenKind.WORD]
    return [word for word in words if len(word) > 1 and word not in degrees and not is_title(word)]


def _has_cue(tokens: Sequence[Token], place: int) -> bool:
    """A title or "to" before the word, or a capital inside the sentence: it is meant as a name."""
    token = tokens[place]
    before = place - 1
    while before >= 0 and tokens[before].kind is TokenKind.MARK and tokens[before].text in ".-":
        before -= 1
    if before >= 0:
        previous = tokens[before].folded
        if is_title(previous) or previous in _words_of("to_person"):
            return True
        all_caps = all(each.text.isupper() for each in tokens if each.kind is TokenKind.WORD)
        if token.is_capitalized and tokens[before].kind is TokenKind.WORD and not all_caps:
            return True
    return False


def _runs(readings: Sequence[_Reading], tokens: Sequence[Token]) -> list[list[_Reading]]:
    """Neighbouring readings that share a doctor are one name; initials and commas inside one do not break it."""
    runs: list[list[_Reading]] = []
    for reading in readings:
        if runs and _adjoins(runs[-1], reading, tokens):
            runs[-1].append(reading)
        else:
            runs.append([reading])
    return runs


def _adjoins(run: Sequence[_Reading], reading: _Reading, tokens: Sequence[Token]) -> bool:
    shared = set(run[0].scores).intersection(*(each.scores for each in run[1:]), reading.scores)
    if not shared:
        return False
    between = tokens[run[-1].place + 1 : reading.place]
    return all(
        token.kind is TokenKind.MARK or _is_initial(token) or is_title(token.folded) for token in between
    ) and (len(between) <= 3)


def _is_initial(token: Token) -> bool:
    return len(token.folded) == 1 and token.is_capitalized


def _case_at(tokens: Sequence[Token], place: int) -> str | None:
    """The case the words before a Russian name put it in: "к" and "доктору" the dative, and so on."""
    for before in reversed(tokens[max(0, place - 2) : place]):
        if before.folded in CASE_AFTER:
            return CASE_AFTER[before.folded]
        if before.kind is not TokenKind.WORD or not is_cyrillic(before.folded):
            return None
    return None

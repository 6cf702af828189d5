"""What a message is for: every reading gets a score from the lexicons' cues and from what is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from frontdesk.understanding.affirmation import Answer
from frontdesk.understanding.frame import Unit
from frontdesk.understanding.models import Intent
from frontdesk.understanding.negation import find_harmless
from frontdesk.understanding.phrases import Found

# A second cue for the same intent, and every further word of a cue, count for a little.
_FURTHER_CUE = 0.4
_FURTHER_WORD = 0.08
_MOST_FURTHER_CUES: Final = 2
_LEAST_SCORE = 1.0
_MOST_INTENTS: Final = 5
# A sure guess of the model weighs as much as a plain cue, an unsure one decides only between equals.
_WEIGHT_OF_WORDING: Final = 2.5
_LEAST_PROBABILITY: Final = 0.1
# Where cues say this much, wording has nothing to add.
_SURE_SCORE: Final = 5.5
# The weight of a cue that decides.
_PLAIN_SCORE: Final = 5.0
# A word or two say what they say.
_FEWEST_WORDS: Final = 3
_DENIALS: Final = frozenset({"negation:not", "negation:refuses"})
# What is refused cannot be booked or asked about.
_FOR_WANTED: Final = frozenset({Intent.BOOK, Intent.SERVICE_INQUIRY, Intent.PROVIDE_INFO})
# An answer this long is a sentence of its own: its words are no cues ("yes, I can make that appointment").
_SENTENCE_WORDS: Final = 3
# "Someone about the <service>".
_WORDS_TO_TREATMENT: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What was recognised beside the cues."""

    has_service: bool
    # A treatment this clinic has no service for.
    has_concept: bool
    has_doctor: bool
    has_date: bool
    # Places of units refused.
    denied: frozenset[int]
    has_choice: bool
    leaves_open: bool
    # Says whom the visit is for, or that a child writes.
    says_for_whom: bool
    # Asks about a visit that is neither the writer's nor a child's.
    asks_of_other: bool
    is_question: bool
    answer: Answer


def rank_intents(
    units: Sequence[Unit], found: Sequence[Found], content: Content, wording: Mapping[str, float]
) -> tuple[tuple[Intent, ...], tuple[str, ...]]:
    """Readings of the message taken alone, strongest first, and the rules that fired.

    `wording` is the learned probability of each intent, by its name: it lets messages without a known cue be read, and
    leans where cues disagree.
    """
    cues = _cues(units, found, content)
    scores: dict[Intent, float] = defaultdict(float)
    reasons: list[str] = []
    for intent, phrases in cues.items():
        best = max(_strength(each) for each in phrases)
        further = _count_apart(phrases) - 1
        scores[intent] = best + _FURTHER_CUE * min(further, _MOST_FURTHER_CUES)
        strongest = max(phrases, key=_strength).phrase
        reasons.append(f"{intent}:{strongest.language}:{strongest.source}")
    for rule, intent, score in _content_scores(content, scores):
        if score > scores[intent]:
            reasons.append(f"{intent}:{rule}")
        scores[intent] = max(score, scores[intent])
    if len(units) >= _FEWEST_WORDS and max(scores.values(), default=0.0) < _SURE_SCORE:
        has_matter = any(intent is not Intent.GREETING for intent in cues)
        for name, probability in wording.items():
            if has_matter and name == Intent.GREETING:
                continue  # what comes after "good morning" is the matter
            if probability >= _LEAST_PROBABILITY and not _is_wish(Intent(name), cues, content):
                scores[Intent(name)] += _WEIGHT_OF_WORDING * probability
                reasons.append(f"wording:{name} {probability:.2f}")
    ranked = sorted((each for each in scores if scores[each] >= _LEAST_SCORE), key=lambda each: -scores[each])
    if not ranked:
        return (Intent.OUT_OF_SCOPE,), ("out_of_scope:nothing recognised",)
    return tuple(ranked[:_MOST_INTENTS]), tuple(reasons)


def _cues(units: Sequence[Unit], found: Sequence[Found], content: Content) -> dict[Intent, list[Found]]:
    sentences = [each for each in content.answer.found if each.last - each.first >= _SENTENCE_WORDS]
    denials = [each for each in found if each.label in _DENIALS]
    harmless = find_harmless(found)
    books = any(each.label == f"intent:{Intent.BOOK}" for each in found)
    cues: dict[Intent, list[Found]] = defaultdict(list)
    for each in found:
        if not each.label.startswith("intent:"):
            continue
        if any(said.first < each.last and each.first < said.last for said in sentences):
            continue
        if any(_denies(denial, each, units) for denial in denials if denial.first not in harmless):
            continue
        intent = Intent(each.label.removeprefix("intent:"))
        if intent is Intent.HUMAN and _is_guess(each, units) and (content.has_service or content.has_date):
            continue
        if intent is Intent.HUMAN and books and _is_about_treatment(each, units):
            continue
        if intent in _FOR_WANTED and any(each.first <= place < each.last for place in content.denied):
            continue
        cues[intent].append(each)
    return cues


def _denies(denial: Found, cue: Found, units: Sequence[Unit]) -> bool:
    """Whether the cue stands right after the denial, in its clause: "не хочу записываться"."""
    if denial.last != cue.first or cue.first >= len(units):
        return False
    return not units[cue.first].opens_clause


def _is_guess(cue: Found, units: Sequence[Unit]) -> bool:
    """Whether the cue is a single word that fits only as a misspelling: "to burn" is no "to complain"."""
    if cue.last - cue.first != 1:
        return False
    word = units[cue.first].forms[0]
    needed = (each for each in cue.phrase.elements if not each.sign and not each.optional)
    return not any(word in each.words or word.startswith(each.prefixes) for each in needed)


def _is_wish(intent: Intent, cues: Mapping[Intent, list[Found]], content: Content) -> bool:
    """A service wanted in so many words is not asked about, however the rest sounds."""
    is_stated = content.has_service and not content.is_question and bool(cues.get(Intent.BOOK))
    return intent is Intent.SERVICE_INQUIRY and is_stated


def _is_about_treatment(cue: Found, units: Sequence[Unit]) -> bool:
    """ "I need to see someone about my back, so book me in" wants the visit, not our staff."""
    after = units[cue.last : cue.last + _WORDS_TO_TREATMENT]
    return any(unit.slots & {"service", "concept"} for unit in after)


def _strength(cue: Found) -> float:
    return cue.phrase.weight + _FURTHER_WORD * (cue.last - cue.first - 1)


def _count_apart(phrases: Sequence[Found]) -> int:
    """How many of the phrases do not overlap."""
    end, count = 0, 0
    for each in sorted(phrases, key=lambda each: each.last):
        if each.first >= end:
            end, count = each.last, count + 1
    return count


def _content_scores(content: Content, cues: dict[Intent, float]) -> list[tuple[str, Intent, float]]:
    """Scores for what is named rather than said, as (rule, intent, score)."""
    return [
        *_answer_scores(content.answer, content),
        *(_question_scores(content) if content.is_question else _statement_scores(content)),
        *_value_scores(content, cues),
        *_leaning_scores(content, cues),
    ]


def _answer_scores(answer: Answer, content: Content) -> list[tuple[str, Intent, float]]:
    scores = []
    if answer.says_yes:
        scores.append(("says yes", Intent.CONFIRM, 4.2 if answer.is_bare else 2.6))
    if answer.says_no:
        scores.append(("says no", Intent.DENY, 4.2 if answer.is_bare else 2.6))
    if answer.says_yes and answer.says_no and answer.found:
        # The last word counts: "no no, ok".
        last = Intent.DENY if answer.found[-1].label in ("no", "drops") else Intent.CONFIRM
        scores.append(("said last", last, 4.3 if answer.is_bare else 2.7))
    if answer.drops:
        # "Better not, I want a cleaning": what is wanted counts more than what is given up.
        wants_other = content.has_service or content.has_doctor or content.has_date
        scores.append(("drops it", Intent.DENY, 2.7 if wants_other else 4.6))
        scores.append(("drops it", Intent.CANCEL, 2.0))
    return scores


def _question_scores(content: Content) -> list[tuple[str, Intent, float]]:
    scores = []
    if content.has_service or content.has_concept:
        scores.append(("asks, names a service", Intent.SERVICE_INQUIRY, 2.8))
        scores.append(("asks, names a service", Intent.BOOK, 1.2))
    if content.has_doctor:
        scores.append(("asks, names a doctor", Intent.DOCTOR_INQUIRY, 2.9))
    if content.has_date:
        scores.append(("asks, names a time", Intent.BOOK, 2.5))
    if content.has_service and content.has_date:
        scores.append(("asks, names a service and a time", Intent.BOOK, 3.2))
    return scores


def _statement_scores(content: Content) -> list[tuple[str, Intent, float]]:
    scores = []
    if content.has_service and (content.has_doctor or content.has_date):
        scores.append(("names a service and more", Intent.BOOK, 3.2))
    if content.has_doctor and content.has_date:
        scores.append(("names a doctor and a time", Intent.BOOK, 2.6))
    if content.has_service or content.has_concept:
        scores.append(("names a service", Intent.BOOK, 2.2))
        scores.append(("names a service", Intent.SERVICE_INQUIRY, 1.8))
    return scores


def _leaning_scores(content: Content, cues: dict[Intent, float]) -> list[tuple[str, Intent, float]]:
    """Where a name decides between cues: "does Dr. Cohen work on Monday" is not about the opening hours."""
    scores = []
    doctor = cues.get(Intent.DOCTOR_INQUIRY, 0)
    if content.has_doctor and doctor > _LEAST_SCORE:
        books = content.has_date and not content.is_question and cues.get(Intent.BOOK, 0) >= _PLAIN_SCORE
        leaning = (
            ("books with a doctor", Intent.BOOK) if books else ("asks about a doctor", Intent.DOCTOR_INQUIRY)
        )
        scores.append((*leaning, doctor + 0.6))
    hours, service = cues.get(Intent.HOURS_LOCATION, 0), cues.get(Intent.SERVICE_INQUIRY, 0)
    if (
        (content.has_service or content.has_concept)
        and min(hours, service) > _LEAST_SCORE
        and not content.has_date
    ):
        scores.append(("works with a service", Intent.SERVICE_INQUIRY, max(hours, service) + 0.3))
    if content.denied:
        scores.append(("refuses what is named", Intent.DENY, 2.0))
    if content.asks_of_other:
        scores.append(("asks about another's visit", Intent.OUT_OF_SCOPE, 6.6))
    return scores


def _value_scores(content: Content, cues: dict[Intent, float]) -> list[tuple[str, Intent, float]]:
    scores = []
    if content.has_date:
        scores.append(("names a time", Intent.PROVIDE_INFO, 2.4))
        scores.append(("names a time", Intent.BOOK, 1.0))
    if content.has_doctor:
        scores.append(("names a doctor", Intent.PROVIDE_INFO, 2.2))
    if content.has_service:
        scores.append(("names a service", Intent.PROVIDE_INFO, 2.1))
    if content.has_date and content.answer.says_yes and not content.is_question:
        scores.append(("yes, and a time", Intent.PROVIDE_INFO, 2.8))
    if content.says_for_whom:
        scores.append(("says for whom", Intent.PROVIDE_INFO, 1.5))
    if content.has_choice:
        scores.append(("chooses", Intent.PROVIDE_INFO, 4.0))
    if content.leaves_open and cues.get(Intent.BOOK, 0.0) < _PLAIN_SCORE:
        scores.append(("leaves it open", Intent.PROVIDE_INFO, 5.6))
    return scores

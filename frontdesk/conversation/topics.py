"""What exactly a question is about: hours or address, how long or whether it hurts."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from frontdesk.bundled import load_data
from frontdesk.understanding.concepts import find_concepts, load_concepts
from frontdesk.understanding.folding import fold
from frontdesk.understanding.models import Intent, Understanding
from frontdesk.understanding.tokens import tokenize

# Hebrew letters that may be glued to the front of a word.
_HEBREW_PREFIX: Final = "[והבלמשכ]{0,3}"


class Topic(StrEnum):
    HOURS = "hours"
    ADDRESS = "address"
    PARKING = "parking"
    PHONE = "phone"
    DURATION = "duration"
    # Something only a doctor may answer: whether it hurts, what it does.
    MEDICAL = "medical"
    # Drugs and doses.
    MEDICINE = "medicine"
    COMPLAINT = "complaint"
    # Other patients, or what only staff may see.
    OTHER_PEOPLE = "other_people"
    # Every service or price, none in particular.
    GENERAL_LIST = "general_list"
    # Cards, insurance, receipts: staff know.
    PAYMENT = "payment"
    # Whom the clinic sees: children, teenagers.
    PATIENTS = "patients"
    # "What day was it?", of a visit or an offer spoken of.
    WHICH_TIME = "which_time"
    # "Could it be later?"
    OTHER_TIME = "other_time"
    LATER = "later"
    EARLIER = "earlier"
    OTHER_DAY = "other_day"
    # Dissatisfied with us.
    GRIEVANCE = "grievance"
    # "On Saturdays": a habit, no day to book.
    HABIT = "habit"
    # "Leave the one, rather the other."
    LEAVING = "leaving"
    # "Don't cancel it, keep it."
    KEEPING = "keeping"
    NEGATION = "negation"
    NO_PROBLEM = "no_problem"
    HESITATION = "hesitation"


@cache
def _patterns() -> dict[Topic, re.Pattern[str]]:
    """One pattern a topic over the words of all languages."""
    loaded = load_data("frontdesk.conversation", "topics.yaml")
    return {Topic(name): _pattern(by_language) for name, by_language in loaded.items()}


def _pattern(by_language: dict[str, str]) -> re.Pattern[str]:
    options: list[str] = []
    for language, words in by_language.items():
        prefix = _HEBREW_PREFIX if language == "he" else ""
        options += [prefix + _phrase(phrase.strip()) for phrase in words.split(",")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(options)})")


def _phrase(phrase: str) -> str:
    """`word` is whole, `word*` begins so, ` ... ` lets a few words stand between."""
    pieces = []
    for word in phrase.split():
        if word == "...":
            pieces.append(r"(?:\W+\w+){0,3}?")
            continue
        body = re.escape(fold(word.rstrip("*")))
        pieces.append(body + (r"\w*" if word.endswith("*") else r"(?!\w)"))
    joined = r"\W+".join(pieces)
    return joined.replace(r"\W+(?:\W+", r"(?:\W+")


def find_topics(reading: Understanding) -> frozenset[Topic]:
    """The topics the message touches."""
    return topics_of(reading.text)


@lru_cache(maxsize=256)
def topics_of(text: str) -> frozenset[Topic]:
    folded = fold(text)
    return frozenset(topic for topic, pattern in _patterns().items() if pattern.search(folded))


def has_refusing_word(reading: Understanding) -> bool:
    """A word of refusal stands somewhere, not in "no problem"."""
    topics = find_topics(reading)
    return Topic.NEGATION in topics and Topic.NO_PROBLEM not in topics


def is_consent(reading: Understanding) -> bool:
    """A yes that nothing in the message speaks against: only such a one may write."""
    return reading.says_yes and not reading.says_no and not has_refusing_word(reading)


def is_refusal(reading: Understanding) -> bool:
    """A no in other words than no: "do not book it", "not this time", "wait"."""
    if reading.says_no:
        return True
    if reading.services or reading.doctors or reading.dates or "?" in reading.text:
        return False
    hesitates = Topic.HESITATION in find_topics(reading)
    if is_unrecognised(reading):
        return hesitates or has_refusing_word(reading)
    is_wish = reading.intent in (Intent.BOOK, Intent.DENY) or (reading.says_yes and reading.is_bare)
    return is_wish and has_refusing_word(reading)


@lru_cache(maxsize=256)
def names_treatment(text: str) -> bool:
    """Whether a treatment is named, one people know if not this clinic."""
    found = find_concepts(tokenize(text))
    return any(not load_concepts()[term.payload].is_generic for term in found)


def is_unrecognised(reading: Understanding) -> bool:
    """Whether no rule of understanding fitted: not a matter we decline, a message we did not get."""
    return any("nothing recognised" in reason for reason in reading.reasons)

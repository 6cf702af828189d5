"""The emergency tripwire: a medical emergency in a message, found without any model, in well under a millisecond.

The lexicon is data (lexicons/emergency.<lang>.yaml, emergency.rules.yaml), gathered from public guidance on dental
and general red flags; docs/clinical_review.md is the sheet on which a clinician reviews it. All five languages are
searched at once, since frightened people mix them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from frontdesk.safety.guards import GUARDS
from frontdesk.safety.models import Alarm
from frontdesk.safety.phrases import Hit
from frontdesk.safety.rules import LATIN, RuleBook
from frontdesk.safety.urgency_rules import load_urgencies
from frontdesk.understanding.language_of import LanguageReading, language_of
from frontdesk.understanding.wording import load_wording

# The least probability at which wording alone raises the alarm: beside a word of the lexicon, without one, and where the
# message asks, supposes, looks back or is a complaint of a known kind. A page of text holds something of everything.
_WITH_A_WORD: Final = 0.6
_WITHOUT: Final = 0.7
_IN_DOUBT: Final = 0.9
_DOUBTS: Final = frozenset({"past", "hypothetical", "hypothetical_next", "inquiry", "harmless", "condition"})
_MOST_WORDS: Final = 60
_FEWEST_WORDS: Final = 3


# Intake, turn and guard ask about the same message.
@lru_cache(maxsize=64)
def find_alarm(text: str, *, wording: bool = True) -> Alarm | None:
    """The emergency a message tells of, in any of the five languages; None for the rest.

    Denied, long past, supposed and idiomatic mentions are no emergency (eval README, section 2, Urgency). The lexicon
    comes first; what it does not know, the model of wording may (`wording`), and more often where nothing speaks for a
    question, a supposition or a memory.
    """
    found = load_emergencies().find(text, read_language=lambda: language_of(text).language)
    if found is None:
        return _find_by_wording(text) if wording else None
    reading = language_of(text)
    return Alarm(
        rule=found.rule.name,
        language=_language(reading, found.hits),
        self_harm=bool(found.rule.facts.get("self_harm", False)),
    )


def _find_by_wording(text: str) -> Alarm | None:
    words = words_of_alarm(text)
    if not _FEWEST_WORDS <= len(words) <= _MOST_WORDS:
        return None
    weights = load_wording("emergencies").weigh(words)
    probability = 1 - weights["none"]
    if probability < _WITH_A_WORD or probability < _least_probability(text):
        return None
    return Alarm(
        rule="wording",
        language=str(language_of(text).language),
        self_harm=weights["self_harm"] > weights["emergency"],
    )


def _least_probability(text: str) -> float:
    book = load_emergencies().book
    concepts = {hit.concept for hit in book.find_hits(book.read_words(text))}
    is_known = load_urgencies().find(text, read_language=lambda: language_of(text).language) is not None
    if "?" in text or is_known or concepts & _DOUBTS:
        return _IN_DOUBT
    return _WITH_A_WORD if concepts - set(GUARDS) else _WITHOUT


def words_of_alarm(text: str) -> list[str]:
    """The words of a message as the model of wording sees them."""
    return [word.text for word in load_emergencies().book.read_words(text)]


@cache
def load_emergencies() -> RuleBook:
    """The lexicon, compiled once; call it at start so that no patient waits for it."""
    return RuleBook("emergency")


def _language(reading: LanguageReading, said: Sequence[Hit]) -> str:
    """What the whole message reads like; the words that fired, where the rest says too little."""
    votes = Counter(hit.language for hit in said)
    read = reading.language
    # Spanish and Portuguese share half of these words: the message as a whole tells them apart.
    if reading.is_clear or read in votes or (read in LATIN and votes.keys() <= LATIN):
        return str(read)
    return votes.most_common(1)[0][0]

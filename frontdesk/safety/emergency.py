"""The emergency tripwire: a medical emergency in a message, found without any model, in well under a millisecond.

The lexicon is data (lexicons/emergency.<lang>.yaml, emergency.rules.yaml), gathered from public guidance on dental
and general red flags; docs/clinical_review.md is the sheet on which a clinician reviews it. All five languages are
searched at once, since frightened people mix them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from frontdesk.safety.models import Alarm
from frontdesk.safety.phrases import Hit
from frontdesk.safety.rules import LATIN, RuleBook
from frontdesk.understanding.language_of import LanguageReading, language_of


def find_alarm(text: str) -> Alarm | None:
    """The emergency a message tells of, in any of the five languages; None for the rest.

    Denied, long past, supposed and idiomatic mentions are no emergency (eval README, section 2, Urgency).
    """
    found = load_emergencies().find(text, read_language=lambda: language_of(text).language)
    if found is None:
        return None
    reading = language_of(text)
    return Alarm(
        rule=found.rule.name,
        language=_language(reading, found.hits),
        self_harm=bool(found.rule.facts.get("self_harm", False)),
    )


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

"""What the emergency tripwire and the urgency rules say of a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Urgency(StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


# Hours until staff or the assistant come back to the patient (backlog 2.2).
DUE_IN_HOURS: Final[Mapping[Urgency, float]] = {
    Urgency.URGENT: 0.25,
    Urgency.HIGH: 1,
    Urgency.MEDIUM: 1.5,
    Urgency.LOW: 4,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """A medical emergency in a message. `rule` names the lexicon rule, never the patient's words."""

    rule: str
    # The language of the words that fired, to answer in it before anything else is known.
    language: str
    # Thoughts of suicide or self-harm: the crisis line is given.
    self_harm: bool = False

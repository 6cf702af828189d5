"""A small logistic model of relevance, for messages the rules leave open (backlog, "ML-based relevance prediction").

Trained by scripts/train_relevance.py on the messages in eval/understand/; `learned/relevance.json` is its result and is
made again by `make train`. The probability is calibrated: of messages given 0.7, seven in ten are about the task.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from frontdesk.conversation.link import read_names
from frontdesk.conversation.state_machine import EXISTING_VISIT_KINDS, NEW_BOOKING_KINDS, Task
from frontdesk.conversation.topics import Topic, find_topics, has_refusing_word
from frontdesk.understanding.models import Role, Understanding

_SHORT_WORDS: Final = 3
_LONG_WORDS: Final = 9
_TOPICS: Final = (
    Topic.OTHER_TIME,
    Topic.WHICH_TIME,
    Topic.KEEPING,
    Topic.LEAVING,
    Topic.HESITATION,
    Topic.MEDICAL,
    Topic.DURATION,
    Topic.COMPLAINT,
    Topic.PAYMENT,
    Topic.GENERAL_LIST,
)


class RelevanceMode(StrEnum):
    # The rules alone decide.
    OFF = "off"
    # The rules decide; what the model would say is recorded with the reason.
    SHADOW = "shadow"
    # The model decides what the rules leave open.
    ENFORCE = "enforce"


@dataclass(frozen=True, kw_only=True, slots=True)
class RelevancePolicy:
    """`threshold`: the least probability at which an open message counts as being about the task, 0 to 1."""

    mode: RelevanceMode = RelevanceMode.ENFORCE
    threshold: float = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class RelevanceModel:
    version: int
    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """How likely a message with these features is about the task, 0 to 1. Unknown features count for nothing."""
        logit = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-logit))


@cache
def load_relevance_model() -> RelevanceModel:
    """The trained model; call it at start so that no patient waits for it."""
    text = resources.files("frontdesk.conversation").joinpath("learned", "relevance.json").read_text("utf-8")
    return RelevanceModel(**json.loads(text))


def features_of(reading: Understanding, task: Task, *, in_hand: bool) -> dict[str, float]:
    """What the model looks at: what the message wants and names, what the task waits for. No word of any language."""
    names = read_names(reading, task)
    topics = find_topics(reading)
    dates = [mention for mention in reading.dates if mention.role is not Role.EXCLUDED]
    words = len(reading.text.split())
    group = (
        "visit"
        if task.kind in EXISTING_VISIT_KINDS
        else "booking"
        if task.kind in NEW_BOOKING_KINDS
        else "inquiry"
    )
    waits = task.asked and in_hand
    marks = {
        f"intent {reading.intent}": True,
        f"intent {reading.intent}, waits" if waits else f"intent {reading.intent}, waits not": True,
        f"group {group}": True,
        "waits": waits,
        "current": task.current,
        "offers options": bool(task.options or task.choices),
        "lacks something": bool(task.missing),
        "names its service": names.own_service,
        "names its doctor": names.own_doctor,
        "names another service": names.other_service,
        "names another doctor": names.other_doctor,
        "refuses its own": names.negates_own,
        "gives a day": any(mention.on for mention in dates),
        "gives its day": any(mention.on == task.on for mention in dates if mention.on),
        "gives an hour": any(mention.at for mention in dates),
        "yes": reading.says_yes,
        "no": reading.says_no,
        "drops": reading.drops,
        "bare": reading.is_bare,
        "recalls": reading.refers_back,
        "asks": reading.is_question,
        "chooses": reading.choice is not None,
        "refusing word": has_refusing_word(reading),
        "for whom": reading.for_whom is not None,
        "short": words <= _SHORT_WORDS,
        "long": words >= _LONG_WORDS,
        **{f"topic {topic}": topic in topics for topic in _TOPICS},
    }
    return {name: 1.0 for name, is_so in marks.items() if is_so}

"""How a message relates to one task: the pure decision behind context relevance.

A message about another service, doctor or matter is answered on its own (eval README, "Pending action").
The rules are tried in order; each gives the probability that the task is relevant and why.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from frontdesk.conversation.link import Link, read_names, refers, unrelated
from frontdesk.conversation.naming_rules import NAMING_RULES
from frontdesk.conversation.relevance_model import (
    RelevanceMode,
    RelevancePolicy,
    features_of,
    load_relevance_model,
)
from frontdesk.conversation.state_machine import Task
from frontdesk.conversation.topics import is_unrecognised
from frontdesk.conversation.value_rules import VALUE_RULES
from frontdesk.understanding.models import Understanding

DEFAULT_POLICY: Final = RelevancePolicy()


def find_link(
    reading: Understanding, task: Task, *, in_hand: bool = True, policy: RelevancePolicy = DEFAULT_POLICY
) -> Link:
    """How the message relates to the task. `in_hand`: nothing else came in between. `policy`: what the model may decide."""
    link = _find_by_rules(reading, task, in_hand=in_hand)
    # An answered question waits for nothing: only the rules know what follows on it.
    if policy.mode is RelevanceMode.OFF or not link.is_open or task.kind == "inquiry":
        return link
    model = load_relevance_model()
    probability = model.probability(features_of(reading, task, in_hand=in_hand))
    reason = f"{link.reason}; model {model.version}: {probability:.2f}"
    if policy.mode is RelevanceMode.SHADOW:
        return replace(link, reason=reason)
    # A message nobody understood is asked again; being about the task would not help it.
    is_relevant = probability >= policy.threshold and not is_unrecognised(reading)
    return refers(probability, reason) if is_relevant else unrelated(probability, reason)


def _find_by_rules(reading: Understanding, task: Task, *, in_hand: bool) -> Link:
    names = read_names(reading, task)
    for rule in NAMING_RULES:
        link = rule(reading, task, names)
        if link is not None:
            return link
    # Looking for times is no question, but a day or an hour is what it waits for.
    waits = in_hand and task.kind == "check_availability"
    open_task = replace(task, current=True) if waits else task
    for rule in VALUE_RULES:
        link = rule(reading, open_task, names)
        if link is not None:
            return link
    return replace(unrelated(0.08, "says nothing of it"), is_open=True)

"""How a message relates to a task: the value the rules give, and what the message names of the task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frontdesk.conversation.state_machine import Task
from frontdesk.understanding.models import Intent, NameMention, Understanding


class LinkKind(StrEnum):
    # Answers the last question of the task, or changes a value of it.
    ANSWERS = "answers"
    # Speaks about the task or the visit it concerns.
    REFERS = "refers"
    # The patient does not want it.
    DROPS = "drops"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    kind: LinkKind
    # 0 to 1: how likely the task is relevant to the message.
    probability: float
    reason: str
    # The rules had nothing to hold on to: the model may decide.
    is_open: bool = False

    @property
    def is_relevant(self) -> bool:
        return self.kind in (LinkKind.ANSWERS, LinkKind.REFERS)


QUESTIONS: Final = frozenset(
    {
        Intent.SERVICE_INQUIRY,
        Intent.PRICE_INQUIRY,
        Intent.HOURS_LOCATION,
        Intent.DOCTOR_INQUIRY,
        Intent.MY_APPOINTMENTS,
    }
)


@dataclass(frozen=True, slots=True)
class TaskNames:
    """Whether the message names this task's service and doctor, or others."""

    own_service: bool
    other_service: bool
    own_doctor: bool
    other_doctor: bool
    negates_own: bool
    negates_other: bool

    @property
    def own(self) -> bool:
        return self.own_service or self.own_doctor

    @property
    def none(self) -> bool:
        return not (self.own or self.other_service or self.other_doctor)


def read_names(reading: Understanding, task: Task) -> TaskNames:
    services = [m for m in reading.services if not m.negated]
    doctors = [m for m in reading.doctors if not m.negated]
    own_service = _has(services, task.service_id)
    own_doctor = _has(doctors, task.doctor_id)
    negated = [m for m in (*reading.services, *reading.doctors) if m.negated]
    negates_own = _has(negated, task.service_id) or _has(negated, task.doctor_id)
    return TaskNames(
        own_service=own_service,
        other_service=task.service_id is not None
        and any(task.service_id not in m.candidates for m in services),
        own_doctor=own_doctor,
        other_doctor=task.doctor_id is not None and any(task.doctor_id not in m.candidates for m in doctors),
        negates_own=negates_own,
        negates_other=bool(negated) and not negates_own,
    )


def _has(mentions: list[NameMention], wanted: object) -> bool:
    return wanted is not None and any(wanted in mention.candidates for mention in mentions)


def answers(probability: float, reason: str) -> Link:
    return Link(kind=LinkKind.ANSWERS, probability=probability, reason=reason)


def refers(probability: float, reason: str) -> Link:
    return Link(kind=LinkKind.REFERS, probability=probability, reason=reason)


def drops(reason: str) -> Link:
    return Link(kind=LinkKind.DROPS, probability=0.05, reason=reason)


def unrelated(probability: float, reason: str) -> Link:
    return Link(kind=LinkKind.NONE, probability=probability, reason=reason)


def says_cancel(reading: Understanding) -> bool:
    """Whether a cancellation is asked for in so many words; "I do not need it" only drops the matter."""
    return any(reason.startswith("cancel:") and "drops" not in reason for reason in reading.reasons)


# What one rule says of a message and a task; None where it has no opinion.
Rule = Callable[[Understanding, Task, TaskNames], Link | None]

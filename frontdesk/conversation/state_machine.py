"""Where a conversation stands: state, task in hand, tasks put aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Literal
from uuid import UUID


class ConversationState(StrEnum):
    IDLE = "idle"
    SERVICE_INQUIRY = "service_inquiry"
    BOOKING_NEW = "booking_new"
    BOOKING_CONFIRMATION = "booking_confirmation"
    RESCHEDULING = "rescheduling"
    CANCELING = "canceling"
    AWAITING_INFO = "awaiting_info"
    ESCALATED = "escalated"


TaskKind = Literal[
    "confirm_appointment",
    "cancel_appointment",
    "reschedule_appointment",
    "book_appointment",
    "choose_slot",
    "collect_info",
    "check_availability",
    "offer_doctor",
    "inquiry",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    doctor_id: UUID
    on: date
    at: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One thing being done for the patient: the eval README's `pending_action`, with our ids."""

    kind: TaskKind
    service_id: UUID | None = None
    doctor_id: UUID | None = None
    on: date | None = None
    at: time | None = None
    appointment_id: UUID | None = None
    options: tuple[Option, ...] = ()
    missing: tuple[str, ...] = ()
    # The patient said any doctor will do.
    any_doctor: bool = False
    # The last question we asked belongs to this task: only then a bare yes answers it.
    asked: bool = False
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """All that is remembered of a conversation between two messages."""

    state: ConversationState = ConversationState.IDLE
    # What is being done now; None when idle.
    task: Task | None = None
    # Interrupted tasks, the latest last. Taken up again only when the patient comes back to them.
    put_aside: tuple[Task, ...] = ()
    # What the conversation used last; None before any clear message.
    language: str | None = None
    # Set by "please in English" until the next explicit request.
    requested_language: str | None = None
    # Messages in a row we did not understand: 2 → offer choices, 3 → a human.
    misunderstood: int = 0
    # Free notes of the engine: plain JSON values only.
    notes: dict[str, str | int | bool | None] = field(default_factory=dict)

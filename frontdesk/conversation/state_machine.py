"""Where a conversation stands: state, task in hand, tasks put aside, and which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from frontdesk.scheduling.models import Visitor


class ConversationState(StrEnum):
    IDLE = "idle"
    SERVICE_INQUIRY = "service_inquiry"
    BOOKING_NEW = "booking_new"
    BOOKING_CONFIRMATION = "booking_confirmation"
    RESCHEDULING = "rescheduling"
    CANCELING = "canceling"
    AWAITING_INFO = "awaiting_info"
    ESCALATED = "escalated"


S = ConversationState

_WHILE_ENGINE_TALKS: Final = frozenset(S)

# Where a patient's message may lead next. People change their mind at any point, so a conversation we hold
# ourselves may go anywhere. A chat left to staff stays with them while the patient only asks or thanks:
# it comes back when something begins that needs no staff, or is started over.
LEADS_TO: Final[Mapping[ConversationState, frozenset[ConversationState]]] = {
    S.IDLE: _WHILE_ENGINE_TALKS,
    S.SERVICE_INQUIRY: _WHILE_ENGINE_TALKS,
    S.BOOKING_NEW: _WHILE_ENGINE_TALKS,
    S.BOOKING_CONFIRMATION: _WHILE_ENGINE_TALKS,
    S.RESCHEDULING: _WHILE_ENGINE_TALKS,
    S.CANCELING: _WHILE_ENGINE_TALKS,
    S.AWAITING_INFO: _WHILE_ENGINE_TALKS,
    S.ESCALATED: frozenset(
        {S.ESCALATED, S.BOOKING_NEW, S.BOOKING_CONFIRMATION, S.RESCHEDULING, S.CANCELING, S.AWAITING_INFO}
    ),
}

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

# The state in which a task waits for the patient (eval README, section 2).
STATE_OF_TASK: Final[Mapping[TaskKind, ConversationState]] = {
    "confirm_appointment": S.BOOKING_CONFIRMATION,
    "cancel_appointment": S.CANCELING,
    "reschedule_appointment": S.RESCHEDULING,
    "book_appointment": S.BOOKING_CONFIRMATION,
    "choose_slot": S.BOOKING_NEW,
    "collect_info": S.AWAITING_INFO,
    "check_availability": S.BOOKING_NEW,
    "offer_doctor": S.BOOKING_NEW,
    "inquiry": S.SERVICE_INQUIRY,
}

# A new booking in one of its stages; the others concern a visit that exists, or nothing that is booked.
NEW_BOOKING_KINDS: Final[frozenset[TaskKind]] = frozenset(
    {"book_appointment", "choose_slot", "collect_info", "check_availability", "offer_doctor"}
)
EXISTING_VISIT_KINDS: Final[frozenset[TaskKind]] = frozenset(
    {"confirm_appointment", "cancel_appointment", "reschedule_appointment"}
)

# Older interrupted tasks are forgotten: nobody comes back to a fourth one.
_PUT_ASIDE_AT_MOST: Final = 3


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
    # The conversation itself is at it since the last message: using it is no injection of context.
    # False for a task put aside and for one that began elsewhere (a reminder).
    current: bool = False
    # The part of the day the patient wants, local to the clinic ("after six", "in the morning").
    not_before: time | None = None
    not_after: time | None = None
    # Whom the visit is for.
    visitor: Visitor = Visitor.WRITER
    # What the last numbered list offered: doctors, services or appointments, in its order.
    choices: tuple[UUID, ...] = ()


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


def is_allowed(state: ConversationState, following: ConversationState) -> bool:
    """Whether a patient's message may lead from `state` to `following`."""
    return following in LEADS_TO[state]


def put_task_aside(session: Session) -> Session:
    """The session free for another matter. The task in hand waits, unasked; a mere inquiry is forgotten."""
    task = session.task
    if task is None:
        return session
    if task.kind == "inquiry":
        return replace(session, task=None)
    waiting = replace(task, asked=False, current=False)
    others = tuple(other for other in session.put_aside if not _is_same_matter(other, task))
    return replace(session, task=None, put_aside=(*others, waiting)[-_PUT_ASIDE_AT_MOST:])


def resume_task(session: Session, task: Task) -> Session:
    """The session with a task from `put_aside` in hand again; what was in hand is put aside in its place."""
    freed = put_task_aside(session)
    left = tuple(other for other in freed.put_aside if other != task)
    return replace(freed, task=task, put_aside=left)


def drop_task(session: Session, task: Task) -> Session:
    """The session without the task, wherever it was: it is not mentioned again."""
    left = tuple(other for other in session.put_aside if other != task)
    return replace(session, task=None if session.task == task else session.task, put_aside=left)


def forget_appointment(session: Session, appointment_id: UUID) -> Session:
    """The session without waiting tasks about a visit that has just been changed."""
    left = tuple(task for task in session.put_aside if task.appointment_id != appointment_id)
    return replace(session, put_aside=left)


def _is_same_matter(one: Task, other: Task) -> bool:
    if one.appointment_id is not None or other.appointment_id is not None:
        return one.appointment_id == other.appointment_id
    return one.service_id == other.service_id and one.doctor_id == other.doctor_id


@dataclass(frozen=True, kw_only=True, slots=True)
class StateContext:
    """What the state machine remembers beside the state (backlog 3.3). Ids and dates as text."""

    service_id: str | None = None
    service_name: str | None = None
    doctor_id: str | None = None
    appointment_id: str | None = None
    requested_date: str | None = None
    missing_fields: tuple[str, ...] = ()


class StateStore(Protocol):
    """Where the state of a conversation is kept."""

    async def load_state(self, session_id: str) -> tuple[ConversationState, StateContext] | None: ...

    async def save_state(self, session_id: str, state: ConversationState, context: StateContext) -> None: ...


class TransitionRefused(Exception):
    """The table does not lead from one state to the other."""

    def __init__(self, state: ConversationState, following: ConversationState) -> None:
        super().__init__(f"{state} does not lead to {following}")
        self.state = state
        self.following = following


class ConversationStateMachine:
    """The states of conversations over a store (backlog 3.3)."""

    def __init__(self, store: StateStore) -> None:
        self._store: Final = store

    async def get_state(self, session_id: str) -> tuple[ConversationState, StateContext]:
        """State and context; an unknown conversation is idle."""
        return await self._store.load_state(session_id) or (ConversationState.IDLE, StateContext())

    async def transition(
        self, session_id: str, following: ConversationState, changes: Mapping[str, Any] | None = None
    ) -> StateContext:
        """Go to `following`, with `changes` to the context. Raises TransitionRefused, ValueError for an unknown field.

        Idle forgets the context: a finished task must not colour the next one.
        """
        state, context = await self.get_state(session_id)
        if not is_allowed(state, following):
            raise TransitionRefused(state, following)
        known = {item.name for item in fields(StateContext)}
        unknown = set(changes or {}) - known
        if unknown:
            raise ValueError(f"no such field of the context: {', '.join(sorted(unknown))}")
        base = StateContext() if following is ConversationState.IDLE else context
        changed = replace(base, **(changes or {}))
        await self._store.save_state(session_id, following, changed)
        return changed

    async def should_inject_context(self, session_id: str, pending_action: str) -> tuple[bool, str]:
        """Whether a pending action may enter the answer, and why.

        Only a conversation without a topic of its own, or on the same one, lets it in.
        """
        state, context = await self.get_state(session_id)
        if state is ConversationState.ESCALATED:
            return False, "staff hold this conversation"
        if state is ConversationState.IDLE or context.service_name is None:
            return True, "no other topic is in hand"
        if context.service_name.casefold() in pending_action.casefold():
            return True, f"the pending action is about {context.service_name} too"
        return False, f"the patient is on {context.service_name}; the pending action is about something else"

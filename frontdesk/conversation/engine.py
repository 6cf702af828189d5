"""The seam between a conversation and whoever thinks: `Turn` in, `Reply` out, `Toolbox` to act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal, Protocol
from uuid import UUID

from frontdesk.conversation.state_machine import ConversationState, Session
from frontdesk.safety.models import Alarm, Urgency
from frontdesk.scheduling.models import Appointment, Catalog, Slot, Visitor
from frontdesk.understanding.models import Intent


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """An earlier message of the conversation."""

    role: Literal["patient", "assistant", "staff"]
    text: str
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """The patient we talk to; `name` may be unknown."""

    patient_id: UUID
    name: str | None = None
    language: str | None = None
    phone: str | None = None
    # Agreed to be remembered.
    remembers: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One answer to give: what the patient wrote since our last answer, and all we know."""

    catalog: Catalog
    session: Session
    patient: Person
    # The burst as one text, lines joined by newlines; cleaned of control and bidi characters.
    text: str
    # What kind of content the last message had ("text", "audio", "image", "document", "location",
    # "contact", "sticker"...), and the id of a pressed button or list row.
    kind: str = "text"
    choice_id: str | None = None
    # Text of our message the patient quoted.
    quoted_text: str | None = None
    history: Sequence[Said] = ()
    # The patient's active appointments from `now` on, soonest first.
    appointments: Sequence[Appointment] = ()
    now: datetime
    alarm: Alarm | None = None
    # Staff are away: every reply promises a follow-up.
    always_follow_up: bool = False
    # Nobody has told this patient yet (or for 24 h) that this is an automated assistant.
    introduce: bool = False
    # The chat waits for staff and no holding line was said in the last hour.
    hold_notice_due: bool = True
    # The message was longer than we keep.
    was_truncated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolRecord:
    """A tool call as made, for the trace and for `converse`."""

    name: str
    arguments: Mapping[str, Any]
    ok: bool
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entities:
    """What is known for the task the message belongs to, after the message."""

    service_id: UUID | None = None
    doctor_id: UUID | None = None
    on: date | None = None
    at: time | None = None
    appointment_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    urgency: Urgency
    reason: str

    @property
    def due_in_hours(self) -> float:
        from frontdesk.safety.models import DUE_IN_HOURS

        return DUE_IN_HOURS[self.urgency]


@dataclass(frozen=True, kw_only=True, slots=True)
class QuickReply:
    reply_id: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What to say and what to remember. `session` is the session after this turn."""

    text: str
    language: str
    intent: Intent
    session: Session
    entities: Entities = field(default_factory=Entities)
    context_injected: bool = False
    relevance: float = 0.0
    escalated: bool = False
    # Why staff must look at this chat now; None where nobody need be alerted.
    alert_reason: str | None = None
    follow_up: FollowUp | None = None
    quick_replies: tuple[QuickReply, ...] = ()
    # What the patient decided about being remembered; None where it was not spoken of.
    memory_consent: Literal["given", "withdrawn"] | None = None
    # The text tells the patient that staff have been asked (said at most hourly).
    holds: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def state(self) -> ConversationState:
        return self.session.state


class SlotRefused(Exception):
    """The slot cannot be booked. `reason` is one of the values below; `alternatives` are free slots nearby."""

    def __init__(
        self,
        reason: Literal[
            "taken", "closed", "holiday", "time_off", "past", "outside_hours", "not_offered", "too_far"
        ],
        alternatives: tuple[Slot, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.alternatives = alternatives


class NotChangeable(Exception):
    """The appointment is gone, past, cancelled or somebody else's."""


class Toolbox(Protocol):
    """What an engine may do, always for the clinic and patient of the turn. Every call is recorded in `records`.

    Writing calls are idempotent: a retried turn that makes the same call again gets the first result.
    """

    @property
    def records(self) -> Sequence[ToolRecord]: ...

    async def check_availability(
        self,
        *,
        service_id: UUID,
        doctor_id: UUID | None,
        on: date,
        at: time | None = None,
        limit: int = 6,
        not_before: time | None = None,
        not_after: time | None = None,
        moving: UUID | None = None,
    ) -> tuple[Slot, ...]:
        """Free slots of that day, soonest first; with `at`, only the one at that local time.

        `moving` is an appointment that is to be moved: its own time counts as free. Raises SlotRefused with the
        reason and alternatives on other days where the day has none at all.
        """

    async def find_free(
        self,
        *,
        service_id: UUID,
        doctor_id: UUID | None,
        after: datetime,
        limit: int = 3,
        not_before: time | None = None,
        not_after: time | None = None,
        moving: UUID | None = None,
    ) -> tuple[Slot, ...]:
        """The next free slots from `after` on within the booking horizon; () if there is none."""

    async def book_appointment(self, *, slot: Slot, visitor: Visitor = Visitor.WRITER) -> Appointment:
        """Book; `visitor` says for whom of those in the patient's chat. Raises SlotRefused."""

    async def reschedule_appointment(self, *, appointment_id: UUID, slot: Slot) -> Appointment:
        """Move in one step. Raises SlotRefused, NotChangeable."""

    async def cancel_appointment(self, *, appointment_id: UUID, reason: str | None = None) -> Appointment:
        """Cancel. Raises NotChangeable."""

    async def confirm_appointment(self, *, appointment_id: UUID) -> Appointment:
        """Mark as confirmed by the patient. Raises NotChangeable."""

    def note(self, name: str, **arguments: Any) -> None:
        """Record a reading tool that needs no query (get_services, get_doctors, get_appointments, escalate_to_human)."""


class EngineUnavailable(Exception):
    """The engine cannot answer now and has not acted: the next engine is asked."""


class Engine(Protocol):
    """Thinks. Must not act except through the toolbox."""

    async def answer(self, turn: Turn, tools: Toolbox) -> Reply:
        """The reply to a turn. Raises EngineUnavailable before it has acted."""

"""All a handler sees of one turn: the message as understood, the session as it stands, how to speak, what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

from frontdesk.conversation.engine import Toolbox, Turn
from frontdesk.conversation.linking import DEFAULT_POLICY
from frontdesk.conversation.relevance_model import RelevancePolicy
from frontdesk.conversation.state_machine import Session, Task
from frontdesk.dialogue.wording import Wording
from frontdesk.scheduling.models import Appointment, Catalog, Doctor, Service, Visitor
from frontdesk.understanding.models import Intent, NameMention, Understanding

# Ids of what the patient said they do not need, in the session's notes.
DROPPED_NOTE = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    turn: Turn
    reading: Understanding
    # As the handler may use it: tasks already put aside, taken up or dropped.
    session: Session
    wording: Wording
    tools: Toolbox
    # What the relevance model may decide.
    policy: RelevancePolicy = DEFAULT_POLICY

    @property
    def catalog(self) -> Catalog:
        return self.turn.catalog

    @property
    def now(self) -> datetime:
        """Local to the clinic."""
        return self.turn.now.astimezone(self.turn.catalog.clinic.zone)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def hidden(self) -> frozenset[UUID]:
        """Services and doctors of what was put aside or dropped: not named until the patient names them."""
        named = {
            i for m in (*wanted(self.reading.services), *wanted(self.reading.doctors)) for i in m.candidates
        }
        waiting = {i for task in self.session.put_aside for i in (task.service_id, task.doctor_id) if i}
        dropped = {UUID(text) for text in str(self.session.notes.get(DROPPED_NOTE) or "").split()}
        return frozenset((waiting | dropped) - named)

    def shown_services(self) -> list[Service]:
        return [s for s in self.catalog.services.values() if s.service_id not in self.hidden]

    def with_session(self, session: Session) -> Scene:
        return replace(self, session=session)

    def say(self, key: str, **values: str | int) -> str:
        return self.wording.say(key, **values)

    def service(self, service_id: UUID | None) -> Service | None:
        return self.catalog.services.get(service_id) if service_id else None

    def doctor(self, doctor_id: UUID | None) -> Doctor | None:
        return self.catalog.doctors.get(doctor_id) if doctor_id else None

    def appointment(self, appointment_id: UUID | None) -> Appointment | None:
        return next((a for a in self.turn.appointments if a.appointment_id == appointment_id), None)

    def has_intent(self, *intents: Intent) -> bool:
        return any(intent in self.reading.intents for intent in intents)

    def local(self, appointment: Appointment) -> tuple[date, time]:
        starts = appointment.starts_at.astimezone(self.catalog.clinic.zone)
        return starts.date(), starts.time()

    def describe(
        self, service_id: UUID | None, doctor_id: UUID | None, on: date | None, at: time | None
    ) -> str:
        """ "Check-up — Dr. Dan Levi, Thursday 19 March, 10:00", with whatever is known of it."""
        service, doctor = self.service(service_id), self.doctor(doctor_id)
        names = [self.wording.service(service)] if service else []
        names += [self.wording.doctor(doctor)] if doctor else []
        when = self.wording.moment(on, at) if on and at else self.wording.day(on) if on else None
        return ", ".join(part for part in (" — ".join(names), when) if part)

    def describe_task(self, task: Task) -> str:
        return self.describe(task.service_id, task.doctor_id, task.on, task.at)

    def describe_visit(self, visit: Appointment) -> str:
        """As `describe`, and for whom where it is not the writer."""
        described = self.describe(visit.service_id, visit.doctor_id, *self.local(visit))
        if visit.visitor is Visitor.WRITER:
            return described
        return self.say(f"visit-for-{visit.visitor}", visit=described)


def wanted(mentions: Iterable[NameMention]) -> tuple[NameMention, ...]:
    """The mentions that are not negated."""
    return tuple(mention for mention in mentions if not mention.negated)


def only_match(mentions: Sequence[NameMention]) -> UUID | None:
    """The one thing all wanted mentions agree on; None where there is none or a choice."""
    found = {mention.candidates for mention in wanted(mentions)}
    if len(found) != 1:
        return None
    (candidates,) = found
    return candidates[0] if len(candidates) == 1 else None

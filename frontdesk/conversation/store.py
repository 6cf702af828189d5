"""Sessions, states and history in PostgreSQL: one read before a turn, one write after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from frontdesk.conversation.engine import Said
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Visitor
from frontdesk.storage import sql
from frontdesk.storage.postgres import Database
from frontdesk.storage.sql import Jsonb


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One message that waits for an answer."""

    message_id: UUID
    kind: str
    text: str
    choice_id: str | None
    quoted_text: str | None
    sent_at: datetime
    attempts: int
    was_truncated: bool
    trace_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedTurn:
    """A conversation as it stood in one moment; `turn_version` is the fence its commit must match."""

    clinic_id: UUID
    session_id: UUID
    instance_id: UUID
    turn_version: int
    state: str
    context: Mapping[str, Any]
    reply_to: str
    patient_id: UUID
    patient_name: str | None
    patient_language: str | None
    patient_remembers: bool
    phone: str | None
    staff_until: datetime | None
    last_answer_at: datetime | None
    last_patient_at: datetime | None
    introduced_at: datetime | None
    held_notice_at: datetime | None
    messages: tuple[Waiting, ...]
    history: tuple[Said, ...]
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """`send_job`: the reply's send job, where the committing process has taken it in hand."""

    committed: bool
    more: bool
    send_job: int | None = None


class SessionStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def load_turn(
        self, clinic_id: UUID, session_id: UUID, *, now: datetime, is_retry: bool = False
    ) -> LoadedTurn | None:
        """Everything a turn needs, in one read; an answer that has not left yet is taken back. None: no such session."""
        payload = {
            "clinic_id": clinic_id,
            "session_id": session_id,
            "now": now.isoformat(),
            "is_retry": is_retry,
        }
        async with self._database.connection() as connection:
            row = await sql.fetch_value(connection, "select core.load_turn(%s)", (Jsonb(payload),))
        return None if row is None else _read_turn(clinic_id, row)

    async def commit_turn(self, clinic_id: UUID, payload: Mapping[str, Any]) -> Committed:
        """The new state, the reply and its send job, or nothing if somebody else came first."""
        async with self._database.connection() as connection:
            row = await sql.fetch_value(
                connection, "select core.commit_turn(%s)", (Jsonb({**payload, "clinic_id": clinic_id}),)
            )
        return Committed(committed=row["committed"], more=row["more"], send_job=row.get("send_job"))

    async def park(self, clinic_id: UUID, payload: Mapping[str, Any]) -> None:
        """Set aside messages that failed too often, with an apology and an alert."""
        async with self._database.connection() as connection:
            await sql.fetch_value(
                connection, "select core.park_messages(%s)", (Jsonb({**payload, "clinic_id": clinic_id}),)
            )


def _read_turn(clinic_id: UUID, row: Mapping[str, Any]) -> LoadedTurn:
    session, patient, contact = row["session"], row["patient"] or {}, row["contact"] or {}
    return LoadedTurn(
        clinic_id=clinic_id,
        session_id=UUID(session["id"]),
        instance_id=UUID(session["instance_id"]),
        turn_version=session["turn_version"],
        state=session["state"],
        context=session["context"],
        reply_to=session["reply_to"],
        patient_id=UUID(session["patient_id"]),
        patient_name=patient.get("name") or contact.get("push_name"),
        patient_language=patient.get("language"),
        patient_remembers=bool(patient.get("remembers")),
        phone=contact.get("phone"),
        staff_until=_moment(session["staff_until"]),
        last_answer_at=_moment(session["last_answer_at"]),
        last_patient_at=_moment(session["last_patient_at"]),
        introduced_at=_moment(session["introduced_at"]),
        held_notice_at=_moment(session["held_notice_at"]),
        messages=tuple(
            Waiting(
                message_id=UUID(m["message_id"]),
                kind=m["kind"],
                text=m["text"],
                choice_id=m["choice_id"],
                quoted_text=m["quoted_text"],
                sent_at=datetime.fromisoformat(m["sent_at"]),
                attempts=m["attempts"],
                was_truncated=m["was_truncated"],
                trace_id=m["trace_id"],
            )
            for m in row["messages"]
        ),
        history=tuple(
            Said(role=h["author"], text=h["text"], at=datetime.fromisoformat(h["at"])) for h in row["history"]
        ),
        appointments=tuple(
            Appointment(
                appointment_id=UUID(a["appointment_id"]),
                patient_id=UUID(a["patient_id"]),
                doctor_id=UUID(a["doctor_id"]),
                service_id=UUID(a["service_id"]),
                starts_at=datetime.fromisoformat(a["starts_at"]),
                ends_at=datetime.fromisoformat(a["ends_at"]),
                status=AppointmentStatus(a["status"]),
                version=a["version"],
                visitor=Visitor(a["visitor"]),
            )
            for a in row["appointments"]
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

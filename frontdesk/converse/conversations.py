"""The conversations of one `converse` process: each in a clinic of its own, so that they share no appointment."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from frontdesk.agent.tool_argument_validator import ToolArgumentValidator
from frontdesk.agent.tool_context import ToolContext
from frontdesk.bundled import find_bundled
from frontdesk.clinics.file_nodes import ClinicFileInvalid
from frontdesk.conversation.engine import Reply, Said, ToolRecord
from frontdesk.conversation.seed_store import seed_conversation
from frontdesk.conversation.session_json import session_to_json
from frontdesk.conversation.state_machine import ConversationState, Option, Session, Task
from frontdesk.conversation.turn import Answered
from frontdesk.lifecycle.collecting import spare_long_lived
from frontdesk.messaging.inbox import Incoming, Sender
from frontdesk.scheduling.clinic_file import ClinicFile, DemoPatient, read_clinic_file
from frontdesk.scheduling.conversation_clinics import clone_catalog
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Catalog
from frontdesk.whatsapp.clean_text import clean_text
from frontdesk.whatsapp.intake import find_emergency
from frontdesk.wiring import Desk, warm_up

DEFAULT_FIXTURE: Final = find_bundled("fixtures/clinic_demo.yaml")
DEFAULT_PHONE: Final = "99900000000"


class LineRefused(Exception):
    """The line asks for something that cannot be; the message says what."""


@dataclass(slots=True)
class Conversation:
    """One patient and one clinic. `clinic_id` is this conversation's own; ids of doctors and services are the file's."""

    catalog: Catalog
    clinic_key: str
    file_clinic_id: UUID
    patient_id: UUID
    session_id: UUID
    instance_id: UUID
    phone: str
    always_follow_up: bool
    # Ids of the file's other clinics and of what they offer.
    elsewhere: frozenset[UUID]
    messages: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyAnswer:
    """What the tripwire said, and the rule that made it."""

    rule: str
    language: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one message led to. `emergency` is the tripwire's answer, given before any turn."""

    reply: Reply | None
    records: tuple[ToolRecord, ...]
    emergency: EmergencyAnswer | None
    latency_ms: float


class Clock:
    """The time of the line in hand."""

    def __init__(self) -> None:
        self._now: datetime | None = None

    def set(self, now: datetime | None) -> None:
        self._now = now

    def __call__(self) -> datetime:
        return self._now or datetime.now(UTC)


class Conversations:
    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._files: dict[tuple[Path, int], ClinicFile] = {}
        self._validator = ToolArgumentValidator()

    async def open(self, setup: Mapping[str, Any]) -> Conversation:
        """A conversation as its setup describes it. Raises LineRefused for a clinic or key the file does not have."""
        file = self._read_file(Path(setup.get("fixture") or DEFAULT_FIXTURE))
        catalog = _choose_clinic(file, setup.get("clinic"))
        patient = setup.get("patient") or {}
        patient_id = UUID(patient["id"]) if patient.get("id") else uuid4()
        phone = "".join(c for c in str(patient.get("phone") or "") if c.isdecimal()) or DEFAULT_PHONE
        now = self._clock()
        file_clinic_id = catalog.clinic.clinic_id
        own = await clone_catalog(
            self._desk.database,
            catalog,
            clinic_id=uuid4(),
            now=now,
            patients=[
                DemoPatient(
                    patient_id=patient_id,
                    key="writer",
                    name=str(patient.get("name") or ""),
                    phone=phone,
                    language=patient.get("language"),
                ),
                *(one for one in file.patients.get(file_clinic_id, ()) if one.patient_id != patient_id),
            ],
            appointments=[
                *(_read_appointment(catalog, patient_id, row) for row in setup.get("appointments") or ()),
                *file.appointments.get(file_clinic_id, ()),
            ],
        )
        self._desk.catalogs.keep(own)
        session = _read_session(own, setup)
        session_id = await seed_conversation(
            self._desk.database,
            own.clinic.clinic_id,
            instance_id=own.clinic.clinic_id,
            patient_id=patient_id,
            phone=phone,
            state=session.state.value,
            context=session_to_json(session),
            history=[Said(role=row["role"], text=row["text"]) for row in setup.get("history") or ()],
            now=now,
        )
        return Conversation(
            catalog=own,
            clinic_key=catalog.clinic.key,
            file_clinic_id=file_clinic_id,
            patient_id=patient_id,
            session_id=session_id,
            instance_id=own.clinic.clinic_id,
            phone=phone,
            always_follow_up=setup.get("followup") == "always",
            elsewhere=_ids_elsewhere(file, catalog),
        )

    async def say(self, conversation: Conversation, text: str) -> Outcome:
        """One message of the patient, all the way through inbox and turn."""
        started = time.perf_counter()
        conversation.messages += 1
        now = self._clock()
        cleaned = clean_text(text)
        clinic = conversation.catalog.clinic
        clinic_id = clinic.clinic_id
        emergency = find_emergency(
            cleaned.text,
            emergency_number=clinic.emergency_number,
            crisis_line=clinic.crisis_line,
            default_language=clinic.default_language,
        )
        await self._desk.inbox.accept(
            clinic_id,
            conversation.instance_id,
            Incoming(
                provider_id=f"{conversation.session_id}:{conversation.messages}",
                sender=Sender(phone=conversation.phone, lid=None, reply_to=conversation.phone),
                text=cleaned.text,
                fingerprint=hashlib.sha256(cleaned.text.encode("utf-8", "replace")).digest(),
                sent_at=now,
                was_truncated=cleaned.truncated,
            ),
            now=now,
            emergency=emergency,
        )
        if emergency is not None:
            language, said = await self._desk.chats.load_last_answer(clinic_id, conversation.session_id)
            await self._desk.outbox.mark_read_aloud(clinic_id, conversation.session_id, now=now)
            return Outcome(
                reply=None,
                records=(),
                emergency=EmergencyAnswer(rule=emergency.rule, language=language, text=said),
                latency_ms=_ms_since(started),
            )
        answered = await self._answer(conversation)
        return Outcome(
            reply=answered.reply,
            records=tuple(answered.tools.records) if answered.tools else (),
            emergency=None,
            latency_ms=_ms_since(started),
        )

    async def validate(self, conversation: Conversation, call: Mapping[str, Any]) -> dict[str, Any]:
        """The verdict on a tool call that nobody executes."""
        context = ToolContext(
            catalog=conversation.catalog,
            patient_id=conversation.patient_id,
            now=self._clock(),
            appointments=tuple(await self.list_appointments(conversation)),
            outside_clinic_id=conversation.file_clinic_id,
            elsewhere=conversation.elsewhere,
        )
        is_valid, errors, suggestions = self._validator.validate_tool_call(
            call.get("name"), call.get("arguments"), context
        )
        return {
            "valid": is_valid,
            "errors": [{"field": error.field, "reason": str(error)} for error in errors],
            "suggestions": {name: _outside(value, conversation) for name, value in suggestions.items()},
        }

    async def list_appointments(self, conversation: Conversation) -> list[Appointment]:
        """All of this patient's appointments, past and cancelled ones too."""
        return await self._desk.booking.list_appointments(
            conversation.catalog.clinic.clinic_id, patient_id=conversation.patient_id, now=None
        )

    async def _answer(self, conversation: Conversation) -> Answered:
        for _ in range(5):
            answered = await self._desk.turns.answer_once(
                clinic_id=conversation.catalog.clinic.clinic_id,
                session_id=conversation.session_id,
                always_follow_up=conversation.always_follow_up,
                is_said=True,
            )
            if answered is None:
                return Answered(reply=None, turn=None, tools=None, more=False)
            if answered.reply is not None or not answered.more:
                return answered
        raise LineRefused("the conversation is changed by somebody else all the time")

    def _read_file(self, path: Path) -> ClinicFile:
        try:
            key = (path.resolve(), path.stat().st_mtime_ns)
        except OSError as error:
            raise LineRefused(f"cannot read the fixture {path}: {error.strerror}") from error
        if key not in self._files:
            try:
                file = read_clinic_file(path)
            except ClinicFileInvalid as invalid:
                raise LineRefused(f"{path}: {invalid.problems[0]}") from invalid
            except OSError as error:
                raise LineRefused(f"cannot read the fixture {path}: {error.strerror}") from error
            for catalog in file.catalogs.values():
                warm_up(catalog, now=self._clock())
            spare_long_lived()
            self._files[key] = file
        return self._files[key]


def _choose_clinic(file: ClinicFile, key: str | None) -> Catalog:
    if key is None:
        return next(iter(file.catalogs.values()))
    if key not in file.catalogs:
        raise LineRefused(f"the fixture has no clinic {key!r}; it has {', '.join(file.catalogs)}")
    return file.catalogs[key]


def _ids_elsewhere(file: ClinicFile, catalog: Catalog) -> frozenset[UUID]:
    own = {catalog.clinic.clinic_id, *catalog.doctors, *catalog.services}
    every = {
        one
        for other in file.catalogs.values()
        for one in (other.clinic.clinic_id, *other.doctors, *other.services)
    }
    return frozenset(every - own)


def _outside(value: Any, conversation: Conversation) -> Any:
    """A suggestion as callers know it: the clinic of the conversation is a copy under another id."""
    if isinstance(value, list | tuple):
        return [_outside(one, conversation) for one in value]
    is_own = str(value) == str(conversation.catalog.clinic.clinic_id)
    return str(conversation.file_clinic_id) if is_own else value


def _read_session(catalog: Catalog, setup: Mapping[str, Any]) -> Session:
    pending = setup.get("pending_action")
    task = None if not pending else _read_task(catalog, pending)
    return Session(
        state=ConversationState(setup.get("state") or "idle"),
        task=task,
        # What an earlier session used ranks below the profile; what this one uses, above it.
        notes={"earlier_language": setup["session_language"]} if setup.get("session_language") else {},
    )


def _read_task(catalog: Catalog, pending: Mapping[str, Any]) -> Task:
    services = {service.key: service_id for service_id, service in catalog.services.items()}
    doctors = {doctor.key: doctor_id for doctor_id, doctor in catalog.doctors.items()}
    return Task(
        kind=pending["type"],
        service_id=services.get(pending.get("service") or ""),
        doctor_id=doctors.get(pending.get("doctor") or ""),
        on=_day(pending.get("date")),
        at=_hour(pending.get("time")),
        appointment_id=UUID(pending["appointment"]) if pending.get("appointment") else None,
        options=tuple(
            Option(
                doctor_id=doctors[option["doctor"]],
                on=date.fromisoformat(option["date"]),
                at=clock_time.fromisoformat(option["time"]),
            )
            for option in pending.get("options") or ()
        ),
        missing=tuple(pending.get("missing") or ()),
        # Looking something up is no question: a yes would answer nothing.
        asked=pending["type"] != "check_availability",
    )


def _read_appointment(catalog: Catalog, patient_id: UUID, row: Mapping[str, Any]) -> Appointment:
    services = {service.key: service for service in catalog.services.values()}
    doctors = {doctor.key: doctor for doctor in catalog.doctors.values()}
    service, doctor = services[row["service"]], doctors[row["doctor"]]
    starts_at = datetime.fromisoformat(row["start"]).replace(tzinfo=catalog.clinic.zone).astimezone(UTC)
    return Appointment(
        appointment_id=UUID(row["id"]),
        patient_id=patient_id,
        doctor_id=doctor.doctor_id,
        service_id=service.service_id,
        starts_at=starts_at,
        ends_at=starts_at + service.duration,
        status=AppointmentStatus(row["status"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _hour(text: str | None) -> clock_time | None:
    return None if text is None else clock_time.fromisoformat(text)


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)

"""A chat with the deterministic engine over a desk in memory: say something, look at the reply."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from frontdesk.conversation.engine import Person, Reply, Said, ToolRecord, Turn
from frontdesk.conversation.state_machine import ConversationState, Option, Session, Task
from frontdesk.dialogue.engine import OfflineEngine
from frontdesk.safety.emergency import find_alarm
from frontdesk.scheduling.models import Appointment
from tests.support.fixture_catalogs import FIXTURES, Fixture, load_fixture, make_visit
from tests.support.memory_desk import MemoryDesk

ME: Final = UUID("db7367da-b69e-46dd-b2d4-9ffb7490d706")
# Monday morning, local to the Tel Aviv clinic of the demo fixture.
MONDAY: Final = "2026-03-02T10:00:00+02:00"


class Chat:
    """One patient's conversation. `last` is the reply to what was said last."""

    def __init__(
        self,
        clinic: str = "tlv",
        *,
        fixture: Fixture | None = None,
        now: str = MONDAY,
        language: str | None = "en",
        visits: Iterable[dict[str, Any]] = (),
        session_language: str | None = None,
        history: Iterable[Said] = (),
        always_follow_up: bool = False,
        introduce: bool = False,
        patient_id: UUID = ME,
    ) -> None:
        self.clinic = clinic
        self.fixture = fixture or load_fixture(FIXTURES / "clinic_demo.yaml")
        self.catalog = self.fixture.catalogs[clinic]
        self.now = datetime.fromisoformat(now)
        own = [make_visit(self.catalog, row, patient_id) for row in visits]
        self.desk = MemoryDesk(
            self.catalog, patient_id, now=self.now, appointments=[*self.fixture.taken, *own]
        )
        self.person = Person(patient_id=patient_id, name="A Patient", language=language, phone="+10000000000")
        notes: dict[str, str | int | bool | None] = (
            {"earlier_language": session_language} if session_language else {}
        )
        self.session = Session(notes=notes)
        self.history = list(history)
        self.always_follow_up = always_follow_up
        self.introduce = introduce
        self.engine = OfflineEngine()
        self.last: Reply
        self.last_records: list[ToolRecord] = []

    def pending(self, kind: str, *, state: str | None = None, asked: bool = True, **values: Any) -> Chat:
        """What was being done before the first message, in the fixture's keys."""
        task = Task(
            kind=kind,  # type: ignore[arg-type]
            service_id=self.fixture.service_id(self.clinic, values.get("service")),
            doctor_id=self.fixture.doctor_id(self.clinic, values.get("doctor")),
            on=date.fromisoformat(values["date"]) if values.get("date") else None,
            at=time.fromisoformat(values["time"]) if values.get("time") else None,
            appointment_id=UUID(values["appointment"]) if values.get("appointment") else None,
            options=tuple(self._option(option) for option in values.get("options", ())),
            missing=tuple(values.get("missing", ())),
            asked=asked,
        )
        self.session = replace(self.session, task=task, state=ConversationState(state or self.session.state))
        return self

    def _option(self, option: dict[str, str]) -> Option:
        doctor_id = self.fixture.doctor_id(self.clinic, option["doctor"])
        assert doctor_id is not None
        return Option(
            doctor_id=doctor_id, on=date.fromisoformat(option["date"]), at=time.fromisoformat(option["time"])
        )

    async def says(self, text: str, **more: Any) -> Reply:
        """The reply to a message; the clock goes on by a minute."""
        self.desk.now = self.now
        self.desk.records = []
        turn = Turn(
            catalog=self.catalog,
            session=self.session,
            patient=self.person,
            text=text,
            history=tuple(self.history),
            appointments=tuple(self.desk.mine),
            now=self.now,
            alarm=find_alarm(text),
            always_follow_up=self.always_follow_up,
            introduce=self.introduce,
            **more,
        )
        self.last = await self.engine.answer(turn, self.desk)
        self.last_records = list(self.desk.records)
        self.session = self.last.session
        self.introduce = False
        self.history += [Said(role="patient", text=text), Said(role="assistant", text=self.last.text)]
        self.now += timedelta(minutes=1)
        return self.last

    @property
    def visits(self) -> list[Appointment]:
        return self.desk.mine

    def known(self) -> dict[str, Any]:
        """The entities of the last reply, in the fixture's keys."""
        entities = self.last.entities
        service = self.catalog.services.get(entities.service_id) if entities.service_id else None
        doctor = self.catalog.doctors.get(entities.doctor_id) if entities.doctor_id else None
        return {
            "service": service.key if service else None,
            "doctor": doctor.key if doctor else None,
            "date": entities.on.isoformat() if entities.on else None,
            "time": f"{entities.at:%H:%M}" if entities.at else None,
            "appointment": str(entities.appointment_id) if entities.appointment_id else None,
        }


def state_of(chat: Chat) -> ConversationState:
    """The state after the last message."""
    return chat.last.state

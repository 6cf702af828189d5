"""The booking desk against a real database: races, retries, tenants, and the engines' toolbox on top of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from frontdesk.conversation.desk_toolbox import DeskToolbox
from frontdesk.conversation.engine import NotChangeable, SlotRefused, Toolbox
from frontdesk.scheduling.booking import (
    AppointmentNotChangeable,
    BookingDesk,
    Pin,
    RequestKeyReused,
    SlotTaken,
    SlotUnavailable,
    TurnSuperseded,
)
from frontdesk.scheduling.clinic_file import read_clinic_file
from frontdesk.scheduling.clinic_file_demo import DemoPatient
from frontdesk.scheduling.conversation_clinics import clone_catalog
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Catalog, Slot
from frontdesk.scheduling.store.appointments import list_appointments
from frontdesk.storage.postgres import Database
from tests.support.clinic_files import TWO_CLINICS

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
ANN, BOB = uuid4(), uuid4()


@dataclass(frozen=True, kw_only=True)
class Office:
    """A clinic with two patients, Ann and Bob."""

    database: Database
    desk: BookingDesk
    catalog: Catalog
    owner_url: str

    @property
    def clinic_id(self) -> UUID:
        return self.catalog.clinic.clinic_id

    def doctor(self, key: str) -> UUID:
        return next(one.doctor_id for one in self.catalog.doctors.values() if one.key == key)

    def slot(self, on: date, at: time, *, doctor: str = "reed", service: str = "hearing") -> Slot:
        wanted = next(one for one in self.catalog.services.values() if one.key == service)
        starts_at = datetime.combine(on, at, self.catalog.clinic.zone).astimezone(UTC)
        return Slot(
            doctor_id=self.doctor(doctor),
            service_id=wanted.service_id,
            starts_at=starts_at,
            ends_at=starts_at + wanted.duration,
        )

    async def book(
        self, slot: Slot, *, key: str = "earlier:1", patient_id: UUID = ANN, **rest: Any
    ) -> Appointment:
        return await self.desk.book(
            self.catalog, patient_id=patient_id, slot=slot, request_key=key, now=NOW, **rest
        )

    async def move(self, visit: Appointment, slot: Slot, *, key: str, patient_id: UUID = ANN) -> Appointment:
        return await self.desk.reschedule(
            self.catalog,
            patient_id=patient_id,
            appointment_id=visit.appointment_id,
            slot=slot,
            request_key=key,
            now=NOW,
        )

    async def cancel(
        self, visit: Appointment, *, key: str, patient_id: UUID = ANN, now: datetime = NOW
    ) -> Appointment:
        return await self.desk.cancel(
            self.clinic_id,
            patient_id=patient_id,
            appointment_id=visit.appointment_id,
            request_key=key,
            now=now,
        )

    async def active(self, patient_id: UUID = ANN) -> list[Appointment]:
        return await self.desk.list_appointments(self.clinic_id, patient_id=patient_id, now=NOW)

    def tools(self, *, prefix: str = "m1", patient_id: UUID = ANN, pin: Pin | None = None) -> DeskToolbox:
        return DeskToolbox(
            self.desk, self.catalog, patient_id=patient_id, now=NOW, request_prefix=prefix, pin=pin
        )

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def open_session(self, *, turn_version: int) -> UUID:
        """A conversation of Ann's with the given number of committed turns."""
        session_id, contact_id = uuid4(), uuid4()
        self.query(
            "insert into core.contacts (clinic_id, contact_id, phone, created_at) values (%s, %s, '49305550199', %s)",
            self.clinic_id, contact_id, NOW,
        )  # fmt: skip
        self.query(
            "insert into core.conversation_sessions (clinic_id, id, instance_id, contact_id, patient_id, reply_to,"
            " turn_version, created_at) values (%s, %s, %s, %s, %s, '49305550199', %s, %s)",
            self.clinic_id, session_id, self.clinic_id, contact_id, ANN, turn_version, NOW,
        )  # fmt: skip
        return session_id


async def open_office(database: Database, owner_url: str) -> Office:
    catalog = await clone_catalog(
        database,
        read_clinic_file(TWO_CLINICS.encode()).catalogs["north"],
        clinic_id=uuid4(),
        now=NOW,
        patients=[
            DemoPatient(patient_id=ANN, key="ann", name="Ann"),
            DemoPatient(patient_id=BOB, key="bob", name="Bob"),
        ],
    )
    return Office(database=database, desk=BookingDesk(database), catalog=catalog, owner_url=owner_url)


@pytest.fixture
async def office(database: Database, owner_url: str) -> Office:
    return await open_office(database, owner_url)


async def test_a_booked_slot_is_the_patients_and_stands_in_the_history(office: Office) -> None:
    booked = await office.book(office.slot(MONDAY, time(9)))

    assert await office.active() == [booked]
    assert (booked.status, booked.ends_at - booked.starts_at) == (
        AppointmentStatus.BOOKED,
        timedelta(minutes=30),
    )
    history = office.query(
        "select actor, change, request_key, changed_at from healthcare.appointment_history"
    )
    assert history == [("patient", "booked", "earlier:1", NOW)]


async def test_of_twenty_who_want_one_slot_one_gets_it_and_the_others_hear_what_is_free(
    office: Office,
) -> None:
    slot = office.slot(MONDAY, time(9))

    outcomes = await asyncio.gather(
        *(office.book(slot, key=f"m{number}:1") for number in range(20)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, SlotTaken)]
    assert len(refused) == 19
    assert sum(isinstance(outcome, Appointment) for outcome in outcomes) == 1
    for taken in refused:
        assert len(taken.alternatives) == 3
        assert all(other.doctor_id == slot.doctor_id for other in taken.alternatives)
        assert slot not in taken.alternatives


async def test_of_ten_who_move_to_one_slot_one_gets_it(office: Office) -> None:
    visits = [
        await office.book(office.slot(MONDAY, time(13 + number // 2, 30 * (number % 2))), key=f"b{number}:1")
        for number in range(10)
    ]
    wanted = office.slot(TUESDAY, time(12))

    outcomes = await asyncio.gather(
        *(office.move(visit, wanted, key=f"r{number}:1") for number, visit in enumerate(visits)),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, Appointment) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, SlotTaken) for outcome in outcomes) == 9
    assert len(await office.active()) == 10


async def test_two_visits_of_one_doctor_never_overlap_by_a_part(office: Office) -> None:
    await office.book(office.slot(MONDAY, time(9)))

    with pytest.raises(SlotTaken) as taken:
        await office.book(office.slot(MONDAY, time(8, 15), service="fitting"), key="m2:1", patient_id=BOB)

    assert [other.starts_at.time() for other in taken.value.alternatives] == [
        time(7),
        time(8, 30),
        time(8, 45),
    ]


async def test_the_same_call_again_gives_the_first_result(office: Office) -> None:
    slot = office.slot(MONDAY, time(9))
    first = await office.book(slot)
    moved = await office.move(first, office.slot(MONDAY, time(10)), key="m2:1")

    assert await office.book(slot) == first
    assert await office.move(first, office.slot(MONDAY, time(11)), key="m2:1") == moved
    assert await office.active() == [moved]
    assert office.query("select count(*) from healthcare.appointment_history") == [(2,)]


async def test_the_same_call_made_ten_times_at_once_books_once(office: Office) -> None:
    slot = office.slot(MONDAY, time(9))

    outcomes = await asyncio.gather(*(office.book(slot) for _ in range(10)))

    assert len({outcome.appointment_id for outcome in outcomes}) == 1
    assert len(await office.active()) == 1


async def test_the_same_cancellation_made_ten_times_at_once_cancels_once(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)))

    outcomes = await asyncio.gather(*(office.cancel(visit, key="m2:1") for _ in range(10)))

    assert {outcome.status for outcome in outcomes} == {AppointmentStatus.CANCELLED}
    assert office.query("select count(*) from healthcare.appointment_history") == [(2,)]


async def test_a_key_of_another_kind_of_change_is_a_bug_that_shows(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)), key="m1:1")

    with pytest.raises(RequestKeyReused):
        await office.cancel(visit, key="m1:1")

    assert await office.active() == [visit]


async def test_a_move_keeps_the_visit_and_frees_its_old_time(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)))

    moved = await office.move(visit, office.slot(MONDAY, time(9, 15)), key="m2:1")

    assert moved == replace(
        visit,
        starts_at=visit.starts_at + timedelta(minutes=15),
        ends_at=visit.ends_at + timedelta(minutes=15),
        version=2,
    )
    taken = await office.book(office.slot(MONDAY, time(8, 45)), key="m3:1", patient_id=BOB)
    assert taken.starts_at < moved.starts_at


async def test_a_move_to_a_taken_time_leaves_the_visit_where_it_was(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)))
    await office.book(office.slot(MONDAY, time(11)), key="m2:1", patient_id=BOB)

    with pytest.raises(SlotTaken) as taken:
        await office.move(visit, office.slot(MONDAY, time(11)), key="m3:1")

    assert await office.active() == [visit]
    assert len(taken.value.alternatives) == 3


async def test_a_move_to_another_doctor_is_one_step(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)))

    moved = await office.move(visit, office.slot(MONDAY, time(9), doctor="stone"), key="m2:1")

    assert (moved.appointment_id, moved.doctor_id) == (visit.appointment_id, office.doctor("stone"))


async def test_a_cancelled_visit_frees_its_time_and_cannot_be_changed(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)))
    cancelled = await office.cancel(visit, key="m2:1")

    assert cancelled.status is AppointmentStatus.CANCELLED
    assert await office.active() == []
    with pytest.raises(AppointmentNotChangeable):
        await office.move(visit, office.slot(MONDAY, time(10)), key="m3:1")
    with pytest.raises(AppointmentNotChangeable):
        await office.cancel(visit, key="m4:1")
    again = await office.book(office.slot(MONDAY, time(9)), key="m5:1", patient_id=BOB)
    everything = await office.desk.list_appointments(office.clinic_id, patient_id=ANN, now=None)
    assert (again.starts_at, everything) == (visit.starts_at, [cancelled])


async def test_a_visit_that_has_begun_cannot_be_cancelled(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)))

    with pytest.raises(AppointmentNotChangeable):
        await office.cancel(visit, key="m2:1", now=visit.starts_at)


async def test_somebody_elses_visit_cannot_be_touched(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)))
    ids = {"patient_id": BOB, "appointment_id": visit.appointment_id, "now": NOW}

    with pytest.raises(AppointmentNotChangeable):
        await office.cancel(visit, key="m2:1", patient_id=BOB)
    with pytest.raises(AppointmentNotChangeable):
        await office.move(visit, office.slot(MONDAY, time(10)), key="m3:1", patient_id=BOB)
    with pytest.raises(AppointmentNotChangeable):
        await office.desk.confirm(office.clinic_id, request_key="m4:1", **ids)  # type: ignore[arg-type]

    assert await office.active() == [visit]


@pytest.mark.parametrize(
    ("on", "at", "reason"),
    [
        (date(2026, 2, 23), time(9), "past"),
        (date(2026, 3, 12), time(9), "closed"),
        (date(2026, 5, 5), time(10), "holiday"),
        (date(2026, 3, 17), time(10), "time_off"),
        (MONDAY, time(12), "outside_hours"),
        (date(2027, 3, 8), time(9), "too_far"),
    ],
)
async def test_what_the_clinics_rules_refuse_is_refused_at_the_desk(
    office: Office, on: date, at: time, reason: str
) -> None:
    with pytest.raises(SlotUnavailable) as refused:
        await office.book(office.slot(on, at))

    assert refused.value.reason == reason
    assert await office.active() == []


async def test_the_end_of_a_slot_is_not_taken_on_trust(office: Office) -> None:
    slot = office.slot(MONDAY, time(9))

    booked = await office.book(replace(slot, ends_at=slot.ends_at + timedelta(hours=5)))

    assert booked.ends_at == slot.ends_at


async def test_two_clinics_with_the_same_doctors_do_not_see_each_other(
    office: Office, database: Database, owner_url: str
) -> None:
    other = await open_office(database, owner_url)
    visit = await office.book(office.slot(MONDAY, time(9)))

    theirs = await other.book(other.slot(MONDAY, time(9)))

    assert await office.active() == [visit]
    assert await other.active() == [theirs]
    with pytest.raises(AppointmentNotChangeable):
        await other.cancel(visit, key="m2:1")


async def test_a_statement_for_another_clinic_than_the_transactions_finds_nothing(
    office: Office, database: Database, owner_url: str
) -> None:
    other = await open_office(database, owner_url)
    theirs = await other.book(other.slot(MONDAY, time(9)))

    async with database.transaction(office.clinic_id) as tx:
        seen = await list_appointments(tx, other.clinic_id, patient_id=theirs.patient_id)

    assert seen == []


async def test_a_forgotten_tenant_is_an_error_not_an_empty_list(office: Office) -> None:
    await office.book(office.slot(MONDAY, time(9)))

    async with office.database.connection() as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no clinic is set"):
            await connection.execute("select * from healthcare.appointments")


async def test_a_turn_that_books_pins_the_messages_it_answers(office: Office) -> None:
    session_id, message_id = office.open_session(turn_version=4), uuid4()

    await office.book(
        office.slot(MONDAY, time(9)),
        pin=Pin(session_id=session_id, turn_version=4, message_ids=(message_id,)),
    )

    pinned = office.query("select pinned_messages, turn_version from core.conversation_sessions")
    assert pinned == [([message_id], 4)]


async def test_a_superseded_turn_writes_nothing(office: Office) -> None:
    session_id = office.open_session(turn_version=5)

    with pytest.raises(TurnSuperseded):
        await office.book(
            office.slot(MONDAY, time(9)),
            pin=Pin(session_id=session_id, turn_version=4, message_ids=(uuid4(),)),
        )

    assert await office.active() == []
    assert office.query("select pinned_messages from core.conversation_sessions") == [(None,)]


async def test_a_refused_booking_pins_nothing(office: Office) -> None:
    session_id = office.open_session(turn_version=0)
    await office.book(office.slot(MONDAY, time(9)), patient_id=BOB)

    with pytest.raises(SlotTaken):
        await office.book(
            office.slot(MONDAY, time(9)),
            key="m2:1",
            pin=Pin(session_id=session_id, turn_version=0, message_ids=(uuid4(),)),
        )

    assert office.query("select pinned_messages from core.conversation_sessions") == [(None,)]


async def test_the_toolbox_offers_the_doctor_who_has_least_to_do_that_day(office: Office) -> None:
    tools: Toolbox = office.tools()
    await office.book(office.slot(MONDAY, time(17), doctor="reed"), patient_id=BOB)
    service_id = office.slot(MONDAY, time(9)).service_id

    slots = await tools.check_availability(service_id=service_id, doctor_id=None, on=MONDAY)

    assert {slot.doctor_id for slot in slots} == {office.doctor("stone")}
    assert [slot.starts_at.time() for slot in slots] == [
        time(7), time(7, 15), time(7, 30), time(7, 45), time(8), time(8, 15)
    ]  # fmt: skip


async def test_between_doctors_with_equally_much_to_do_the_catalogs_order_decides(office: Office) -> None:
    service_id = office.slot(MONDAY, time(9)).service_id

    slots = await office.tools().check_availability(
        service_id=service_id, doctor_id=None, on=MONDAY, at=time(9)
    )

    assert slots == (office.slot(MONDAY, time(9), doctor="reed"),)


async def test_the_toolbox_records_calls_by_the_names_of_the_tools(office: Office) -> None:
    tools = office.tools()
    slot = office.slot(MONDAY, time(9))
    await tools.check_availability(
        service_id=slot.service_id, doctor_id=slot.doctor_id, on=MONDAY, at=time(9)
    )
    visit = await tools.book_appointment(slot=slot)
    await tools.reschedule_appointment(
        appointment_id=visit.appointment_id, slot=office.slot(TUESDAY, time(10))
    )
    await tools.confirm_appointment(appointment_id=visit.appointment_id)
    await tools.cancel_appointment(appointment_id=visit.appointment_id)
    with pytest.raises(NotChangeable):
        await tools.cancel_appointment(appointment_id=visit.appointment_id)
    tools.note("get_services")
    tools.note("escalate_to_human", reason="asked", urgency="medium")

    clinic, patient = str(office.clinic_id), str(ANN)
    doctor, service, appointment = str(slot.doctor_id), str(slot.service_id), str(visit.appointment_id)
    assert [(one.name, dict(one.arguments), one.ok, one.error) for one in tools.records] == [
        (
            "check_availability",
            {"clinic_id": clinic, "service_id": service, "date": "2026-03-09", "doctor_id": doctor, "time": "09:00"},
            True, None,
        ),
        (
            "book_appointment",
            {
                "patient_id": patient, "clinic_id": clinic, "doctor_id": doctor, "service_id": service,
                "date": "2026-03-09", "time": "09:00",
            },
            True, None,
        ),
        (
            "reschedule_appointment",
            {"appointment_id": appointment, "new_date": "2026-03-10", "new_time": "10:00", "doctor_id": doctor},
            True, None,
        ),
        ("confirm_appointment", {"appointment_id": appointment}, True, None),
        ("cancel_appointment", {"appointment_id": appointment}, True, None),
        ("cancel_appointment", {"appointment_id": appointment}, False, "NotChangeable"),
        ("get_services", {"clinic_id": clinic}, True, None),
        ("escalate_to_human", {"reason": "asked", "urgency": "medium"}, True, None),
    ]  # fmt: skip


async def test_a_day_without_any_free_time_is_refused_with_the_next_free_times(office: Office) -> None:
    tools = office.tools()
    slot = office.slot(MONDAY, time(9))

    with pytest.raises(SlotRefused) as refused:
        await tools.check_availability(
            service_id=slot.service_id, doctor_id=slot.doctor_id, on=date(2026, 3, 17)
        )

    assert refused.value.reason == "time_off"
    assert refused.value.alternatives[0] == office.slot(date(2026, 3, 22), time(1))
    assert [(one.ok, one.error) for one in tools.records] == [(False, "time_off")]


async def test_a_full_day_is_refused_as_taken(office: Office) -> None:
    for number in range(12):
        await office.book(
            office.slot(TUESDAY, time(10 + number // 2, 30 * (number % 2))),
            key=f"b{number}:1",
            patient_id=BOB,
        )
    slot = office.slot(TUESDAY, time(10))

    with pytest.raises(SlotRefused) as refused:
        await office.tools().check_availability(
            service_id=slot.service_id, doctor_id=slot.doctor_id, on=TUESDAY
        )

    assert refused.value.reason == "taken"
    assert refused.value.alternatives[0] == office.slot(date(2026, 3, 15), time(1))


async def test_the_visit_to_be_moved_is_not_in_its_own_way(office: Office) -> None:
    visit = await office.book(office.slot(MONDAY, time(9)))
    wanted = office.slot(MONDAY, time(9, 15))
    day = {"service_id": wanted.service_id, "doctor_id": wanted.doctor_id, "on": MONDAY, "at": time(9, 15)}

    assert await office.tools().check_availability(**day, moving=visit.appointment_id) == (wanted,)  # type: ignore[arg-type]
    assert await office.tools().check_availability(**day) == ()  # type: ignore[arg-type]


async def test_a_turn_run_again_gets_its_first_results(office: Office) -> None:
    slot = office.slot(MONDAY, time(9))

    async def run_turn() -> tuple[tuple[Slot, ...], Appointment]:
        tools = office.tools(prefix="burst")
        free = await tools.check_availability(
            service_id=slot.service_id, doctor_id=slot.doctor_id, on=MONDAY, at=time(9)
        )
        return free, await tools.book_appointment(slot=slot)

    assert await run_turn() == await run_turn()
    assert len(await office.active()) == 1


async def test_what_the_turn_has_booked_is_taken_for_the_rest_of_it(office: Office) -> None:
    tools = office.tools()
    slot = office.slot(MONDAY, time(9))
    await tools.book_appointment(slot=slot)

    free = await tools.check_availability(
        service_id=slot.service_id, doctor_id=slot.doctor_id, on=MONDAY, at=time(9)
    )

    assert free == ()


async def test_the_search_finds_the_first_times_after_an_instant(office: Office) -> None:
    slot = office.slot(MONDAY, time(16, 50))

    found = await office.tools().find_free(
        service_id=slot.service_id, doctor_id=slot.doctor_id, after=slot.starts_at, limit=4
    )

    expected = [(MONDAY, time(17)), (MONDAY, time(17, 15)), (MONDAY, time(17, 30)), (TUESDAY, time(10))]
    assert found == tuple(office.slot(on, at) for on, at in expected)


async def test_the_search_gives_up_after_sixty_days(office: Office) -> None:
    slot = office.slot(MONDAY, time(9))

    found = await office.tools().find_free(
        service_id=slot.service_id, doctor_id=slot.doctor_id, after=NOW, not_before=time(19)
    )

    assert found == ()


async def test_a_toolbox_refusal_carries_reason_and_alternatives(office: Office) -> None:
    slot = office.slot(MONDAY, time(9))
    tools = office.tools()
    await tools.check_availability(service_id=slot.service_id, doctor_id=slot.doctor_id, on=MONDAY)
    await office.book(slot, key="other:1", patient_id=BOB)

    with pytest.raises(SlotRefused) as refused:
        await tools.book_appointment(slot=slot)

    assert (refused.value.reason, len(refused.value.alternatives)) == ("taken", 3)
    assert tools.records[-1].error == "taken"
    assert (
        await tools.check_availability(
            service_id=slot.service_id, doctor_id=slot.doctor_id, on=MONDAY, at=time(9)
        )
        == ()
    )

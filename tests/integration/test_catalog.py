"""Clinic files in the database: import, change, export, and a copy for one conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from frontdesk.clinics.store import InstanceTaken, find_organization, list_clinic_ids
from frontdesk.scheduling.clinic_file import ClinicFile, read_clinic_file
from frontdesk.scheduling.clinic_file_demo import DemoPatient
from frontdesk.scheduling.clinic_file_text import export_clinic_file
from frontdesk.scheduling.clinic_import import Difference, import_clinic_file
from frontdesk.scheduling.conversation_clinics import clone_catalog
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Catalog
from frontdesk.scheduling.store import load_catalog
from frontdesk.storage.postgres import Database
from tests.support.clinic_files import TWO_CLINICS

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def clinic_file() -> ClinicFile:
    return read_clinic_file(TWO_CLINICS.encode())


async def load(database: Database, clinic_id: UUID) -> Catalog:
    async with database.transaction(clinic_id) as tx:
        return await load_catalog(tx, clinic_id)


def with_catalog(clinic_file: ClinicFile, catalog: Catalog) -> ClinicFile:
    return replace(clinic_file, catalogs={**clinic_file.catalogs, catalog.clinic.key: catalog})


def query(owner_url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(owner_url) as connection:
        return connection.execute(statement.encode()).fetchall()


def describe(items: Sequence[Difference]) -> list[tuple[str, str]]:
    return [(one.kind, one.path) for one in items]


async def test_what_is_imported_is_what_the_file_says(database: Database, clinic_file: ClinicFile) -> None:
    await import_clinic_file(database, clinic_file, now=NOW)

    for catalog in clinic_file.catalogs.values():
        loaded = await load(database, catalog.clinic.clinic_id)
        assert loaded == catalog
        assert list(loaded.services) == list(catalog.services)
        assert list(loaded.doctors) == list(catalog.doctors)


async def test_importing_twice_changes_nothing(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    first = await import_clinic_file(database, clinic_file, now=NOW, include_demo=True)
    second = await import_clinic_file(database, clinic_file, now=NOW, include_demo=True)

    assert describe(first.items) == [("added", "north"), ("added", "south")]
    assert first.demo_rows > 0
    assert (second.items, second.demo_rows) == ((), 0)
    assert query(owner_url, "select distinct catalog_version from core.clinics") == [(1,)]


async def test_a_change_is_named_by_its_path_and_raises_the_version_of_that_clinic_alone(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    await import_clinic_file(database, clinic_file, now=NOW)
    north = clinic_file.catalogs["north"]
    doctor = next(iter(north.doctors.values()))
    changed = replace(doctor, hours={**doctor.hours, 0: ((time(10), time(11)),)})
    file = with_catalog(clinic_file, replace(north, doctors={**north.doctors, doctor.doctor_id: changed}))

    differences = await import_clinic_file(database, file, now=NOW)

    assert describe(differences.items) == [("changed", f"north.doctors.{doctor.key}.hours.mon")]
    assert differences.items[0].after == [["10:00", "11:00"]]
    assert await load(database, north.clinic.clinic_id) == file.catalogs["north"]
    versions = query(owner_url, "select key, catalog_version from core.clinics order by key")
    assert versions == [("north", 2), ("south", 1)]


async def test_a_dry_run_tells_the_difference_and_writes_nothing(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    differences = await import_clinic_file(database, clinic_file, now=NOW, include_demo=True, dry_run=True)

    assert describe(differences.items) == [("added", "north"), ("added", "south")]
    assert query(owner_url, "select count(*) from core.clinics") == [(0,)]


async def test_what_is_gone_from_the_file_is_retired_and_comes_back_when_it_is_listed_again(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    await import_clinic_file(database, clinic_file, now=NOW, include_demo=True)
    north = clinic_file.catalogs["north"]
    *kept, gone = north.doctors.values()
    smaller = replace(north, doctors={doctor.doctor_id: doctor for doctor in kept})

    differences = await import_clinic_file(database, with_catalog(clinic_file, smaller), now=NOW)

    assert ("removed", f"north.doctors.{gone.key}") in describe(differences.items)
    assert await load(database, north.clinic.clinic_id) == smaller
    rows = query(owner_url, f"select works_here from healthcare.doctors where doctor_id = '{gone.doctor_id}'")
    assert rows == [(False,)]
    await import_clinic_file(database, clinic_file, now=NOW)
    assert await load(database, north.clinic.clinic_id) == north


async def test_two_doctors_may_swap_their_keys(database: Database, clinic_file: ClinicFile) -> None:
    await import_clinic_file(database, clinic_file, now=NOW)
    north = clinic_file.catalogs["north"]
    one, other = north.doctors.values()
    swapped = {
        one.doctor_id: replace(one, key=other.key),
        other.doctor_id: replace(other, key=one.key),
    }
    file = with_catalog(clinic_file, replace(north, doctors=swapped))

    await import_clinic_file(database, file, now=NOW)

    assert (await load(database, north.clinic.clinic_id)).doctors == swapped


async def test_a_key_may_pass_from_a_removed_service_to_a_new_one(
    database: Database, clinic_file: ClinicFile
) -> None:
    await import_clinic_file(database, clinic_file, now=NOW)
    south = clinic_file.catalogs["south"]
    *kept, old = south.services.values()
    new = replace(old, service_id=uuid4())
    services = {service.service_id: service for service in (*kept, new)}
    doctors = {
        doctor.doctor_id: replace(
            doctor,
            service_ids=frozenset(
                new.service_id if one == old.service_id else one for one in doctor.service_ids
            ),
        )
        for doctor in south.doctors.values()
    }
    catalog = replace(south, services=services, doctors=doctors)

    await import_clinic_file(database, with_catalog(clinic_file, catalog), now=NOW)

    assert await load(database, south.clinic.clinic_id) == catalog


async def test_an_instance_of_another_clinic_is_refused_by_name(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    await import_clinic_file(database, clinic_file, now=NOW)
    north, south = clinic_file.catalogs.values()
    thief = replace(south.clinic, whatsapp_instance=north.clinic.whatsapp_instance, phone="+1-555-000-1111")

    with pytest.raises(InstanceTaken, match=str(north.clinic.whatsapp_instance)):
        await import_clinic_file(database, with_catalog(clinic_file, replace(south, clinic=thief)), now=NOW)

    assert (await load(database, south.clinic.clinic_id)) == south


async def test_a_file_that_names_no_instance_leaves_the_connected_one(
    database: Database, clinic_file: ClinicFile
) -> None:
    await import_clinic_file(database, clinic_file, now=NOW)
    north = clinic_file.catalogs["north"]
    silent = replace(north, clinic=replace(north.clinic, whatsapp_instance=None))

    differences = await import_clinic_file(database, with_catalog(clinic_file, silent), now=NOW)

    assert not differences
    loaded = await load(database, north.clinic.clinic_id)
    assert loaded.clinic.whatsapp_instance == north.clinic.whatsapp_instance


async def test_another_instance_takes_the_place_of_the_old_one(
    database: Database, clinic_file: ClinicFile
) -> None:
    await import_clinic_file(database, clinic_file, now=NOW)
    north = clinic_file.catalogs["north"]
    renamed = replace(north, clinic=replace(north.clinic, whatsapp_instance="north-new"))

    await import_clinic_file(database, with_catalog(clinic_file, renamed), now=NOW + timedelta(hours=1))
    again = await import_clinic_file(database, clinic_file, now=NOW + timedelta(hours=2))

    assert describe(again.items) == [("changed", "north.whatsapp_instance")]
    assert await load(database, north.clinic.clinic_id) == north


async def test_the_export_of_the_database_imports_back_to_the_same(
    database: Database, clinic_file: ClinicFile
) -> None:
    await import_clinic_file(database, clinic_file, now=NOW)
    any_clinic = next(iter(clinic_file.catalogs.values())).clinic.clinic_id
    async with database.transaction(any_clinic) as tx:
        clinic_ids = await list_clinic_ids(tx)
        organization = await find_organization(tx, any_clinic)
    assert organization is not None
    catalogs = [await load(database, clinic_id) for clinic_id in clinic_ids]

    read = read_clinic_file(export_clinic_file(organization, catalogs).encode())

    assert not await import_clinic_file(database, read, now=NOW)


async def test_a_demo_patients_phone_is_known_to_write_for_them(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    await import_clinic_file(database, clinic_file, now=NOW, include_demo=True)

    rows = query(
        owner_url,
        "select p.name, c.phone from healthcare.patients p join healthcare.patient_contacts l using (clinic_id, patient_id)"
        " join core.contacts c using (clinic_id, contact_id) order by p.name",
    )
    assert rows == [("Ada Moor", "49305550101"), ("Ben Vale", "34915550102")]


async def test_a_demo_visit_that_overlaps_another_is_left_out(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    north_id = clinic_file.catalogs["north"].clinic.clinic_id
    first = clinic_file.appointments[north_id][0]
    second = replace(first, appointment_id=uuid4(), starts_at=first.starts_at + timedelta(minutes=15))
    file = replace(clinic_file, appointments={**clinic_file.appointments, north_id: (first, second)})

    await import_clinic_file(database, file, now=NOW, include_demo=True)

    rows = query(owner_url, "select appointment_id from healthcare.appointments")
    assert (first.appointment_id,) in rows
    assert (second.appointment_id,) not in rows


async def test_an_unknown_clinic_has_no_catalog(database: Database) -> None:
    with pytest.raises(LookupError, match="no clinic"):
        await load(database, uuid4())


async def test_copies_for_two_conversations_share_nothing(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    north = clinic_file.catalogs["north"]
    north_id = north.clinic.clinic_id
    patients = clinic_file.patients[north_id]
    visits = clinic_file.appointments[north_id]

    copies = [
        await clone_catalog(
            database, north, clinic_id=uuid4(), now=NOW, patients=patients, appointments=visits
        )
        for _ in range(2)
    ]

    assert copies[0].clinic.clinic_id != copies[1].clinic.clinic_id
    assert copies[0].doctors == north.doctors
    rows = query(owner_url, "select clinic_id, count(*) from healthcare.appointments group by 1")
    assert sorted(rows) == sorted((copy.clinic.clinic_id, len(visits)) for copy in copies)


async def test_the_writers_own_visit_comes_before_an_overlapping_one_of_the_file(
    database: Database, owner_url: str, clinic_file: ClinicFile
) -> None:
    north = clinic_file.catalogs["north"]
    taken = clinic_file.appointments[north.clinic.clinic_id][0]
    writer = DemoPatient(patient_id=uuid4(), key="writer", name="")
    own = Appointment(
        appointment_id=uuid4(),
        patient_id=writer.patient_id,
        doctor_id=taken.doctor_id,
        service_id=taken.service_id,
        starts_at=taken.starts_at,
        ends_at=taken.ends_at,
        status=AppointmentStatus.PENDING,
    )

    await clone_catalog(
        database,
        north,
        clinic_id=uuid4(),
        now=NOW,
        patients=(writer, *clinic_file.patients[north.clinic.clinic_id]),
        appointments=(own, taken),
    )

    assert query(owner_url, "select appointment_id from healthcare.appointments") == [(own.appointment_id,)]

"""What is read from a clinic file, and what is said of a broken one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from frontdesk.clinics.file_nodes import ClinicFileInvalid, Problem
from frontdesk.scheduling.availability import resolve_local
from frontdesk.scheduling.clinic_file import ClinicFile, read_clinic_file
from frontdesk.scheduling.clinic_file_text import export_clinic_file
from frontdesk.scheduling.clinic_import import compare_catalogs
from frontdesk.scheduling.models import AppointmentStatus, DateRange, Service
from tests.support.clinic_files import TWO_CLINICS


def read(text: str = TWO_CLINICS) -> ClinicFile:
    return read_clinic_file(text.encode())


def change(old: str, new: str) -> str:
    """The file with one place changed; the place must exist."""
    assert old in TWO_CLINICS
    return TWO_CLINICS.replace(old, new, 1)


def list_problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ClinicFileInvalid) as invalid:
        read(text)
    return invalid.value.problems


def service_at(file: ClinicFile, clinic_key: str, key: str) -> Service:
    return next(one for one in file.catalogs[clinic_key].services.values() if one.key == key)


def test_each_clinic_gets_its_own_doctors_services_and_prices() -> None:
    file = read()

    offered = {
        key: ([s.key for s in catalog.services.values()], [d.key for d in catalog.doctors.values()])
        for key, catalog in file.catalogs.items()
    }
    assert offered == {"north": (["hearing", "fitting"], ["reed", "stone"]), "south": (["fitting"], ["luz"])}
    assert service_at(file, "north", "fitting").price == Decimal("120.50")
    assert service_at(file, "south", "fitting").price == 90
    assert service_at(file, "south", "fitting").duration == timedelta(hours=1)


def test_times_are_read_as_the_clinics_own() -> None:
    file = read()
    north = file.catalogs["north"]
    reed = next(iter(north.doctors.values()))

    assert north.clinic.hours[0] == ((time(8), time(12)), (time(13), time(18)))
    assert 3 not in north.clinic.hours
    assert file.catalogs["south"].clinic.hours[0] == ((time(9), time(14)),)
    assert reed.time_off == (DateRange(first_on=date(2026, 3, 16), last_on=date(2026, 3, 18)),)
    visits = file.appointments[north.clinic.clinic_id]
    assert visits[0].starts_at == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert visits[0].ends_at - visits[0].starts_at == timedelta(minutes=30)
    assert visits[1].status is AppointmentStatus.CANCELLED


def test_staff_on_call_come_first_and_numbers_may_stand_without_quotes() -> None:
    clinic = read().catalogs["north"].clinic

    assert [contact.name for contact in clinic.staff] == ["First", "Second"]
    assert clinic.staff[0].phone == "+49305550109"
    assert clinic.emergency_number == "112"


def test_a_service_without_prices_is_offered_everywhere() -> None:
    file = read(change("    prices: {north: 80}\n", ""))

    assert service_at(file, "south", "hearing").price is None
    assert service_at(file, "north", "hearing").price is None


def test_the_only_clinic_need_not_be_named_by_its_doctors() -> None:
    text = """
organization: {key: o, id: 11111111-0000-4000-8000-000000000001, name: O}
clinics: [{key: c, id: 11111111-0000-4000-8000-000000000002, name: {en: C}, timezone: UTC, currency: USD, default_language: en, hours: {}}]
services: []
doctors: [{key: d, id: 11111111-0000-4000-8000-000000000003, name: {en: D}, services: [], hours: {}}]
"""
    assert [doctor.key for doctor in read(text).catalogs["c"].doctors.values()] == ["d"]


def test_unknown_keys_are_warned_of_and_do_no_harm() -> None:
    file = read(change("    currency: EUR\n", "    currency: EUR\n    colour: green\n"))

    assert (9, "clinics[0].colour") in [(one.line, one.path) for one in file.warnings]
    assert file.catalogs == read().catalogs


def test_a_key_written_wrong_is_told_what_it_may_have_meant() -> None:
    [warning] = [
        one for one in read(change("    parking: ", "    parkng: ")).warnings if "parkng" in one.path
    ]

    assert "did you mean parking?" in warning.message


def test_a_clinic_without_an_emergency_number_is_warned_of() -> None:
    assert [(one.path, one.line) for one in read().warnings] == [("clinics[1]", 19)]


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "words"),
    [
        ("000000000021", "21", 29, "doctors[0].id", "not a UUID"),
        ("    timezone: Europe/Berlin\n", "    timezone: Mars/Olympus\n", 7, "clinics[0].timezone", "time zone"),
        ("    timezone: Europe/Berlin\n", "    timezone: ../etc\n", 7, "clinics[0].timezone", "time zone"),
        ("default_language: en", "default_language: xx", 9, "clinics[0].default_language", "languages"),
        ('phone: "+49-30-555-0100"', "phone: 555", 11, "clinics[0].phone", "phone number"),
        ('["08:00", "12:00"]', '["12:00", "08:00"]', 17, "clinics[0].hours.mon[0]", "not before"),
        ('["08:00", "12:00"]', '["08:00", "14:00"]', 17, "clinics[0].hours.mon", "overlap"),
        ('["08:00", "12:00"]', '["08:00", "25:00"]', 17, "clinics[0].hours.mon[0][1]", "time of day"),
        ('["08:00", "12:00"]', '["08:00"]', 17, "clinics[0].hours.mon[0]", "two times"),
        ("hours: {mon:", "hours: {monday:", 17, "clinics[0].hours.monday", "not a day"),
        ('date: "2026-05-05"', 'date: "2026-02-30"', 18, "clinics[0].holidays[0].date", "not a date"),
        ("services: [hearing]", "services: [scan]", 41, "doctors[1].services[0]", "no service 'scan'"),
        ("    clinic: south\n", "    clinic: east\n", 45, "doctors[2].clinic", "no clinic 'east'"),
        ("duration_min: 30", "duration_min: long", 52, "services[0].duration_min", "whole number"),
        ("duration_min: 30", "duration_min: 481", 52, "services[0].duration_min", "from 5 to 480"),
        ("{north: 80}", "{north: cheap}", 53, "services[0].prices.north", "amount"),
        ("{north: 80}", "{west: 80}", 53, "services[0].prices.west", "no clinic 'west'"),
        ("key: fitting", "key: hearing", 56, "services[1]", "used twice"),
        ("    currency: EUR\n", "", 4, "clinics[0]", "currency is missing"),
        ("    currency: EUR\n", "    currency:\n", 4, "clinics[0]", "currency is missing"),
        ("  - key: north\n", "  - key: north\n    key: nord\n", 5, "clinics[0].key", "given twice"),
        ("name: {en: Dr. Reed}", "name: Dr. Reed", 31, "doctors[0].name", "mapping"),
        ("on_call: true", "on_call: maybe", 15, "clinics[0].staff[1].on_call", "neither true nor false"),
        ("patient: ada, doctor: reed", "patient: eve, doctor: reed", 65, "appointments[0].patient", "no patient"),
        ("doctor: luz, service: fitting", "doctor: luz, service: hearing", 67, "appointments[2].service", "not offered"),
        ("T09:00", "T25:00", 65, "appointments[0].start", "exists"),
        ('to: "2026-03-18"', 'to: "2026-03-01"', 36, "doctors[0].time_off[0]", "after it ends"),
        ("status: booked", "status: maybe", 65, "appointments[0].status", "not one of"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, path: str, words: str) -> None:
    problems = list_problems(change(old, new))

    assert [(one.line, one.path) for one in problems if words in one.message] == [(line, path)], problems


def test_a_mistake_in_a_service_is_not_held_against_those_who_refer_to_it() -> None:
    problems = list_problems(change("duration_min: 30", "duration_min: long"))

    assert [one.path for one in problems] == ["services[0].duration_min"]


def test_a_local_time_the_clocks_skip_is_no_start() -> None:
    problems = list_problems(change("2026-03-09T09:00", "2026-03-29T02:30"))

    assert [(one.line, one.path) for one in problems] == [(65, "appointments[0].start")]


def test_all_mistakes_are_told_at_once_and_in_order() -> None:
    text = change("duration_min: 30", "duration_min: long").replace("Europe/Madrid", "Nowhere", 1)

    problems = list_problems(text)

    assert problems[0].line == 22
    assert {"clinics[1].timezone", "services[0].duration_min"} <= {one.path for one in problems}
    assert all(before.line <= after.line for before, after in pairwise(problems))


@pytest.mark.parametrize(
    ("source", "line"),
    [(b"", 1), (b"a: [1\nb: 2", 2), (b"\xff\xfe", 1), (b"- a\n- b", 1), (b"a: 1\n---\nb: 2", 2)],
)
def test_what_is_no_clinic_file_is_refused_with_a_line(source: bytes, line: int) -> None:
    with pytest.raises(ClinicFileInvalid) as invalid:
        read_clinic_file(source)

    assert invalid.value.problems[0].line == line


def test_an_export_reads_back_to_the_same() -> None:
    file = read()

    text = export_clinic_file(
        file.organization,
        list(file.catalogs.values()),
        patients=file.patients,
        appointments=file.appointments,
    )

    assert read(text) == file


def test_the_second_of_two_equal_local_times_survives_the_export() -> None:
    file = read()
    north = file.catalogs["north"].clinic
    first = resolve_local(north.zone, date(2026, 10, 25), time(2, 30))
    assert first is not None
    second = first + timedelta(hours=1)
    visit = file.appointments[north.clinic_id][0]
    visits = tuple(
        replace(visit, starts_at=at, ends_at=at + timedelta(minutes=30), status=AppointmentStatus.CANCELLED)
        for at in (second,)
    )

    text = export_clinic_file(
        file.organization,
        list(file.catalogs.values()),
        patients=file.patients,
        appointments={north.clinic_id: visits},
    )

    assert read(text).appointments[north.clinic_id] == visits


def test_a_comparison_names_what_changed_by_its_path() -> None:
    before, after = read().catalogs["north"], read(change("{north: 80}", "{north: 85}")).catalogs["north"]

    found = compare_catalogs(before, after)

    assert [(one.kind, one.path, one.before, one.after) for one in found] == [
        ("changed", "north.services.hearing.price", 80, 85)
    ]
    assert compare_catalogs(before, before) == []

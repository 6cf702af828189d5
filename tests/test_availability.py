"""Which times can be booked, told by an invented clinic with two doctors."""

from __future__ import annotations

import time as clock
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.clinics.models import Clinic, Holiday, Intervals
from frontdesk.scheduling.availability import (
    GRID,
    Refusal,
    check_slot,
    choose_doctors,
    choose_nearest,
    explain_day,
    free_slots,
    resolve_local,
)
from frontdesk.scheduling.models import Busy, Catalog, DateRange, Doctor, Service, Slot

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
SHORT, LONG, RARE = UUID(int=1), UUID(int=2), UUID(int=3)
IDA, OLE = UUID(int=11), UUID(int=12)
DAY: Intervals = ((time(9), time(12)), (time(13), time(17)))


def make_catalog(
    *,
    timezone: str = "UTC",
    hours: Mapping[int, Intervals] | None = None,
    ida: Mapping[int, Intervals] | None = None,
    time_off: tuple[DateRange, ...] = (),
    holidays: tuple[Holiday, ...] = (),
) -> Catalog:
    """Open Monday to Friday 9-12 and 13-17; Ida and Ole work whenever it is open, only Ida does the rare service."""
    opening = hours if hours is not None else dict.fromkeys(range(5), DAY)
    clinic = Clinic(
        clinic_id=UUID(int=21),
        organization_id=UUID(int=22),
        key="c",
        name={"en": "C"},
        timezone=timezone,
        currency="EUR",
        default_language="en",
        hours=opening,
        holidays=holidays,
    )
    services = [
        Service(service_id=service_id, key=str(service_id), name={}, duration=timedelta(minutes=minutes))
        for service_id, minutes in ((SHORT, 30), (LONG, 90), (RARE, 30))
    ]
    everything = frozenset({SHORT, LONG, RARE})
    doctors = [
        Doctor(
            doctor_id=IDA,
            key="ida",
            name={},
            service_ids=everything,
            hours=opening if ida is None else ida,
            time_off=time_off,
        ),
        Doctor(doctor_id=OLE, key="ole", name={}, service_ids=everything - {RARE}, hours=opening),
    ]
    return Catalog(
        clinic=clinic,
        services={service.service_id: service for service in services},
        doctors={doctor.doctor_id: doctor for doctor in doctors},
    )


def busy(on: date, at: time, minutes: int = 30, *, doctor_id: UUID = IDA) -> Busy:
    starts_at = datetime.combine(on, at, UTC)
    return Busy(doctor_id=doctor_id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))


def list_times(
    catalog: Catalog,
    on: date,
    *,
    service_id: UUID = SHORT,
    taken: Sequence[Busy] = (),
    now: datetime = NOW,
    not_before: time | None = None,
    not_after: time | None = None,
) -> list[str]:
    slots = free_slots(
        catalog, service_id, [IDA], taken, first_on=on, last_on=on, now=now,
        not_before=not_before, not_after=not_after,
    )  # fmt: skip
    return [f"{slot.starts_at.astimezone(catalog.clinic.zone):%H:%M}" for slot in slots]


def refuse(catalog: Catalog, on: date, at: time, *, service_id: UUID = SHORT, doctor_id: UUID = IDA) -> str:
    checked = check_slot(catalog, service_id, doctor_id, on, at, (), NOW)
    assert isinstance(checked, Refusal)
    return checked.reason


def test_slots_lie_on_quarters_of_an_hour_and_fit_before_the_break_and_the_end() -> None:
    times = list_times(make_catalog(), TUESDAY, service_id=LONG)

    assert times == [
        "09:00", "09:15", "09:30", "09:45", "10:00", "10:15", "10:30",
        "13:00", "13:15", "13:30", "13:45", "14:00", "14:15", "14:30", "14:45", "15:00", "15:15", "15:30",
    ]  # fmt: skip


def test_both_the_clinic_and_the_doctor_must_be_there() -> None:
    catalog = make_catalog(ida={1: ((time(8), time(9, 50)), (time(11, 20), time(13, 30)))})

    assert list_times(catalog, TUESDAY) == ["09:00", "09:15", "11:30", "13:00"]


def test_a_visit_takes_its_time_and_nothing_more() -> None:
    times = list_times(make_catalog(), TUESDAY, taken=[busy(TUESDAY, time(10), 45)])

    assert times[:6] == ["09:00", "09:15", "09:30", "10:45", "11:00", "11:15"]


def test_a_visit_of_one_doctor_leaves_the_other_free() -> None:
    taken = [busy(TUESDAY, time(9), 8 * 60)]

    slots = free_slots(
        make_catalog(), SHORT, [IDA, OLE], taken, first_on=TUESDAY, last_on=TUESDAY, now=NOW, limit=2
    )

    assert [slot.doctor_id for slot in slots] == [OLE, OLE]


def test_times_of_today_that_have_begun_are_past() -> None:
    today = NOW.date()

    assert list_times(make_catalog(), today, now=NOW.replace(hour=16, minute=0)) == ["16:15", "16:30"]


def test_bounds_are_for_the_start_and_belong_to_the_range() -> None:
    times = list_times(make_catalog(), TUESDAY, not_before=time(11), not_after=time(13, 15))

    assert times == ["11:00", "11:15", "11:30", "13:00", "13:15"]


def test_days_come_in_order_and_closed_ones_are_left_out() -> None:
    catalog = make_catalog(
        holidays=(Holiday(on=TUESDAY, name={}),),
        time_off=(DateRange(first_on=WEDNESDAY, last_on=date(2026, 3, 5)),),
    )

    slots = free_slots(catalog, SHORT, [IDA], (), first_on=TUESDAY, last_on=date(2026, 3, 9), now=NOW)

    assert sorted({slot.starts_at.date() for slot in slots}) == [date(2026, 3, 6), date(2026, 3, 9)]


@pytest.mark.parametrize(
    ("on", "at", "reason"),
    [
        (date(2026, 3, 1), time(10), "past"),
        (date(2026, 3, 2), time(9), "past"),
        (date(2027, 3, 3), time(10), "too_far"),
        (date(2026, 3, 11), time(10), "holiday"),
        (date(2026, 3, 7), time(10), "closed"),
        (date(2026, 3, 10), time(10), "time_off"),
        (date(2026, 3, 6), time(10), "outside_hours"),
        (TUESDAY, time(8), "outside_hours"),
        (TUESDAY, time(11, 45), "outside_hours"),
        (TUESDAY, time(16, 45), "outside_hours"),
        (TUESDAY, time(10, 10), "outside_hours"),
    ],
)
def test_a_time_that_cannot_be_booked_is_refused_with_its_reason(on: date, at: time, reason: str) -> None:
    catalog = make_catalog(
        ida=dict.fromkeys(range(4), DAY),
        holidays=(Holiday(on=date(2026, 3, 11), name={}),),
        time_off=(DateRange(first_on=date(2026, 3, 10), last_on=date(2026, 3, 12)),),
    )

    assert refuse(catalog, on, at) == reason


def test_a_service_the_doctor_does_not_offer_is_refused() -> None:
    catalog = make_catalog()

    assert refuse(catalog, TUESDAY, time(10), service_id=RARE, doctor_id=OLE) == "not_offered"
    assert refuse(catalog, TUESDAY, time(10), service_id=uuid4()) == "not_offered"
    assert refuse(catalog, TUESDAY, time(10), doctor_id=uuid4()) == "not_offered"
    assert free_slots(catalog, RARE, [OLE], (), first_on=TUESDAY, last_on=TUESDAY, now=NOW) == []
    assert free_slots(catalog, uuid4(), [IDA], (), first_on=TUESDAY, last_on=TUESDAY, now=NOW) == []


def test_the_last_day_of_the_horizon_can_be_booked() -> None:
    last_on = NOW.date() + timedelta(days=365)

    checked = check_slot(make_catalog(), SHORT, IDA, last_on, time(10), (), NOW)

    assert isinstance(checked, Slot)


def test_a_taken_time_is_refused_even_where_it_overlaps_by_a_part() -> None:
    taken = [busy(TUESDAY, time(10))]

    assert check_slot(make_catalog(), SHORT, IDA, TUESDAY, time(9, 45), taken, NOW) == Refusal(reason="taken")
    assert isinstance(check_slot(make_catalog(), SHORT, IDA, TUESDAY, time(9, 30), taken, NOW), Slot)
    assert isinstance(check_slot(make_catalog(), SHORT, OLE, TUESDAY, time(10), taken, NOW), Slot)


@pytest.mark.parametrize(
    ("on", "now", "reason"),
    [
        (TUESDAY, NOW, "taken"),
        (date(2026, 3, 7), NOW, "closed"),
        (date(2026, 3, 2), NOW.replace(hour=16, minute=45), "past"),
    ],
)
def test_a_day_without_free_times_is_explained(on: date, now: datetime, reason: str) -> None:
    assert explain_day(make_catalog(), SHORT, [IDA, OLE], on, now) == reason


def test_where_one_doctor_is_away_and_the_other_full_the_day_is_full() -> None:
    catalog = make_catalog(time_off=(DateRange(first_on=TUESDAY, last_on=TUESDAY),))

    assert explain_day(catalog, SHORT, [IDA, OLE], TUESDAY, NOW) == "taken"
    assert explain_day(catalog, SHORT, [IDA], TUESDAY, NOW) == "time_off"


def test_a_service_longer_than_any_opening_is_outside_the_hours() -> None:
    catalog = make_catalog(hours={1: ((time(9), time(10)),)})

    assert explain_day(catalog, LONG, [IDA], TUESDAY, NOW) == "outside_hours"


def test_any_doctor_means_the_one_with_the_fewest_visits_that_day() -> None:
    catalog = make_catalog()
    taken = [busy(TUESDAY, time(9)), busy(WEDNESDAY, time(9), doctor_id=OLE)]
    slots = free_slots(catalog, SHORT, [IDA, OLE], taken, first_on=TUESDAY, last_on=WEDNESDAY, now=NOW)

    chosen = choose_doctors(catalog, slots, taken)

    by_day = {
        on: {slot.doctor_id for slot in chosen if slot.starts_at.date() == on} for on in (TUESDAY, WEDNESDAY)
    }
    assert by_day == {TUESDAY: {OLE}, WEDNESDAY: {IDA}}
    assert len({slot.starts_at for slot in chosen}) == len(chosen)


def test_the_nearest_times_of_the_same_day_come_before_closer_ones_of_another() -> None:
    slots = free_slots(make_catalog(), SHORT, [IDA], (), first_on=TUESDAY, last_on=WEDNESDAY, now=NOW)
    wanted = datetime.combine(WEDNESDAY, time(0), UTC)

    nearest = choose_nearest(slots, wanted, zone=ZoneInfo("UTC"), limit=2)

    assert [slot.starts_at.isoformat() for slot in nearest] == [
        "2026-03-04T09:00:00+00:00",
        "2026-03-04T09:15:00+00:00",
    ]


# Europe/Berlin: clocks jump from 02:00 to 03:00 on 29 March 2026 and back from 03:00 to 02:00 on 25 October 2026.
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
NIGHT = dict.fromkeys(range(7), ((time(1), time(5)),))


def test_times_that_clocks_skip_are_neither_offered_nor_accepted() -> None:
    catalog = make_catalog(timezone="Europe/Berlin", hours=NIGHT)

    assert list_times(catalog, SPRING) == [
        "01:00", "01:15", "01:30", "01:45", "03:00", "03:15", "03:30", "03:45", "04:00", "04:15", "04:30"
    ]  # fmt: skip
    assert refuse(catalog, SPRING, time(2, 30)) == "outside_hours"


def test_a_visit_across_the_change_lasts_as_long_as_any() -> None:
    catalog = make_catalog(timezone="Europe/Berlin", hours=NIGHT)

    times = list_times(catalog, SPRING, service_id=LONG)

    assert times[-1] == "03:30"
    checked = check_slot(catalog, LONG, IDA, SPRING, time(1, 45), (), NOW)
    assert isinstance(checked, Slot)
    assert checked.ends_at.astimezone(catalog.clinic.zone).time() == time(4, 15)


def test_of_two_equal_local_times_the_first_is_meant() -> None:
    catalog = make_catalog(timezone="Europe/Berlin", hours=NIGHT)

    checked = check_slot(catalog, SHORT, IDA, AUTUMN, time(2, 30), (), NOW)

    assert isinstance(checked, Slot)
    assert checked.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert len(list_times(catalog, AUTUMN)) == len(set(list_times(catalog, AUTUMN)))


def test_a_visit_on_the_day_of_the_change_takes_its_time() -> None:
    catalog = make_catalog(timezone="Europe/Berlin", hours=NIGHT)
    taken = [
        Busy(doctor_id=IDA, starts_at=at, ends_at=at + timedelta(hours=3))
        for at in (datetime(2026, 3, 29, 0, tzinfo=UTC),)
    ]

    assert list_times(catalog, SPRING, taken=taken) == []


@given(
    on=st.dates(date(2026, 3, 3), date(2027, 2, 20)),
    timezone=st.sampled_from(
        ["Asia/Jerusalem", "America/Sao_Paulo", "Europe/Madrid", "Asia/Kolkata", "America/Los_Angeles"]
    ),
    service_id=st.sampled_from([SHORT, LONG]),
    opens=st.integers(0, 22),
    visits=st.lists(st.tuples(st.integers(0, 95), st.integers(1, 9)), max_size=5),
)
def test_exactly_what_is_offered_is_accepted(
    on: date, timezone: str, service_id: UUID, opens: int, visits: list[tuple[int, int]]
) -> None:
    hours = dict.fromkeys(range(7), ((time(opens), time(23, 30)),))
    catalog = make_catalog(timezone=timezone, hours=hours)
    midnight = datetime.combine(on, time(), catalog.clinic.zone).astimezone(UTC)
    taken = [
        Busy(doctor_id=IDA, starts_at=midnight + quarter * GRID, ends_at=midnight + (quarter + length) * GRID)
        for quarter, length in visits
    ]

    offered = free_slots(catalog, service_id, [IDA], taken, first_on=on, last_on=on, now=NOW)

    quarters = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 15)]
    accepted = [check_slot(catalog, service_id, IDA, on, at, taken, NOW) for at in quarters]
    assert offered == [slot for slot in accepted if isinstance(slot, Slot)]


def test_a_local_time_is_resolved_or_known_not_to_exist() -> None:
    zone = ZoneInfo("Europe/Berlin")

    assert resolve_local(zone, SPRING, time(2, 30)) is None
    assert resolve_local(zone, SPRING, time(3)) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert resolve_local(zone, AUTUMN, time(2)) == datetime(2026, 10, 25, 0, tzinfo=UTC)


def test_the_next_times_of_fifty_doctors_are_found_within_a_moment() -> None:
    # Fifty times what a turn may take, so that a busy machine does not fail it: only a change of order would.
    catalog = make_catalog()
    doctors = [
        Doctor(
            doctor_id=uuid4(),
            key=str(number),
            name={},
            service_ids=frozenset({SHORT}),
            hours=catalog.clinic.hours,
        )
        for number in range(50)
    ]
    large = Catalog(
        clinic=catalog.clinic, services=catalog.services, doctors={one.doctor_id: one for one in doctors}
    )

    started = clock.perf_counter()
    free_slots(
        large, SHORT, list(large.doctors), (), first_on=TUESDAY, last_on=TUESDAY + timedelta(days=29), now=NOW
    )

    assert clock.perf_counter() - started < 1.0

"""Finding free times and saying why a wished one is not: the same for booking and for moving a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID

from frontdesk.clinics.models import Intervals
from frontdesk.conversation.engine import QuickReply, SlotRefused
from frontdesk.conversation.state_machine import Option, Task
from frontdesk.dialogue.scene import Scene
from frontdesk.scheduling.models import Doctor, Slot

_GRID_MINUTES: Final = 15
# A list a patient reads at a glance, and what one reading of a full day may bring.
_OPTIONS_AT_MOST: Final = 5
_DAY_LIMIT: Final = 64
_ELSEWHERE_LIMIT: Final = 3

Refusal = Literal[
    "taken",
    "full",
    "closed",
    "holiday",
    "time-off",
    "day-off",
    "past",
    "outside-hours",
    "nobody-in",
    "off-grid",
    "too-far",
]
_REFUSAL_OF: Final[dict[str, Refusal]] = {
    "taken": "taken",
    "closed": "closed",
    "holiday": "holiday",
    "time_off": "time-off",
    "past": "past",
    "outside_hours": "outside-hours",
    "not_offered": "closed",
    "too_far": "too-far",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """`slot` is the one wished for; without it `refusal` says why and `others` may do instead."""

    slot: Slot | None = None
    refusal: Refusal | None = None
    others: tuple[Slot, ...] = ()


async def find_wished(scene: Scene, task: Task, *, moving: UUID | None = None) -> Availability:
    """The slot at the task's day and hour. The task has a service, a day and an hour."""
    assert task.service_id is not None
    assert task.on is not None
    assert task.at is not None
    try:
        found = await scene.tools.check_availability(
            service_id=task.service_id, doctor_id=task.doctor_id, on=task.on, at=task.at, moving=moving
        )
    except SlotRefused as refused:
        others = await find_elsewhere(scene, task, moving=moving) or refused.alternatives
        reason = find_refusal(scene, task) or _REFUSAL_OF[refused.reason]
        return Availability(refusal=reason, others=tuple(others[:_OPTIONS_AT_MOST]))
    if found:
        return Availability(slot=found[0])
    same_day = await list_day(scene, replace(task, not_before=None, not_after=None), moving=moving)
    near = nearest(same_day.others, task.at, scene) or await find_elsewhere(scene, task, moving=moving)
    return Availability(refusal=find_refusal(scene, task) or "taken", others=near)


async def list_day(scene: Scene, task: Task, *, moving: UUID | None = None) -> Availability:
    """All free slots of the task's day in `others`; where there are none, why, and free slots of other days."""
    assert task.service_id is not None
    assert task.on is not None
    try:
        found = await scene.tools.check_availability(
            service_id=task.service_id,
            doctor_id=task.doctor_id,
            on=task.on,
            limit=_DAY_LIMIT,
            not_before=task.not_before,
            not_after=task.not_after,
            moving=moving,
        )
    except SlotRefused as refused:
        others = await find_elsewhere(scene, task, moving=moving) or refused.alternatives
        reason = find_refusal(scene, replace(task, at=None)) or _REFUSAL_OF[refused.reason]
        return Availability(
            refusal="full" if reason == "taken" else reason, others=tuple(others[:_OPTIONS_AT_MOST])
        )
    if found:
        return Availability(others=found)
    others = await find_elsewhere(scene, task, moving=moving)
    return Availability(refusal=find_refusal(scene, replace(task, at=None)) or "full", others=others)


async def find_elsewhere(scene: Scene, task: Task, *, moving: UUID | None = None) -> tuple[Slot, ...]:
    """The next free slots from the task's day on, or from now; with an hour, the nearest to it on each day."""
    if task.at is None:
        return await search(scene, task, limit=_ELSEWHERE_LIMIT, moving=moving)
    found = await search(
        scene, replace(task, not_before=None, not_after=None), limit=_DAY_LIMIT, moving=moving
    )
    by_day: dict[date, list[Slot]] = {}
    for slot in found:
        by_day.setdefault(option_of(scene, slot).on, []).append(slot)
    days = sorted(by_day)[:_ELSEWHERE_LIMIT]
    if len(days) == 1:
        return nearest(by_day[days[0]], task.at, scene)
    return tuple(_closest(by_day[day], task.at, scene) for day in days)


def _closest(slots: Sequence[Slot], at: time, scene: Scene) -> Slot:
    return min(slots, key=lambda slot: abs(_minutes(option_of(scene, slot).at) - _minutes(at)))


async def search(
    scene: Scene, task: Task, *, limit: int = _DAY_LIMIT, moving: UUID | None = None
) -> tuple[Slot, ...]:
    """Free slots from the task's day on, or from now, within the task's hours. The task has a service."""
    assert task.service_id is not None
    return await scene.tools.find_free(
        service_id=task.service_id,
        doctor_id=task.doctor_id,
        after=_start_of(scene, task.on),
        limit=limit,
        not_before=task.not_before,
        not_after=task.not_after,
        moving=moving,
    )


async def find_from(
    scene: Scene, task: Task, *, on: date | None, until_on: date | None = None, moving: UUID | None = None
) -> tuple[Slot, ...]:
    """The next free slots from `on` (or now), none later than `until_on`: rather several days than one morning."""
    found = await search(scene, replace(task, on=on), moving=moving)
    within = [slot for slot in found if until_on is None or option_of(scene, slot).on <= until_on]
    return pick_few(within, scene)


def pick_few(slots: Sequence[Slot], scene: Scene) -> tuple[Slot, ...]:
    """A few of the slots: the first of each day where there are days enough, else spread over the only one."""
    first_of_day = {option_of(scene, slot).on: slot for slot in reversed(slots)}
    if len(first_of_day) >= _ELSEWHERE_LIMIT:
        return tuple(first_of_day[each] for each in sorted(first_of_day)[:_ELSEWHERE_LIMIT])
    few = spread(slots, scene) if len(first_of_day) == 1 else tuple(slots)
    return few[:_ELSEWHERE_LIMIT]


def _start_of(scene: Scene, on: date | None) -> datetime:
    if on is None or on <= scene.today:
        return scene.now
    return datetime.combine(on, time(0, 0), tzinfo=scene.catalog.clinic.zone)


def option_of(scene: Scene, slot: Slot) -> Option:
    local = slot.starts_at.astimezone(scene.catalog.clinic.zone)
    return Option(doctor_id=slot.doctor_id, on=local.date(), at=local.time())


def nearest(slots: Sequence[Slot], at: time, scene: Scene) -> tuple[Slot, ...]:
    """The few slots closest to `at`, in the order of the day, one for each time."""
    by_time = {option_of(scene, slot).at: slot for slot in reversed(slots)}
    closest = sorted(by_time, key=lambda each: abs(_minutes(each) - _minutes(at)))[:_ELSEWHERE_LIMIT]
    return tuple(by_time[each] for each in sorted(closest))


def spread(slots: Sequence[Slot], scene: Scene) -> tuple[Slot, ...]:
    """A handful of slots over the whole day, whole and half hours first, one for each time."""
    by_time = {option_of(scene, slot).at: slot for slot in reversed(slots)}
    round_times = [each for each in by_time if each.minute in (0, 30)]
    pool = sorted(round_times if len(round_times) >= _OPTIONS_AT_MOST else by_time)
    if len(pool) <= _OPTIONS_AT_MOST:
        return tuple(by_time[each] for each in pool)
    step = (len(pool) - 1) / (_OPTIONS_AT_MOST - 1)
    return tuple(by_time[pool[round(index * step)]] for index in range(_OPTIONS_AT_MOST))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def find_refusal(scene: Scene, task: Task) -> Refusal | None:
    """Why the calendar alone rules the day (and hour) out; None where only a booking can be in the way."""
    assert task.on is not None
    clinic = scene.catalog.clinic
    if task.on < scene.today or (task.at and task.on == scene.today and task.at <= scene.now.time()):
        return "past"
    if any(holiday.on == task.on for holiday in clinic.holidays):
        return "holiday"
    if not clinic.hours.get(task.on.weekday()):
        return "closed"
    doctor = scene.doctor(task.doctor_id)
    if doctor is not None:
        absent = _doctor_refusal(doctor, task.on)
        if absent is not None:
            return absent
    elif task.service_id and all(
        _doctor_refusal(each, task.on) for each in scene.catalog.doctors_for(task.service_id)
    ):
        return "full"
    return _hour_refusal(scene, task) if task.at is not None else None


def _doctor_refusal(doctor: Doctor, on: date) -> Refusal | None:
    if any(on in away for away in doctor.time_off):
        return "time-off"
    return None if doctor.hours.get(on.weekday()) else "day-off"


def _hour_refusal(scene: Scene, task: Task) -> Refusal | None:
    assert task.on is not None
    assert task.at is not None
    assert task.service_id is not None
    service = scene.catalog.services[task.service_id]
    doctor = scene.doctor(task.doctor_id)
    doctors = (doctor,) if doctor else scene.catalog.doctors_for(task.service_id)
    weekday = task.on.weekday()
    clinic_hours = scene.catalog.clinic.hours.get(weekday, ())
    open_for = [d for d in doctors if _fits(d.hours.get(weekday, ()), task.at, service.duration)]
    if not _fits(clinic_hours, task.at, service.duration) or (doctor and not open_for):
        return "outside-hours"
    if not open_for:
        return "nobody-in"  # the clinic is open, but none of those who do it
    return "off-grid" if task.at.minute % _GRID_MINUTES else None


def _fits(intervals: Intervals, at: time, duration: timedelta) -> bool:
    begin = _minutes(at)
    end = begin + int(duration.total_seconds() // 60)
    return any(_minutes(opens) <= begin and end <= _minutes(closes) for opens, closes in intervals)


def say_refusal(scene: Scene, refusal: Refusal, task: Task) -> str:
    """Why not, in a sentence. The task has a day."""
    assert task.on is not None
    word = scene.wording
    doctor = scene.doctor(task.doctor_id)
    day = word.day(task.on)
    when = word.moment(task.on, task.at) if task.at else day
    if refusal == "holiday":
        holiday = next((h for h in scene.catalog.clinic.holidays if h.on == task.on), None)
        name = _holiday_name(scene, holiday.name) if holiday else ""
        return (
            word.say("refused-holiday", day=day, name=name) if name else word.say("refused-closed", day=day)
        )
    if refusal in ("time-off", "day-off"):
        return _say_absence(scene, refusal, doctor, day)
    if refusal == "outside-hours":
        return _say_hours(scene, task, doctor, when)
    if refusal in ("closed", "full"):
        return word.say(f"refused-{refusal}", day=day)
    if refusal == "too-far":
        return word.say("refused-too-far", when=when)
    return word.say(f"refused-{refusal}", when=when)


def _holiday_name(scene: Scene, names: object) -> str:
    from frontdesk.clinics.models import text_in

    return text_in(names, scene.wording.language, scene.catalog.clinic.default_language) or ""  # type: ignore[arg-type]


def _say_absence(scene: Scene, refusal: Refusal, doctor: Doctor | None, day: str) -> str:
    word = scene.wording
    if doctor is None:
        return word.say("refused-full", day=day)
    if refusal == "time-off":
        return word.say("refused-time-off", doctor=word.doctor(doctor), day=day)
    days = word.listed(
        word.weekday(number) for number in word.in_week_order(n for n, hours in doctor.hours.items() if hours)
    )
    return word.say("refused-day-off", doctor=word.doctor(doctor), day=day, days=days)


def _say_hours(scene: Scene, task: Task, doctor: Doctor | None, when: str) -> str:
    assert task.on is not None
    weekday = task.on.weekday()
    hours = (doctor.hours if doctor else scene.catalog.clinic.hours).get(weekday, ())
    word = scene.wording
    if doctor:
        return word.say(
            "refused-doctor-hours", when=when, doctor=word.doctor(doctor), hours=word.hours(hours)
        )
    return word.say("refused-outside-hours", when=when, hours=word.hours(hours))


def say_options(scene: Scene, options: Sequence[Option], *, said_on: date | None = None) -> str:
    """The numbered list of options. The day is left out where it is `said_on`, just said; so is a shared doctor."""
    one_day = {option.on for option in options} == {said_on}
    one_doctor = len({option.doctor_id for option in options}) == 1
    lines = []
    for option in options:
        word = scene.wording
        when = word.clock(option.at) if one_day else word.moment(option.on, option.at)
        doctor = scene.doctor(option.doctor_id)
        lines.append(when if one_doctor or doctor is None else f"{when} — {word.doctor(doctor)}")
    return scene.wording.numbered(lines)


def buttons_for(options: Sequence[Option]) -> tuple[QuickReply, ...]:
    one_day = len({option.on for option in options}) == 1
    return tuple(
        QuickReply(
            reply_id=f"slot:{option.on.isoformat()}T{option.at:%H:%M}",
            title=f"{option.at:%H:%M}" if one_day else f"{option.on:%d.%m} {option.at:%H:%M}",
        )
        for option in options
    )

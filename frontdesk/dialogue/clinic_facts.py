"""Hours, address, parking, phone and doctors, from the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from frontdesk.clinics.models import Intervals, text_in
from frontdesk.conversation.state_machine import ConversationState, Task
from frontdesk.conversation.topics import Topic, find_topics
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.scene import Scene, only_match, wanted
from frontdesk.dialogue.slots import find_refusal, say_refusal
from frontdesk.dialogue.timing import read_wish
from frontdesk.language.folding import fold
from frontdesk.scheduling.models import Doctor
from frontdesk.understanding.models import Intent

_DAYS_A_WEEK: Final = 7
# Holidays this near are worth a line with the hours.
_HOLIDAYS_WITHIN_DAYS: Final = 14
_NAMED_SERVICES_AT_MOST: Final = 6


def answer_clinic_question(scene: Scene) -> Answer:
    """Hours, address, parking, phone: what was asked for; all of it where that is not plain."""
    topics = find_topics(scene.reading)
    asked = topics & {Topic.HOURS, Topic.ADDRESS, Topic.PARKING, Topic.PHONE}
    if not asked:
        asked = frozenset({Topic.HOURS} if scene.reading.dates else {Topic.HOURS, Topic.ADDRESS, Topic.PHONE})
    parts: list[str] = []
    if Topic.HOURS in asked:
        parts += _say_hours(scene)
    if Topic.ADDRESS in asked:
        parts += _say_text(scene, "address", dict(scene.catalog.clinic.address))
    if Topic.PARKING in asked:
        parts += _say_text(scene, "parking", dict(scene.catalog.clinic.parking)) or [
            scene.say("parking-unknown")
        ]
    if Topic.PHONE in asked and scene.catalog.clinic.phone:
        parts.append(scene.say("phone", phone=scene.catalog.clinic.phone))
    service_id = only_match(scene.reading.services)
    return answer_and_rest(
        Intent.HOURS_LOCATION,
        *(parts or [scene.say("ask-staff-fact")]),
        reason="clinic.facts",
        about=Task(kind="inquiry", service_id=service_id) if service_id else None,
    )


def _say_text(scene: Scene, key: str, texts: dict[str, str]) -> list[str]:
    text = text_in(texts, scene.wording.language, scene.catalog.clinic.default_language)
    return [scene.say(key, text=text)] if text else []


def _say_hours(scene: Scene) -> list[str]:
    holiday = _named_holiday(scene)
    if holiday is not None:
        return [_say_hours_of(scene, holiday)]
    wish = read_wish(scene.reading.dates)
    if wish.on is not None:
        return [_say_hours_of(scene, wish.on)]
    lines = [scene.say("hours-lead"), scene.wording.bullets(_week_lines(scene))]
    until = scene.today + timedelta(days=_HOLIDAYS_WITHIN_DAYS)
    near = [h for h in scene.catalog.clinic.holidays if scene.today <= h.on <= until]
    return lines + [_say_hours_of(scene, holiday.on) for holiday in near]


def _named_holiday(scene: Scene) -> date | None:
    """The next holiday of the clinic's that the message calls by name."""
    text = _plain(scene.reading.text)
    named = [
        holiday.on
        for holiday in scene.catalog.clinic.holidays
        if holiday.on >= scene.today and any(name and _plain(name) in text for name in holiday.name.values())
    ]
    return min(named, default=None)


def _plain(text: str) -> str:
    """Names of holidays are written with and without hyphens, accents and capitals."""
    return " ".join(fold(text).replace("-", " ").split())


def _say_hours_of(scene: Scene, on: date) -> str:
    word, clinic = scene.wording, scene.catalog.clinic
    holiday = next((h for h in clinic.holidays if h.on == on), None)
    if holiday is not None:
        name = text_in(holiday.name, word.language, clinic.default_language) or ""
        if name:
            return word.say("refused-holiday", day=word.day(on), name=name)
        return word.say("refused-closed", day=word.day(on))
    hours = clinic.hours.get(on.weekday(), ())
    if not hours:
        return word.say("refused-closed", day=word.day(on))
    return word.say("hours-of-day", day=word.day(on), hours=word.hours(hours))


def _week_lines(scene: Scene) -> Iterable[str]:
    """The week from the clinic's first day, days with the same hours in one line."""
    first = 0 if scene.wording.language in ("es", "ru") else 6
    runs: list[tuple[int, int, Intervals]] = []
    for offset in range(_DAYS_A_WEEK):
        day = (first + offset) % _DAYS_A_WEEK
        hours = scene.catalog.clinic.hours.get(day, ())
        if runs and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    for begin, end, hours in runs:
        word = scene.wording
        days = word.weekday(begin) if begin == end else f"{word.weekday(begin)} – {word.weekday(end)}"
        yield f"{days}: {word.hours(hours) if hours else word.say('closed')}"


def answer_doctor_question(
    scene: Scene, *, topic: UUID | None = None, service_id: UUID | None = None
) -> Answer:
    """Who, which days, which languages. `topic` is the doctor spoken of where the message names none."""
    named = tuple(dict.fromkeys(d for m in wanted(scene.reading.doctors) for d in m.candidates))
    named = named or ((topic,) if topic else ())
    services = tuple(dict.fromkeys(s for m in wanted(scene.reading.services) for s in m.candidates))
    chosen = services or ((service_id,) if service_id else ())
    scene.tools.note("get_doctors", clinic_id=str(scene.catalog.clinic.clinic_id))
    doctors = [scene.catalog.doctors[d] for d in named if d in scene.catalog.doctors]
    if not doctors:
        doctors = _doctors_for(scene, chosen)
    if not doctors:
        return answer_and_rest(Intent.DOCTOR_INQUIRY, scene.say("no-such-doctor"), reason="doctor.none")
    if len(doctors) == 1:
        return _tell_doctor(scene, doctors[0], chosen)
    return _list_doctors(scene, doctors, chosen)


def _doctors_for(scene: Scene, services: tuple[UUID, ...]) -> list[Doctor]:
    every = list(scene.catalog.doctors.values())
    doctors = [d for d in every if d.doctor_id not in scene.hidden] or every
    if services:
        offering = [d for d in every if d.service_ids & set(services)]
        doctors = [d for d in offering if d in doctors] or offering
    language = scene.reading.asks_who_speaks
    if language is not None:
        doctors = [d for d in doctors if language in d.languages] or [
            d for d in every if language in d.languages
        ]
        return doctors or every
    wish = read_wish(scene.reading.dates)
    if wish.on is not None:
        on = wish.on
        present = [
            d for d in doctors if d.hours.get(on.weekday()) and not any(on in away for away in d.time_off)
        ]
        return present or doctors
    return doctors


def _tell_doctor(scene: Scene, doctor: Doctor, services: tuple[UUID, ...]) -> Answer:
    word = scene.wording
    days = word.bullets(
        f"{word.weekday(day)}: {word.hours(doctor.hours[day])}"
        for day in sorted(doctor.hours)
        if doctor.hours[day]
    )
    on = read_wish(scene.reading.dates).on
    parts = (
        [_say_doctor_day(scene, doctor, on)]
        if on
        else [scene.say("doctor-sees", doctor=word.doctor(doctor)), days]
    )
    if doctor.languages and on is None:
        parts.append(
            scene.say(
                "doctor-languages", languages=word.listed(word.language_name(c) for c in doctor.languages)
            )
        )
    if on is None:
        offered = [word.service(s) for s in scene.shown_services() if s.service_id in doctor.service_ids]
        parts.append(scene.say("doctor-services", services=word.listed(offered[:_NAMED_SERVICES_AT_MOST])))
    service_id = services[0] if len(services) == 1 and services[0] in doctor.service_ids else None
    task = Task(kind="inquiry", doctor_id=doctor.doctor_id, service_id=service_id)
    return answer_with_task(
        Intent.DOCTOR_INQUIRY, task, *parts, scene.say("offer-booking-with"), reason="doctor.one"
    )


def _say_doctor_day(scene: Scene, doctor: Doctor, on: date) -> str:
    word = scene.wording
    task = Task(kind="inquiry", doctor_id=doctor.doctor_id, on=on)
    refusal = find_refusal(scene, task)
    if refusal is not None:
        return say_refusal(scene, refusal, task)
    hours = word.hours(doctor.hours[on.weekday()])
    return scene.say("doctor-on-day", doctor=word.doctor(doctor), day=word.day(on), hours=hours)


def _list_doctors(scene: Scene, doctors: list[Doctor], services: tuple[UUID, ...]) -> Answer:
    word = scene.wording
    lines = []
    for doctor in doctors[:12]:
        languages = word.listed(word.language_name(code) for code in doctor.languages)
        days = word.listed(word.weekday(day) for day in sorted(doctor.hours) if doctor.hours[day])
        short = len(doctors) <= 5
        lines.append(
            f"{word.doctor(doctor)} — {days} ({languages})" if short and languages else word.doctor(doctor)
        )
    task = Task(kind="inquiry", service_id=services[0] if len(services) == 1 else None)
    answer = answer_with_task(
        Intent.DOCTOR_INQUIRY,
        replace(task, choices=tuple(d.doctor_id for d in doctors[:12])),
        scene.say("doctors-lead"),
        word.numbered(lines),
        scene.say("ask-which-doctor-to-see"),
        reason="doctor.list",
    )
    return replace(answer, state=ConversationState.SERVICE_INQUIRY)


def list_visits(scene: Scene) -> Answer:
    """This patient's own visits."""
    scene.tools.note("get_appointments", patient_id=str(scene.turn.patient.patient_id))
    visits = scene.turn.appointments
    if not visits:
        return answer_and_rest(Intent.MY_APPOINTMENTS, scene.say("no-visits"), reason="visits.none")
    lines = scene.wording.bullets(scene.describe_visit(visit) for visit in visits)
    return answer_and_rest(
        Intent.MY_APPOINTMENTS,
        scene.say("visits-lead", count=len(visits)),
        lines,
        scene.say("visits-tail"),
        reason="visits.list",
    )

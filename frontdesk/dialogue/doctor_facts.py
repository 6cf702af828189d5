"""The doctors of a clinic: who there is, on which days, which languages they speak."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from frontdesk.conversation.state_machine import ConversationState, Task
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.scene import Scene, wanted
from frontdesk.dialogue.slots import find_refusal, say_refusal
from frontdesk.dialogue.timing import read_wish
from frontdesk.scheduling.models import Doctor
from frontdesk.understanding.language_request import languages_named
from frontdesk.understanding.models import Intent
from frontdesk.understanding.unknown_doctor import names_unknown_doctor

_NAMED_SERVICES_AT_MOST: Final = 6
_LISTED_AT_MOST: Final = 12


def answer_doctor_question(
    scene: Scene, *, topic: UUID | None = None, service_id: UUID | None = None
) -> Answer:
    """Who, which days, which languages. `topic` is the doctor spoken of where the message names none."""
    scene.tools.note("get_doctors", clinic_id=str(scene.catalog.clinic.clinic_id))
    named = tuple(dict.fromkeys(d for m in wanted(scene.reading.doctors) for d in m.candidates))
    services = tuple(dict.fromkeys(s for m in wanted(scene.reading.services) for s in m.candidates))
    chosen = services or ((service_id,) if service_id else ())
    if not named and names_unknown_doctor(scene.reading.text):
        found = _list_doctors(scene, _doctors_for(scene, chosen), chosen)
        return found.saying_first(scene.say("no-such-doctor")).because("doctor.unknown")
    spoken = languages_named(scene.reading.text)
    language = next(iter(spoken)) if len(spoken) == 1 else None
    named = named or ((topic,) if topic else ())
    doctors = [scene.catalog.doctors[d] for d in named if d in scene.catalog.doctors]
    if len(doctors) == 1:
        return (
            _tell_language(scene, doctors[0], language)
            if language
            else _tell_doctor(scene, doctors[0], chosen)
        )
    doctors = doctors or _doctors_for(scene, chosen)
    if not doctors:
        return answer_and_rest(Intent.DOCTOR_INQUIRY, scene.say("no-such-doctor"), reason="doctor.none")
    if language and scene.reading.asks_who_speaks:
        return _list_who_speak(scene, doctors, chosen, language)
    if len(doctors) == 1:
        return _tell_doctor(scene, doctors[0], chosen)
    return _list_doctors(scene, doctors, chosen)


def _doctors_for(scene: Scene, services: tuple[UUID, ...]) -> list[Doctor]:
    every = list(scene.catalog.doctors.values())
    doctors = [d for d in every if d.doctor_id not in scene.hidden] or every
    if services:
        offering = [d for d in every if d.service_ids & set(services)]
        doctors = [d for d in offering if d in doctors] or offering
    on = read_wish(scene.reading.dates).on
    if on is None or scene.reading.asks_who_speaks is not None:
        return doctors
    present = [d for d in doctors if d.hours.get(on.weekday()) and not any(on in away for away in d.time_off)]
    return present or doctors


def _tell_language(scene: Scene, doctor: Doctor, language: str) -> Answer:
    """Whether this doctor speaks it; where not, who does."""
    word = scene.wording
    task = Task(kind="inquiry", doctor_id=doctor.doctor_id)
    name = word.language_name(language)
    if language in doctor.languages:
        return answer_with_task(
            Intent.DOCTOR_INQUIRY,
            task,
            scene.say("doctor-speaks", doctor=word.doctor(doctor), spoken=name),
            scene.say("offer-booking-with"),
            reason="doctor.speaks",
        )
    others = [d for d in scene.catalog.doctors.values() if language in d.languages]
    not_this = scene.say(
        "doctor-speaks-other",
        doctor=word.doctor(doctor),
        languages=word.listed(word.language_name(code) for code in doctor.languages),
    )
    if not others:
        return answer_with_task(
            Intent.DOCTOR_INQUIRY,
            task,
            not_this,
            scene.say("nobody-speaks", spoken=name),
            reason="doctor.speaks",
        )
    told = _list_who_speak(scene, others, (), language).saying_first(not_this)
    # "And which days is she in?" still asks about the one named.
    return (
        replace(told, task=replace(told.task, doctor_id=doctor.doctor_id))
        if told.task and len(others) > 1
        else told
    )


def _list_who_speak(scene: Scene, doctors: list[Doctor], services: tuple[UUID, ...], language: str) -> Answer:
    speakers = [d for d in doctors if language in d.languages] or [
        d for d in scene.catalog.doctors.values() if language in d.languages
    ]
    if len(speakers) == 1:
        return _tell_language(scene, speakers[0], language)
    listed = _list_doctors(scene, speakers or doctors, services)
    if speakers:
        return listed
    return listed.saying_first(scene.say("nobody-speaks", spoken=scene.wording.language_name(language)))


def _tell_doctor(scene: Scene, doctor: Doctor, services: tuple[UUID, ...]) -> Answer:
    word = scene.wording
    days = word.bullets(
        f"{word.weekday(day)}: {word.hours(doctor.hours[day])}"
        for day in word.in_week_order(doctor.hours)
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
    for doctor in doctors[:_LISTED_AT_MOST]:
        languages = word.listed(word.language_name(code) for code in doctor.languages)
        days = word.listed(word.weekday(day) for day in word.in_week_order(doctor.hours) if doctor.hours[day])
        short = len(doctors) <= 5
        lines.append(
            f"{word.doctor(doctor)} — {days} ({languages})" if short and languages else word.doctor(doctor)
        )
    task = Task(kind="inquiry", service_id=services[0] if len(services) == 1 else None)
    answer = answer_with_task(
        Intent.DOCTOR_INQUIRY,
        replace(task, choices=tuple(d.doctor_id for d in doctors[:_LISTED_AT_MOST])),
        scene.say("doctors-lead"),
        word.numbered(lines),
        scene.say("ask-which-doctor-to-see"),
        reason="doctor.list",
    )
    return replace(answer, state=ConversationState.SERVICE_INQUIRY)

"""Hours, address, parking and phone from the catalog, and the patient's own visits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from frontdesk.clinics.models import Intervals, text_in
from frontdesk.conversation.state_machine import Task
from frontdesk.conversation.topics import Topic, find_topics
from frontdesk.dialogue.answer import Answer, answer_and_rest
from frontdesk.dialogue.scene import Scene, only_match
from frontdesk.dialogue.timing import read_wish
from frontdesk.language.folding import fold
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
    """The week, days with the same hours in one line."""
    runs: list[tuple[int, int, Intervals]] = []
    for day in scene.wording.in_week_order(range(_DAYS_A_WEEK)):
        hours = scene.catalog.clinic.hours.get(day, ())
        if runs and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    for begin, end, hours in runs:
        word = scene.wording
        days = word.weekday(begin) if begin == end else f"{word.weekday(begin)} – {word.weekday(end)}"
        yield f"{days}: {word.hours(hours) if hours else word.say('closed')}"


def list_visits(scene: Scene) -> Answer:
    """This patient's own visits."""
    scene.tools.note("get_appointments", patient_id=str(scene.turn.patient.patient_id))
    visits = scene.turn.appointments
    if not visits:
        task = scene.session.task
        key = "no-visits-yet" if task is not None and task.asked and task.current else "no-visits"
        return answer_and_rest(Intent.MY_APPOINTMENTS, scene.say(key), reason="visits.none")
    lines = scene.wording.bullets(scene.describe_visit(visit) for visit in visits)
    return answer_and_rest(
        Intent.MY_APPOINTMENTS,
        scene.say("visits-lead", count=len(visits)),
        lines,
        scene.say("visits-tail"),
        reason="visits.list",
    )

"""Which of the patient's visits a message means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from frontdesk.conversation.state_machine import Task, TaskKind
from frontdesk.conversation.topics import Topic, topics_of
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.scene import Scene, wanted
from frontdesk.scheduling.models import Appointment
from frontdesk.understanding.models import Intent, NameMention, Role

# Where a clause about one visit ends and one about another begins.
_JOINTS: Final = re.compile(r"[.,;!?\n]|\b(?:but|and|но|а|pero|y|mas|e|אבל)\b")


def match_visits(scene: Scene) -> tuple[Appointment, ...]:
    """The visits the message's words fit; all of them where it names none."""
    visits = tuple(scene.turn.appointments)
    moving = scene.has_intent(Intent.RESCHEDULE)
    services = {s for m in _meant(scene, scene.reading.services) for s in m.candidates}
    doctors = {d for m in _meant(scene, scene.reading.doctors) for d in m.candidates}
    if scene.reading.visitor is not None:
        # "My son's visit" where there is one of the son's; else the word says nothing of which.
        visits = tuple(visit for visit in visits if visit.visitor is scene.reading.visitor) or visits
    if services:
        visits = tuple(visit for visit in visits if visit.service_id in services)
    if doctors:
        with_them = tuple(visit for visit in visits if visit.doctor_id in doctors)
        # "Move it to Dr. X" names the doctor wanted, not the one the visit is with.
        visits = with_them if with_them or not moving else visits
    return _on_named_day(scene, visits, moving=moving)


def _meant(scene: Scene, mentions: Sequence[NameMention]) -> tuple[NameMention, ...]:
    """The names of what is to change: without what stays ("cancel the one, keep the other").

    What the patient will not come to is what they mean, so a refused name counts where no other stands.
    """
    changing = tuple(m for m in mentions if not _stays(scene.reading.text, m.span))
    return wanted(changing) or changing


def _stays(text: str, span: tuple[int, int]) -> bool:
    start = max((joint.end() for joint in _JOINTS.finditer(text, 0, span[0])), default=0)
    end = next((joint.start() for joint in _JOINTS.finditer(text, span[1])), len(text))
    return Topic.KEEPING in topics_of(text[start:end])


def _on_named_day(scene: Scene, visits: tuple[Appointment, ...], *, moving: bool) -> tuple[Appointment, ...]:
    """A day the patient moves from, or a day a visit is on, tells visits apart."""
    roles = (
        (Role.FROM, Role.EXCLUDED)
        if moving and any(d.role is Role.TO for d in scene.reading.dates)
        else (Role.FROM, Role.EXCLUDED, Role.WANTED)
    )
    days = {d.on for d in scene.reading.dates if d.role in roles and d.on}
    hours = {d.at for d in scene.reading.dates if d.role in roles and d.at and d.on in (None, *days)}
    on_day = tuple(visit for visit in visits if scene.local(visit)[0] in days)
    if on_day:
        at_hour = tuple(visit for visit in on_day if scene.local(visit)[1] in hours)
        return at_hour or on_day
    if days and not moving:
        return ()
    at_hour = tuple(visit for visit in visits if scene.local(visit)[1] in hours)
    return at_hour if at_hour and not moving else visits


def task_for_visit(scene: Scene, kind: TaskKind, visit: Appointment) -> Task:
    """The task about a visit. For a move day and hour are the new ones and begin empty."""
    on, at = scene.local(visit)
    moving = kind == "reschedule_appointment"
    return Task(
        kind=kind,
        service_id=visit.service_id,
        doctor_id=visit.doctor_id,
        appointment_id=visit.appointment_id,
        on=None if moving else on,
        at=None if moving else at,
    )


def choose_visit(scene: Scene, choices: Sequence[UUID]) -> Appointment | None:
    """The listed visit the message picks by number, or by what only one of them has."""
    listed = [visit for visit in scene.turn.appointments if visit.appointment_id in choices]
    ordered = sorted(listed, key=lambda visit: list(choices).index(visit.appointment_id))
    number = scene.reading.choice
    if number is not None and not scene.reading.dates:
        index = number - 1 if number > 0 else number
        return ordered[index] if -len(ordered) <= index < len(ordered) else None
    fitting = [visit for visit in match_visits(scene) if visit in ordered]
    return fitting[0] if len(fitting) == 1 and len(ordered) > 1 else None


def ask_which_visit(scene: Scene, kind: TaskKind, visits: Sequence[Appointment], intent: Intent) -> Answer:
    task = Task(kind=kind, missing=("appointment",), choices=tuple(visit.appointment_id for visit in visits))
    listed = scene.wording.numbered([scene.describe_visit(visit) for visit in visits])
    return answer_with_task(intent, task, scene.say("ask-which-visit"), listed, reason="visit.which")


def say_no_such_visit(scene: Scene, intent: Intent) -> Answer:
    """Nothing fits the words: what there is, or that there is nothing."""
    scene.tools.note("get_appointments", patient_id=str(scene.turn.patient.patient_id))
    visits = scene.turn.appointments
    if not visits:
        return answer_and_rest(intent, scene.say("no-visits"), reason="visit.none")
    listed = scene.wording.bullets(scene.describe_visit(visit) for visit in visits)
    return answer_and_rest(intent, scene.say("no-such-visit"), listed, reason="visit.no_such")

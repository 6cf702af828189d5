"""Folding what a message names into a task: service, doctor, day, hour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from frontdesk.conversation.state_machine import Option, Task
from frontdesk.dialogue.scene import Scene, wanted
from frontdesk.dialogue.timing import apply_wish, is_within, read_wish
from frontdesk.understanding.models import NameMention


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """The task after the message; `which_service` and `which_doctor` are choices the patient must make first."""

    task: Task
    which_service: tuple[UUID, ...] = ()
    which_doctor: tuple[UUID, ...] = ()
    # The message named a range of days that begins at the task's day.
    until_on: date | None = None


def collect(scene: Scene, task: Task) -> Collected:
    """The task with everything the message says about it."""
    if scene.reading.visitor is not None:
        task = replace(task, visitor=scene.reading.visitor)
    option = choose_option(scene, task)
    if option is not None:
        task = replace(
            task, doctor_id=option.doctor_id, on=option.on, at=option.at, not_before=None, not_after=None
        )
        return Collected(task=task)
    task = _choose_from_list(scene, task)
    task, which_service = _collect_service(scene, task)
    task, which_doctor = _collect_doctor(scene, task)
    wish = read_wish(scene.reading.dates, base_on=task.on, base_at=task.at)
    if task.options and wish.on == task.on and wish.at is None and not wish.has_window:
        task = replace(task, at=None)  # "what else is there that day?"
    return Collected(
        task=apply_wish(task, wish),
        which_service=which_service,
        which_doctor=which_doctor,
        until_on=wish.until_on,
    )


def choose_option(scene: Scene, task: Task) -> Option | None:
    """The offered option the message picks: by number, or by a time, day or doctor that only one of them has."""
    options = task.options
    if not options:
        return None
    number = scene.reading.choice
    if number is not None and not _names_hour_beyond(scene, number, len(options)):
        index = number - 1 if number > 0 else number
        if -len(options) <= index < len(options):
            return options[index]
    wish = read_wish(scene.reading.dates, base_on=task.on)
    if task.kind == "collect_info" and wish.at is None:
        return None  # the soonest times are a hint: a day alone asks for that day's times
    doctors = {d for mention in wanted(scene.reading.doctors) for d in mention.candidates}
    if wish.is_empty and not doctors:
        return None
    fitting = [
        option
        for option in options
        if wish.on in (None, option.on)
        and wish.at in (None, option.at)
        and is_within(option.at, wish.not_before, wish.not_after)
        and (not doctors or option.doctor_id in doctors)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _names_hour_beyond(scene: Scene, number: int, count: int) -> bool:
    return number > count and any(mention.at for mention in scene.reading.dates)


def _choose_from_list(scene: Scene, task: Task) -> Task:
    """A number picks from the doctors or services last listed."""
    number = scene.reading.choice
    if number is None or not task.choices or scene.reading.dates:
        return replace(task, choices=())
    index = number - 1 if number > 0 else number
    if not -len(task.choices) <= index < len(task.choices):
        return task
    chosen = task.choices[index]
    if chosen in scene.catalog.services:
        return replace(task, service_id=chosen, choices=())
    return replace(task, doctor_id=chosen, choices=()) if chosen in scene.catalog.doctors else task


def _collect_service(scene: Scene, task: Task) -> tuple[Task, tuple[UUID, ...]]:
    mentions = wanted(scene.reading.services)
    negated = {s for m in scene.reading.services if m.negated for s in m.candidates}
    if task.service_id in negated and not mentions:
        task = replace(task, service_id=None)
    named = _distinct(mentions)
    offered = tuple(s for s in named if s in task.choices) or named
    if len(offered) > 1:
        return replace(task, service_id=None), offered
    if not offered:
        return task, ()
    return replace(task, service_id=offered[0], doctor_id=_doctor_if_offering(scene, task, offered[0])), ()


def _doctor_if_offering(scene: Scene, task: Task, service_id: UUID) -> UUID | None:
    """A doctor chosen for another service is kept only if they do this one too."""
    doctor = scene.doctor(task.doctor_id)
    return task.doctor_id if doctor is not None and service_id in doctor.service_ids else None


def _collect_doctor(scene: Scene, task: Task) -> tuple[Task, tuple[UUID, ...]]:
    negated = {d for m in scene.reading.doctors if m.negated for d in m.candidates}
    if task.doctor_id in negated:
        task = replace(task, doctor_id=None)
    named = _distinct(wanted(scene.reading.doctors))
    if not named:
        return (
            (replace(task, doctor_id=None, any_doctor=True), ()) if scene.reading.any_doctor else (task, ())
        )
    if len(named) == 1:
        return replace(task, doctor_id=named[0], any_doctor=False), ()
    offering = tuple(d for d in named if task.service_id in scene.catalog.doctors[d].service_ids)
    if len(offering) == 1:
        return replace(task, doctor_id=offering[0], any_doctor=False), ()
    return replace(task, doctor_id=None), offering or named


def _distinct(mentions: tuple[NameMention, ...]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(candidate for mention in mentions for candidate in mention.candidates))

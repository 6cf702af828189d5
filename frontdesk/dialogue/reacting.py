"""What a message does to a task in hand: says yes or no to it, changes it, asks about it."""

from __future__ import annotations

from frontdesk.conversation.link import QUESTIONS
from frontdesk.conversation.state_machine import Task
from frontdesk.conversation.topics import Topic, find_topics, is_consent, is_refusal
from frontdesk.dialogue.scene import Scene, wanted
from frontdesk.dialogue.timing import read_wish
from frontdesk.understanding.models import Intent


def says_yes(scene: Scene, task: Task) -> bool:
    return task.asked and is_consent(scene.reading)


def says_no(scene: Scene, task: Task) -> bool:
    return task.asked and is_refusal(scene.reading)


def changes(scene: Scene, task: Task) -> bool:
    """Whether the message names another day, hour, service or doctor than the task has."""
    reading = scene.reading
    wish = read_wish(reading.dates, base_on=task.on, base_at=task.at)
    if wish.on not in (None, task.on) or wish.at not in (None, task.at) or wish.has_window:
        return True
    if task.on in wish.excluded or reading.any_doctor or reading.visitor not in (None, task.visitor):
        return True
    services = [m for m in wanted(reading.services) if task.service_id not in m.candidates]
    doctors = [m for m in wanted(reading.doctors) if task.doctor_id not in m.candidates]
    return bool(services or doctors)


def wants_other_time(scene: Scene) -> bool:
    return scene.has_intent(Intent.RESCHEDULE) or Topic.OTHER_TIME in find_topics(scene.reading)


def asks(scene: Scene) -> bool:
    return scene.has_intent(*QUESTIONS)


def asks_in_words(scene: Scene) -> bool:
    """Whether a question is put, not only a service named."""
    named_only = {
        f"{Intent.SERVICE_INQUIRY}:names a service",
        f"{Intent.SERVICE_INQUIRY}:asks, names a service",
    }
    asked = {reason for reason in scene.reading.reasons if reason.split(":")[0] in QUESTIONS}
    return bool(asked - named_only) or (bool(asked) and "?" in scene.reading.text)


def is_question_aside(scene: Scene) -> bool:
    """A yes and a question that names another service: the question changes nothing of the task."""
    return asks(scene) and not read_wish(scene.reading.dates).on and not read_wish(scene.reading.dates).at


def value_intent(scene: Scene, fallback: Intent) -> Intent:
    """The message's own intent where it is one of giving values; else what it does here."""
    own = (Intent.BOOK, Intent.PROVIDE_INFO, Intent.RESCHEDULE, Intent.CONFIRM, Intent.DENY)
    return scene.reading.intent if scene.reading.intent in own else fallback

"""Rules of relevance for what a message gives, wishes or asks without naming anything."""

from __future__ import annotations

from typing import Final

from frontdesk.conversation.link import QUESTIONS, Link, Rule, TaskNames, answers, refers
from frontdesk.conversation.state_machine import EXISTING_VISIT_KINDS, NEW_BOOKING_KINDS, Task
from frontdesk.conversation.topics import Topic, find_topics, names_treatment
from frontdesk.understanding.language_request import speaks_of_one
from frontdesk.understanding.models import Intent, Role, Understanding

# A question this short that names nothing asks about what was just said ("and how much?").
_ELLIPTIC_WORDS: Final = 6


def _choosing(reading: Understanding, task: Task, _names: TaskNames) -> Link | None:
    if not task.asked:
        return None
    if reading.choice is not None and (task.options or task.choices):
        return answers(0.95, "chooses from what was offered")
    if (reading.any_doctor or reading.any_time) and task.kind in NEW_BOOKING_KINDS:
        return answers(0.9, "leaves the choice to us")
    if reading.visitor not in (None, task.visitor) and task.kind in NEW_BOOKING_KINDS:
        return answers(0.8, "says for whom")
    if (
        task.kind in EXISTING_VISIT_KINDS
        and task.choices
        and (reading.services or reading.doctors or reading.dates)
    ):
        return answers(0.85, "says which visit")
    # A value for what is still open: the task has no doctor or service yet.
    named = (task.service_id is None and reading.services) or (task.doctor_id is None and reading.doctors)
    asks = reading.intent in QUESTIONS and (reading.is_question or "service" not in task.missing)
    if named and task.kind in NEW_BOOKING_KINDS and not asks:
        return answers(0.85, "gives what was missing")
    return None


def _timing(reading: Understanding, task: Task, _names: TaskNames) -> Link | None:
    times = [d for d in reading.dates if d.role is not Role.EXCLUDED or d.on == task.on]
    asks_of_another = reading.intent in (Intent.HOURS_LOCATION, Intent.DOCTOR_INQUIRY, Intent.MY_APPOINTMENTS)
    if not times or (asks_of_another and reading.is_question):
        return None
    if task.kind == "inquiry":
        return answers(0.8, "names a time for it") if task.asked else None
    if task.kind == "reschedule_appointment" or task.kind in NEW_BOOKING_KINDS:
        return _timing_of_open_task(reading, task)
    if not task.asked and not task.current:
        return None
    if reading.intent in (Intent.RESCHEDULE, Intent.PROVIDE_INFO, Intent.CONFIRM, Intent.DENY, Intent.CANCEL):
        return answers(0.85, "wants another time for it")
    return None


def _timing_of_open_task(reading: Understanding, task: Task) -> Link | None:
    if task.asked or task.current:
        return answers(0.9, "gives a time for it")
    if reading.intent is Intent.PROVIDE_INFO and not reading.services and not reading.doctors:
        return refers(0.6, "gives a time, and it waits for one")
    return None


def _wishes(reading: Understanding, task: Task, _names: TaskNames) -> Link | None:
    concerns_visit = task.kind in EXISTING_VISIT_KINDS
    if reading.intent is Intent.RESCHEDULE:
        fits = concerns_visit or (task.kind in NEW_BOOKING_KINDS and (task.asked or task.current))
        return refers(0.9, "wants it moved") if fits else None
    if reading.intent is Intent.CANCEL:
        fits = concerns_visit or (task.kind in NEW_BOOKING_KINDS and (task.asked or task.current))
        return refers(0.88, "wants it cancelled") if fits else None
    if reading.intent is Intent.CONFIRM:
        if task.asked or (task.kind == "confirm_appointment" and reading.refers_back):
            return answers(0.9, "confirms it")
        return None
    if reading.intent is Intent.MY_APPOINTMENTS and concerns_visit:
        return refers(0.8, "asks about the visit it concerns")
    if reading.intent is Intent.BOOK and task.kind in NEW_BOOKING_KINDS and (task.asked or task.current):
        return answers(0.75, "goes on with the booking")
    is_bare_wish = not (reading.services or reading.doctors or reading.dates)
    if reading.intent is Intent.BOOK and task.kind in NEW_BOOKING_KINDS and is_bare_wish:
        return refers(0.6, "comes back to booking")
    if reading.intent is Intent.BOOK and task.kind == "inquiry" and task.asked:
        return answers(0.8, "wants to book it")
    return None


def _ellipsis(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    if reading.intent not in (Intent.SERVICE_INQUIRY, Intent.PRICE_INQUIRY, Intent.DOCTOR_INQUIRY):
        return None
    if not names.none or reading.services or reading.doctors:
        return None
    topics = find_topics(reading)
    is_open = task.asked or task.current
    asks_of_doctor = reading.intent is Intent.DOCTOR_INQUIRY and task.doctor_id is not None
    if is_open and asks_of_doctor and speaks_of_one(reading.text):
        return refers(0.8, "asks about the doctor spoken of")
    if (
        not is_open
        or topics & {Topic.PAYMENT, Topic.GENERAL_LIST, Topic.MEDICINE}
        or names_treatment(reading.text)
    ):
        return None
    if reading.refers_back and Topic.PATIENTS not in topics:
        return refers(0.85, "asks about what was just said")
    is_short = len(reading.text.split()) <= _ELLIPTIC_WORDS and Topic.PATIENTS not in topics
    asks_on = reading.intent is Intent.PRICE_INQUIRY or (
        reading.intent is Intent.SERVICE_INQUIRY
        and reading.is_question
        and topics & {Topic.DURATION, Topic.MEDICAL}
    )
    return refers(0.7, "a short question about what was just said") if asks_on and is_short else None


def _other_time(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    """ "Could it be later?", "what day was it?": said of what is in hand."""
    topics = find_topics(reading)
    fits = (task.asked or task.current) and names.none and not reading.services and not reading.doctors
    if not fits or task.kind == "inquiry" or reading.intent is Intent.HOURS_LOCATION:
        return None
    if Topic.KEEPING in topics and task.kind == "cancel_appointment":
        return answers(0.9, "wants it kept")
    if Topic.OTHER_TIME in topics:
        return answers(0.75, "wants another time for it")
    if Topic.WHICH_TIME in topics and reading.is_question:
        return refers(0.8, "asks when it is")
    return None


VALUE_RULES: Final[tuple[Rule, ...]] = (
    _choosing,
    _timing,
    _wishes,
    _ellipsis,
    _other_time,
)

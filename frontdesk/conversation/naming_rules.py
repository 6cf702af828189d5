"""Rules of relevance for what a message names, wants dropped, says yes or no to."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from frontdesk.conversation.link import (
    QUESTIONS,
    Link,
    LinkKind,
    Rule,
    TaskNames,
    answers,
    drops,
    refers,
    says_cancel,
    unrelated,
)
from frontdesk.conversation.state_machine import EXISTING_VISIT_KINDS, NEW_BOOKING_KINDS, Task
from frontdesk.conversation.topics import Topic, find_topics, is_refusal, is_unrecognised
from frontdesk.understanding.models import Intent, Role, Understanding

# Matters of their own, whatever is being done.
_OWN_MATTERS: Final = frozenset({Intent.EMERGENCY, Intent.HUMAN, Intent.OUT_OF_SCOPE, Intent.GREETING})


def _own_matter(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    if reading.intent in (Intent.EMERGENCY, Intent.HUMAN):
        return unrelated(0.02, "asks for a person or help at once")
    is_about_it = reading.visitor is not None or find_topics(reading) & {
        Topic.OTHER_TIME,
        Topic.WHICH_TIME,
        Topic.KEEPING,
    }
    if is_unrecognised(reading) and is_about_it:
        return None
    if reading.intent in _OWN_MATTERS and not names.own and not (task.asked and reading.says_yes):
        return unrelated(0.04, "is a matter of its own")
    return None


def _dropping(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    if names.negates_own:
        return _negated(reading, task, names)
    if not reading.drops or names.negates_other or _gives_time(reading, task):
        return None
    if task.kind in ("cancel_appointment", "reschedule_appointment") and task.asked and names.none:
        return None  # "no, leave it" answers "shall I cancel it?", and "cancel it" does so too
    if names.other_service or names.other_doctor:
        return drops("does not want it, wants something else")
    is_visit = task.kind in EXISTING_VISIT_KINDS and (task.kind != "cancel_appointment" or names.own)
    if says_cancel(reading) and is_visit:
        return None  # "I do not need the visit, cancel it" is a wish to cancel it
    if names.own or task.asked or task.current or names.none:
        return drops("does not want it")
    return None


def _gives_time(reading: Understanding, task: Task) -> bool:
    """ "Stop, make it Monday" drops nothing."""
    is_open = task.kind not in ("confirm_appointment", "cancel_appointment", "inquiry") and (
        task.asked or task.current
    )
    return is_open and any(d.role is not Role.EXCLUDED for d in reading.dates)


def _negated(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    """ "Not Dan, Anna" changes a booking in hand; "not Dan" alone drops it."""
    swaps_doctor = names.other_doctor and not names.other_service
    swaps_service = names.other_service
    if task.kind in NEW_BOOKING_KINDS and (swaps_doctor or (swaps_service and task.current)):
        return Link(kind=LinkKind.ANSWERS, probability=0.7, reason="puts another in its place")
    if task.kind in EXISTING_VISIT_KINDS and says_cancel(reading) and not swaps_service:
        return Link(kind=LinkKind.REFERS, probability=0.8, reason="wants this visit cancelled")
    if task.kind in EXISTING_VISIT_KINDS and Intent.RESCHEDULE in reading.intents and swaps_doctor:
        return Link(kind=LinkKind.REFERS, probability=0.8, reason="wants this visit with another doctor")
    return drops("says they do not need it")


def _other_service(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    if not names.other_service:
        return None
    if names.own_service and Topic.LEAVING in find_topics(reading):
        return drops("leaves this service for another")
    if names.own_service:
        return refers(0.6, "names this service and another")
    if task.kind == "inquiry":
        return unrelated(0.04, "asks about another service")
    if _is_yes_and_more(reading, task):
        return answers(0.85, "says yes to it and asks about another service")
    if task.kind not in NEW_BOOKING_KINDS or not task.current:
        return unrelated(0.04, "asks about another service")
    if reading.intent in QUESTIONS:
        return unrelated(0.06, "asks about another service")
    return answers(0.7, "wants another service at that time")


def _other_doctor(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    if not names.other_doctor:
        return None
    if task.kind == "inquiry":
        wants_it = task.service_id is not None and reading.intent not in QUESTIONS
        return (
            answers(0.6, "wants it with another doctor")
            if wants_it
            else unrelated(0.06, "asks about another doctor")
        )
    if _is_yes_and_more(reading, task):
        return answers(0.85, "says yes to it and asks about another doctor")
    if Intent.RESCHEDULE in reading.intents and task.kind in EXISTING_VISIT_KINDS:
        return refers(0.75, "wants this visit with another doctor")
    is_question = reading.intent in QUESTIONS
    if task.kind in NEW_BOOKING_KINDS and not is_question and (task.current or names.own_service):
        return answers(0.7, "wants another doctor for it")
    is_for_it = reading.intent in (Intent.PROVIDE_INFO, Intent.BOOK, Intent.DENY) and not reading.services
    if task.kind in NEW_BOOKING_KINDS and task.asked and is_for_it:
        return answers(0.6, "names another doctor for it")
    return unrelated(0.06, "asks about another doctor")


def _who_speaks(reading: Understanding, _task: Task, names: TaskNames) -> Link | None:
    """ "Does anyone speak Russian?" is asked of all doctors, whoever was offered."""
    if reading.asks_who_speaks is None or not names.none:
        return None
    return unrelated(0.06, "asks which doctor speaks a language")


def _own_names(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    if not names.own:
        return None
    if task.asked and (reading.says_yes or reading.says_no):
        return answers(0.95, "answers it by name")
    if not names.own_service and reading.intent is Intent.SERVICE_INQUIRY and not reading.refers_back:
        return replace(refers(0.55, "names its doctor"), is_open=True)
    return refers(0.93, "names it")


def _verdict(reading: Understanding, task: Task, _names: TaskNames) -> Link | None:
    if not (reading.says_yes or reading.says_no):
        return None
    if task.asked:
        return answers(0.95, "answers its question")
    if reading.is_bare and reading.intent is not Intent.BOOK:
        return unrelated(0.1, "a bare yes or no answers the last question, and that was another")
    return None


def _refusing(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    """ "Not this time", "don't book it": a no in other words."""
    is_proposal = task.kind in (
        "book_appointment",
        "reschedule_appointment",
        "confirm_appointment",
        "cancel_appointment",
    )
    if task.asked and is_proposal and names.none and not reading.says_no and is_refusal(reading):
        return answers(0.75, "declines it in other words")
    return None


def _is_yes_and_more(reading: Understanding, task: Task) -> bool:
    # "I want to book X" begins with a word of consent in some languages and is none.
    is_wish = reading.intent is Intent.BOOK and not reading.is_question
    return task.asked and reading.says_yes and not reading.says_no and not reading.is_bare and not is_wish


NAMING_RULES: Final[tuple[Rule, ...]] = (
    _refusing,
    _own_matter,
    _dropping,
    _other_service,
    _other_doctor,
    _who_speaks,
    _own_names,
    _verdict,
)

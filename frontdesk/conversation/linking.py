"""How a message relates to one task: the pure decision behind context relevance.

A message about another service, doctor or matter is answered on its own (eval README, "Pending action").
The rules are tried in order; each gives the probability that the task is relevant and why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from frontdesk.conversation.link import (
    Link,
    LinkKind,
    TaskNames,
    answers,
    drops,
    read_names,
    refers,
    unrelated,
)
from frontdesk.conversation.relevance_model import (
    RelevanceMode,
    RelevancePolicy,
    features_of,
    load_relevance_model,
)
from frontdesk.conversation.state_machine import EXISTING_VISIT_KINDS, NEW_BOOKING_KINDS, Task
from frontdesk.conversation.topics import Topic, find_topics, is_refusal, is_unrecognised, names_treatment
from frontdesk.understanding.language_request import speaks_of_one
from frontdesk.understanding.models import Intent, Role, Understanding

_QUESTIONS: Final = frozenset(
    {
        Intent.SERVICE_INQUIRY,
        Intent.PRICE_INQUIRY,
        Intent.HOURS_LOCATION,
        Intent.DOCTOR_INQUIRY,
        Intent.MY_APPOINTMENTS,
    }
)
DEFAULT_POLICY: Final = RelevancePolicy()
# Matters of their own, whatever is being done.
_OWN_MATTERS: Final = frozenset({Intent.EMERGENCY, Intent.HUMAN, Intent.OUT_OF_SCOPE, Intent.GREETING})
# A question this short that names nothing asks about what was just said ("and how much?").
_ELLIPTIC_WORDS: Final = 6


def find_link(
    reading: Understanding, task: Task, *, in_hand: bool = True, policy: RelevancePolicy = DEFAULT_POLICY
) -> Link:
    """How the message relates to the task. `in_hand`: nothing else came in between. `policy`: what the model may decide."""
    link = _find_by_rules(reading, task, in_hand=in_hand)
    # An answered question waits for nothing: only the rules know what follows on it.
    if policy.mode is RelevanceMode.OFF or not link.is_open or task.kind == "inquiry":
        return link
    model = load_relevance_model()
    probability = model.probability(features_of(reading, task, in_hand=in_hand))
    reason = f"{link.reason}; model {model.version}: {probability:.2f}"
    if policy.mode is RelevanceMode.SHADOW:
        return replace(link, reason=reason)
    # A message nobody understood is asked again; being about the task would not help it.
    is_relevant = probability >= policy.threshold and not is_unrecognised(reading)
    return refers(probability, reason) if is_relevant else unrelated(probability, reason)


def _find_by_rules(reading: Understanding, task: Task, *, in_hand: bool) -> Link:
    names = read_names(reading, task)
    for rule in _NAMING_RULES:
        link = rule(reading, task, names)
        if link is not None:
            return link
    # Looking for times is no question, but a day or an hour is what it waits for.
    waits = in_hand and task.kind == "check_availability"
    open_task = replace(task, current=True) if waits else task
    for rule in _VALUE_RULES:
        link = rule(reading, open_task, names)
        if link is not None:
            return link
    return replace(unrelated(0.08, "says nothing of it"), is_open=True)


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


def says_cancel(reading: Understanding) -> bool:
    """Whether a cancellation is asked for in so many words; "I do not need it" only drops the matter."""
    return any(reason.startswith("cancel:") and "drops" not in reason for reason in reading.reasons)


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
    if reading.intent in _QUESTIONS:
        return unrelated(0.06, "asks about another service")
    return answers(0.7, "wants another service at that time")


def _other_doctor(reading: Understanding, task: Task, names: TaskNames) -> Link | None:
    if not names.other_doctor:
        return None
    if task.kind == "inquiry":
        wants_it = task.service_id is not None and reading.intent not in _QUESTIONS
        return (
            answers(0.6, "wants it with another doctor")
            if wants_it
            else unrelated(0.06, "asks about another doctor")
        )
    if _is_yes_and_more(reading, task):
        return answers(0.85, "says yes to it and asks about another doctor")
    if Intent.RESCHEDULE in reading.intents and task.kind in EXISTING_VISIT_KINDS:
        return refers(0.75, "wants this visit with another doctor")
    is_question = reading.intent in _QUESTIONS
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
    asks = reading.intent in _QUESTIONS and (reading.is_question or "service" not in task.missing)
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


_Rule = Callable[[Understanding, Task, TaskNames], Link | None]
# What the message names, wants dropped, says yes or no to.
_NAMING_RULES: Final[tuple[_Rule, ...]] = (
    _refusing,
    _own_matter,
    _dropping,
    _other_service,
    _other_doctor,
    _who_speaks,
    _own_names,
    _verdict,
)
# What it gives, wishes or asks without naming anything.
_VALUE_RULES: Final[tuple[_Rule, ...]] = (
    _choosing,
    _timing,
    _wishes,
    _ellipsis,
    _other_time,
)


def _is_yes_and_more(reading: Understanding, task: Task) -> bool:
    # "I want to book X" begins with a word of consent in some languages and is none.
    is_wish = reading.intent is Intent.BOOK and not reading.is_question
    return task.asked and reading.says_yes and not reading.says_no and not reading.is_bare and not is_wish

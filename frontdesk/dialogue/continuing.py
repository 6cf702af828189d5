"""A message that belongs to the task in hand: by kind of task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from frontdesk.conversation.link import read_names
from frontdesk.conversation.linking import says_cancel
from frontdesk.conversation.state_machine import Task, TaskKind
from frontdesk.conversation.topics import Topic, find_topics, has_refusing_word, is_consent, is_refusal
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.asking import answer_about_task
from frontdesk.dialogue.booking import book, continue_booking, offer, propose
from frontdesk.dialogue.canceling import cancel, choose_to_cancel, keep, propose_cancel
from frontdesk.dialogue.clinic_facts import answer_doctor_question
from frontdesk.dialogue.collecting import choose_option
from frontdesk.dialogue.confirming import ask_move_or_cancel, ask_to_confirm, confirm
from frontdesk.dialogue.rescheduling import continue_rescheduling, is_complete, move
from frontdesk.dialogue.resolving import choose_visit, task_for_visit
from frontdesk.dialogue.scene import QUESTIONS, Scene, wanted
from frontdesk.dialogue.slots import find_from, say_options
from frontdesk.dialogue.small_talk import let_be
from frontdesk.dialogue.timing import read_wish
from frontdesk.understanding.models import Intent

_Handler = Callable[[Scene, Task], Awaitable[Answer]]


async def continue_task(scene: Scene, task: Task) -> Answer:
    """The answer to a message that answers, changes or asks about the task."""
    return await _HANDLERS[task.kind](scene, task)


def _says_yes(scene: Scene, task: Task) -> bool:
    return task.asked and is_consent(scene.reading)


def _says_no(scene: Scene, task: Task) -> bool:
    return task.asked and is_refusal(scene.reading)


def _changes(scene: Scene, task: Task) -> bool:
    """Whether the message names another day, hour, service or doctor than the task has."""
    reading = scene.reading
    wish = read_wish(reading.dates, base_on=task.on, base_at=task.at)
    if wish.on not in (None, task.on) or wish.at not in (None, task.at) or wish.has_window:
        return True
    if task.on in wish.excluded or reading.any_doctor:
        return True
    services = [m for m in wanted(reading.services) if task.service_id not in m.candidates]
    doctors = [m for m in wanted(reading.doctors) if task.doctor_id not in m.candidates]
    return bool(services or doctors)


def _wants_other_time(scene: Scene) -> bool:
    return scene.has_intent(Intent.RESCHEDULE) or Topic.OTHER_TIME in find_topics(scene.reading)


def _asks(scene: Scene) -> bool:
    return scene.has_intent(*QUESTIONS)


def _asks_in_words(scene: Scene) -> bool:
    """Whether a question is put, not only a service named."""
    named_only = {
        f"{Intent.SERVICE_INQUIRY}:names a service",
        f"{Intent.SERVICE_INQUIRY}:asks, names a service",
    }
    asked = {reason for reason in scene.reading.reasons if reason.split(":")[0] in QUESTIONS}
    return bool(asked - named_only) or (bool(asked) and "?" in scene.reading.text)


def _is_question_aside(scene: Scene) -> bool:
    """A yes and a question that names another service: the question changes nothing of the task."""
    return _asks(scene) and not read_wish(scene.reading.dates).on and not read_wish(scene.reading.dates).at


async def _confirm_appointment(scene: Scene, task: Task) -> Answer:
    if task.appointment_id is None:
        chosen = choose_visit(scene, task.choices)
        return (
            ask_to_confirm(scene, task_for_visit(scene, "confirm_appointment", chosen), Intent.CONFIRM)
            if chosen
            else let_be(scene)
        )
    if says_cancel(scene.reading) and not _says_yes(scene, task):
        return _cancel_task(scene, task)
    if _wants_other_time(scene) or (_changes(scene, task) and not _is_question_aside(scene)):
        return await continue_rescheduling(
            scene, replace(task, kind="reschedule_appointment", on=None, at=None, missing=())
        )
    if _says_yes(scene, task) and says_cancel(scene.reading):
        return _cancel_task(scene, task)
    if task.missing:
        return await _after_declining(scene, task)
    if _says_yes(scene, task) or _confirms_in_words(scene) or _confirms_by_name(scene, task):
        return await _carry_out(scene, task, confirm)
    if _says_no(scene, task):
        return ask_move_or_cancel(scene, task)
    return await answer_about_task(scene, task)


def _confirms_in_words(scene: Scene) -> bool:
    reading = scene.reading
    return reading.intent is Intent.CONFIRM and not is_refusal(reading) and not has_refusing_word(reading)


def _confirms_by_name(scene: Scene, task: Task) -> bool:
    """ "I confirm the visit with Anna": the word and the visit, and no question."""
    named = [*wanted(scene.reading.services), *wanted(scene.reading.doctors)]
    is_own = any(task.service_id in m.candidates or task.doctor_id in m.candidates for m in named)
    consents = scene.has_intent(Intent.CONFIRM) and not has_refusing_word(scene.reading)
    return is_own and consents and not scene.reading.is_question


def _cancel_task(scene: Scene, task: Task) -> Answer:
    visit = scene.appointment(task.appointment_id)
    if visit is None:
        return answer_and_rest(Intent.CANCEL, scene.say("not-changeable"), reason="visit.gone")
    return propose_cancel(scene, visit)


async def _after_declining(scene: Scene, task: Task) -> Answer:
    """ "Move it or cancel it?": a no leaves it, a yes says too little."""
    if _says_no(scene, task):
        return let_be(scene)
    if _confirms_in_words(scene) and not scene.reading.is_bare:
        return await _carry_out(scene, replace(task, missing=()), confirm)
    return ask_move_or_cancel(scene, task)


def _insists_on_cancel(scene: Scene) -> bool:
    """A plain yes, or "cancel it". Beside any word of refusal the question is put again instead."""
    reading = scene.reading
    if says_cancel(reading):
        return not has_refusing_word(reading) and "?" not in reading.text
    return is_consent(reading)


async def _cancel_appointment(scene: Scene, task: Task) -> Answer:
    if task.appointment_id is None:
        return choose_to_cancel(scene, task)
    if _wants_other_time(scene):
        return await continue_rescheduling(
            scene, replace(task, kind="reschedule_appointment", on=None, at=None)
        )
    topics = find_topics(scene.reading)
    if task.asked and Topic.KEEPING in topics:
        return keep(scene, task)
    if task.asked and _insists_on_cancel(scene):
        return await _carry_out(scene, task, cancel)
    if _says_no(scene, task) and not says_cancel(scene.reading):
        return keep(scene, task)
    if scene.has_intent(Intent.CANCEL):
        return _cancel_task(scene, task)
    return await answer_about_task(scene, task)


async def _reschedule_appointment(scene: Scene, task: Task) -> Answer:
    if task.appointment_id is None:
        return await continue_rescheduling(scene, task)
    if scene.reading.intent is Intent.CANCEL:
        return _cancel_task(scene, task)
    changes = _changes(scene, task) or choose_option(scene, task) is not None
    if changes and not (_says_yes(scene, task) and _is_question_aside(scene)):
        return await continue_rescheduling(scene, task, _move_intent(scene))
    if _says_yes(scene, task) and is_complete(task):
        return await _carry_out(scene, task, move)
    if _says_no(scene, task):
        return await _decline_move(scene, task)
    if _asks_in_words(scene) and not scene.has_intent(Intent.RESCHEDULE):
        return await answer_about_task(scene, task)
    return await continue_rescheduling(scene, task)


async def _decline_move(scene: Scene, task: Task) -> Answer:
    """A no to a proposed time asks for another; a no to "which time?" leaves the visit as it was."""
    if not is_complete(task) or Topic.KEEPING in find_topics(scene.reading):
        return let_be(scene, visit_stays=True)
    asking = replace(task, on=None, at=None, missing=("date", "time"))
    return answer_with_task(Intent.DENY, asking, scene.say("ask-other-time"), reason="reschedule.declined")


async def _book_appointment(scene: Scene, task: Task) -> Answer:
    if not (task.service_id and task.doctor_id and task.on and task.at):
        return await continue_booking(scene, task, _value_intent(scene, Intent.BOOK))
    changes = _changes(scene, task)
    if changes and not (_says_yes(scene, task) and _is_question_aside(scene)):
        return await continue_booking(scene, task, _value_intent(scene, Intent.PROVIDE_INFO))
    if _says_yes(scene, task):
        return await _carry_out(scene, task, book)
    if scene.reading.intent is Intent.CANCEL:
        return let_be(scene, Intent.CANCEL)
    if _says_no(scene, task):
        asking = replace(task, kind="collect_info", missing=("date", "time"))
        return answer_with_task(Intent.DENY, asking, scene.say("declined-booking"), reason="booking.declined")
    if _returns_to(scene):
        consents = is_consent(scene.reading) and read_names(scene.reading, task).own
        return await _carry_out(scene, task, book) if consents else propose(scene, task, Intent.BOOK)
    if _asks(scene):
        return await answer_about_task(scene, task)
    return propose(scene, task, scene.reading.intent)


def _returns_to(scene: Scene) -> bool:
    """ "Back to the cleaning, go on and book it": a wish, though naming a service also reads as a question."""
    return scene.has_intent(Intent.BOOK, Intent.CONFIRM) and not _asks_in_words(scene)


async def _collect(scene: Scene, task: Task) -> Answer:
    """Values for a booking that lacks some; also a search for times and a list of offered ones."""
    if scene.reading.intent is Intent.CANCEL:
        return let_be(scene, Intent.CANCEL)
    if _says_no(scene, task) and not _changes(scene, task) and scene.reading.choice is None:
        return await _decline_offer(scene, task)
    is_plain_question = _asks(scene) and not scene.has_intent(Intent.BOOK, Intent.PROVIDE_INFO)
    if is_plain_question and not _changes(scene, task) and not _says_yes(scene, task):
        return await answer_about_task(scene, task)
    intent = _value_intent(scene, Intent.PROVIDE_INFO)
    if _says_yes(scene, task) and scene.reading.is_bare and len(task.options) > 1:
        again = say_options(scene, task.options)
        return answer_with_task(
            Intent.CONFIRM, task, scene.say("ask-which-number"), again, reason="booking.which_one"
        )
    if _says_yes(scene, task) and len(task.options) == 1 and not _changes(scene, task):
        (option,) = task.options
        only = replace(task, doctor_id=option.doctor_id, on=option.on, at=option.at)
        return propose(scene, only, Intent.CONFIRM)
    return await continue_booking(scene, task, intent)


async def _decline_offer(scene: Scene, task: Task) -> Answer:
    """None of the offered times: the ones after them. A no to an open question ends the booking."""
    if task.kind == "choose_slot" and task.options and task.service_id and "declined" not in task.missing:
        last = max(option.on for option in task.options)
        later = await find_from(
            scene, replace(task, not_before=None, not_after=None), on=last + timedelta(days=1)
        )
        if later:
            answer = offer(scene, task, later, Intent.DENY, scene.say("later-times"))
            assert answer.task is not None
            return replace(answer, task=replace(answer.task, missing=("time", "declined")))
    return let_be(scene)


async def _offer_doctor(scene: Scene, task: Task) -> Answer:
    if (
        scene.has_intent(Intent.DOCTOR_INQUIRY)
        and not wanted(scene.reading.doctors)
        and not _says_yes(scene, task)
    ):
        return answer_doctor_question(scene, service_id=task.service_id)
    if _says_no(scene, task) and not _changes(scene, task):
        return _offer_others(scene, task)
    return await _collect(scene, task)


def _offer_others(scene: Scene, task: Task) -> Answer:
    """A no to the doctor offered: the others who do it; where there are none, it is left."""
    able = scene.catalog.doctors_for(task.service_id) if task.service_id else ()
    if task.service_id and not any(doctor.doctor_id != task.doctor_id for doctor in able):
        return replace(let_be(scene), reasons=("doctor.declined",))
    return replace(answer_doctor_question(scene, service_id=task.service_id), intent=Intent.DENY)


async def _inquiry(scene: Scene, task: Task) -> Answer:
    """After an answered question: a yes to "shall I book?", a time, or another question about the same."""
    if _says_no(scene, task) and not _changes(scene, task):
        return let_be(scene)
    is_question = _asks(scene) and not scene.has_intent(Intent.BOOK)
    if is_question and not _says_yes(scene, task):
        return await answer_about_task(scene, task)
    if scene.reading.choice is not None and len(task.choices) > 1:
        return await continue_booking(scene, task, Intent.PROVIDE_INFO)
    return await continue_booking(scene, task, _value_intent(scene, Intent.BOOK))


_HANDLERS: Final[Mapping[TaskKind, _Handler]] = {
    "confirm_appointment": _confirm_appointment,
    "cancel_appointment": _cancel_appointment,
    "reschedule_appointment": _reschedule_appointment,
    "book_appointment": _book_appointment,
    "choose_slot": _collect,
    "collect_info": _collect,
    "check_availability": _collect,
    "offer_doctor": _offer_doctor,
    "inquiry": _inquiry,
}


def _move_intent(scene: Scene) -> Intent:
    """A time named for a move is an answer, whatever its words would ask for taken alone."""
    intent = _value_intent(scene, Intent.RESCHEDULE)
    return Intent.PROVIDE_INFO if intent is Intent.BOOK else intent


def _value_intent(scene: Scene, fallback: Intent) -> Intent:
    """The message's own intent where it is one of giving values; else what it does here."""
    own = (Intent.BOOK, Intent.PROVIDE_INFO, Intent.RESCHEDULE, Intent.CONFIRM, Intent.DENY)
    return scene.reading.intent if scene.reading.intent in own else fallback


async def _carry_out(scene: Scene, task: Task, act: _Handler) -> Answer:
    """The yes, and then the question that came with it."""
    done = await act(scene, task)
    if done.task is not None or not _asks_in_words(scene) or scene.reading.is_bare:
        return done
    asked = await answer_about_task(scene, replace(task, asked=False), standalone=True)
    return replace(done, parts=(*done.parts, *asked.parts), intent=asked.intent, task=asked.task).because(
        "yes.and_question"
    )

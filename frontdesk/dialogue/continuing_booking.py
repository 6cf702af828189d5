"""A message that belongs to a new booking, or to an answered question it may begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from frontdesk.conversation.link import read_names
from frontdesk.conversation.state_machine import Option, Task
from frontdesk.conversation.topics import is_consent
from frontdesk.dialogue.answer import Answer, answer_with_task
from frontdesk.dialogue.asking import answer_about_task
from frontdesk.dialogue.booking import book, continue_booking, offer, propose
from frontdesk.dialogue.carrying_out import carry_out
from frontdesk.dialogue.doctor_facts import answer_doctor_question
from frontdesk.dialogue.reacting import (
    asks,
    asks_in_words,
    changes,
    is_question_aside,
    says_no,
    says_yes,
    value_intent,
)
from frontdesk.dialogue.scene import Scene, wanted
from frontdesk.dialogue.shifting import Shift, find_shifted, read_shift, times_named
from frontdesk.dialogue.slots import find_from, say_options
from frontdesk.dialogue.small_talk import let_be
from frontdesk.understanding.models import Intent


async def continue_proposal(scene: Scene, task: Task) -> Answer:
    if not (task.service_id and task.doctor_id and task.on and task.at):
        return await continue_booking(scene, task, value_intent(scene, Intent.BOOK))
    is_changed = changes(scene, task)
    if is_changed and not (says_yes(scene, task) and is_question_aside(scene)):
        return await continue_booking(scene, task, value_intent(scene, Intent.PROVIDE_INFO))
    if says_yes(scene, task):
        return await carry_out(scene, task, book)
    if scene.reading.intent is Intent.CANCEL:
        return let_be(scene, Intent.CANCEL)
    shifted = await _shift(scene, task)
    if shifted is not None:
        return shifted
    if says_no(scene, task):
        asking = replace(task, kind="collect_info", missing=("date", "time"))
        return answer_with_task(Intent.DENY, asking, scene.say("declined-booking"), reason="booking.declined")
    if _returns_to(scene):
        consents = is_consent(scene.reading) and read_names(scene.reading, task).own
        return await carry_out(scene, task, book) if consents else propose(scene, task, Intent.BOOK)
    if asks(scene):
        return await answer_about_task(scene, task)
    return propose(scene, task, scene.reading.intent)


def _returns_to(scene: Scene) -> bool:
    """ "Back to the cleaning, go on and book it": a wish, though naming a service also reads as a question."""
    return scene.has_intent(Intent.BOOK, Intent.CONFIRM) and not asks_in_words(scene)


async def continue_collecting(scene: Scene, task: Task) -> Answer:
    """Values for a booking that lacks some; also a search for times and a list of offered ones."""
    if scene.reading.intent is Intent.CANCEL:
        return let_be(scene, Intent.CANCEL)
    shifted = await _shift(scene, task)
    if shifted is not None:
        return shifted
    if says_no(scene, task) and not changes(scene, task) and scene.reading.choice is None:
        return await _decline_offer(scene, task)
    if task.options and _leaves_time_to_us(scene):
        return _propose_option(scene, task, task.options[0])
    is_plain_question = asks(scene) and not scene.has_intent(Intent.BOOK, Intent.PROVIDE_INFO)
    if is_plain_question and not changes(scene, task) and not says_yes(scene, task):
        return await answer_about_task(scene, task)
    intent = value_intent(scene, Intent.PROVIDE_INFO)
    if says_yes(scene, task) and scene.reading.is_bare and len(task.options) > 1:
        again = say_options(scene, task.options)
        return answer_with_task(
            Intent.CONFIRM, task, scene.say("ask-which-number"), again, reason="booking.which_one"
        )
    if says_yes(scene, task) and len(task.options) == 1 and not changes(scene, task):
        return _propose_option(scene, task, task.options[0])
    return await continue_booking(scene, task, intent)


async def _shift(scene: Scene, task: Task) -> Answer | None:
    """Later, earlier or another day than what was offered; None where the message says nothing of the kind."""
    shift = read_shift(scene.reading)
    if shift is None or not task.service_id or not times_named(task) or changes(scene, task):
        return None
    intent = value_intent(scene, Intent.PROVIDE_INFO)
    slots = await find_shifted(scene, task, shift)
    if slots:
        return offer(scene, replace(task, on=None, at=None), slots, intent, scene.say(shift)).because(
            f"shift.{shift}"
        )
    nothing = scene.say("nothing-earlier" if shift is Shift.EARLIER else "nothing-else")
    asking = replace(task, kind="choose_slot" if task.options else "collect_info")
    return answer_with_task(intent, asking, nothing, scene.say("ask-other-day"), reason="shift.nothing")


def _leaves_time_to_us(scene: Scene) -> bool:
    return scene.reading.any_time and not scene.reading.dates and not wanted(scene.reading.services)


def _propose_option(scene: Scene, task: Task, option: Option) -> Answer:
    chosen = replace(task, doctor_id=option.doctor_id, on=option.on, at=option.at)
    return propose(scene, chosen, value_intent(scene, Intent.CONFIRM))


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


async def continue_offered_doctor(scene: Scene, task: Task) -> Answer:
    if (
        scene.has_intent(Intent.DOCTOR_INQUIRY)
        and not wanted(scene.reading.doctors)
        and not says_yes(scene, task)
    ):
        return answer_doctor_question(scene, service_id=task.service_id)
    if says_no(scene, task) and not changes(scene, task):
        return _offer_others(scene, task)
    return await continue_collecting(scene, task)


def _offer_others(scene: Scene, task: Task) -> Answer:
    """A no to the doctor offered: the others who do it; where there are none, it is left."""
    able = scene.catalog.doctors_for(task.service_id) if task.service_id else ()
    if task.service_id and not any(doctor.doctor_id != task.doctor_id for doctor in able):
        return replace(let_be(scene), reasons=("doctor.declined",))
    return replace(answer_doctor_question(scene, service_id=task.service_id), intent=Intent.DENY)


async def continue_inquiry(scene: Scene, task: Task) -> Answer:
    """After an answered question: a yes to "shall I book?", a time, or another question about the same."""
    if says_no(scene, task) and not changes(scene, task):
        return let_be(scene)
    is_question = asks(scene) and not scene.has_intent(Intent.BOOK)
    if is_question and not says_yes(scene, task):
        return await answer_about_task(scene, task)
    if scene.reading.choice is not None and len(task.choices) > 1:
        return await continue_booking(scene, task, Intent.PROVIDE_INFO)
    return await continue_booking(scene, task, value_intent(scene, Intent.BOOK))

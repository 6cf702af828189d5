"""A message that belongs to a visit that exists: to be confirmed, cancelled or moved."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.conversation.link import says_cancel
from frontdesk.conversation.state_machine import Task
from frontdesk.conversation.topics import Topic, find_topics, has_refusing_word, is_consent, is_refusal
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.asking import answer_about_task
from frontdesk.dialogue.canceling import cancel, choose_to_cancel, keep, propose_cancel
from frontdesk.dialogue.carrying_out import carry_out
from frontdesk.dialogue.collecting import choose_option
from frontdesk.dialogue.confirming import ask_move_or_cancel, ask_to_confirm, confirm
from frontdesk.dialogue.reacting import (
    asks_in_words,
    changes,
    is_question_aside,
    says_no,
    says_yes,
    value_intent,
    wants_other_time,
)
from frontdesk.dialogue.rescheduling import continue_rescheduling, is_complete, move
from frontdesk.dialogue.resolving import choose_visit, task_for_visit
from frontdesk.dialogue.scene import Scene, wanted
from frontdesk.dialogue.small_talk import let_be
from frontdesk.understanding.models import Intent


async def continue_confirming(scene: Scene, task: Task) -> Answer:
    if task.appointment_id is None:
        chosen = choose_visit(scene, task.choices)
        return (
            ask_to_confirm(scene, task_for_visit(scene, "confirm_appointment", chosen), Intent.CONFIRM)
            if chosen
            else let_be(scene)
        )
    if says_cancel(scene.reading) and not says_yes(scene, task):
        return _cancel_task(scene, task)
    if wants_other_time(scene) or (changes(scene, task) and not is_question_aside(scene)):
        return await continue_rescheduling(
            scene, replace(task, kind="reschedule_appointment", on=None, at=None, missing=())
        )
    if says_yes(scene, task) and says_cancel(scene.reading):
        return _cancel_task(scene, task)
    if task.missing:
        return await _after_declining(scene, task)
    if says_yes(scene, task) or _confirms_in_words(scene) or _confirms_by_name(scene, task):
        return await carry_out(scene, task, confirm)
    if says_no(scene, task):
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
    if says_no(scene, task):
        return let_be(scene)
    if _confirms_in_words(scene) and not scene.reading.is_bare:
        return await carry_out(scene, replace(task, missing=()), confirm)
    return ask_move_or_cancel(scene, task)


def _insists_on_cancel(scene: Scene) -> bool:
    """A plain yes, or "cancel it". Beside any word of refusal the question is put again instead."""
    reading = scene.reading
    if says_cancel(reading):
        return not has_refusing_word(reading) and "?" not in reading.text
    return is_consent(reading)


async def continue_canceling(scene: Scene, task: Task) -> Answer:
    if task.appointment_id is None:
        return choose_to_cancel(scene, task)
    if wants_other_time(scene):
        return await continue_rescheduling(
            scene, replace(task, kind="reschedule_appointment", on=None, at=None)
        )
    topics = find_topics(scene.reading)
    if task.asked and Topic.KEEPING in topics:
        return keep(scene, task)
    if task.asked and _insists_on_cancel(scene):
        return await carry_out(scene, task, cancel)
    if says_no(scene, task) and not says_cancel(scene.reading):
        return keep(scene, task)
    if scene.has_intent(Intent.CANCEL):
        return _cancel_task(scene, task)
    return await answer_about_task(scene, task)


async def continue_moving(scene: Scene, task: Task) -> Answer:
    if task.appointment_id is None:
        return await continue_rescheduling(scene, task)
    if scene.reading.intent is Intent.CANCEL:
        return _cancel_task(scene, task)
    is_changed = changes(scene, task) or choose_option(scene, task) is not None
    if is_changed and not (says_yes(scene, task) and is_question_aside(scene)):
        return await continue_rescheduling(scene, task, _move_intent(scene))
    if says_yes(scene, task) and is_complete(task):
        return await carry_out(scene, task, move)
    if says_no(scene, task):
        return await _decline_move(scene, task)
    if asks_in_words(scene) and not scene.has_intent(Intent.RESCHEDULE):
        return await answer_about_task(scene, task)
    return await continue_rescheduling(scene, task)


async def _decline_move(scene: Scene, task: Task) -> Answer:
    """A no to a proposed time asks for another; a no to "which time?" leaves the visit as it was."""
    if not is_complete(task) or Topic.KEEPING in find_topics(scene.reading):
        return let_be(scene, visit_stays=True)
    asking = replace(task, on=None, at=None, missing=("date", "time"))
    return answer_with_task(Intent.DENY, asking, scene.say("ask-other-time"), reason="reschedule.declined")


def _move_intent(scene: Scene) -> Intent:
    """A time named for a move is an answer, whatever its words would ask for taken alone."""
    intent = value_intent(scene, Intent.RESCHEDULE)
    return Intent.PROVIDE_INFO if intent is Intent.BOOK else intent

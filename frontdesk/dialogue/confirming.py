"""Confirming a visit that exists ("do you confirm?")."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.conversation.engine import NotChangeable
from frontdesk.conversation.state_machine import ConversationState, Task
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.pressing import yes_and_no
from frontdesk.dialogue.resolving import ask_which_visit, match_visits, say_no_such_visit, task_for_visit
from frontdesk.dialogue.scene import Scene
from frontdesk.scheduling.models import AppointmentStatus
from frontdesk.understanding.models import Intent


async def start_confirming(scene: Scene) -> Answer:
    """The patient wants to confirm a visit nobody asked about: name it and ask."""
    visits = match_visits(scene)
    open_visits = tuple(v for v in visits if v.status is not AppointmentStatus.CONFIRMED) or visits
    if not open_visits:
        return say_no_such_visit(scene, Intent.CONFIRM)
    if len(open_visits) > 1:
        return ask_which_visit(scene, "confirm_appointment", open_visits, Intent.CONFIRM)
    return ask_to_confirm(scene, task_for_visit(scene, "confirm_appointment", open_visits[0]), Intent.CONFIRM)


def ask_to_confirm(scene: Scene, task: Task, intent: Intent) -> Answer:
    question = scene.say("ask-confirm-visit", visit=scene.describe_task(task))
    answer = answer_with_task(intent, task, question, reason="confirm.ask")
    return replace(answer, quick_replies=yes_and_no(scene, task))


async def confirm(scene: Scene, task: Task) -> Answer:
    """Write the confirmation."""
    assert task.appointment_id is not None
    try:
        await scene.tools.confirm_appointment(appointment_id=task.appointment_id)
    except NotChangeable:
        return answer_and_rest(Intent.CONFIRM, scene.say("not-changeable"), reason="confirm.not_changeable")
    done = scene.say("confirmed", visit=scene.describe_task(task))
    return answer_and_rest(Intent.CONFIRM, done, reason="confirm.confirmed", about=task)


def ask_move_or_cancel(scene: Scene, task: Task) -> Answer:
    """A no to "do you confirm?": the visit stays as it is until the patient says what they want."""
    waiting = replace(task, missing=("move_or_cancel",))
    answer = answer_with_task(
        Intent.DENY, waiting, scene.say("ask-move-or-cancel"), reason="confirm.declined"
    )
    return replace(answer, state=ConversationState.AWAITING_INFO)

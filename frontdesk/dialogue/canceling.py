"""Cancelling a visit: which, really?, write on a yes."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.conversation.engine import NotChangeable
from frontdesk.conversation.state_machine import Task
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.pressing import yes_and_no
from frontdesk.dialogue.resolving import (
    ask_which_visit,
    choose_visit,
    match_visits,
    say_no_such_visit,
    task_for_visit,
)
from frontdesk.dialogue.scene import Scene
from frontdesk.scheduling.models import Appointment
from frontdesk.understanding.models import Intent


def start_canceling(scene: Scene) -> Answer:
    visits = match_visits(scene)
    if not visits:
        return say_no_such_visit(scene, Intent.CANCEL)
    if len(visits) > 1:
        return ask_which_visit(scene, "cancel_appointment", visits, Intent.CANCEL)
    return propose_cancel(scene, visits[0])


def propose_cancel(scene: Scene, visit: Appointment, intent: Intent = Intent.CANCEL) -> Answer:
    task = task_for_visit(scene, "cancel_appointment", visit)
    question = scene.say("ask-cancel", visit=scene.describe_visit(visit))
    answer = answer_with_task(intent, task, question, reason="cancel.propose")
    return replace(answer, quick_replies=yes_and_no(scene, task))


def choose_to_cancel(scene: Scene, task: Task) -> Answer:
    """Which of the listed visits: propose it, or ask again."""
    chosen = choose_visit(scene, task.choices)
    if chosen is not None:
        return propose_cancel(scene, chosen)
    listed = tuple(v for v in scene.turn.appointments if v.appointment_id in task.choices)
    if not listed:
        return say_no_such_visit(scene, Intent.CANCEL)
    return ask_which_visit(scene, "cancel_appointment", listed, Intent.CANCEL)


async def cancel(scene: Scene, task: Task) -> Answer:
    """Write the cancellation the patient has said yes to."""
    assert task.appointment_id is not None
    try:
        await scene.tools.cancel_appointment(appointment_id=task.appointment_id)
    except NotChangeable:
        return answer_and_rest(Intent.CONFIRM, scene.say("not-changeable"), reason="cancel.not_changeable")
    done = scene.say("cancelled", visit=scene.describe_task(task))
    return answer_and_rest(Intent.CONFIRM, done, reason="cancel.cancelled", about=task)


def keep(scene: Scene, task: Task) -> Answer:
    """A no: the visit stays."""
    kept = scene.say("kept", visit=scene.describe_task(task))
    return answer_and_rest(Intent.DENY, kept, reason="cancel.kept", about=task)

"""A message that belongs to the task in hand: by kind of task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from frontdesk.conversation.state_machine import Task, TaskKind
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.continuing_booking import (
    continue_collecting,
    continue_inquiry,
    continue_offered_doctor,
    continue_proposal,
)
from frontdesk.dialogue.continuing_visit import continue_canceling, continue_confirming, continue_moving
from frontdesk.dialogue.scene import Scene

_Handler = Callable[[Scene, Task], Awaitable[Answer]]


async def continue_task(scene: Scene, task: Task) -> Answer:
    """The answer to a message that answers, changes or asks about the task."""
    return await _HANDLERS[task.kind](scene, task)


_HANDLERS: Final[Mapping[TaskKind, _Handler]] = {
    "confirm_appointment": continue_confirming,
    "cancel_appointment": continue_canceling,
    "reschedule_appointment": continue_moving,
    "book_appointment": continue_proposal,
    "choose_slot": continue_collecting,
    "collect_info": continue_collecting,
    "check_availability": continue_collecting,
    "offer_doctor": continue_offered_doctor,
    "inquiry": continue_inquiry,
}

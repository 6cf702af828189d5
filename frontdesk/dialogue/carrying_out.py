"""The yes to a proposal: it is written, and the question that came with the yes is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from frontdesk.conversation.state_machine import Task
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.asking import answer_about_task
from frontdesk.dialogue.reacting import asks_in_words
from frontdesk.dialogue.scene import Scene

_Act = Callable[[Scene, Task], Awaitable[Answer]]


async def carry_out(scene: Scene, task: Task, act: _Act) -> Answer:
    """The yes, and then the question that came with it."""
    done = await act(scene, task)
    if done.task is not None or not asks_in_words(scene) or scene.reading.is_bare:
        return done
    asked = await answer_about_task(scene, replace(task, asked=False), standalone=True)
    return replace(done, parts=(*done.parts, *asked.parts), intent=asked.intent, task=asked.task).because(
        "yes.and_question"
    )

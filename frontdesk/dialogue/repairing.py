"""Words about the conversation itself: begin again, say it again, "I do not understand"."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from frontdesk.conversation.state_machine import STATE_OF_TASK, ConversationState, Task
from frontdesk.conversation.topics import Topic, find_topics
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.asking import ask_open_question
from frontdesk.dialogue.scene import Scene
from frontdesk.dialogue.small_talk import ask_again
from frontdesk.understanding.models import Intent, Repair

# What is a matter of its own is none of repair: "repeat the blood test in March".
_LONGEST_WORDS: Final = 9


def restart(scene: Scene) -> Scene:
    """Whatever was being done is forgotten; visits that are booked stay."""
    session = replace(scene.session, task=None, put_aside=(), state=ConversationState.IDLE, misunderstood=0)
    return scene.with_session(session)


def names_nothing(scene: Scene) -> bool:
    reading = scene.reading
    return not (reading.services or reading.doctors or reading.dates)


def answer_repair(scene: Scene) -> Answer | None:
    """The answer to a message that only speaks of the conversation; None for any other."""
    reading = scene.reading
    is_short = len(reading.text.split()) <= _LONGEST_WORDS
    if reading.repair is None or not is_short or not names_nothing(scene) or reading.language_request:
        return None
    # In so many words: what only sounds like it is no wish for a person.
    wants_person = any(reason.startswith(f"{Intent.HUMAN}:") for reason in reading.reasons)
    if wants_person or Topic.GRIEVANCE in find_topics(reading):
        return None
    if reading.repair is Repair.START_OVER:
        return Answer(
            parts=(scene.say("start-over"), scene.say("how-help")),
            intent=reading.intent,
            state=ConversationState.IDLE,
            reasons=("repair.start_over", "dropped"),
        )
    task = scene.session.task
    open_task = task if task is not None and task.asked and task.current else None
    if reading.repair is Repair.REPEAT:
        return _repeat(scene, open_task)
    return _explain(scene, open_task)


def _repeat(scene: Scene, task: Task | None) -> Answer:
    """Our last words again; where the language changed meanwhile, only the open question."""
    said = next((said for said in reversed(scene.turn.history) if said.role == "assistant"), None)
    if said is not None and scene.wording.language == scene.session.language:
        parts = [said.text]
    else:
        parts = ask_open_question(scene, task) if task else [scene.say("how-help")]
    return Answer(
        parts=tuple(parts),
        intent=scene.reading.intent,
        state=scene.session.state,
        keeps_task=True,
        reasons=("repair.repeat",),
    )


def _explain(scene: Scene, task: Task | None) -> Answer:
    """The open question in other words, with what an answer to it looks like; the third time a person."""
    if task is None or scene.session.misunderstood >= 2:
        before = scene.session.misunderstood
        waiting = replace(scene.session, misunderstood=max(before, 1))
        return ask_again(scene.with_session(waiting), scene.reading.intent)
    return Answer(
        parts=(scene.say("explain-lead"), *ask_open_question(scene, task), scene.say(_hint(task))),
        intent=scene.reading.intent,
        state=STATE_OF_TASK[task.kind],
        task=task,
        is_misunderstanding=True,
        reasons=("repair.explain",),
    )


def _hint(task: Task) -> str:
    if task.options or task.choices:
        return "explain-number"
    if (
        task.kind in ("collect_info", "choose_slot", "check_availability", "reschedule_appointment")
        and task.missing
    ):
        return "explain-service" if "service" in task.missing else "explain-time"
    return "explain-yes-no"

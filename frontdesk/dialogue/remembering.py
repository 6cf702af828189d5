"""Consent to remember a patient: asked once, after the first visit was booked, given and taken back in words.

The question is the last one said, so a bare yes or no to it answers it and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from frontdesk.conversation.engine import QuickReply
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.guarding import is_minor
from frontdesk.dialogue.scene import Scene
from frontdesk.understanding.models import Intent

# In the session's notes: "open" while it is the last question, then "asked".
_NOTE: Final = "memory_consent"
_YES, _NO = "memory:yes", "memory:no"

Wish = Literal["remember", "forget"]


def answer_memory_wish(scene: Scene) -> Answer | None:
    """The answer to what is said about remembering; None where the message is about something else."""
    wish = _find_wish(scene)
    if wish is None or scene.turn.alarm is not None:
        return None
    answers_us = scene.session.notes.get(_NOTE) == "open"
    key = "memory-kept" if wish == "remember" else "memory-declined" if answers_us else "memory-forgotten"
    intent = (Intent.CONFIRM if wish == "remember" else Intent.DENY) if answers_us else Intent.PROVIDE_INFO
    return Answer(
        parts=(scene.say(key),),
        intent=intent,
        state=scene.turn.session.state,
        keeps_task=True,
        memory_consent="given" if wish == "remember" else "withdrawn",
        reasons=(f"memory.{wish}",),
    )


def close_memory_question(scene: Scene) -> Scene:
    """After any further message the question is not the last one any more."""
    if scene.session.notes.get(_NOTE) != "open":
        return scene
    notes = {**scene.session.notes, _NOTE: "asked"}
    return scene.with_session(replace(scene.session, notes=notes))


def ask_memory_consent(scene: Scene, answer: Answer) -> tuple[Scene, Answer]:
    """Ask under the news of the first booked visit, where nothing else is being asked."""
    has_booked = any(record.name == "book_appointment" and record.ok for record in scene.tools.records)
    is_due = _NOTE not in scene.session.notes and not scene.turn.patient.remembers
    rests = answer.task is None and not answer.keeps_task and not answer.escalated
    if not (has_booked and is_due and rests) or is_minor(scene):
        return scene, answer
    notes = {**scene.session.notes, _NOTE: "open"}
    choices = (
        QuickReply(reply_id=_YES, title=scene.say("button-yes")),
        QuickReply(reply_id=_NO, title=scene.say("button-no")),
    )
    asked = replace(
        answer,
        parts=(*answer.parts, scene.say("memory-ask")),
        quick_replies=choices,
        reasons=(*answer.reasons, "memory.asked"),
    )
    return scene.with_session(replace(scene.session, notes=notes)), asked


def _find_wish(scene: Scene) -> Wish | None:
    pressed: dict[str | None, Wish] = {_YES: "remember", _NO: "forget"}
    if scene.turn.choice_id in pressed:
        return pressed[scene.turn.choice_id]
    reading = scene.reading
    if reading.memory_wish is not None:
        return reading.memory_wish
    if scene.session.notes.get(_NOTE) == "open" and reading.is_bare and reading.says_yes != reading.says_no:
        return "remember" if reading.says_yes else "forget"
    return None

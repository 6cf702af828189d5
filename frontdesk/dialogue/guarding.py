"""What is answered before anything else: emergencies, files without words, walls of text, children on their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from frontdesk.conversation.engine import FollowUp
from frontdesk.conversation.state_machine import ConversationState
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.escalating import raise_alarm
from frontdesk.dialogue.scene import Scene
from frontdesk.dialogue.small_talk import acknowledge_file, ask_shorter
from frontdesk.safety.models import Urgency
from frontdesk.understanding.models import Intent

# A message nobody writes by hand. Long ones are read to their end by staff, not by rules.
LONGEST_MESSAGE: Final = 4_000
MINOR_NOTE: Final = "writer_is_minor"

_BOOKING_INTENTS: Final = frozenset(
    {Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL, Intent.CONFIRM, Intent.PROVIDE_INFO}
)


def guard(scene: Scene) -> Answer | None:
    """The answer that comes before all dialogue; None where there is nothing to guard against."""
    turn = scene.turn
    if turn.alarm is not None:
        return raise_alarm(scene, turn.alarm)
    if turn.kind != "text" and not turn.text.strip() and turn.choice_id is None:
        return acknowledge_file(scene)
    if turn.was_truncated or len(turn.text) > LONGEST_MESSAGE:
        return ask_shorter(scene)
    if is_minor(scene) and (scene.reading.writer_is_minor or scene.reading.intent in _BOOKING_INTENTS):
        return _leave_to_parent(scene)
    return None


def is_minor(scene: Scene) -> bool:
    return scene.reading.writer_is_minor or bool(scene.session.notes.get(MINOR_NOTE))


def _leave_to_parent(scene: Scene) -> Answer:
    """Bookings for a minor go through a parent or staff (eval README, "Privacy and safety")."""
    return Answer(
        parts=(scene.say("minor"),),
        intent=scene.reading.intent,
        state=ConversationState.IDLE,
        follow_up=FollowUp(urgency=Urgency.MEDIUM, reason="a minor writes alone"),
        reasons=("minor",),
    )


def remember_minor(scene: Scene) -> Scene:
    """A writer who said they are a child stays one for the conversation."""
    if not scene.reading.writer_is_minor:
        return scene
    return scene.with_session(replace(scene.session, notes={**scene.session.notes, MINOR_NOTE: True}))

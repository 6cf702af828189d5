"""Handing over to people: emergencies, a wish for a person, what the engine must not decide."""

from __future__ import annotations

from frontdesk.conversation.engine import FollowUp
from frontdesk.conversation.state_machine import ConversationState
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.emergencies import say_emergency
from frontdesk.dialogue.scene import Scene
from frontdesk.safety.models import Alarm, Urgency
from frontdesk.understanding.models import Intent


def raise_alarm(scene: Scene, alarm: Alarm) -> Answer:
    """The emergency text with the clinic's number; staff are alerted. What was in hand stays as it was."""
    clinic = scene.catalog.clinic
    text = say_emergency(
        alarm,
        scene.wording.language,
        emergency_number=clinic.emergency_number or clinic.phone,
        crisis_line=clinic.crisis_line,
    )
    scene.tools.note("escalate_to_human", reason=alarm.rule, urgency=Urgency.URGENT.value)
    return Answer(
        parts=(text,),
        intent=Intent.EMERGENCY,
        state=ConversationState.ESCALATED,
        keeps_task=True,
        escalated=True,
        alert_reason=f"emergency: {alarm.rule}",
        follow_up=FollowUp(urgency=Urgency.URGENT, reason=f"emergency: {alarm.rule}"),
        reasons=("emergency", alarm.rule),
    )


def call_human(scene: Scene, follow_up: FollowUp, *, intent: Intent = Intent.HUMAN) -> Answer:
    """The patient is told that a person will write; staff are alerted."""
    scene.tools.note("escalate_to_human", reason=follow_up.reason, urgency=follow_up.urgency.value)
    return Answer(
        parts=(scene.say("human"),),
        intent=intent,
        state=ConversationState.ESCALATED,
        escalated=True,
        alert_reason=follow_up.reason,
        follow_up=follow_up,
        reasons=("human",),
    )

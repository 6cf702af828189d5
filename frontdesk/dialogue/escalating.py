"""Handing over to people: emergencies, a wish for a person, what the engine must not decide."""

from __future__ import annotations

from frontdesk.conversation.engine import FollowUp
from frontdesk.conversation.state_machine import ConversationState
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.scene import Scene
from frontdesk.safety.models import Alarm, Urgency
from frontdesk.understanding.models import Intent


def raise_alarm(scene: Scene, alarm: Alarm) -> Answer:
    """The emergency text with the clinic's number; staff are alerted. What was in hand stays as it was."""
    clinic = scene.catalog.clinic
    number = clinic.emergency_number or clinic.phone or ""
    if alarm.self_harm:
        line = clinic.crisis_line or number
        text = (
            scene.say("self-harm", crisis=line, emergency=number) if number else scene.say("self-harm-bare")
        )
    else:
        text = scene.say("emergency", number=number) if number else scene.say("emergency-bare")
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


def call_human(
    scene: Scene, urgency: Urgency, *, intent: Intent = Intent.HUMAN, reason: str = "asked for a person"
) -> Answer:
    """The patient is told that a person will write; staff are alerted."""
    scene.tools.note("escalate_to_human", reason=reason, urgency=urgency.value)
    return Answer(
        parts=(scene.say("human"),),
        intent=intent,
        state=ConversationState.ESCALATED,
        escalated=True,
        alert_reason=reason,
        follow_up=FollowUp(urgency=urgency, reason=reason),
        reasons=("human",),
    )

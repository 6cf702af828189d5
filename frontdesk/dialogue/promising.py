"""When staff or the assistant come back to the patient."""

from __future__ import annotations

from frontdesk.conversation.engine import FollowUp
from frontdesk.dialogue.scene import Scene
from frontdesk.safety.urgency import urgency_of


def judge_follow_up(scene: Scene, reason: str) -> FollowUp:
    """How soon the message needs somebody, and why somebody is needed at all."""
    earlier = [said.text for said in scene.turn.history if said.role == "patient"]
    urgency, rule = urgency_of(
        scene.turn.text, history_texts=earlier, now=scene.now, appointments=scene.turn.appointments
    )
    return FollowUp(urgency=urgency, reason=reason if rule == "default" else f"{reason}: {rule}")

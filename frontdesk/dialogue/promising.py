"""When staff or the assistant come back to the patient."""

from __future__ import annotations

from typing import Final

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


# What of a high urgency is about the body; the rest is about a visit within two hours.
_COMPLAINTS: Final = frozenset(
    {
        "strong_pain",
        "pain_worsens",
        "pain_despite_tablets",
        "pain_at_night",
        "swelling",
        "broken_and_hurts",
        "trouble_after_procedure",
    }
)


def judge_complaint(scene: Scene) -> FollowUp | None:
    """Strong pain, swelling or trouble after a treatment is left to staff too, whatever the answer does (eval README, 2)."""
    urgency, rule = urgency_of(scene.turn.text, now=scene.now)
    return FollowUp(urgency=urgency, reason=f"complains: {rule}") if rule in _COMPLAINTS else None

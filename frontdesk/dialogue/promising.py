"""When staff or the assistant come back to the patient."""

from __future__ import annotations

from frontdesk.dialogue.scene import Scene
from frontdesk.safety.models import Urgency
from frontdesk.safety.urgency import urgency_of


def judge_urgency(scene: Scene) -> Urgency:
    """How soon the message needs somebody."""
    urgency, _rule = urgency_of(scene.turn.text, now=scene.now, appointments=scene.turn.appointments)
    return urgency

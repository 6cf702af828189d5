"""How soon staff come back to a patient: the table of eval README, section 2, Urgency. Emergencies are separate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from frontdesk.safety.emergency import find_alarm
from frontdesk.safety.models import Urgency
from frontdesk.safety.urgency_rules import load_urgencies
from frontdesk.scheduling.models import Appointment
from frontdesk.understanding.language_of import language_of

_SOON: Final = timedelta(hours=2)
_ORDER: Final = (Urgency.LOW, Urgency.MEDIUM, Urgency.HIGH, Urgency.URGENT)


def urgency_of(
    text: str,
    *,
    history_texts: Sequence[str] = (),
    now: datetime | None = None,
    appointments: Sequence[Appointment] = (),
    appointment_soon: bool = False,
) -> tuple[Urgency, str]:
    """How urgent the message is, and the name of the rule that says so ("default" for none).

    `history_texts` are the patient's earlier messages of the same concern, oldest first: a complaint made two
    messages ago still counts when this one says nothing ("so when can I come?"); a word of "no hurry" is taken
    from this message alone. `appointments` with `now`, or `appointment_soon`, tell of a visit within two hours.
    """
    if find_alarm(text) is not None:
        return Urgency.URGENT, "emergency"
    soon = appointment_soon or _has_visit_soon(appointments, now)
    urgency, reason = _judge(text, soon=soon)
    if reason != "default":
        return urgency, reason
    for earlier in reversed(history_texts):
        before, why = _judge(earlier, soon=False)
        if _ORDER.index(before) > _ORDER.index(urgency):
            return before, why
    return urgency, reason


def _judge(text: str, *, soon: bool) -> tuple[Urgency, str]:
    found = load_urgencies(visit_soon=soon).find(text, read_language=lambda: language_of(text).language)
    if found is None:
        return Urgency.MEDIUM, "default"
    return Urgency(found.rule.facts["urgency"]), found.rule.name


def _has_visit_soon(appointments: Sequence[Appointment], now: datetime | None) -> bool:
    if now is None:
        return False
    return any(now <= appointment.starts_at <= now + _SOON for appointment in appointments)

"""Buttons and list rows: what their ids mean, and the ones we offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from frontdesk.conversation.engine import QuickReply, Turn
from frontdesk.conversation.state_machine import Task
from frontdesk.dialogue.scene import Scene
from frontdesk.understanding.models import DateMention, Intent, NameMention, Understanding

# A button of a proposal that is no longer the last question.
STALE_PRESS: Final = "press:stale, nothing recognised"
_CERTAIN: Final = 100.0
_VISIT_INTENT: Final = {
    "confirm": Intent.CONFIRM,
    "cancel": Intent.CANCEL,
    "move": Intent.RESCHEDULE,
    "reschedule": Intent.RESCHEDULE,
}


def yes_and_no(scene: Scene, task: Task) -> tuple[QuickReply, ...]:
    """The two buttons under a proposal. Their ids name it, so that an old button never confirms a new one."""
    mark = mark_of(task)
    return (
        QuickReply(reply_id=f"yes:{mark}", title=scene.say("button-yes")),
        QuickReply(reply_id=f"no:{mark}", title=scene.say("button-no")),
    )


def mark_of(task: Task) -> str:
    when = f"{task.on.isoformat()}T{task.at:%H:%M}" if task.on and task.at else ""
    return f"{task.kind}:{task.appointment_id or task.service_id}:{when}"


def pressed_visit(turn: Turn) -> tuple[Intent, UUID] | None:
    """The visit a reminder's button is about, and what to do with it: `confirm:appt:<id>`."""
    action, _, rest = (turn.choice_id or "").partition(":")
    kind, _, value = rest.partition(":")
    if action not in _VISIT_INTENT or kind not in ("appt", "appointment"):
        return None
    visit_id = _uuid(value)
    return (_VISIT_INTENT[action], visit_id) if visit_id else None


def read_press(turn: Turn, reading: Understanding) -> Understanding:
    """The message as if the pressed choice had been said in so many words. Unknown ids leave it as it is."""
    action, _, value = (turn.choice_id or "").partition(":")
    if action in ("yes", "no"):
        return _read_verdict(turn, reading, says_yes=action == "yes", mark=value)
    if action == "slot":
        return _read_slot(reading, value)
    chosen = _uuid(value)
    if action == "svc" and chosen in turn.catalog.services:
        return _named(reading, chosen, is_service=True)
    if action == "doc" and chosen in turn.catalog.doctors:
        return _named(reading, chosen, is_service=False)
    if action == "human":
        return replace(reading, intents=(Intent.HUMAN,))
    return reading


def _read_verdict(turn: Turn, reading: Understanding, *, says_yes: bool, mark: str) -> Understanding:
    task = turn.session.task
    if task is None or mark != mark_of(task):
        return replace(
            reading,
            intents=(Intent.PROVIDE_INFO,),
            says_yes=False,
            says_no=False,
            is_bare=False,
            reasons=(STALE_PRESS,),
        )
    intent = Intent.CONFIRM if says_yes else Intent.DENY
    return replace(
        reading,
        intents=(intent,),
        says_yes=says_yes,
        says_no=not says_yes,
        is_bare=True,
        dates=(),
        choice=None,
    )


def _read_slot(reading: Understanding, value: str) -> Understanding:
    try:
        starts = datetime.fromisoformat(value)
    except ValueError:
        return reading
    mention = DateMention(on=starts.date(), at=starts.time().replace(tzinfo=None))
    return replace(reading, intents=(Intent.PROVIDE_INFO,), dates=(mention,), choice=None)


def _named(reading: Understanding, chosen: UUID | None, *, is_service: bool) -> Understanding:
    assert chosen is not None
    mention = NameMention(candidates=(chosen,), score=_CERTAIN, span=(0, len(reading.text)))
    if is_service:
        return replace(reading, services=(mention,), intents=(Intent.SERVICE_INQUIRY,))
    return replace(reading, doctors=(mention,), intents=(Intent.PROVIDE_INFO,))


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None

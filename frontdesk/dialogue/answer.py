"""What a handler hands back before it becomes a Reply."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from frontdesk.conversation.engine import FollowUp, QuickReply
from frontdesk.conversation.state_machine import STATE_OF_TASK, ConversationState, Task
from frontdesk.understanding.models import Intent


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """`parts` are said one under the other. `task` is in hand afterwards; `about` is what `entities` tells
    where nothing is in hand any more (a visit just booked).
    """

    parts: tuple[str, ...]
    intent: Intent
    state: ConversationState
    task: Task | None = None
    about: Task | None = None
    # The session's task stays as it was: the message changed nothing.
    keeps_task: bool = False
    injected: bool = False
    relevance: float | None = None
    escalated: bool = False
    alert_reason: str | None = None
    follow_up: FollowUp | None = None
    quick_replies: tuple[QuickReply, ...] = ()
    is_misunderstanding: bool = False
    # What the patient decided about being remembered.
    memory_consent: Literal["given", "withdrawn"] | None = None
    reasons: tuple[str, ...] = ()

    def saying_first(self, *parts: str) -> Answer:
        return replace(self, parts=(*parts, *self.parts))

    @property
    def is_dropping(self) -> bool:
        """The matter is given up: nothing of it is said."""
        return "dropped" in self.reasons

    def because(self, *reasons: str) -> Answer:
        return replace(self, reasons=(*reasons, *self.reasons))


def answer_with_task(intent: Intent, task: Task, *parts: str, reason: str) -> Answer:
    """The answer that leaves `task` in hand, its question being the last one asked."""
    in_hand = replace(task, asked=True, current=True)
    return Answer(
        parts=parts,
        intent=intent,
        state=STATE_OF_TASK[task.kind],
        task=in_hand,
        about=in_hand,
        reasons=(reason,),
    )


def answer_and_rest(intent: Intent, *parts: str, reason: str, about: Task | None = None) -> Answer:
    """The answer after which nothing is in hand."""
    return Answer(parts=parts, intent=intent, state=ConversationState.IDLE, about=about, reasons=(reason,))

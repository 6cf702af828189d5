"""Greetings, thanks, what is none of ours, and what was not understood."""

from __future__ import annotations

from frontdesk.conversation.engine import FollowUp, QuickReply
from frontdesk.conversation.state_machine import ConversationState
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.escalating import call_human
from frontdesk.dialogue.scene import Scene
from frontdesk.safety.models import Urgency
from frontdesk.understanding.models import Intent


def greet(scene: Scene) -> Answer:
    name = scene.wording.clinic_name()
    return Answer(
        parts=(scene.say("greeting", clinic=name),),
        intent=Intent.GREETING,
        state=ConversationState.IDLE,
        reasons=("greeting",),
    )


def answer_thanks(scene: Scene) -> Answer:
    """Thanks and good-bye change nothing: the last question is still open."""
    return Answer(
        parts=(scene.say("thanks"),),
        intent=Intent.THANKS_BYE,
        state=ConversationState.IDLE,
        keeps_task=True,
        reasons=("thanks",),
    )


def let_be(scene: Scene, intent: Intent = Intent.DENY, *, visit_stays: bool = False) -> Answer:
    """The patient does not want it: neither service nor doctor is named again."""
    return Answer(
        parts=(scene.say("kept-as-is" if visit_stays else "dropped"),),
        intent=intent,
        state=ConversationState.IDLE,
        reasons=("dropped",),
    )


def decline_matter(scene: Scene, key: str) -> Answer:
    return Answer(
        parts=(scene.say(key),),
        intent=Intent.OUT_OF_SCOPE,
        state=ConversationState.IDLE,
        reasons=("out_of_scope",),
    )


def ask_again(scene: Scene, intent: Intent) -> Answer:
    """Not understood: ask, then offer choices, then hand over."""
    before = scene.session.misunderstood
    if before >= 2:
        answer = call_human(
            scene, FollowUp(urgency=Urgency.MEDIUM, reason="not understood three times"), intent=intent
        )
        return answer.because("unclear.human")
    text = scene.say("unclear-choices") if before == 1 else scene.say("unclear")
    return Answer(
        parts=(text,),
        intent=intent,
        state=ConversationState.IDLE,
        is_misunderstanding=True,
        reasons=("unclear",),
        quick_replies=(QuickReply(reply_id="human:", title=scene.say("button-human")),) if before else (),
    )


def ask_shorter(scene: Scene) -> Answer:
    return Answer(
        parts=(scene.say("too-long"),),
        intent=Intent.OUT_OF_SCOPE,
        state=ConversationState.IDLE,
        reasons=("too_long",),
    )


def acknowledge_file(scene: Scene) -> Answer:
    """Audio cannot be heard; anything else is kept for staff."""
    if scene.turn.kind in ("audio", "voice", "video"):
        number = scene.catalog.clinic.emergency_number
        parts = [scene.say("audio")] + ([scene.say("emergency-line", number=number)] if number else [])
        return Answer(
            parts=tuple(parts),
            intent=Intent.PROVIDE_INFO,
            state=scene.session.state,
            keeps_task=True,
            reasons=("media.audio",),
        )
    follow_up = (
        None if scene.turn.kind == "sticker" else FollowUp(urgency=Urgency.MEDIUM, reason="sent a file")
    )
    key = "sticker" if scene.turn.kind == "sticker" else "file"
    return Answer(
        parts=(scene.say(key),),
        intent=Intent.PROVIDE_INFO,
        state=scene.session.state,
        keeps_task=True,
        follow_up=follow_up,
        reasons=("media",),
    )

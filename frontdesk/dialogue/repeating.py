"""The same question twice in a row says that we did not understand each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.scene import Scene
from frontdesk.dialogue.small_talk import ask_again


def join_parts(parts: Iterable[str]) -> str:
    """The parts of an answer as a patient reads them."""
    return "\n".join(part[:1].upper() + part[1:] for part in parts if part)


def notice_repetition(scene: Scene, answer: Answer) -> Answer:
    """A question that would be put again word for word: with an excuse, and the third time by a person.

    Who asks the same again gets the same answer: that is no misunderstanding.
    """
    asks = scene.reading.is_question and not scene.reading.is_bare
    if answer.task is None or asks or answer.is_misunderstanding:
        return answer
    said = next((said.text for said in reversed(scene.turn.history) if said.role == "assistant"), "")
    if not said.endswith(join_parts(answer.parts)):
        return answer
    if scene.session.misunderstood >= 2:
        return ask_again(scene, answer.intent).because("repeated")
    return replace(answer.saying_first(scene.say("unclear-short")), is_misunderstanding=True).because(
        "repeated"
    )

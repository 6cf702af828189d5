"""Two requests in one message: both are done, one after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from frontdesk.conversation.link import QUESTIONS
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.scene import Scene, wanted
from frontdesk.dialogue.two_matters import cuts, read_part
from frontdesk.understanding.models import Intent, Understanding

# In the session's notes: the words of the request that waits until the one in hand is done.
NEXT_NOTE: Final = "next_request"
_ACTIONS: Final = frozenset({Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL})
_LONGEST: Final = 400


def split_requests(scene: Scene) -> tuple[Understanding, Understanding] | None:
    """What to do and what to answer, or two things to do, each in so many words; None where it is one request."""
    text = scene.reading.text
    # Each has a thing of its own: most messages name one and are not read in parts.
    names_two = len(_things(scene.reading)) > 1
    if not names_two or len(text) > _LONGEST or scene.reading.repair is not None:
        return None
    for first_text, second_text in cuts(text):
        first, second = read_part(scene, first_text), read_part(scene, second_text)
        if _are_two(first, second) or _are_two(second, first):
            return first, second
    return None


def _are_two(action: Understanding, other: Understanding) -> bool:
    """Each speaks of a thing of its own: "move it or cancel it" is one matter."""
    if not _is_put(action, _ACTIONS) or not _things(action):
        return False
    apart = bool(_things(other)) and not _things(other) & _things(action)
    if _is_put(other, QUESTIONS):
        return apart
    return _is_put(other, _ACTIONS) and other.intent is not action.intent and apart


def _is_put(reading: Understanding, intents: frozenset[Intent]) -> bool:
    return reading.intent in intents and any(
        reason.startswith(f"{reading.intent}:") for reason in reading.reasons
    )


def _things(reading: Understanding) -> frozenset[UUID]:
    return frozenset(one for mention in wanted(reading.services) for one in mention.candidates)


def keep_for_later(scene: Scene, request: Understanding) -> Scene:
    return scene.with_session(replace(scene.session, notes={**scene.session.notes, NEXT_NOTE: request.text}))


def take_waiting(scene: Scene, answer: Answer) -> tuple[Scene, Understanding | None]:
    """The request that has waited, once nothing else is in hand; the scene without it. Given up with what was dropped."""
    text = scene.session.notes.get(NEXT_NOTE)
    if not isinstance(text, str) or answer.task is not None or answer.keeps_task:
        return scene, None
    notes = {name: note for name, note in scene.session.notes.items() if name != NEXT_NOTE}
    scene = scene.with_session(replace(scene.session, notes=notes))
    if answer.escalated or answer.is_dropping:
        return scene, None
    return scene, read_part(scene, text)

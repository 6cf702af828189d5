"""A message that answers what was asked and then asks something else: two matters, taken one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from frontdesk.conversation.link import QUESTIONS, says_cancel
from frontdesk.conversation.state_machine import Task
from frontdesk.conversation.topics import Topic, find_topics
from frontdesk.dialogue.scene import Scene
from frontdesk.understanding.models import Understanding
from frontdesk.understanding.understand import understand

# Where one matter may end and the next begin: the end of a sentence, a comma, a joining word.
_JOINTS: Final = re.compile(
    r"(?<=[.!?;…\n])\s*|,\s*|\s+(?=(?:and|but|also|y|e|pero|mas|также|и|а|но)\s)|\s+(?=ו\w)", re.IGNORECASE
)
_LONGEST: Final = 400


def split_in_two(scene: Scene) -> tuple[Understanding, Understanding] | None:
    """The verdict on the open question, and the question that follows it; None where the message is one matter."""
    task = scene.session.task
    text = scene.reading.text
    if task is None or not (task.asked or task.current) or task.kind == "inquiry" or len(text) > _LONGEST:
        return None
    for first_text, second_text in cuts(text):
        first = read_part(scene, first_text)
        if not _is_verdict(first, task):
            continue
        second = read_part(scene, second_text)
        if _is_question(second) and not (second.says_yes or second.says_no or second.drops):
            return first, second
    return None


def cuts(text: str) -> Iterator[tuple[str, str]]:
    """Every way to part the message in two."""
    for joint in _JOINTS.finditer(text):
        first, second = text[: joint.start()].strip(), text[joint.end() :].strip()
        if first and second:
            yield first, second


def _is_verdict(reading: Understanding, task: Task) -> bool:
    """A yes, a no, "cancel it" or "leave it", about the task alone."""
    if "?" in reading.text or reading.dates or reading.intent in QUESTIONS:
        return False
    if any(task.service_id not in m.candidates for m in reading.services):
        return False
    if any(task.doctor_id not in m.candidates for m in reading.doctors):
        return False
    keeps = Topic.KEEPING in find_topics(reading)
    return reading.says_yes or reading.says_no or reading.drops or keeps or says_cancel(reading)


def _is_question(reading: Understanding) -> bool:
    """By its words; what only sounds like one may be the end of the verdict."""
    is_put = any(reason.startswith(f"{reading.intent}:") for reason in reading.reasons)
    return reading.intent in QUESTIONS and is_put


def read_part(scene: Scene, text: str) -> Understanding:
    """A part of the message, read as a message of its own."""
    return understand(
        text,
        catalog=scene.catalog,
        now=scene.turn.now,
        timezone=scene.catalog.clinic.timezone,
        language=scene.reading.language or scene.turn.session.language,
    )

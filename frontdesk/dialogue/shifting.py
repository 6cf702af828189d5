"""Other times than those just named: later, earlier, another day. What was wished besides stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final

from frontdesk.conversation.state_machine import Task
from frontdesk.conversation.topics import Topic, find_topics
from frontdesk.dialogue.scene import Scene
from frontdesk.dialogue.slots import option_of, pick_few, search, spread
from frontdesk.scheduling.models import Slot
from frontdesk.understanding.models import Role, Understanding

_ONE_DAY: Final = timedelta(days=1)

Moment = tuple[date, time]


class Shift(StrEnum):
    LATER = "later-times"
    EARLIER = "earlier-times"
    OTHER_DAY = "other-days"
    OTHER = "other-times"


_SHIFT_OF: Final = (
    (Topic.OTHER_DAY, Shift.OTHER_DAY),
    (Topic.LATER, Shift.LATER),
    (Topic.EARLIER, Shift.EARLIER),
    (Topic.OTHER_TIME, Shift.OTHER),
)


def read_shift(reading: Understanding) -> Shift | None:
    """Which way the message turns from the times named; None where it names a time of its own, or nothing of the kind."""
    if any(mention.role is not Role.EXCLUDED and not mention.says_nothing for mention in reading.dates):
        return None
    topics = find_topics(reading)
    return next((shift for topic, shift in _SHIFT_OF if topic in topics), None)


async def find_shifted(scene: Scene, task: Task, shift: Shift) -> tuple[Slot, ...]:
    """Free times in that direction from those the task has offered or proposed; () where there are none.

    Of the same day if there are any, at whatever hour; of other days within the hours wished for.
    """
    named = sorted(times_named(task))
    first, last = named[0], named[-1]
    if shift is Shift.OTHER_DAY:
        days = {on for on, _ in named}
        found = await _search(scene, task, last[0] + _ONE_DAY) or await _search(scene, task, None)
        return pick_few([slot for slot in found if _moment(scene, slot)[0] not in days], scene)
    day = first[0] if shift is Shift.EARLIER else last[0]

    def fits(slot: Slot) -> bool:
        moment = _moment(scene, slot)
        if shift is Shift.EARLIER:
            return moment < first
        return moment > last if shift is Shift.LATER else moment not in named

    any_hour = replace(task, not_before=None, not_after=None)
    on_day = [s for s in await _search(scene, any_hour, day) if _moment(scene, s)[0] == day and fits(s)]
    if on_day:
        return spread(on_day, scene)
    found = await _search(scene, task, None if shift is Shift.EARLIER else day)
    return pick_few([slot for slot in found if fits(slot)], scene)


async def _search(scene: Scene, task: Task, on: date | None) -> tuple[Slot, ...]:
    return await search(scene, replace(task, on=on, at=None), moving=task.appointment_id)


def times_named(task: Task) -> Sequence[Moment]:
    """The times offered last, or the one proposed."""
    if task.options:
        return [(option.on, option.at) for option in task.options]
    return [(task.on, task.at)] if task.on and task.at else []


def _moment(scene: Scene, slot: Slot) -> Moment:
    option = option_of(scene, slot)
    return option.on, option.at

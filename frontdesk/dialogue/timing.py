"""Which day and hour a message asks for, given those already spoken of. Times are local to the clinic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Final

from frontdesk.conversation.state_machine import Task
from frontdesk.understanding.models import DateMention, Daypart, Role

# What receptionists mean by the parts of a day: earliest start, latest start.
_WINDOW_OF: Final = {
    Daypart.MORNING: (None, time(11, 59)),
    Daypart.NOON: (time(11, 30), time(14, 0)),
    Daypart.AFTERNOON: (time(12, 0), time(17, 45)),
    Daypart.EVENING: (time(17, 0), None),
    Daypart.NIGHT: (time(19, 0), None),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What the message says of the time. `until_on` closes a range of days that begins at `on`."""

    on: date | None = None
    at: time | None = None
    until_on: date | None = None
    not_before: time | None = None
    not_after: time | None = None
    excluded: tuple[date, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Wish()

    @property
    def has_window(self) -> bool:
        return self.not_before is not None or self.not_after is not None


def read_wish(
    dates: Sequence[DateMention], *, base_on: date | None = None, base_at: time | None = None
) -> Wish:
    """The time wished for. `base_on` and `base_at` are what "the same day" and "a week later" refer to.

    Of several days wanted the first counts: the second is an alternative the patient will name again. A day or an hour
    already spoken of that stands beside another is what the patient turns away from ("Tuesday I am busy, Thursday then").
    """
    asked = [mention for mention in dates if mention.role in (Role.WANTED, Role.TO)]
    others = [mention for mention in dates if mention.role is Role.ALTERNATIVE]
    if all(mention.at is not None and (mention.on, mention.at) == (base_on, base_at) for mention in asked):
        asked = [*asked, *others]  # "I have tomorrow at two, could it be six": the first is the visit itself
    wish = Wish(excluded=tuple(m.on for m in dates if m.role is Role.EXCLUDED and m.on))
    left_days = {m.on for m in asked if m.on is not None} - {base_on}
    left_hours = {m.at for m in asked if m.at is not None} - {base_at}
    for mention in asked:
        if not (left_days and mention.on == base_on and mention.on is not None):
            wish = _add_day(wish, mention, base_on)
        if not (left_hours and mention.at == base_at and mention.at is not None):
            wish = _add_hour(wish, mention, base_at)
    return wish


def _add_day(wish: Wish, mention: DateMention, base_on: date | None) -> Wish:
    if wish.until_on is not None and mention.on is not None and mention.until_on is None:
        return _narrow(wish, mention.on)
    if wish.on is not None:
        return wish
    if mention.shift_days is not None and base_on is not None:
        return replace(wish, on=base_on + timedelta(days=mention.shift_days))
    if mention.same_day and base_on is not None:
        return replace(wish, on=base_on)
    if mention.on is not None:
        return replace(wish, on=mention.on, until_on=mention.until_on)
    return wish


def _narrow(wish: Wish, day: date) -> Wish:
    """ "Next week, I think Wednesday": the day within the range."""
    assert wish.on is not None
    assert wish.until_on is not None
    within = next((d for d in (day, day + timedelta(days=7)) if wish.on <= d <= wish.until_on), None)
    return wish if within is None else replace(wish, on=within, until_on=None)


def _add_hour(wish: Wish, mention: DateMention, base_at: time | None) -> Wish:
    if wish.at is not None:
        return wish
    if mention.same_time and base_at is not None:
        return replace(wish, at=base_at)
    if mention.at is not None and mention.until_at is None:
        return replace(wish, at=mention.at, not_before=None, not_after=None)
    earliest, latest = mention.not_before, mention.not_after
    if mention.until_at is not None:
        earliest, latest = mention.at, mention.until_at
    if earliest is None and latest is None and mention.daypart is not None:
        earliest, latest = _WINDOW_OF[mention.daypart]
    if earliest is None and latest is None:
        return wish
    return replace(wish, not_before=earliest, not_after=latest)


def apply_wish(task: Task, wish: Wish) -> Task:
    """The task with what the wish changes; day and hour stay unless the message changes them."""
    changed = task
    if wish.on is not None:
        changed = replace(changed, on=wish.on)
    elif task.on in wish.excluded:
        changed = replace(changed, on=None)
    if wish.at is not None:
        return replace(changed, at=wish.at, not_before=None, not_after=None)
    if wish.has_window:
        keeps_hour = task.at is not None and is_within(task.at, wish.not_before, wish.not_after)
        at = task.at if keeps_hour else None
        return replace(changed, at=at, not_before=wish.not_before, not_after=wish.not_after)
    return changed


def is_within(at: time, not_before: time | None, not_after: time | None) -> bool:
    return (not_before is None or at >= not_before) and (not_after is None or at <= not_after)

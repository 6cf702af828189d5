"""What each visit spoken of is for: wanted, excluded, the ends of a move, an alternative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from frontdesk.understanding.dates.groups import Group, cues_between
from frontdesk.understanding.dates.patterns import Reading
from frontdesk.understanding.dates.pieces import Bound
from frontdesk.understanding.dates.resolve import Day, Named
from frontdesk.understanding.dates.tokens import Kind
from frontdesk.understanding.models import Role

# "From Monday on", "after the 15th": how many days an open span of days reaches.
_OPEN_DAYS: Final = 13
_CLAUSE_ENDS: Final = frozenset(",.;!?\n")


def assign_roles(
    groups: list[Group], readings: Mapping[str, Reading], today: date
) -> list[tuple[Role, Group]]:
    """Every visit with its role, in order; days and hours that stand for several visits are shared out."""
    kept = [group for group in groups if not _is_told_of_past(group, readings)]
    joined = _join_ranges_and_moves(kept, readings, today)
    roles: list[tuple[Role, Group]] = []
    for role, group in joined:
        roles.append((role or _role_of(group, roles, readings), group))
        if role is None:
            _correct(roles)
    return _share_out(roles)


def _clause(group: Group, reading: Reading) -> tuple[int, int]:
    start, end = group.start, group.end
    while start > 0 and not _ends_clause(reading, start - 1):
        start -= 1
    while end < len(reading.tokens) and not _ends_clause(reading, end):
        end += 1
    return start, end


def _ends_clause(reading: Reading, at: int) -> bool:
    token = reading.tokens[at]
    if token.kind is Kind.MARK:
        return token.word in _CLAUSE_ENDS
    return any((token.word,) in reading.lexicon.sets.get(name, ()) for name in ("but", "so"))


def _clause_cues(group: Group, readings: Mapping[str, Reading]) -> frozenset[str]:
    reading = readings[group.pieces[0].language]
    start, end = _clause(group, reading)
    only = {reading.lexicon.language: reading}
    found = cues_between(only, start, group.start)[0] | cues_between(only, group.end, end)[0]
    stems = (
        {"complaint"}
        if any(reading.lexicon.is_in("complaint", reading.word(at)) for at in range(start, end))
        else set()
    )
    return found | stems


def _is_told_of_past(group: Group, readings: Mapping[str, Reading]) -> bool:
    """A complaint's dates are history, not wishes: "it hurts at night", "aching since Monday"."""
    reading = readings[group.pieces[0].language]
    if "since" in group.lead and not group.lead & {"from"}:
        return True
    complains = any(reading.lexicon.is_in("complaint", token.word) for token in reading.tokens)
    if complains and "since" in group.lead:
        return True
    in_clause = "complaint" in _clause_cues(group, readings)
    if in_clause and "from" in group.lead:
        return True
    is_loose = group.hours is None and (
        group.day is None or (group.day.named is Named.OFFSET and group.part is not None)
    )
    return in_clause and is_loose and not (group.same_day or group.same_time or group.shift_days)


def _join_ranges_and_moves(
    groups: list[Group], readings: Mapping[str, Reading], today: date
) -> list[tuple[Role | None, Group]]:
    joined: list[tuple[Role | None, Group]] = []
    place = 0
    while place < len(groups):
        group = groups[place]
        following = groups[place + 1] if place + 1 < len(groups) else None
        kind = _pair(group, following, readings) if following is not None else ""
        if following is not None and kind == "move":
            joined += [(Role.FROM, group), (Role.TO, following)]
            place += 2
            continue
        if following is not None and kind == "range":
            assert group.day is not None
            assert following.day is not None
            until = following.day.until or following.day.on
            if until < group.day.on:
                until += timedelta(days=7)
            group.day = Day(named=Named.SPAN, on=group.day.on, until=until)
            group.hours, group.part = group.hours or following.hours, group.part or following.part
            group.pieces += following.pieces
            joined.append((None, group))
            place += 2
            continue
        _open_span(group, readings, today)
        joined.append((None, group))
        place += 1
    return joined


def _pair(group: Group, following: Group, readings: Mapping[str, Reading]) -> str:
    """ "move", "range" or nothing: how two neighbours belong together."""
    moves = any(reading.moves for reading in readings.values())
    lead, target = group.lead, following.lead
    if following.gap & {"not", "except", "correction", "but", "or"} or lead & {"not", "except"}:
        return ""
    days = group.day is not None and following.day is not None
    hours = group.hours is not None and following.hours is not None and not (following.day or group.day)
    if "between" in lead and "and" in following.gap and days:
        return "range"
    if "from" in lead and (days or hours or _mixed(group, following)):
        if target & {"to_move"} and not (target & {"to_range"} and not moves):
            return "move"
        if target & {"to", "to_range"}:
            if moves and "to" in target:
                return "move"
            return "range" if days else ""
    if days and "to_range" in target and following.is_adjacent and "to" not in target:
        return "range"
    if moves and target & {"to", "to_move"} and (days or hours):
        return "move"
    return ""


def _mixed(group: Group, following: Group) -> bool:
    return (group.day or group.hours) is not None and (following.day or following.hours) is not None


def _open_span(group: Group, readings: Mapping[str, Reading], today: date) -> None:
    if (
        group.day is None
        or group.day.until is not None
        or any(reading.moves for reading in readings.values())
    ):
        return
    if group.pieces[0].day is None:  # the cue before it belongs to an hour
        return
    day = group.day
    if "after" in group.lead:
        exclusive = not group.lead & {"onward", "from"}
        on = day.on + timedelta(days=1) if exclusive else day.on
        group.day = Day(named=Named.SPAN, on=on, until=on + timedelta(days=_OPEN_DAYS))
    elif "before" in group.lead and day.named is not Named.SPAN:
        until = day.on - timedelta(days="sooner" in group.lead)
        if until >= today:
            group.day = Day(named=Named.SPAN, on=today, until=until)
    elif "onward" in group.lead:
        group.day = Day(named=Named.SPAN, on=day.on, until=day.on + timedelta(days=_OPEN_DAYS))


def _role_of(group: Group, before: list[tuple[Role, Group]], readings: Mapping[str, Reading]) -> Role:
    if group.lead & {"not", "except"} or "cannot" in _clause_cues(group, readings):
        return Role.EXCLUDED
    if not before or "correction" in group.gap:
        return Role.WANTED
    previous_role, previous = before[-1]
    listed = bool(group.gap & {"or", "and"}) or (group.is_adjacent and not group.gap & {"but"})
    if previous_role is Role.EXCLUDED:
        inherits = bool(group.gap & {"or", "and"}) and group.is_adjacent and "but" not in group.gap
        return (
            Role.EXCLUDED
            if inherits or ("except" in previous.lead and listed and group.is_adjacent)
            else Role.WANTED
        )
    if "or" in group.gap:
        return Role.ALTERNATIVE
    both_full = (
        previous.hours is not None
        and group.hours is not None
        and group.day is not None
        and previous.day is not None
    )
    if listed and group.is_adjacent and not both_full and _same_kind(previous, group):
        return Role.ALTERNATIVE
    return Role.WANTED


def _same_kind(first: Group, second: Group) -> bool:
    return (first.day is not None and second.day is not None) or (
        first.hours is not None and second.hours is not None
    )


def _correct(roles: list[tuple[Role, Group]]) -> None:
    """A correction takes the place of what was said before: the old day is excluded, the rest is kept."""
    _role, group = roles[-1]
    if "correction" not in group.gap or len(roles) < 2:
        return
    old_role, old = roles[-2]
    if old_role not in (Role.WANTED, Role.ALTERNATIVE):
        return
    if group.day is None and old.day is not None:
        group.day = old.day
        group.hours, group.part = (
            group.hours or old.hours,
            group.part or (old.part if group.hours is None else None),
        )
        del roles[-2]
        return
    if group.day is not None and old.day is not None:
        group.hours, group.part = group.hours or old.hours, group.part or old.part
        old.hours, old.part = None, None
        roles[-2] = (Role.EXCLUDED, old)
        return
    del roles[-2]


def _share_out(roles: list[tuple[Role, Group]]) -> list[tuple[Role, Group]]:
    shared: list[tuple[Role, Group]] = []
    for role, group in roles:
        has_no_day = group.day is None and not group.same_day and group.shift_days is None
        if has_no_day and shared and role not in (Role.FROM, Role.TO):
            if role is Role.WANTED and _completes(shared, group):
                continue
            group.day = next(
                (other.day for kind, other in reversed(shared) if other.day and _lends(kind, other)), None
            )
        if role is Role.ALTERNATIVE and (group.hours or group.part) is not None and shared:
            earlier = shared[-1][1]
            if (
                earlier.day is not None
                and earlier.hours is None
                and earlier.part is None
                and group.day is not earlier.day
            ):
                earlier.hours, earlier.part = group.hours, group.part
        shared.append((role, group))
    return shared


def _lends(role: Role, group: Group) -> bool:
    return role in (Role.WANTED, Role.ALTERNATIVE) or (role is Role.EXCLUDED and group.hours is not None)


def _completes(shared: list[tuple[Role, Group]], group: Group) -> bool:
    """Gives an hour or a part of the day told later to the day told before: "tomorrow, not at 10 but at 11"."""
    for role, other in reversed(shared):
        if role is not Role.WANTED:
            continue
        has_day = other.day is not None or other.same_day or other.shift_days is not None
        if not has_day or other.hours is not None or other.same_time:
            return False
        if group.hours is None and (other.part is not None or group.part is None):
            return False
        other.hours, other.part = group.hours, group.part or other.part
        other.pieces += group.pieces
        return True
    return False


def opens_range(group: Group, *, moves: bool) -> bool:
    """Whether a lone "from 2" means "2 or later"."""
    return group.hours is not None and group.hours.bound is Bound.FROM and not moves


def bounded(group: Group, *, moves: bool) -> Group:
    """The group with a lone "from 2" read as an open range."""
    if group.hours is not None and opens_range(group, moves=moves):
        group.hours = replace(group.hours, bound=Bound.AFTER)
    return group

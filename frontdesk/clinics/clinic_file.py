"""The clinic file's parts about organizations and clinics. Services and doctors: scheduling.clinic_file. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from frontdesk.clinics.file_nodes import Node
from frontdesk.clinics.models import Clinic, Holiday, Intervals, StaffContact, WeeklyHours
from frontdesk.clinics.organization import Organization

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Parts other tools keep in the same file; nothing here depends on them.
IGNORED: Final = ("room", "buffer", "reminder", "note")

_CLINIC_REQUIRED: Final = frozenset(
    {"key", "id", "name", "timezone", "currency", "default_language", "hours"}
)
_CLINIC_OPTIONAL: Final = frozenset(
    {
        "whatsapp_instance",
        "phone",
        "emergency_number",
        "crisis_line",
        "staff",
        "address",
        "parking",
        "holidays",
    }
)
# ISO 4217.
_CURRENCY: Final = re.compile("[A-Z]{3}")

_Value = TypeVar("_Value")


def read_optional(fields: dict[str, Node], name: str, read: Callable[[Node], _Value]) -> _Value | None:
    """A field's value by `read`; None if the field is absent."""
    return read(fields[name]) if name in fields else None


def read_organization(node: Node) -> Organization | None:
    """None after reporting what is wrong."""
    fields = node.read_fields(
        required=frozenset({"key", "id", "name"}), optional=frozenset(), ignored=IGNORED
    )
    key = read_optional(fields, "key", Node.read_text)
    name = read_optional(fields, "name", Node.read_text)
    organization_id = read_optional(fields, "id", Node.read_uuid)
    if key is None or name is None or organization_id is None:
        return None
    return Organization(organization_id=organization_id, key=key, name=name)


def read_clinic(node: Node, *, organization_id: UUID) -> Clinic | None:
    """None after reporting what is wrong with the fields a clinic cannot be without."""
    fields = node.read_fields(required=_CLINIC_REQUIRED, optional=_CLINIC_OPTIONAL, ignored=IGNORED)
    clinic_id = read_optional(fields, "id", Node.read_uuid)
    texts = {
        name: read_optional(fields, name, Node.read_text)
        for name in ("key", "currency", "whatsapp_instance", "emergency_number", "crisis_line")
    }
    if texts["currency"] is not None and not _CURRENCY.fullmatch(texts["currency"]):
        fields["currency"].refuse(f"{texts['currency']!r} is not a currency code (like EUR)")
    if texts["emergency_number"] is None:
        node.warn(
            "emergency_number is missing: a patient in danger is told to call for help and not which number"
        )
    timezone = read_optional(fields, "timezone", _read_timezone)
    language = read_optional(fields, "default_language", Node.read_language)
    names = read_optional(fields, "name", Node.read_texts)
    rest = {
        "phone": read_optional(fields, "phone", Node.read_phone),
        "address": read_optional(fields, "address", Node.read_texts) or {},
        "parking": read_optional(fields, "parking", Node.read_texts) or {},
        "hours": read_optional(fields, "hours", read_hours) or {},
        "holidays": read_optional(fields, "holidays", _read_holidays) or (),
        "staff": read_optional(fields, "staff", _read_staff) or (),
    }
    if clinic_id is None or timezone is None or language is None or not names:
        return None
    if texts["key"] is None or texts["currency"] is None:
        return None
    return Clinic(
        clinic_id=clinic_id,
        organization_id=organization_id,
        name=names,
        timezone=timezone,
        default_language=language,
        **texts,  # type: ignore[arg-type]
        **rest,  # type: ignore[arg-type]
    )


def read_hours(node: Node) -> WeeklyHours:
    """Weekday → intervals. Days that are missing or empty are closed."""
    hours: dict[int, Intervals] = {}
    for day, intervals in node.read_entries():
        if day not in DAYS:
            intervals.refuse(f"{day!r} is not a day ({' '.join(DAYS)})")
        elif found := _read_intervals(intervals):
            hours[DAYS.index(day)] = found
    return hours


def _read_intervals(node: Node) -> Intervals:
    found = []
    for item in node.read_items():
        ends = [end.read_time() for end in item.read_items()]
        if len(ends) != 2:
            item.refuse("must be two times, [opens, closes]")
        elif ends[0] is not None and ends[1] is not None:
            if ends[0] >= ends[1]:
                item.refuse(f"opens at {ends[0]:%H:%M}, which is not before it closes at {ends[1]:%H:%M}")
            found.append((ends[0], ends[1]))
    found.sort()
    for before, after in pairwise(found):
        if after[0] < before[1]:
            node.refuse(f"{before[0]:%H:%M}-{before[1]:%H:%M} and {after[0]:%H:%M}-{after[1]:%H:%M} overlap")
    return tuple(found)


def _read_timezone(node: Node) -> str | None:
    text = node.read_text()
    try:
        return None if text is None else ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        node.refuse(f"{text!r} is not a time zone (like Europe/Madrid)")
        return None


def _read_holidays(node: Node) -> tuple[Holiday, ...]:
    holidays: dict[object, Holiday] = {}
    for item in node.read_items():
        fields = item.read_fields(required=frozenset({"date"}), optional=frozenset({"name"}), ignored=IGNORED)
        on = read_optional(fields, "date", Node.read_date)
        names = read_optional(fields, "name", Node.read_texts) or {}
        if on in holidays:
            item.refuse(f"{on} is listed twice")
        elif on is not None:
            holidays[on] = Holiday(on=on, name=names)
    return tuple(sorted(holidays.values(), key=lambda holiday: holiday.on))


def _read_staff(node: Node) -> tuple[StaffContact, ...]:
    staff = []
    for item in node.read_items():
        fields = item.read_fields(
            required=frozenset({"name", "phone"}),
            optional=frozenset({"language", "on_call"}),
            ignored=IGNORED,
        )
        name = read_optional(fields, "name", Node.read_text)
        phone = read_optional(fields, "phone", Node.read_phone)
        language = read_optional(fields, "language", Node.read_spoken)
        on_call = read_optional(fields, "on_call", Node.read_flag) or False
        if name is not None and phone is not None:
            e164 = "+" + "".join(filter(str.isdigit, phone))
            staff.append(StaffContact(name=name, phone=e164, language=language, on_call=on_call))
    # Those on call are alerted first.
    return tuple(sorted(staff, key=lambda contact: not contact.on_call))

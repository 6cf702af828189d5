"""A clinic as rows of plain JSON values, and back: what its tables hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any
from uuid import UUID, uuid5

from frontdesk.clinics.models import Clinic, Holiday, Intervals, StaffContact, WeeklyHours

Rows = Mapping[str, Any]


def clinic_to_rows(clinic: Clinic) -> dict[str, Any]:
    """`clinic` (one row), `staff`, `holidays` and `working_hours` of the clinic itself (doctor_id null)."""
    return {
        "clinic": {
            "clinic_id": str(clinic.clinic_id),
            "organization_id": str(clinic.organization_id),
            "key": clinic.key,
            "name": dict(clinic.name),
            "timezone": clinic.timezone,
            "currency": clinic.currency,
            "default_language": clinic.default_language,
            "phone": clinic.phone,
            "emergency_number": clinic.emergency_number,
            "crisis_line": clinic.crisis_line,
            "address": dict(clinic.address),
            "parking": dict(clinic.parking),
        },
        "instance_name": clinic.whatsapp_instance,
        "staff": [
            {
                # The same person keeps the same id from import to import.
                "staff_id": str(uuid5(clinic.clinic_id, f"{position}:{contact.phone}:{contact.name}")),
                "name": contact.name,
                "phone": contact.phone,
                "language": contact.language,
                "on_call": contact.on_call,
                "position": position,
            }
            for position, contact in enumerate(clinic.staff)
        ],
        "holidays": [
            {"closed_on": str(holiday.on), "name": dict(holiday.name)} for holiday in clinic.holidays
        ],
        "working_hours": hours_to_rows(clinic.hours, doctor_id=None),
    }


def rows_to_clinic(rows: Rows) -> Clinic:
    """The inverse of `clinic_to_rows`."""
    clinic = dict(rows["clinic"])
    return Clinic(
        clinic_id=UUID(clinic["clinic_id"]),
        organization_id=UUID(clinic["organization_id"]),
        **{
            column: clinic[column]
            for column in (
                "key", "name", "timezone", "currency", "default_language", "phone", "emergency_number",
                "crisis_line", "address", "parking",
            )
        },
        whatsapp_instance=rows["instance_name"],
        hours=rows_to_hours(row for row in rows["working_hours"] if row["doctor_id"] is None),
        holidays=tuple(
            Holiday(on=date.fromisoformat(row["closed_on"]), name=row["name"]) for row in rows["holidays"]
        ),
        staff=tuple(
            StaffContact(name=row["name"], phone=row["phone"], language=row["language"], on_call=row["on_call"])
            for row in rows["staff"]
        ),
    )  # fmt: skip


def hours_to_rows(hours: WeeklyHours, *, doctor_id: UUID | None) -> list[dict[str, Any]]:
    return [
        {
            "doctor_id": None if doctor_id is None else str(doctor_id),
            "weekday": weekday,
            "opens": opens.isoformat(),
            "closes": closes.isoformat(),
        }
        for weekday in sorted(hours)
        for opens, closes in hours[weekday]
    ]


def rows_to_hours(rows: Iterable[Rows]) -> dict[int, Intervals]:
    """Days without rows are closed and absent."""
    hours: dict[int, Intervals] = {}
    for row in sorted(rows, key=lambda row: (row["weekday"], row["opens"])):
        interval = (time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"]))
        hours[row["weekday"]] = (*hours.get(row["weekday"], ()), interval)
    return hours

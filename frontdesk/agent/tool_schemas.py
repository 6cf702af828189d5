"""The tools a model may call and the arguments of each. Source: the eval README, section 2, "Tools"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ArgumentKind(StrEnum):
    CLINIC = "clinic"
    PATIENT = "patient"
    DOCTOR = "doctor"
    SERVICE = "service"
    APPOINTMENT = "appointment"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    URGENCY = "urgency"
    # Never judged, only asked for.
    TEXT = "text"


ID_KINDS: Final = frozenset(
    {
        ArgumentKind.CLINIC,
        ArgumentKind.PATIENT,
        ArgumentKind.DOCTOR,
        ArgumentKind.SERVICE,
        ArgumentKind.APPOINTMENT,
    }
)

# Argument name → what it is. One name means the same in every tool.
KIND_OF: Final[Mapping[str, ArgumentKind]] = {
    "clinic_id": ArgumentKind.CLINIC,
    "patient_id": ArgumentKind.PATIENT,
    "doctor_id": ArgumentKind.DOCTOR,
    "service_id": ArgumentKind.SERVICE,
    "appointment_id": ArgumentKind.APPOINTMENT,
    "date": ArgumentKind.DATE,
    "new_date": ArgumentKind.DATE,
    "time": ArgumentKind.TIME,
    "new_time": ArgumentKind.TIME,
    "duration_minutes": ArgumentKind.DURATION,
    "urgency": ArgumentKind.URGENCY,
    "notes": ArgumentKind.TEXT,
    "reason": ArgumentKind.TEXT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolSchema:
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


TOOLS: Final[Mapping[str, ToolSchema]] = {
    "get_services": ToolSchema(required=("clinic_id",)),
    "get_doctors": ToolSchema(required=("clinic_id",), optional=("service_id",)),
    "check_availability": ToolSchema(
        required=("clinic_id", "service_id", "date"), optional=("doctor_id", "time")
    ),
    "book_appointment": ToolSchema(
        required=("patient_id", "clinic_id", "doctor_id", "service_id", "date", "time"),
        optional=("duration_minutes", "notes"),
    ),
    "get_appointments": ToolSchema(required=("patient_id",)),
    "reschedule_appointment": ToolSchema(
        required=("appointment_id", "new_date", "new_time"), optional=("doctor_id",)
    ),
    "cancel_appointment": ToolSchema(required=("appointment_id",), optional=("reason",)),
    "confirm_appointment": ToolSchema(required=("appointment_id",)),
    "escalate_to_human": ToolSchema(required=("reason",), optional=("urgency",)),
}

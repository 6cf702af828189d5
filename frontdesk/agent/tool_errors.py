"""What can be wrong with an argument, in words the model can act on."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    UNKNOWN_TOOL = "unknown_tool"
    MISSING = "missing"
    NOT_AN_ID = "not_an_id"
    PLACEHOLDER = "placeholder"
    UNKNOWN_ID = "unknown_id"
    OTHER_KIND = "other_kind"
    OTHER_CLINIC = "other_clinic"
    NOT_THE_PATIENT = "not_the_patient"
    NOT_THEIR_APPOINTMENT = "not_their_appointment"
    CANCELLED_APPOINTMENT = "cancelled_appointment"
    PAST_APPOINTMENT = "past_appointment"
    NOT_OFFERED = "not_offered"
    NOT_A_DATE = "not_a_date"
    PAST_DATE = "past_date"
    TOO_FAR = "too_far"
    CLINIC_CLOSED = "clinic_closed"
    DOCTOR_OFF = "doctor_off"
    NOT_A_TIME = "not_a_time"
    PAST_TIME = "past_time"
    OUTSIDE_HOURS = "outside_hours"
    NOT_A_DURATION = "not_a_duration"
    NOT_AN_URGENCY = "not_an_urgency"


# The value itself is never repeated: it comes from the model and may carry anything.
REASONS: Final[Mapping[Fault, str]] = {
    Fault.UNKNOWN_TOOL: "there is no such tool",
    Fault.MISSING: "is required and must not be empty",
    Fault.NOT_AN_ID: "is not a UUID; use an id of this clinic's data, not a name or number",
    Fault.PLACEHOLDER: "is a placeholder, not a real id; use an id of this clinic's data",
    Fault.UNKNOWN_ID: "is not known at this clinic",
    Fault.OTHER_KIND: "is the id of another kind of thing",
    Fault.OTHER_CLINIC: "belongs to another clinic",
    # The same words whether or not the id is some other patient's.
    Fault.NOT_THE_PATIENT: "is not the patient of this conversation",
    Fault.NOT_THEIR_APPOINTMENT: "is not an appointment of this patient",
    Fault.CANCELLED_APPOINTMENT: "is a cancelled appointment, which cannot be changed",
    Fault.PAST_APPOINTMENT: "is a past appointment, which cannot be changed",
    Fault.NOT_OFFERED: "is a doctor who does not offer this service",
    Fault.NOT_A_DATE: "is not a real date written YYYY-MM-DD",
    Fault.PAST_DATE: "is in the past",
    Fault.TOO_FAR: "is more than 365 days ahead",
    Fault.CLINIC_CLOSED: "is a day on which the clinic is closed",
    Fault.DOCTOR_OFF: "is a day on which the doctor does not work",
    Fault.NOT_A_TIME: "is not a time written HH:MM, from 00:00 to 23:59",
    Fault.PAST_TIME: "has already passed today",
    Fault.OUTSIDE_HOURS: "does not leave room for the whole visit inside the working hours",
    Fault.NOT_A_DURATION: "is not a whole number from 5 to 480",
    Fault.NOT_AN_URGENCY: "is not one of urgent, high, medium, low",
}


class ToolArgumentError(str):
    """The reason as text; `field` is the argument it is about (`name` for the tool itself)."""

    __slots__ = ("fault", "field")

    field: str
    fault: Fault

    def __new__(cls, field: str, fault: Fault) -> ToolArgumentError:
        error = super().__new__(cls, REASONS[fault])
        error.field = field
        error.fault = fault
        return error

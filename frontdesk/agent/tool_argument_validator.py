"""Judges a tool call of the model before it runs. Pure. Rules: the eval README, section 2, "Tools" (backlog 2.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Final
from uuid import UUID

from frontdesk.agent.argument_formats import is_placeholder, read_date, read_duration, read_time, read_uuid
from frontdesk.agent.error_response import ErrorResponse, describe_errors
from frontdesk.agent.suggestions import RightPart, Suggestion, suggest_tool, suggest_value
from frontdesk.agent.tool_context import ToolContext
from frontdesk.agent.tool_errors import Fault, ToolArgumentError
from frontdesk.agent.tool_schemas import ID_KINDS, KIND_OF, TOOLS, ArgumentKind, ToolSchema
from frontdesk.agent.visit_frame import VisitFrame
from frontdesk.safety.models import Urgency
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Catalog, Service

__all__ = ["ToolArgumentError", "ToolArgumentValidator", "ToolContext"]

_UNKNOWN: Final[Mapping[ArgumentKind, Fault]] = {
    ArgumentKind.PATIENT: Fault.NOT_THE_PATIENT,
    ArgumentKind.APPOINTMENT: Fault.NOT_THEIR_APPOINTMENT,
}


@dataclass(slots=True)
class _Findings:
    """Field → fault, one each; kind → the right id."""

    faults: dict[str, Fault] = field(default_factory=dict)
    ids: dict[ArgumentKind, UUID] = field(default_factory=dict)
    minutes: int | None = None


class ToolArgumentValidator:
    """Keeps nothing between calls."""

    def validate_tool_call(
        self, tool_name: object, arguments: object, context: ToolContext
    ) -> tuple[bool, list[ToolArgumentError], dict[str, Suggestion]]:
        """Whether the call may run, what is wrong with each wrong field, and right values where the context has them.

        `arguments` is any decoded JSON; arguments a tool does not know are passed over, and an optional one given as
        null is an absent one. Errors come in the order of the schema. Never raises for what a model may write.
        """
        schema = TOOLS.get(tool_name) if isinstance(tool_name, str) else None
        if schema is None:
            return False, [ToolArgumentError("name", Fault.UNKNOWN_TOOL)], {"name": suggest_tool(tool_name)}
        given = _list_given(schema, arguments)
        findings = self._judge_alone(schema, given, context)
        right = self._judge_together(given, findings, context)
        errors = [
            ToolArgumentError(name, findings.faults[name])
            for name in schema.arguments
            if name in findings.faults
        ]
        suggestions = _suggest_values(errors, given, right)
        return not errors, errors, suggestions

    def create_error_response(
        self,
        errors: Sequence[ToolArgumentError],
        suggestions: Mapping[str, Suggestion],
        language: str,
    ) -> ErrorResponse:
        """What the model gets in place of a result: reasons and suggestions, and a `message` fit for the patient."""
        return describe_errors(errors, suggestions, language)

    def _judge_alone(
        self, schema: ToolSchema, given: Mapping[str, object], context: ToolContext
    ) -> _Findings:
        """Everything that can be said of an argument without the others."""
        findings = _Findings(faults={name: Fault.MISSING for name in schema.required if name not in given})
        for name, value in given.items():
            kind = KIND_OF[name]
            if kind in ID_KINDS:
                found = self._validate_uuid_field(kind, value, context)
                if isinstance(found, Fault):
                    findings.faults[name] = found
                else:
                    findings.ids[kind] = found
            elif kind is ArgumentKind.DURATION:
                findings.minutes = read_duration(value)
                if findings.minutes is None:
                    findings.faults[name] = Fault.NOT_A_DURATION
            elif kind is ArgumentKind.URGENCY and not (isinstance(value, str) and value in set(Urgency)):
                findings.faults[name] = Fault.NOT_AN_URGENCY
        return findings

    def _judge_together(
        self, given: Mapping[str, object], findings: _Findings, context: ToolContext
    ) -> RightPart:
        """Doctor against service, then the day, then the hour; each only against what is right before it."""
        catalog, ids = context.catalog, findings.ids
        appointment_id = ids.get(ArgumentKind.APPOINTMENT)
        appointment = context.find_appointment(appointment_id) if appointment_id else None
        service_id = ids.get(ArgumentKind.SERVICE) or (appointment.service_id if appointment else None)
        service = catalog.services.get(service_id) if service_id else None
        doctor_id = ids.get(ArgumentKind.DOCTOR)
        if doctor_id is None and appointment is not None and "doctor_id" not in given:
            doctor_id = appointment.doctor_id
        doctor = catalog.doctors.get(doctor_id) if doctor_id else None
        if "doctor_id" in given and doctor and service and service.service_id not in doctor.service_ids:
            findings.faults["doctor_id"] = Fault.NOT_OFFERED
            doctor = None
        right = RightPart(
            context=context,
            frame=VisitFrame(
                clinic=catalog.clinic,
                doctor=doctor,
                duration=_find_duration(catalog, findings.minutes, appointment, service),
                now=context.now,
            ),
            service=service,
            doctor=doctor,
            appointment=appointment,
            on=None,
            at=None,
        )
        return self._judge_moment(given, findings, right)

    def _judge_moment(self, given: Mapping[str, object], findings: _Findings, right: RightPart) -> RightPart:
        for name in ("date", "new_date"):
            if name in given:
                on = self._validate_date_field(given[name], right.frame)
                if isinstance(on, Fault):
                    findings.faults[name] = on
                else:
                    right = replace(right, on=on)
        for name in ("time", "new_time"):
            if name in given:
                at = self._validate_time_field(given[name], right.on, right.frame)
                if isinstance(at, Fault):
                    findings.faults[name] = at
                else:
                    right = replace(right, at=at)
        return right

    def _validate_uuid_field(self, kind: ArgumentKind, value: object, context: ToolContext) -> UUID | Fault:
        """The id if it is one of this kind that the session may use."""
        found = read_uuid(value)
        if found is None:
            return Fault.PLACEHOLDER if is_placeholder(value) else Fault.NOT_AN_ID
        if kind is ArgumentKind.APPOINTMENT and (appointment := context.find_appointment(found)):
            return _find_visit_fault(appointment, context) or found
        known = _list_known(context)
        if found in known[kind]:
            return found
        if any(found in ids for ids in known.values()):
            return Fault.OTHER_KIND
        if is_placeholder(value):
            return Fault.PLACEHOLDER
        if found in context.elsewhere:
            return Fault.OTHER_CLINIC
        return _UNKNOWN.get(kind, Fault.UNKNOWN_ID)

    def _validate_date_field(self, value: object, frame: VisitFrame) -> date | Fault:
        """The day if a visit can be on it: clinic open, doctor of the frame at work, not past, not too far."""
        on = read_date(value)
        return Fault.NOT_A_DATE if on is None else frame.find_day_fault(on) or on

    def _validate_time_field(self, value: object, on: date | None, frame: VisitFrame) -> time | Fault:
        """The hour if the whole visit fits then; without a right day, if it fits on any weekday."""
        at = read_time(value)
        return Fault.NOT_A_TIME if at is None else frame.find_time_fault(on, at) or at


def _suggest_values(
    errors: Sequence[ToolArgumentError], given: Mapping[str, object], right: RightPart
) -> dict[str, Suggestion]:
    suggestions: dict[str, Suggestion] = {}
    # The doctor first: where only one is right, days and hours are suggested for that one.
    for error in sorted(errors, key=lambda error: error.field != "doctor_id"):
        value = suggest_value(KIND_OF[error.field], given.get(error.field), right)
        if value is not None:
            suggestions[error.field] = value
        if error.field == "doctor_id" and isinstance(value, str):
            doctor = right.context.catalog.doctors[UUID(value)]
            right = replace(right, frame=replace(right.frame, doctor=doctor))
    return suggestions


def _find_duration(
    catalog: Catalog, minutes: int | None, appointment: Appointment | None, service: Service | None
) -> timedelta:
    """How long the visit takes: as asked for, as it is booked now, or as the service takes."""
    if minutes is not None:
        return timedelta(minutes=minutes)
    if appointment is not None:
        return appointment.ends_at - appointment.starts_at
    if service is not None:
        return service.duration
    # Of an unknown service it is only sure that the shortest must fit.
    return min((one.duration for one in catalog.services.values()), default=timedelta())


def _find_visit_fault(appointment: Appointment, context: ToolContext) -> Fault | None:
    if appointment.status in (AppointmentStatus.CANCELLED, AppointmentStatus.RESCHEDULED):
        return Fault.CANCELLED_APPOINTMENT
    return Fault.PAST_APPOINTMENT if context.is_over(appointment) else None


def _list_given(schema: ToolSchema, arguments: object) -> dict[str, object]:
    """The arguments that say something: a required one that is empty is as good as missing."""
    if not isinstance(arguments, Mapping):
        return {}
    given = {}
    for name in schema.arguments:
        value = arguments.get(name)
        is_empty = value in ("", [], {}) or (isinstance(value, str) and not value.strip())
        if value is not None and not (is_empty and name in schema.required):
            given[name] = value
    return given


def _list_known(context: ToolContext) -> dict[ArgumentKind, frozenset[UUID]]:
    return {
        ArgumentKind.CLINIC: context.clinic_ids,
        ArgumentKind.PATIENT: frozenset({context.patient_id}),
        ArgumentKind.DOCTOR: frozenset(context.catalog.doctors),
        ArgumentKind.SERVICE: frozenset(context.catalog.services),
        ArgumentKind.APPOINTMENT: frozenset(
            one.appointment_id for one in context.appointments if one.patient_id == context.patient_id
        ),
    }

"""What a tool call is judged against: the clinic, the patient and the clock of one turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from frontdesk.conversation.engine import Entities
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Catalog

_OVER = frozenset({AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW})


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolContext:
    """`now` is aware. `appointments` are the patient's own, past and cancelled ones too; others are left out."""

    catalog: Catalog
    patient_id: UUID
    now: datetime
    appointments: tuple[Appointment, ...] = ()
    # The clinic's id as callers know it, where the session's catalog is a copy under another id.
    outside_clinic_id: UUID | None = None
    # Clinics, doctors and services of other clinics. They only make a reason plainer. Never patients or
    # appointments: whether somebody is a patient is told to nobody (eval README, "Privacy and safety").
    elsewhere: frozenset[UUID] = frozenset()
    # What the conversation has settled on so far. It only helps to choose among several right suggestions.
    known: Entities = field(default_factory=Entities)

    @property
    def clinic_ids(self) -> frozenset[UUID]:
        own = self.catalog.clinic.clinic_id
        return frozenset({own, self.outside_clinic_id or own})

    def find_appointment(self, appointment_id: UUID) -> Appointment | None:
        return next((one for one in self._own_appointments() if one.appointment_id == appointment_id), None)

    def list_changeable(self) -> list[Appointment]:
        """The patient's appointments that can still be moved, cancelled or confirmed, soonest first."""
        found = [one for one in self._own_appointments() if one.status.is_active and not self.is_over(one)]
        return sorted(found, key=lambda one: one.starts_at)

    def is_over(self, appointment: Appointment) -> bool:
        """Whether the visit has begun, or is done with."""
        return appointment.status in _OVER or appointment.starts_at <= self.now

    def _own_appointments(self) -> list[Appointment]:
        return [one for one in self.appointments if one.patient_id == self.patient_id]

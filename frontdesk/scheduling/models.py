"""What a clinic offers, who does it, and what is booked. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from frontdesk.clinics.models import Clinic, Texts, WeeklyHours

# Language code → other spellings patients use.
Aliases = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    service_id: UUID
    key: str
    name: Texts
    aliases: Aliases = field(default_factory=dict)
    duration: timedelta
    # Whole currency units of the clinic.
    price: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DateRange:
    """Whole days, both ends included."""

    first_on: date
    last_on: date

    def __contains__(self, on: date) -> bool:
        return self.first_on <= on <= self.last_on


@dataclass(frozen=True, kw_only=True, slots=True)
class Doctor:
    doctor_id: UUID
    key: str
    name: Texts
    aliases: Aliases = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    service_ids: frozenset[UUID] = frozenset()
    hours: WeeklyHours = field(default_factory=dict)
    time_off: tuple[DateRange, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalog:
    """One clinic with everything it offers. Held in memory and shared: never mutated."""

    clinic: Clinic
    services: Mapping[UUID, Service]
    doctors: Mapping[UUID, Doctor]

    def doctors_for(self, service_id: UUID) -> tuple[Doctor, ...]:
        """The doctors who offer the service, in catalog order."""
        return tuple(doctor for doctor in self.doctors.values() if service_id in doctor.service_ids)


class AppointmentStatus(StrEnum):
    PENDING = "pending"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"

    @property
    def is_active(self) -> bool:
        return self in (AppointmentStatus.PENDING, AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED)


class Visitor(StrEnum):
    """Who comes to a visit that is booked in a chat."""

    WRITER = "writer"
    CHILD = "child"
    OTHER_ADULT = "other_adult"


@dataclass(frozen=True, kw_only=True, slots=True)
class Busy:
    """A doctor's time that cannot be booked, `[starts_at, ends_at)`."""

    doctor_id: UUID
    starts_at: datetime
    ends_at: datetime
    # The visit that takes the time, so that a visit to be moved can be left out.
    appointment_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    doctor_id: UUID
    service_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    appointment_id: UUID
    patient_id: UUID
    doctor_id: UUID
    service_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: AppointmentStatus
    version: int = 1
    # Booked in the patient's chat, but for whom: a parent's child, somebody they write for.
    visitor: Visitor = Visitor.WRITER

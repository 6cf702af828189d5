"""The clinic file's invented patients and their appointments. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from frontdesk.clinics.clinic_file import IGNORED, read_optional
from frontdesk.clinics.file_nodes import Node
from frontdesk.clinics.models import Clinic
from frontdesk.scheduling.availability import resolve_local
from frontdesk.scheduling.clinic_file_offer import DoctorEntry, ServiceEntry, check_new
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Catalog

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPatient:
    """An invented patient of a clinic file."""

    patient_id: UUID
    key: str
    name: str
    phone: str | None = None
    language: str | None = None
    # None: known at every clinic of the file.
    clinic_key: str | None = None


def patient_row(patient: DemoPatient) -> dict[str, str | None]:
    """A patient as plain JSON values; the phone as digits, as contacts keep it."""
    return {
        "patient_id": str(patient.patient_id),
        "name": patient.name or None,
        "language": patient.language,
        "phone": "".join(filter(str.isdigit, patient.phone)) if patient.phone else None,
    }


def parse_start(text: str, clinic: Clinic) -> datetime | None:
    """The UTC instant of an appointment's `start`: local to the clinic unless it has an offset. None if it is none."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    if start.tzinfo is not None:
        return start.astimezone(UTC)
    return resolve_local(clinic.zone, start.date(), start.time())


def read_patients(node: Node | None, *, clinic_keys: Collection[str]) -> dict[str, DemoPatient]:
    """Patient key → patient."""
    patients: dict[str, DemoPatient] = {}
    ids: set[UUID] = set()
    for item in node.read_items() if node is not None else []:
        fields = item.read_fields(
            required=frozenset({"key", "id", "name"}),
            optional=frozenset({"phone", "language", "clinic"}),
            ignored=IGNORED,
        )
        key = read_optional(fields, "key", Node.read_text)
        name = read_optional(fields, "name", Node.read_text)
        patient_id = read_optional(fields, "id", Node.read_uuid)
        phone = read_optional(fields, "phone", Node.read_phone)
        language = read_optional(fields, "language", Node.read_spoken)
        clinic_key = read_optional(fields, "clinic", Node.read_text)
        if clinic_key is not None and clinic_key not in clinic_keys:
            fields["clinic"].refuse(f"there is no clinic {clinic_key!r}")
        check_new(item, key, patient_id, patients, ids)
        if key is None or key in patients:
            continue
        patients[key] = DemoPatient(
            patient_id=patient_id or UUID(int=len(patients)),
            key=key,
            name=name or key,
            phone=phone,
            language=language,
            clinic_key=clinic_key,
        )
        ids.add(patients[key].patient_id)
    return patients


def read_appointments(
    node: Node | None,
    catalogs: Mapping[str, Catalog],
    patients: Mapping[str, DemoPatient],
    doctors: Mapping[str, DoctorEntry],
    services: Mapping[str, ServiceEntry],
) -> list[tuple[str, Appointment]]:
    """(clinic key, appointment) in the order of the file."""
    visits: list[tuple[str, Appointment]] = []
    for item in node.read_items() if node is not None else []:
        fields = item.read_fields(
            required=frozenset({"id", "patient", "doctor", "service", "start"}),
            optional=frozenset({"status"}),
            ignored=IGNORED,
        )
        patient = _find_named(fields.get("patient"), patients, "patient")
        doctor = _find_named(fields.get("doctor"), doctors, "doctor")
        service = _find_named(fields.get("service"), services, "service")
        appointment_id = read_optional(fields, "id", Node.read_uuid)
        status = read_optional(fields, "status", _read_status) or AppointmentStatus.BOOKED
        catalog = catalogs.get(doctor.clinic_key) if doctor is not None else None
        if catalog is None or "start" not in fields:
            continue
        start = parse_start(fields["start"].read_text() or "", catalog.clinic)
        if start is None:
            fields["start"].refuse("is not a time that exists at the clinic (YYYY-MM-DDTHH:MM)")
        if doctor is None or patient is None or service is None or appointment_id is None or start is None:
            continue
        if service.service.service_id not in catalog.services:
            fields["service"].refuse("is not offered at the doctor's clinic")
            continue
        visit = Appointment(
            appointment_id=appointment_id,
            patient_id=patient.patient_id,
            doctor_id=doctor.doctor.doctor_id,
            service_id=service.service.service_id,
            starts_at=start,
            ends_at=start + service.service.duration,
            status=status,
        )
        _check_new_visit(item, visit, [known for _, known in visits])
        visits.append((catalog.clinic.key, visit))
    return visits


def _check_new_visit(item: Node, visit: Appointment, known: Sequence[Appointment]) -> None:
    for other in known:
        if other.appointment_id == visit.appointment_id:
            item.refuse(f"the id {visit.appointment_id} is used twice")
        elif (
            other.doctor_id == visit.doctor_id
            and other.status.is_active
            and visit.status.is_active
            and other.starts_at < visit.ends_at
            and visit.starts_at < other.ends_at
        ):
            item.warn("overlaps another appointment of the doctor: only the first will be kept")


def _find_named(node: Node | None, known: Mapping[str, _Entry], kind: str) -> _Entry | None:
    key = node.read_text() if node is not None else None
    if node is None or key is None:
        return None
    if key not in known:
        node.refuse(f"there is no {kind} {key!r}")
    return known.get(key)


def _read_status(node: Node) -> AppointmentStatus | None:
    text = node.read_text()
    try:
        return None if text is None else AppointmentStatus(text)
    except ValueError:
        node.refuse(f"{text!r} is not one of {', '.join(AppointmentStatus)}")
        return None

"""Clinic files: YAML with an organization, its clinics, doctors and services, and optionally demo patients. Pure.

The format is the evaluation's `clinic-fixture/1` (eval README; fixtures/clinic_demo.yaml explains it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from uuid import UUID

from frontdesk.clinics.clinic_file import IGNORED, read_clinic, read_organization
from frontdesk.clinics.file_nodes import ClinicFileInvalid, Node, Problem, Report, read_root
from frontdesk.clinics.models import Clinic
from frontdesk.clinics.organization import Organization
from frontdesk.language.codes import LANGUAGES
from frontdesk.scheduling.clinic_file_demo import DemoPatient, parse_start, read_appointments, read_patients
from frontdesk.scheduling.clinic_file_offer import (
    SCHEMA,
    DoctorEntry,
    ServiceEntry,
    read_doctors,
    read_services,
)
from frontdesk.scheduling.models import Appointment, Catalog

__all__ = [
    "ClinicFile",
    "ClinicFileInvalid",
    "DemoPatient",
    "Problem",
    "parse_start",
    "read_clinic_file",
]

_PARTS: Final = frozenset({"organization", "clinics", "doctors", "services"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ClinicFile:
    """A clinic file that can be used. `patients` and `appointments` go by clinic_id."""

    organization: Organization
    # Clinic key → catalog, in the order of the file.
    catalogs: Mapping[str, Catalog]
    # Those of the clinic, those of none in particular, and those with an appointment there.
    patients: Mapping[UUID, tuple[DemoPatient, ...]]
    appointments: Mapping[UUID, tuple[Appointment, ...]]
    # Said of the text as it was written, so two texts of one content are equal whatever they say here.
    warnings: tuple[Problem, ...] = field(default=(), compare=False)


def read_clinic_file(source: Path | str | bytes) -> ClinicFile:
    """Read a file (a path, or its bytes). Raises ClinicFileInvalid with all problems, OSError."""
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    report = Report(languages=LANGUAGES)
    root = read_root(data, report)
    parts = root.read_fields(
        required=_PARTS, optional=frozenset({"schema", "patients", "appointments"}), ignored=IGNORED
    )
    _check_schema(parts.get("schema"))
    organization = read_organization(parts["organization"]) if "organization" in parts else None
    clinics = _read_clinics(parts.get("clinics"), organization)
    services = read_services(parts.get("services"), clinic_keys=clinics.keys())
    doctors = read_doctors(parts.get("doctors"), clinic_keys=clinics.keys(), services=services)
    patients = read_patients(parts.get("patients"), clinic_keys=clinics.keys())
    catalogs = {clinic.key: _make_catalog(clinic, services, doctors) for clinic in clinics.values()}
    visits = read_appointments(parts.get("appointments"), catalogs, patients, doctors, services)
    report.check_no_problems()
    if organization is None or not catalogs:
        raise ClinicFileInvalid((Problem(line=1, path="clinics", message="there is no clinic"),))
    by_clinic = {
        catalog.clinic.clinic_id: tuple(visit for visited, visit in visits if visited == key)
        for key, catalog in catalogs.items()
    }
    return ClinicFile(
        organization=organization,
        catalogs=catalogs,
        patients={
            catalog.clinic.clinic_id: _choose_patients(
                patients.values(), key, by_clinic[catalog.clinic.clinic_id]
            )
            for key, catalog in catalogs.items()
        },
        appointments=by_clinic,
        warnings=tuple(sorted(report.warnings, key=lambda problem: problem.line)),
    )


def _choose_patients(
    patients: Iterable[DemoPatient], clinic_key: str, visits: Sequence[Appointment]
) -> tuple[DemoPatient, ...]:
    visitors = {visit.patient_id for visit in visits}
    return tuple(
        patient
        for patient in patients
        if patient.clinic_key in (None, clinic_key) or patient.patient_id in visitors
    )


def _check_schema(node: Node | None) -> None:
    if node is not None and (text := node.read_text()) not in (None, SCHEMA):
        node.warn(f"{text!r} is not {SCHEMA!r}: read as that nonetheless")


def _read_clinics(node: Node | None, organization: Organization | None) -> dict[str, Clinic]:
    nobody = UUID(int=0)  # the organization's own problems are reported already
    clinics: dict[str, Clinic] = {}
    for item in node.read_items() if node is not None else []:
        clinic = read_clinic(
            item, organization_id=organization.organization_id if organization is not None else nobody
        )
        if clinic is None:
            continue
        if clinic.key in clinics:
            item.refuse(f"another clinic has the key {clinic.key!r}")
        elif clinic.clinic_id in {known.clinic_id for known in clinics.values()}:
            item.refuse(f"another clinic has the id {clinic.clinic_id}")
        else:
            clinics[clinic.key] = clinic
    return clinics


def _make_catalog(
    clinic: Clinic, services: Mapping[str, ServiceEntry], doctors: Mapping[str, DoctorEntry]
) -> Catalog:
    offered = [
        replace(entry.service, price=entry.price_at(clinic.key))
        for entry in services.values()
        if entry.is_offered_at(clinic.key)
    ]
    here = [entry.doctor for entry in doctors.values() if entry.clinic_key == clinic.key]
    return Catalog(
        clinic=clinic,
        services={service.service_id: service for service in offered},
        doctors={doctor.doctor_id: doctor for doctor in here},
    )

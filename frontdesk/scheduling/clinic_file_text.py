"""Catalogs as a clinic file, the inverse of clinic_file.read_clinic_file; and what differs between two. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from frontdesk.clinics.clinic_file import DAYS
from frontdesk.clinics.models import Clinic, WeeklyHours
from frontdesk.clinics.organization import Organization
from frontdesk.language.codes import LANGUAGES
from frontdesk.scheduling.clinic_file_demo import DemoPatient
from frontdesk.scheduling.clinic_file_offer import SCHEMA
from frontdesk.scheduling.models import Appointment, Catalog, Doctor, Service

_WIDTH = 110


def export_clinic_file(
    organization: Organization,
    catalogs: Sequence[Catalog],
    *,
    patients: Mapping[UUID, Sequence[DemoPatient]] | None = None,
    appointments: Mapping[UUID, Sequence[Appointment]] | None = None,
) -> str:
    """YAML that reads back to the same catalogs. `patients` and `appointments` go by clinic_id, as in ClinicFile."""
    people = {one.patient_id: one for group in (patients or {}).values() for one in group}
    document = {
        "schema": SCHEMA,
        "organization": {
            "key": organization.key,
            "id": str(organization.organization_id),
            "name": organization.name,
        },
        "clinics": [describe_clinic(catalog.clinic) for catalog in catalogs],
        "doctors": [
            {**describe_doctor(doctor, catalog), "clinic": catalog.clinic.key}
            for catalog in catalogs
            for doctor in catalog.doctors.values()
        ],
        "services": _merge_services(catalogs),
        "patients": [_describe_patient(patient) for patient in people.values()],
        "appointments": list(_describe_visits(catalogs, people, appointments or {})),
    }
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = _WIDTH
    text = StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def describe_clinic(clinic: Clinic) -> dict[str, Any]:
    """The clinic's entry in a file; parts it does not have are left out."""
    entry = {
        "key": clinic.key,
        "id": str(clinic.clinic_id),
        "name": _order(clinic.name),
        "timezone": clinic.timezone,
        "currency": clinic.currency,
        "default_language": clinic.default_language,
        "whatsapp_instance": clinic.whatsapp_instance,
        "phone": clinic.phone,
        "emergency_number": clinic.emergency_number,
        "crisis_line": clinic.crisis_line,
        "staff": [
            {
                "name": contact.name,
                "phone": contact.phone,
                **({"language": contact.language} if contact.language else {}),
                "on_call": contact.on_call,
            }
            for contact in clinic.staff
        ],
        "address": _order(clinic.address),
        "parking": _order(clinic.parking),
        "hours": _describe_hours(clinic.hours),
        "holidays": [{"date": str(holiday.on), "name": _order(holiday.name)} for holiday in clinic.holidays],
    }
    return {name: value for name, value in entry.items() if name == "hours" or value not in (None, {}, [])}


def describe_doctor(doctor: Doctor, catalog: Catalog) -> dict[str, Any]:
    """The doctor's entry in a file, without the clinic."""
    return {
        "key": doctor.key,
        "id": str(doctor.doctor_id),
        "name": _order(doctor.name),
        "aliases": {language: list(words) for language, words in _order(doctor.aliases).items()},
        "languages": list(doctor.languages),
        "services": [
            service.key
            for service_id, service in catalog.services.items()
            if service_id in doctor.service_ids
        ],
        "hours": _describe_hours(doctor.hours),
        "time_off": [{"from": str(off.first_on), "to": str(off.last_on)} for off in doctor.time_off],
    }


def describe_service(service: Service) -> dict[str, Any]:
    """The service's entry in a file, without prices."""
    return {
        "key": service.key,
        "id": str(service.service_id),
        "duration_min": int(service.duration.total_seconds()) // 60,
        "name": _order(service.name),
        "aliases": {language: list(words) for language, words in _order(service.aliases).items()},
    }


def describe_price(service: Service) -> int | float | None:
    """As YAML writes it: whole where it is whole."""
    if service.price is None:
        return None
    return int(service.price) if service.price == int(service.price) else float(service.price)


def _merge_services(catalogs: Sequence[Catalog]) -> list[dict[str, Any]]:
    """Every service once, with the price at each clinic. Their order is one that suits every clinic where there is one."""
    merged: dict[UUID, dict[str, Any]] = {}
    for catalog in catalogs:
        for service_id, service in catalog.services.items():
            entry = merged.setdefault(service_id, {**describe_service(service), "prices": {}})
            entry["prices"][catalog.clinic.key] = describe_price(service)
    return [merged[service_id] for service_id in _order_all([list(catalog.services) for catalog in catalogs])]


def _order_all(lists: Iterable[Sequence[UUID]]) -> list[UUID]:
    """One order from several: each new item goes right behind its predecessor of its own list."""
    merged: list[UUID] = []
    for items in lists:
        position = 0
        for item in items:
            if item in merged:
                position = merged.index(item) + 1
            else:
                merged.insert(position, item)
                position += 1
    return merged


def _describe_patient(patient: DemoPatient) -> dict[str, str]:
    optional = {"phone": patient.phone, "language": patient.language, "clinic": patient.clinic_key}
    return {
        "key": patient.key,
        "id": str(patient.patient_id),
        "name": patient.name,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _describe_visits(
    catalogs: Sequence[Catalog],
    people: Mapping[UUID, DemoPatient],
    appointments: Mapping[UUID, Sequence[Appointment]],
) -> Iterator[dict[str, str]]:
    for catalog in catalogs:
        for visit in appointments.get(catalog.clinic.clinic_id, ()):
            yield {
                "id": str(visit.appointment_id),
                "patient": people[visit.patient_id].key,
                "doctor": catalog.doctors[visit.doctor_id].key,
                "service": catalog.services[visit.service_id].key,
                "start": _describe_start(visit, catalog.clinic.zone),
                "status": visit.status.value,
            }


def _describe_start(visit: Appointment, zone: ZoneInfo) -> str:
    local = visit.starts_at.astimezone(zone)
    # The second of two equal local times needs its offset to be told from the first.
    return local.isoformat(timespec="minutes") if local.fold else f"{local:%Y-%m-%dT%H:%M}"


def _describe_hours(hours: WeeklyHours) -> dict[str, list[list[str]]]:
    return {
        DAYS[weekday]: [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in hours[weekday]]
        for weekday in sorted(hours)
    }


def _order(by_language: Mapping[str, Any]) -> dict[str, Any]:
    """Languages in the house's order: databases and files keep different ones."""
    known = [language for language in LANGUAGES if language in by_language]
    return {
        language: by_language[language] for language in (*known, *sorted(by_language.keys() - set(known)))
    }

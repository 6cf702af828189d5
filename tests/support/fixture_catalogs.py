"""Reads a clinic fixture into catalogs and other people's visits, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from ruamel.yaml import YAML

from frontdesk.clinics.models import Clinic, Holiday, Intervals
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Catalog, DateRange, Doctor, Service

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIXTURES: Final = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fixture:
    """Clinic key → catalog, and the visits that take other people's time."""

    catalogs: dict[str, Catalog]
    taken: tuple[Appointment, ...]

    def service_id(self, clinic: str, key: str | None) -> UUID | None:
        return next((s.service_id for s in self.catalogs[clinic].services.values() if s.key == key), None)

    def doctor_id(self, clinic: str, key: str | None) -> UUID | None:
        return next((d.doctor_id for d in self.catalogs[clinic].doctors.values() if d.key == key), None)


@cache
def load_fixture(path: Path) -> Fixture:
    document = YAML(typ="safe").load(path.read_text("utf-8"))
    catalogs = {clinic["key"]: _catalog(document, clinic) for clinic in document["clinics"]}
    taken = tuple(_visit(document, catalogs, row) for row in document.get("appointments", ()))
    return Fixture(catalogs=catalogs, taken=taken)


def _catalog(document: dict[str, Any], clinic: dict[str, Any]) -> Catalog:
    services = [
        _service(row, clinic["key"]) for row in document["services"] if clinic["key"] in row["prices"]
    ]
    keys = {service.key: service.service_id for service in services}
    doctors = [_doctor(row, keys) for row in document["doctors"] if row["clinic"] == clinic["key"]]
    return Catalog(
        clinic=_clinic(document, clinic),
        services={service.service_id: service for service in services},
        doctors={doctor.doctor_id: doctor for doctor in doctors},
    )


def _clinic(document: dict[str, Any], row: dict[str, Any]) -> Clinic:
    return Clinic(
        clinic_id=UUID(row["id"]),
        organization_id=UUID(document["organization"]["id"]),
        key=row["key"],
        name=row["name"],
        timezone=row["timezone"],
        currency=row["currency"],
        default_language=row["default_language"],
        phone=row.get("phone"),
        emergency_number=row.get("emergency_number"),
        crisis_line=row.get("crisis_line"),
        address=row.get("address", {}),
        parking=row.get("parking", {}),
        hours=_hours(row["hours"]),
        holidays=tuple(
            Holiday(on=date.fromisoformat(str(h["date"])), name=h["name"]) for h in row.get("holidays", ())
        ),
    )


def _hours(rows: dict[str, Any]) -> dict[int, Intervals]:
    return {
        _DAYS.index(day): tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in spans)
        for day, spans in rows.items()
        if spans
    }


def _service(row: dict[str, Any], clinic: str) -> Service:
    return Service(
        service_id=UUID(row["id"]),
        key=row["key"],
        name=row["name"],
        aliases={code: tuple(words) for code, words in row.get("aliases", {}).items()},
        duration=timedelta(minutes=row["duration_min"]),
        price=Decimal(row["prices"][clinic]),
    )


def _doctor(row: dict[str, Any], services: dict[str, UUID]) -> Doctor:
    return Doctor(
        doctor_id=UUID(row["id"]),
        key=row["key"],
        name=row["name"],
        aliases={code: tuple(words) for code, words in row.get("aliases", {}).items()},
        languages=tuple(row.get("languages", ())),
        service_ids=frozenset(services[key] for key in row["services"] if key in services),
        hours=_hours(row["hours"]),
        time_off=tuple(
            DateRange(
                first_on=date.fromisoformat(str(off["from"])), last_on=date.fromisoformat(str(off["to"]))
            )
            for off in row.get("time_off", ())
        ),
    )


def _visit(document: dict[str, Any], catalogs: dict[str, Catalog], row: dict[str, Any]) -> Appointment:
    clinic = next(d["clinic"] for d in document["doctors"] if d["key"] == row["doctor"])
    patient = next(p["id"] for p in document["patients"] if p["key"] == row["patient"])
    return make_visit(catalogs[clinic], row, UUID(patient))


def make_visit(catalog: Catalog, row: dict[str, Any], patient_id: UUID) -> Appointment:
    """A visit from its row: `start` is local to the clinic, `doctor` and `service` are keys."""
    service = next(s for s in catalog.services.values() if s.key == row["service"])
    doctor = next(d for d in catalog.doctors.values() if d.key == row["doctor"])
    starts_at = datetime.fromisoformat(row["start"]).replace(tzinfo=catalog.clinic.zone)
    return Appointment(
        appointment_id=UUID(row["id"]),
        patient_id=patient_id,
        doctor_id=doctor.doctor_id,
        service_id=service.service_id,
        starts_at=starts_at,
        ends_at=starts_at + service.duration,
        status=AppointmentStatus(row["status"]),
    )

"""A catalog as rows of plain JSON values, and back: the shape that is stored, loaded and compared. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from frontdesk.clinics.clinic_rows import Rows, clinic_to_rows, hours_to_rows, rows_to_clinic, rows_to_hours
from frontdesk.scheduling.models import Catalog, DateRange, Doctor, Service


def catalog_to_rows(catalog: Catalog) -> dict[str, Any]:
    """One entry a table: the clinic's (see `clinic_to_rows`), `services`, `doctors`, `doctor_services`, `time_off`."""
    rows = clinic_to_rows(catalog.clinic)
    doctors = tuple(catalog.doctors.values())
    for doctor in doctors:
        rows["working_hours"] += hours_to_rows(doctor.hours, doctor_id=doctor.doctor_id)
    rows["services"] = [
        _service_row(service, position) for position, service in enumerate(catalog.services.values())
    ]
    rows["doctors"] = [_doctor_row(doctor, position) for position, doctor in enumerate(doctors)]
    rows["doctor_services"] = [
        {"doctor_id": str(doctor.doctor_id), "service_id": str(service_id)}
        for doctor in doctors
        for service_id in sorted(doctor.service_ids)
    ]
    rows["time_off"] = [
        {"doctor_id": str(doctor.doctor_id), "first_on": str(off.first_on), "last_on": str(off.last_on)}
        for doctor in doctors
        for off in doctor.time_off
    ]
    return rows


def rows_to_catalog(rows: Rows) -> Catalog:
    """The inverse of `catalog_to_rows`. Services and doctors come in the order of their rows."""
    services = [_read_service(row) for row in rows["services"]]
    doctors = [_read_doctor(row, rows) for row in rows["doctors"]]
    return Catalog(
        clinic=rows_to_clinic(rows),
        services={service.service_id: service for service in services},
        doctors={doctor.doctor_id: doctor for doctor in doctors},
    )


def _service_row(service: Service, position: int) -> dict[str, Any]:
    return {
        "service_id": str(service.service_id),
        "key": service.key,
        "name": dict(service.name),
        "aliases": {language: list(words) for language, words in service.aliases.items()},
        "duration_min": int(service.duration.total_seconds()) // 60,
        "price": None if service.price is None else str(service.price),
        "position": position,
    }


def _read_service(row: Rows) -> Service:
    return Service(
        service_id=UUID(row["service_id"]),
        key=row["key"],
        name=row["name"],
        aliases={language: tuple(words) for language, words in row["aliases"].items()},
        duration=timedelta(minutes=row["duration_min"]),
        price=None if row["price"] is None else Decimal(row["price"]),
    )


def _doctor_row(doctor: Doctor, position: int) -> dict[str, Any]:
    return {
        "doctor_id": str(doctor.doctor_id),
        "key": doctor.key,
        "name": dict(doctor.name),
        "aliases": {language: list(words) for language, words in doctor.aliases.items()},
        "languages": list(doctor.languages),
        "position": position,
    }


def _read_doctor(row: Rows, rows: Rows) -> Doctor:
    mine = row["doctor_id"]
    return Doctor(
        doctor_id=UUID(mine),
        key=row["key"],
        name=row["name"],
        aliases={language: tuple(words) for language, words in row["aliases"].items()},
        languages=tuple(row["languages"]),
        service_ids=frozenset(
            UUID(pair["service_id"]) for pair in rows["doctor_services"] if pair["doctor_id"] == mine
        ),
        hours=rows_to_hours(hours for hours in rows["working_hours"] if hours["doctor_id"] == mine),
        time_off=tuple(
            DateRange(
                first_on=date.fromisoformat(off["first_on"]), last_on=date.fromisoformat(off["last_on"])
            )
            for off in rows["time_off"]
            if off["doctor_id"] == mine
        ),
    )

"""Small catalogs of invented clinics, and a reader of the fixture format."""

from __future__ import annotations

from datetime import time, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from frontdesk.clinics.models import Clinic
from frontdesk.scheduling.models import Catalog, Doctor, Service

_WORKING_DAY = ((time(9), time(18)),)
_HOURS = dict.fromkeys(range(6), _WORKING_DAY)


def catalog_id(clinic_key: str, key: str) -> UUID:
    """The id of a service or doctor of these catalogs."""
    return uuid5(NAMESPACE_URL, f"{clinic_key}/{key}")


def make_catalog(
    clinic_key: str, *, timezone: str, services: dict[str, Any], doctors: dict[str, Any], language: str = "en"
) -> Catalog:
    """A catalog from key → {"name": {...}, "aliases": {...}}; every doctor offers everything."""
    made_services = [
        Service(
            service_id=catalog_id(clinic_key, key),
            key=key,
            name=entry["name"],
            aliases={code: tuple(words) for code, words in entry.get("aliases", {}).items()},
            duration=timedelta(minutes=30),
        )
        for key, entry in services.items()
    ]
    made_doctors = [
        Doctor(
            doctor_id=catalog_id(clinic_key, key),
            key=key,
            name=entry["name"],
            aliases={code: tuple(words) for code, words in entry.get("aliases", {}).items()},
            service_ids=frozenset(service.service_id for service in made_services),
            hours=_HOURS,
        )
        for key, entry in doctors.items()
    ]
    clinic = Clinic(
        clinic_id=catalog_id(clinic_key, "clinic"),
        organization_id=catalog_id(clinic_key, "organization"),
        key=clinic_key,
        name={"en": clinic_key.title()},
        timezone=timezone,
        currency="EUR",
        default_language=language,
        hours=_HOURS,
    )
    return Catalog(
        clinic=clinic,
        services={service.service_id: service for service in made_services},
        doctors={doctor.doctor_id: doctor for doctor in made_doctors},
    )


@cache
def skin_and_motion() -> Catalog:
    """A dermatology and physiotherapy clinic with names in all five languages and few aliases."""
    return make_catalog(
        "skin_and_motion",
        timezone="Europe/Madrid",
        language="es",
        services={
            "derm": {
                "name": {
                    "en": "Dermatology consultation",
                    "ru": "Консультация дерматолога",
                    "he": "ייעוץ רופא עור",
                    "es": "Consulta dermatológica",
                    "pt": "Consulta dermatológica",
                }
            },
            "mole": {
                "name": {
                    "en": "Mole removal",
                    "ru": "Удаление родинки",
                    "he": "הסרת שומה",
                    "es": "Extirpación de lunares",
                    "pt": "Remoção de pintas",
                }
            },
            "botox": {"name": {"en": "Botox", "ru": "Ботокс", "he": "בוטוקס", "es": "Bótox", "pt": "Botox"}},
            "laser": {
                "name": {
                    "en": "Laser hair removal",
                    "ru": "Лазерная эпиляция",
                    "he": "הסרת שיער בלייזר",
                    "es": "Depilación láser",
                    "pt": "Depilação a laser",
                }
            },
            "physio": {
                "name": {
                    "en": "Physiotherapy",
                    "ru": "Физиотерапия",
                    "he": "פיזיותרפיה",
                    "es": "Fisioterapia",
                    "pt": "Fisioterapia",
                }
            },
            "massage": {
                "name": {
                    "en": "Therapeutic massage",
                    "ru": "Лечебный массаж",
                    "he": "עיסוי רפואי",
                    "es": "Masaje terapéutico",
                    "pt": "Massagem terapêutica",
                }
            },
        },
        doctors={
            "vega": {
                "name": {
                    "en": "Dr. Lucía Vega",
                    "ru": "доктор Лусия Вега",
                    "he": 'ד"ר לוסיה וגה',
                    "es": "Dra. Lucía Vega",
                    "pt": "Dra. Lucía Vega",
                }
            },
            "oleg": {
                "name": {
                    "en": "Dr. Oleg Morozov",
                    "ru": "доктор Олег Морозов",
                    "he": 'ד"ר אולג מורוזוב',
                    "es": "Dr. Oleg Morozov",
                    "pt": "Dr. Oleg Morozov",
                }
            },
            "irina": {
                "name": {
                    "en": "Dr. Irina Morozova",
                    "ru": "доктор Ирина Морозова",
                    "he": 'ד"ר אירינה מורוזובה',
                    "es": "Dra. Irina Morozova",
                    "pt": "Dra. Irina Morozova",
                }
            },
        },
    )


@cache
def english_only() -> Catalog:
    """A dental and family clinic whose catalog has English names and nothing else."""

    def named(name: str) -> dict[str, Any]:
        return {"name": {"en": name}}

    return make_catalog(
        "english_only",
        timezone="America/New_York",
        services={
            "cleaning": named("Dental cleaning"),
            "filling": named("Tooth filling"),
            "extraction": named("Tooth extraction"),
            "root": named("Root canal treatment"),
            "crown": named("Porcelain crown"),
            "whitening": named("Teeth whitening"),
            "braces": named("Braces"),
            "implant": named("Dental implant"),
            "exam": named("Dental exam"),
            "blood": named("Blood test"),
            "eye": named("Eye exam"),
            "gyn": named("Gynecology visit"),
            "child": named("Pediatric visit"),
            "vaccine": named("Vaccination"),
        },
        doctors={
            "cohen": named("Dr. David Cohen"),
            "miller": named("Sarah Miller, DDS"),
            "ben": named("Dr. Ben Katz"),
            "rosa": named("Dr. Rosa Delgado"),
            "gomez_a": named("Dr. Antonio Gomez"),
            "gomez_m": named("Dr. Maria Gomez"),
        },
    )


@cache
def general_visits() -> Catalog:
    """A directory of practices that offer visits and nothing more particular."""

    def named(name: str) -> dict[str, Any]:
        return {"name": {"en": name}}

    return make_catalog(
        "general_visits",
        timezone="America/Chicago",
        services={
            "dental": named("Dental visit"),
            "doctor": named("Doctor visit"),
            "talk": named("Therapy session"),
        },
        doctors={
            "lakeside": named("Lakeside Dental Center"),
            "hart": named("Joanna Hart, M.D."),
            "chen": named("Chen Wei L"),
        },
    )

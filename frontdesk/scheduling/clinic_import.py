"""Putting a clinic file into the database: twice does nothing, and what is gone is retired, not deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from frontdesk.clinics import store as clinics
from frontdesk.clinics.organization import Organization
from frontdesk.scheduling.catalog_rows import catalog_to_rows
from frontdesk.scheduling.clinic_file import ClinicFile
from frontdesk.scheduling.clinic_file_demo import patient_row
from frontdesk.scheduling.clinic_file_text import (
    describe_clinic,
    describe_doctor,
    describe_price,
    describe_service,
)
from frontdesk.scheduling.models import Catalog
from frontdesk.scheduling.store.catalog import find_catalog, put_offer
from frontdesk.scheduling.store.demo import put_demo
from frontdesk.storage.postgres import Database, Rollback, Transaction


class ClinicOfAnother(Exception):
    """The clinic's id belongs to a clinic of another organization."""

    def __init__(self, clinic_key: str, owner: str) -> None:
        super().__init__(
            f"the id of clinic {clinic_key!r} belongs to a clinic of {owner!r}: give the clinic an id of its own"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """`path` is like tlv.doctors.dan.hours.mon; values are as the file writes them."""

    kind: Literal["added", "changed", "removed"]
    path: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """What an import changed, or would change."""

    items: tuple[Difference, ...]
    # Rows of demo patients and visits that were put in.
    demo_rows: int = 0

    def __bool__(self) -> bool:
        return bool(self.items)


async def import_clinic_file(
    database: Database,
    clinic_file: ClinicFile,
    *,
    now: datetime,
    dry_run: bool = False,
    include_demo: bool = False,
) -> Differences:
    """Make the database's clinics be as the file says; clinics of other files are left alone.

    Each clinic is one transaction; its catalog_version rises only if something of it changed. A dry run does all of it and
    takes it back, so that it finds what the real one would. Raises ClinicOfAnother, clinics.store.InstanceTaken,
    storage.DatabaseUnavailable.
    """
    differences: list[Difference] = []
    demo_rows = 0
    for catalog in clinic_file.catalogs.values():
        clinic_id = catalog.clinic.clinic_id
        async with database.transaction(clinic_id) as tx:
            stored = await find_catalog(tx, clinic_id)
            found = await _compare_stored(tx, clinic_file.organization, stored, catalog)
            differences += found
            if found:
                await _put(tx, clinic_file.organization, stored, catalog, now)
            if dry_run:
                raise Rollback
            if include_demo:
                demo_rows += await put_demo(
                    tx,
                    clinic_id,
                    patients=[patient_row(patient) for patient in clinic_file.patients[clinic_id]],
                    appointments=clinic_file.appointments[clinic_id],
                    now=now,
                )
    return Differences(items=tuple(differences), demo_rows=demo_rows)


def compare_catalogs(before: Catalog | None, after: Catalog) -> list[Difference]:
    """What differs, by paths that begin with the clinic's key; `before` None is a new clinic."""
    key = after.clinic.key
    old = {} if before is None else _describe(before)
    new = _describe(after)
    if before is not None and after.clinic.whatsapp_instance is None:
        old.pop("whatsapp_instance", None)  # a file that names none leaves the one connected by hand
    return list(_compare(key, old, new)) if before is not None else [Difference(kind="added", path=key)]


async def _compare_stored(
    tx: Transaction, organization: Organization, stored: Catalog | None, catalog: Catalog
) -> list[Difference]:
    owner = await clinics.find_organization(tx, catalog.clinic.clinic_id)
    found = compare_catalogs(stored, catalog)
    if owner is not None and owner.organization_id != organization.organization_id:
        raise ClinicOfAnother(catalog.clinic.key, owner.name)
    if owner is not None and owner != organization:
        path = f"{catalog.clinic.key}.organization"
        found.append(Difference(kind="changed", path=path, before=owner.name, after=organization.name))
    return found


async def _put(
    tx: Transaction, organization: Organization, stored: Catalog | None, catalog: Catalog, now: datetime
) -> None:
    clinic_id, rows = catalog.clinic.clinic_id, catalog_to_rows(catalog)
    await clinics.put_organization(tx, organization, now=now)
    await clinics.put_clinic(tx, clinic_id, rows["clinic"], now=now)
    await put_offer(tx, clinic_id, rows)
    await clinics.replace_calendar(tx, clinic_id, rows)
    known = None if stored is None else stored.clinic.whatsapp_instance
    wanted = catalog.clinic.whatsapp_instance
    if wanted is None or wanted == known:
        return
    await clinics.put_instance(tx, clinic_id, instance_name=wanted, now=now)
    if known is not None:
        await clinics.remove_instance(tx, clinic_id, instance_name=known, now=now)


def _describe(catalog: Catalog) -> dict[str, Any]:
    """The catalog as nested mappings, by key in place of lists, so that a path names what changed."""
    services = {
        service.key: {**describe_service(service), "price": describe_price(service)}
        for service in catalog.services.values()
    }
    doctors = {doctor.key: describe_doctor(doctor, catalog) for doctor in catalog.doctors.values()}
    clinic = describe_clinic(catalog.clinic)
    clinic["holidays"] = {holiday["date"]: holiday["name"] for holiday in clinic.get("holidays", [])}
    order = {"services": list(services), "doctors": list(doctors)}
    return {**clinic, "services": services, "doctors": doctors, "order": order}


def _compare(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in [*before, *(name for name in after if name not in before)]:
        place = f"{path}.{name}"
        if name not in after:
            yield Difference(kind="removed", path=place, before=before[name])
        elif name not in before:
            yield Difference(kind="added", path=place, after=after[name])
        elif isinstance(before[name], Mapping) and isinstance(after[name], Mapping):
            yield from _compare(place, before[name], after[name])
        elif before[name] != after[name]:
            yield Difference(kind="changed", path=place, before=before[name], after=after[name])

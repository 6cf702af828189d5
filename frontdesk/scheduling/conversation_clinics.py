"""A clinic's copy for one conversation: same services and doctors, its own patients, visits and clinic_id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from frontdesk.scheduling.catalog_rows import catalog_to_rows
from frontdesk.scheduling.clinic_file_demo import DemoPatient, patient_row
from frontdesk.scheduling.models import Appointment, Catalog
from frontdesk.scheduling.store import demo as store
from frontdesk.storage.postgres import Database


async def clone_catalog(
    database: Database,
    catalog: Catalog,
    *,
    clinic_id: UUID,
    now: datetime,
    patients: Sequence[DemoPatient] = (),
    appointments: Sequence[Appointment] = (),
) -> Catalog:
    """Put a copy of the clinic into the database under `clinic_id`; the catalog to work with.

    Doctors, services, patients and visits keep their ids: every key begins with clinic_id, so copies share nothing.
    The copy's instance has the id `clinic_id`. Where visits overlap the first one is kept. Hours, holidays and
    aliases are not stored: use the returned catalog, not `load_catalog`.
    """
    instance_name = f"conversation-{clinic_id}"
    async with database.transaction(clinic_id) as tx:
        await store.clone_rows(
            tx,
            clinic_id,
            catalog_to_rows(catalog),
            instance_name=instance_name,
            patients=[patient_row(patient) for patient in patients],
            appointments=appointments,
            now=now,
        )
    clinic = replace(catalog.clinic, clinic_id=clinic_id, whatsapp_instance=instance_name)
    return replace(catalog, clinic=clinic)

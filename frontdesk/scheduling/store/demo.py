"""SQL that puts whole clinics in place: demo patients and visits, and a clinic's copy for one conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from frontdesk.scheduling.models import Appointment
from frontdesk.storage import sql
from frontdesk.storage.postgres import Transaction
from frontdesk.storage.sql import Jsonb

_PUT_PATIENTS: Final = """
insert into healthcare.patients as p (clinic_id, patient_id, name, language, created_at)
select %(clinic_id)s, r.patient_id, r.name, r.language, %(now)s
from jsonb_to_recordset(%(patients)s) as r (patient_id uuid, name text, language text)
on conflict (clinic_id, patient_id) do update set name = excluded.name, language = excluded.language
where (p.name, p.language) is distinct from (excluded.name, excluded.language)
"""

# A contact has the id of the patient it was made for; a phone that is known already is shared.
_PUT_CONTACTS: Final = """
insert into core.contacts (clinic_id, contact_id, phone, created_at)
select %(clinic_id)s, r.patient_id, r.phone, %(now)s
from jsonb_to_recordset(%(patients)s) as r (patient_id uuid, phone text) where r.phone is not null
on conflict do nothing
"""

_LINK_CONTACTS: Final = """
insert into healthcare.patient_contacts (clinic_id, patient_id, contact_id)
select %(clinic_id)s, r.patient_id, c.contact_id
from jsonb_to_recordset(%(patients)s) as r (patient_id uuid, phone text)
join core.contacts c on c.clinic_id = %(clinic_id)s and c.phone = r.phone
on conflict do nothing
"""

_PUT_APPOINTMENTS: Final = """
insert into healthcare.appointments (clinic_id, appointment_id, patient_id, doctor_id, service_id, starts_at, ends_at,
  status, created_at, updated_at)
select %(clinic_id)s, r.appointment_id, r.patient_id, r.doctor_id, r.service_id, r.starts_at, r.ends_at, r.status,
  %(now)s, %(now)s
from rows from (jsonb_to_recordset(%(appointments)s) as (appointment_id uuid, patient_id uuid, doctor_id uuid,
  service_id uuid, starts_at timestamptz, ends_at timestamptz, status text)) with ordinality as r (appointment_id,
  patient_id, doctor_id, service_id, starts_at, ends_at, status, number)
order by r.number
on conflict do nothing
"""

# What foreign keys ask for and bookings touch. The commit is not waited for: the copy is thrown away after its chat.
_CLONE: Final = """
with quick as (
  select set_config('synchronous_commit', 'off', true)
), organization as (
  insert into core.organizations (organization_id, key, name, created_at)
  select r.organization_id, r.key, r.key, %(now)s
  from jsonb_to_record(%(clinic)s) as r (organization_id uuid, key text), quick
  on conflict do nothing
), clinic as (
  insert into core.clinics (clinic_id, organization_id, key, name, timezone, currency, default_language, created_at)
  select %(clinic_id)s, r.organization_id, r.key || ':' || %(clinic_id)s, r.name, r.timezone, r.currency,
    r.default_language, %(now)s
  from jsonb_to_record(%(clinic)s) as r (organization_id uuid, key text, name jsonb, timezone text, currency text,
    default_language text)
), instance as (
  insert into healthcare.whatsapp_instances (instance_id, clinic_id, instance_name, created_at)
  values (%(clinic_id)s, %(clinic_id)s, %(instance_name)s, %(now)s)
), services as (
  insert into healthcare.services (clinic_id, service_id, key, name, duration_min, price, position)
  select %(clinic_id)s, r.service_id, r.key, r.name, r.duration_min, r.price, r.position
  from jsonb_to_recordset(%(services)s) as r (service_id uuid, key text, name jsonb, duration_min int, price numeric,
    position int)
), doctors as (
  insert into healthcare.doctors (clinic_id, doctor_id, key, name, position)
  select %(clinic_id)s, r.doctor_id, r.key, r.name, r.position
  from jsonb_to_recordset(%(doctors)s) as r (doctor_id uuid, key text, name jsonb, position int)
), patients as (
  insert into healthcare.patients (clinic_id, patient_id, name, language, created_at)
  select distinct on (r.patient_id) %(clinic_id)s::uuid, r.patient_id, r.name, r.language, %(now)s::timestamptz
  from jsonb_to_recordset(%(patients)s) as r (patient_id uuid, name text, language text)
)
insert into healthcare.appointments (clinic_id, appointment_id, patient_id, doctor_id, service_id, starts_at, ends_at,
  status, created_at, updated_at)
select %(clinic_id)s, r.appointment_id, r.patient_id, r.doctor_id, r.service_id, r.starts_at, r.ends_at, r.status,
  %(now)s, %(now)s
from rows from (jsonb_to_recordset(%(appointments)s) as (appointment_id uuid, patient_id uuid, doctor_id uuid,
  service_id uuid, starts_at timestamptz, ends_at timestamptz, status text)) with ordinality as r (appointment_id,
  patient_id, doctor_id, service_id, starts_at, ends_at, status, number)
order by r.number
on conflict do nothing
"""


def appointment_row(visit: Appointment) -> dict[str, str]:
    """An appointment as plain JSON values."""
    return {
        "appointment_id": str(visit.appointment_id),
        "patient_id": str(visit.patient_id),
        "doctor_id": str(visit.doctor_id),
        "service_id": str(visit.service_id),
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "status": visit.status.value,
    }


async def put_demo(
    tx: Transaction,
    clinic_id: UUID,
    *,
    patients: Sequence[Mapping[str, Any]],
    appointments: Sequence[Appointment],
    now: datetime,
) -> int:
    """Put invented patients, their phones and visits; what is there already stays. How many rows changed.

    `patients` are rows of patient_id, name, language and phone (digits). A visit that overlaps another is left out.
    """
    parameters = {
        "clinic_id": clinic_id,
        "now": now,
        "patients": Jsonb(list(patients)),
        "appointments": Jsonb([appointment_row(visit) for visit in appointments]),
    }
    statements = (_PUT_PATIENTS, _PUT_CONTACTS, _LINK_CONTACTS, _PUT_APPOINTMENTS)
    return sum([await sql.execute(tx, statement, parameters) for statement in statements])


async def clone_rows(
    tx: Transaction,
    clinic_id: UUID,
    rows: Mapping[str, Any],
    *,
    instance_name: str,
    patients: Sequence[Mapping[str, Any]],
    appointments: Sequence[Appointment],
    now: datetime,
) -> None:
    """Copy a catalog's rows (`catalog_rows`) under another clinic_id, in one statement."""
    parameters = {
        "clinic_id": clinic_id,
        "instance_name": instance_name,
        "now": now,
        "clinic": Jsonb(rows["clinic"]),
        "services": Jsonb(rows["services"]),
        "doctors": Jsonb(rows["doctors"]),
        "patients": Jsonb(list(patients)),
        "appointments": Jsonb([appointment_row(visit) for visit in appointments]),
    }
    await sql.execute(tx, _CLONE, parameters)

"""SQL of organizations, clinics, their hours, holidays, staff and WhatsApp instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from frontdesk.clinics.organization import Organization
from frontdesk.storage import sql
from frontdesk.storage.postgres import Transaction
from frontdesk.storage.sql import Jsonb


class InstanceTaken(Exception):
    """Another clinic receives its messages through the instance of that name."""

    def __init__(self, instance_name: str) -> None:
        super().__init__(f"the WhatsApp instance {instance_name!r} belongs to another clinic")
        self.instance_name = instance_name


_PUT_ORGANIZATION: Final = """
insert into core.organizations as o (organization_id, key, name, created_at)
values (%(organization_id)s, %(key)s, %(name)s, %(now)s)
on conflict (organization_id) do update set key = excluded.key, name = excluded.name
where (o.key, o.name) is distinct from (excluded.key, excluded.name)
"""

_PUT_CLINIC: Final = """
insert into core.clinics as c (clinic_id, organization_id, key, name, timezone, currency, default_language, phone,
  emergency_number, crisis_line, address, parking, created_at)
select r.clinic_id, r.organization_id, r.key, r.name, r.timezone, r.currency, r.default_language, r.phone,
  r.emergency_number, r.crisis_line, r.address, r.parking, %(now)s
from jsonb_to_record(%(clinic)s) as r (clinic_id uuid, organization_id uuid, key text, name jsonb, timezone text,
  currency text, default_language text, phone text, emergency_number text, crisis_line text, address jsonb, parking jsonb)
where r.clinic_id = %(clinic_id)s
on conflict (clinic_id) do update set organization_id = excluded.organization_id, key = excluded.key,
  name = excluded.name, timezone = excluded.timezone, currency = excluded.currency,
  default_language = excluded.default_language, phone = excluded.phone, emergency_number = excluded.emergency_number,
  crisis_line = excluded.crisis_line, address = excluded.address, parking = excluded.parking,
  catalog_version = c.catalog_version + 1
"""

_CLEAR: Final = (
    "delete from healthcare.working_hours where clinic_id = %(clinic_id)s",
    "delete from healthcare.holidays where clinic_id = %(clinic_id)s",
    "delete from core.staff_contacts where clinic_id = %(clinic_id)s",
)

_PUT_HOURS: Final = """
insert into healthcare.working_hours (clinic_id, doctor_id, weekday, opens, closes)
select %(clinic_id)s, r.doctor_id, r.weekday, r.opens, r.closes
from jsonb_to_recordset(%(rows)s) as r (doctor_id uuid, weekday smallint, opens time, closes time)
"""

_PUT_HOLIDAYS: Final = """
insert into healthcare.holidays (clinic_id, closed_on, name)
select %(clinic_id)s, r.closed_on, r.name from jsonb_to_recordset(%(rows)s) as r (closed_on date, name jsonb)
"""

_PUT_STAFF: Final = """
insert into core.staff_contacts (clinic_id, staff_id, name, phone, language, on_call, position)
select %(clinic_id)s, r.staff_id, r.name, r.phone, r.language, r.on_call, r.position
from jsonb_to_recordset(%(rows)s) as r (staff_id uuid, name text, phone text, language text, on_call boolean, position int)
"""

_PUT_INSTANCE: Final = """
insert into healthcare.whatsapp_instances (instance_id, clinic_id, instance_name, created_at)
values (%(instance_id)s, %(clinic_id)s, %(instance_name)s, %(now)s)
on conflict (instance_name) do nothing
"""

_TAKE_INSTANCE: Final = """
update healthcare.whatsapp_instances set removed_at = null
where clinic_id = %(clinic_id)s and instance_name = %(instance_name)s
"""

_REMOVE_INSTANCE: Final = """
update healthcare.whatsapp_instances set removed_at = %(now)s
where clinic_id = %(clinic_id)s and instance_name = %(instance_name)s and removed_at is null
"""

_LOAD_ORGANIZATION: Final = """
select o.organization_id, o.key, o.name from core.organizations o
join core.clinics c using (organization_id) where c.clinic_id = %(clinic_id)s
"""


async def put_organization(tx: Transaction, organization: Organization, *, now: datetime) -> None:
    """Insert or rename. It belongs to no clinic: any clinic's transaction will do."""
    row = {
        "organization_id": organization.organization_id,
        "key": organization.key,
        "name": organization.name,
    }
    await sql.execute(tx, _PUT_ORGANIZATION, row | {"now": now})


async def find_organization(tx: Transaction, clinic_id: UUID) -> Organization | None:
    """The owner of a clinic; None if the clinic is unknown."""
    return await sql.fetch_one(tx, Organization, _LOAD_ORGANIZATION, {"clinic_id": clinic_id})


async def put_clinic(tx: Transaction, clinic_id: UUID, clinic: Mapping[str, Any], *, now: datetime) -> None:
    """Insert or change the clinic's own row (see `clinic_rows`). A change raises its catalog_version by one."""
    await sql.execute(tx, _PUT_CLINIC, {"clinic_id": clinic_id, "clinic": Jsonb(clinic), "now": now})


async def replace_calendar(tx: Transaction, clinic_id: UUID, rows: Mapping[str, Any]) -> None:
    """Set working hours (the clinic's and its doctors'), holidays and staff to exactly these rows."""
    for statement in _CLEAR:
        await sql.execute(tx, statement, {"clinic_id": clinic_id})
    for statement, name in (
        (_PUT_HOURS, "working_hours"),
        (_PUT_HOLIDAYS, "holidays"),
        (_PUT_STAFF, "staff"),
    ):
        await sql.execute(tx, statement, {"clinic_id": clinic_id, "rows": Jsonb(rows[name])})


async def put_instance(tx: Transaction, clinic_id: UUID, *, instance_name: str, now: datetime) -> None:
    """Make sure the clinic has an instance of that name. Raises InstanceTaken if another clinic has it."""
    row = {"clinic_id": clinic_id, "instance_name": instance_name, "now": now}
    if await sql.execute(tx, _TAKE_INSTANCE, row):
        return
    if not await sql.execute(tx, _PUT_INSTANCE, row | {"instance_id": uuid4()}):
        raise InstanceTaken(instance_name)  # row-level security hides whose it is, as it should


async def remove_instance(tx: Transaction, clinic_id: UUID, *, instance_name: str, now: datetime) -> None:
    """Note that an instance is no longer the clinic's; its chats stay."""
    row = {"clinic_id": clinic_id, "instance_name": instance_name, "now": now}
    await sql.execute(tx, _REMOVE_INSTANCE, row)


async def list_clinic_ids(tx: Transaction) -> Sequence[UUID]:
    """All clinics, oldest first: for warming caches and for operators."""
    rows = await sql.fetch_dicts(tx, "select clinic_id from core.list_clinics()")
    return [row["clinic_id"] for row in rows]

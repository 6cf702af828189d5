"""SQL of services and doctors, and of the catalog as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from frontdesk.scheduling.catalog_rows import rows_to_catalog
from frontdesk.scheduling.models import Catalog
from frontdesk.storage import sql
from frontdesk.storage.postgres import Transaction
from frontdesk.storage.sql import Jsonb

# One read: the shape is that of `catalog_rows`.
_LOAD: Final = """
select jsonb_build_object(
  'clinic', to_jsonb(c),
  'instance_name', (select i.instance_name from healthcare.whatsapp_instances i
    where i.clinic_id = c.clinic_id and i.removed_at is null order by i.created_at desc, i.instance_name limit 1),
  'staff', (select coalesce(jsonb_agg(to_jsonb(s) order by s.position), '[]')
    from core.staff_contacts s where s.clinic_id = c.clinic_id),
  'holidays', (select coalesce(jsonb_agg(to_jsonb(h) order by h.closed_on), '[]')
    from healthcare.holidays h where h.clinic_id = c.clinic_id),
  'working_hours', (select coalesce(jsonb_agg(to_jsonb(w)), '[]')
    from healthcare.working_hours w where w.clinic_id = c.clinic_id),
  'services', (select coalesce(jsonb_agg(to_jsonb(s) || jsonb_build_object('price', s.price::text)
      order by s.position, s.key), '[]')
    from healthcare.services s where s.clinic_id = c.clinic_id and s.is_offered),
  'doctors', (select coalesce(jsonb_agg(to_jsonb(d) order by d.position, d.key), '[]')
    from healthcare.doctors d where d.clinic_id = c.clinic_id and d.works_here),
  'doctor_services', (select coalesce(jsonb_agg(to_jsonb(p)), '[]')
    from healthcare.doctor_services p where p.clinic_id = c.clinic_id),
  'time_off', (select coalesce(jsonb_agg(to_jsonb(t) order by t.first_on), '[]')
    from healthcare.time_off t where t.clinic_id = c.clinic_id))
from core.clinics c where c.clinic_id = %(clinic_id)s
"""

# A key may pass from a removed service or doctor to a new one, or two may swap theirs: the old owner gives it up first.
_FREE_KEYS: Final = (
    """
update healthcare.services s set key = s.service_id::text
where s.clinic_id = %(clinic_id)s and s.key in (select r.key
  from jsonb_to_recordset(%(services)s) as r (service_id uuid, key text) where r.service_id <> s.service_id)
""",
    """
update healthcare.doctors d set key = d.doctor_id::text
where d.clinic_id = %(clinic_id)s and d.key in (select r.key
  from jsonb_to_recordset(%(doctors)s) as r (doctor_id uuid, key text) where r.doctor_id <> d.doctor_id)
""",
)

_PUT_SERVICES: Final = """
insert into healthcare.services (clinic_id, service_id, key, name, aliases, duration_min, price, position)
select %(clinic_id)s, r.service_id, r.key, r.name, r.aliases, r.duration_min, r.price, r.position
from jsonb_to_recordset(%(services)s) as r (service_id uuid, key text, name jsonb, aliases jsonb, duration_min int,
  price numeric, position int)
on conflict (clinic_id, service_id) do update set key = excluded.key, name = excluded.name, aliases = excluded.aliases,
  duration_min = excluded.duration_min, price = excluded.price, position = excluded.position, is_offered = true
"""

_PUT_DOCTORS: Final = """
insert into healthcare.doctors (clinic_id, doctor_id, key, name, aliases, languages, position)
select %(clinic_id)s, r.doctor_id, r.key, r.name, r.aliases, r.languages, r.position
from jsonb_to_recordset(%(doctors)s) as r (doctor_id uuid, key text, name jsonb, aliases jsonb, languages text[], position int)
on conflict (clinic_id, doctor_id) do update set key = excluded.key, name = excluded.name, aliases = excluded.aliases,
  languages = excluded.languages, position = excluded.position, works_here = true
"""

# Visits of the past refer to them, so they are kept and no longer offered.
_RETIRE: Final = (
    """
update healthcare.services set is_offered = false
where clinic_id = %(clinic_id)s and is_offered and service_id not in
  (select r.service_id from jsonb_to_recordset(%(services)s) as r (service_id uuid))
""",
    """
update healthcare.doctors set works_here = false
where clinic_id = %(clinic_id)s and works_here and doctor_id not in
  (select r.doctor_id from jsonb_to_recordset(%(doctors)s) as r (doctor_id uuid))
""",
    "delete from healthcare.doctor_services where clinic_id = %(clinic_id)s",
    "delete from healthcare.time_off where clinic_id = %(clinic_id)s",
)

_PUT_PAIRS: Final = """
insert into healthcare.doctor_services (clinic_id, doctor_id, service_id)
select %(clinic_id)s, r.doctor_id, r.service_id
from jsonb_to_recordset(%(doctor_services)s) as r (doctor_id uuid, service_id uuid)
"""

_PUT_TIME_OFF: Final = """
insert into healthcare.time_off (clinic_id, doctor_id, first_on, last_on)
select %(clinic_id)s, r.doctor_id, r.first_on, r.last_on
from jsonb_to_recordset(%(time_off)s) as r (doctor_id uuid, first_on date, last_on date)
"""


async def find_catalog(tx: Transaction, clinic_id: UUID) -> Catalog | None:
    """The clinic with everything it offers; None if there is no such clinic."""
    rows = await sql.fetch_value(tx, _LOAD, {"clinic_id": clinic_id})
    return None if rows is None else rows_to_catalog(rows)


async def load_catalog(tx: Transaction, clinic_id: UUID) -> Catalog:
    """The clinic with everything it offers. Raises LookupError if there is no such clinic."""
    catalog = await find_catalog(tx, clinic_id)
    if catalog is None:
        raise LookupError(f"no clinic {clinic_id}")
    return catalog


async def put_offer(tx: Transaction, clinic_id: UUID, rows: Mapping[str, Any]) -> None:
    """Set services, doctors, who does what and time off to these rows; those not among them are no longer offered.

    The doctors' working hours are the calendar's (clinics.store.replace_calendar), to be set after this.
    """
    tables = ("services", "doctors", "doctor_services", "time_off")
    parameters = {"clinic_id": clinic_id} | {table: Jsonb(rows[table]) for table in tables}
    for statement in (*_FREE_KEYS, _PUT_SERVICES, _PUT_DOCTORS, *_RETIRE, _PUT_PAIRS, _PUT_TIME_OFF):
        await sql.execute(tx, statement, parameters)

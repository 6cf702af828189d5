"""WhatsApp instances and their SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from frontdesk.clinics.models import text_in
from frontdesk.observability.trace_context import TraceContext, add_trace_to_dict
from frontdesk.storage import sql
from frontdesk.storage.postgres import Database
from frontdesk.storage.sql import Jsonb


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceRow:
    """An instance with what a webhook must know of its clinic before any queue."""

    instance_id: UUID
    clinic_id: UUID
    organization_id: UUID
    instance_name: str
    clinic_name: str
    whatsapp_number: str | None
    api_version: str
    connection_state: str
    default_language: str
    emergency_number: str | None
    crisis_line: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    instance_id: UUID
    clinic_id: UUID
    organization_id: UUID
    instance_name: str
    names: Mapping[str, str]
    whatsapp_number: str | None
    api_version: str
    connection_state: str
    default_language: str
    emergency_number: str | None
    crisis_line: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A webhook in quarantine."""

    quarantine_id: UUID
    instance_name: str
    reason: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBody:
    """A webhook in quarantine as it came, without secrets."""

    quarantine_id: UUID
    received_at: datetime
    trace_id: str | None
    body: bytes


_SELECT = """
select i.instance_id, i.clinic_id, c.organization_id, i.instance_name, c.name as names, i.whatsapp_number, i.api_version,
  i.connection_state, c.default_language, c.emergency_number, c.crisis_line
from healthcare.whatsapp_instances i join core.clinics c on c.clinic_id = i.clinic_id
where i.clinic_id = %s and i.instance_id = any(%s)
"""


class InstanceStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_instances(self) -> list[InstanceRow]:
        """Every instance of every clinic, clinic by clinic."""
        async with self._database.connection() as connection:
            pairs = await sql.fetch_dicts(
                connection, "select instance_id, clinic_id from core.list_instances()"
            )
        by_clinic: dict[UUID, list[UUID]] = {}
        for pair in pairs:
            by_clinic.setdefault(pair["clinic_id"], []).append(pair["instance_id"])
        rows: list[InstanceRow] = []
        for clinic_id, instance_ids in by_clinic.items():
            rows += await self._load(clinic_id, instance_ids)
        return rows

    async def find_instance(self, instance_name: str) -> InstanceRow | None:
        async with self._database.connection() as connection:
            pairs = await sql.fetch_dicts(
                connection, "select instance_id, clinic_id from core.find_instance(%s)", (instance_name,)
            )
        if not pairs:
            return None
        rows = await self._load(pairs[0]["clinic_id"], [pairs[0]["instance_id"]])
        return rows[0] if rows else None

    async def change_connection(
        self,
        clinic_id: UUID,
        instance_id: UUID,
        *,
        state: str,
        alert: Mapping[str, Any] | None,
        now: datetime,
    ) -> str | None:
        """Keep the connection's state; the alert is raised only if it has changed. The state before."""
        payload = {
            "clinic_id": clinic_id,
            "instance_id": instance_id,
            "state": state,
            "alert": alert,
            "now": now.isoformat(),
            "trace_id": TraceContext.current(),
            "trace": add_trace_to_dict({}),
        }
        async with self._database.connection() as connection:
            result = await sql.fetch_value(connection, "select core.change_connection(%s)", (Jsonb(payload),))
        before: str | None = result["before"]
        return before

    async def list_kept(self, *, most: int = 1000) -> list[Kept]:
        """Webhooks in quarantine, oldest first."""
        async with self._database.connection() as connection:
            return await sql.fetch_all(connection, Kept, "select * from core.list_quarantine(%s)", (most,))

    async def list_kept_of(self, instance_name: str, *, reason: str, most: int) -> list[KeptBody]:
        """What one instance left in quarantine for this reason, oldest first."""
        async with self._database.connection() as connection:
            return await sql.fetch_all(
                connection,
                KeptBody,
                "select * from core.list_kept(%s, %s, %s)",
                (instance_name, reason, most),
            )

    async def mark_replayed(self, quarantine_id: UUID, *, now: datetime) -> None:
        """It is taken in: it is not listed any more."""
        async with self._database.connection() as connection:
            await sql.fetch_dicts(
                connection, "select instance_name from core.take_quarantined(%s, %s)", (quarantine_id, now)
            )

    async def _load(self, clinic_id: UUID, instance_ids: list[UUID]) -> list[InstanceRow]:
        async with self._database.transaction(clinic_id) as tx:
            rows = await sql.fetch_all(tx, _Row, _SELECT, (clinic_id, instance_ids))
        return [
            InstanceRow(
                instance_id=row.instance_id,
                clinic_id=row.clinic_id,
                organization_id=row.organization_id,
                instance_name=row.instance_name,
                clinic_name=text_in(row.names, row.default_language, row.default_language)
                or row.instance_name,
                whatsapp_number=row.whatsapp_number,
                api_version=row.api_version,
                connection_state=row.connection_state,
                default_language=row.default_language,
                emergency_number=row.emergency_number,
                crisis_line=row.crisis_line,
            )
            for row in rows
        ]

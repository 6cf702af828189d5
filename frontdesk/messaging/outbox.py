"""The outbox: promised messages. Claimed before a send, marked after it; never silently dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from frontdesk.storage import sql
from frontdesk.storage.postgres import Database
from frontdesk.storage.sql import Jsonb


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """One message to send. `was_sending`: an earlier try may have reached the gateway, since `claimed_at`."""

    outbox_id: UUID
    session_id: UUID | None
    instance_id: UUID
    instance_name: str
    api_version: str
    reply_to: str
    text: str
    kind: str
    attempts: int
    was_sending: bool
    created_at: datetime
    claimed_at: datetime | None
    removed: bool


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, clinic_id: UUID, outbox_id: UUID, *, now: datetime) -> Promised | None:
        """Take one message in hand; None if it was sent, superseded or given up."""
        payload = {"clinic_id": clinic_id, "outbox_id": outbox_id, "now": now.isoformat()}
        async with self._database.connection() as connection:
            row = await sql.fetch_value(connection, "select core.claim_outbox(%s)", (Jsonb(payload),))
        return None if row is None else _read_promised(row)

    async def mark(
        self,
        clinic_id: UUID,
        outbox_id: UUID,
        *,
        status: Literal["sent", "failed", "pending", "superseded"],
        now: datetime,
        provider_id: str | None = None,
        reason: str | None = None,
        maybe_duplicate: bool = False,
    ) -> None:
        """What became of the send. `pending`: nothing left us, it may be tried again or taken back."""
        payload = {
            "clinic_id": clinic_id,
            "outbox_id": outbox_id,
            "status": status,
            "provider_id": provider_id,
            "reason": reason,
            "maybe_duplicate": maybe_duplicate,
            "now": now.isoformat(),
        }
        async with self._database.connection() as connection:
            await sql.fetch_value(connection, "select core.mark_outbox(%s)", (Jsonb(payload),))

    async def mark_doubtful(self, clinic_id: UUID, outbox_id: UUID) -> None:
        """The message is about to be sent although an earlier try may have arrived."""
        async with self._database.transaction(clinic_id) as tx:
            await sql.execute(
                tx,
                "update core.outbox set maybe_duplicate = true where clinic_id = %s and outbox_id = %s",
                (clinic_id, outbox_id),
            )

    async def find_unrecorded(
        self, clinic_id: UUID, instance_id: UUID, provider_ids: Sequence[str]
    ) -> str | None:
        """The first of these gateway ids that no message of ours has yet."""
        if not provider_ids:
            return None
        async with self._database.transaction(clinic_id) as tx:
            rows = await sql.fetch_dicts(
                tx,
                "select provider_id from core.outbox where clinic_id = %s and instance_id = %s and provider_id = any(%s)",
                (clinic_id, instance_id, list(provider_ids)),
            )
        known = {row["provider_id"] for row in rows}
        return next((one for one in provider_ids if one not in known), None)

    async def mark_read_aloud(self, clinic_id: UUID, session_id: UUID, *, now: datetime) -> None:
        """Everything promised in this session has reached the patient without a gateway."""
        async with self._database.transaction(clinic_id) as tx:
            await sql.execute(
                tx,
                "update core.outbox set status = 'sent', sent_at = %s, session_before = null"
                " where clinic_id = %s and session_id = %s and status = 'pending'",
                (now, clinic_id, session_id),
            )


def _read_promised(row: Mapping[str, Any]) -> Promised:
    return Promised(
        outbox_id=UUID(row["outbox_id"]),
        session_id=UUID(row["session_id"]) if row["session_id"] else None,
        instance_id=UUID(row["instance_id"]),
        instance_name=row["instance_name"],
        api_version=row["api_version"],
        reply_to=row["reply_to"],
        text=row["text"],
        kind=row["kind"],
        attempts=row["attempts"],
        was_sending=row["was_sending"],
        created_at=datetime.fromisoformat(row["created_at"]),
        claimed_at=datetime.fromisoformat(row["claimed_at"]) if row["claimed_at"] else None,
        removed=row["removed"],
    )

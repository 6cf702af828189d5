"""The outbox: promised messages. Claimed before a send, marked after it; never silently dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from frontdesk.observability.trace_context import add_trace_to_dict
from frontdesk.storage import sql
from frontdesk.storage.postgres import Database
from frontdesk.storage.sql import Jsonb


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """One message to send.

    `was_sending`: an earlier try may have reached the gateway, since `claimed_at`; `unwanted` says why it is not to be
    sent again then. `phone` and `lid` are the person's addresses where a lookup needs them. `claim` is the number of
    this try: who has a lower one than the row has lost the message to another worker.
    """

    outbox_id: UUID
    session_id: UUID | None
    instance_id: UUID
    instance_name: str
    api_version: str
    reply_to: str
    text: str
    kind: str
    attempts: int
    claim: int
    was_sending: bool
    unwanted: str | None
    phone: str | None
    lid: str | None
    created_at: datetime
    claimed_at: datetime | None
    removed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Unacknowledged:
    """A message the gateway took and nobody has seen arrive. `is_refused`: the network said no to it."""

    session_id: UUID | None
    instance_id: UUID
    instance_name: str
    provider_id: str
    kind: str
    sent_at: datetime
    is_refused: bool


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, clinic_id: UUID, outbox_id: UUID, *, now: datetime, receipt_due_at: datetime
    ) -> Promised | None:
        """Take one message in hand; None if it was sent, superseded or given up.

        If nobody acknowledges it by `receipt_due_at`, the watchdog looks into it.
        """
        payload = {
            "clinic_id": clinic_id,
            "outbox_id": outbox_id,
            "now": now.isoformat(),
            "receipt_due_at": receipt_due_at.isoformat(),
        }
        async with self._database.connection() as connection:
            row = await sql.fetch_value(connection, "select core.claim_outbox(%s)", (Jsonb(payload),))
        return None if row is None else _read_promised(row)

    async def mark(
        self,
        clinic_id: UUID,
        promised: Promised,
        *,
        status: Literal["sent", "failed", "pending", "superseded"],
        now: datetime,
        provider_id: str | None = None,
        reason: str | None = None,
        maybe_duplicate: bool = False,
    ) -> None:
        """What became of the send. `pending`: nothing left us, it may be tried again or taken back.

        Says nothing where another worker took the message over, unless it went out: then both may have.
        """
        payload = {
            "clinic_id": clinic_id,
            "outbox_id": promised.outbox_id,
            "claim": promised.claim,
            "status": status,
            "provider_id": provider_id,
            "reason": reason,
            "maybe_duplicate": maybe_duplicate,
            "now": now.isoformat(),
        }
        async with self._database.connection() as connection:
            await sql.fetch_value(connection, "select core.mark_outbox(%s)", (Jsonb(payload),))

    async def still_holds(self, clinic_id: UUID, promised: Promised) -> bool:
        """Whether the message is still this worker's to send, and wanted."""
        payload = {"clinic_id": clinic_id, "outbox_id": promised.outbox_id, "claim": promised.claim}
        async with self._database.connection() as connection:
            holds: bool = await sql.fetch_value(connection, "select core.still_holds(%s)", (Jsonb(payload),))
        return holds

    async def mark_doubtful(self, clinic_id: UUID, outbox_id: UUID) -> None:
        """The message is about to be sent although an earlier try may have arrived."""
        async with self._database.transaction(clinic_id) as tx:
            await sql.execute(
                tx,
                "update core.outbox set maybe_duplicate = true where clinic_id = %s and outbox_id = %s",
                (clinic_id, outbox_id),
            )

    async def readdress(
        self,
        clinic_id: UUID,
        outbox_id: UUID,
        *,
        reason: str,
        was_sent: bool,
        alert: Mapping[str, Any] | None,
        now: datetime,
    ) -> Literal["readdressed", "failed", "arrived", "settled"]:
        """Promise a message anew to the person's other address; given up, with the alert, if there is none left.

        `was_sent`: the gateway had taken it at the first address, so both may arrive.
        """
        payload = {
            "clinic_id": clinic_id,
            "outbox_id": outbox_id,
            "reason": reason,
            "was_sent": was_sent,
            "alert": alert,
            "now": now.isoformat(),
            "trace": add_trace_to_dict({}),
        }
        async with self._database.connection() as connection:
            result = await sql.fetch_value(connection, "select core.readdress_outbox(%s)", (Jsonb(payload),))
        outcome: Literal["readdressed", "failed", "arrived", "settled"] = result["outcome"]
        return outcome

    async def find_unacknowledged(self, clinic_id: UUID, outbox_id: UUID) -> Unacknowledged | None:
        """The message, if it still waits for a sign of arrival."""
        async with self._database.transaction(clinic_id) as tx:
            return await sql.fetch_one(
                tx, Unacknowledged, _UNACKNOWLEDGED, {"clinic": clinic_id, "outbox": outbox_id}
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
                # The copy at a person's first address is remembered only as a message of the chat.
                "select provider_id from core.outbox where clinic_id = %(clinic)s and instance_id = %(instance)s"
                " and provider_id = any(%(ids)s) union select provider_id from core.whatsapp_conversations"
                " where clinic_id = %(clinic)s and instance_id = %(instance)s and provider_id = any(%(ids)s)"
                " and status = 'out'",
                {"clinic": clinic_id, "instance": instance_id, "ids": list(provider_ids)},
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


_UNACKNOWLEDGED = """
select o.session_id, o.instance_id, i.instance_name, o.provider_id, o.kind, o.sent_at,
  coalesce(m.delivery = -1, false) as is_refused
from core.outbox o
join healthcare.whatsapp_instances i on i.clinic_id = o.clinic_id and i.instance_id = o.instance_id
join core.whatsapp_conversations m on m.instance_id = o.instance_id and m.provider_id = o.provider_id
where o.clinic_id = %(clinic)s and o.outbox_id = %(outbox)s and o.status = 'sent' and coalesce(m.delivery, 0) < 1
"""


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
        claim=row["claim"],
        was_sending=row["was_sending"],
        unwanted=row["unwanted"],
        phone=row["phone"],
        lid=row["lid"],
        created_at=datetime.fromisoformat(row["created_at"]),
        claimed_at=datetime.fromisoformat(row["claimed_at"]) if row["claimed_at"] else None,
        removed=row["removed"],
    )

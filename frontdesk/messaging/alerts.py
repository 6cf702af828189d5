"""Staff alerts: a row and a WhatsApp message to the first contact; the next one if nobody answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from frontdesk.observability.trace_context import TraceContext, add_trace_to_dict
from frontdesk.storage import sql
from frontdesk.storage.postgres import Database, Transaction
from frontdesk.storage.sql import Jsonb

log = logging.getLogger(__name__)

# (kind, language) → the text staff read. No patient's name, number or words: those stay in the chat.
AlertText = Callable[[str, str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Contact:
    staff_id: UUID
    phone: str
    language: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Alert:
    alert_id: UUID
    kind: str
    told: int
    instance_id: UUID | None
    default_language: str
    phone_digits: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAlert:
    alert_id: UUID
    session_id: UUID | None
    # Whom it is about, where it is about a chat: a name, and the digits of the phone, or the LID.
    patient: str | None
    address: str | None
    kind: str
    reason: str
    status: str
    told: int
    created_at: datetime
    acknowledged_at: datetime | None


class Alerts:
    def __init__(self, database: Database, *, text: AlertText, next_contact_after: timedelta) -> None:
        self._database = database
        self._text = text
        self._next_contact_after = next_contact_after

    async def tell_next(
        self, clinic_id: UUID, alert_id: UUID, *, now: datetime, only_if_told: int | None = None
    ) -> bool:
        """Tell the next contact in order, those on call first. False if there is none left or it is acknowledged."""
        async with self._database.transaction(clinic_id) as tx:
            alert = await sql.fetch_one(tx, _Alert, _LOCK_ALERT, {"clinic": clinic_id, "alert": alert_id})
            if alert is None or (only_if_told is not None and alert.told != only_if_told):
                return False
            contacts = await sql.fetch_all(tx, _Contact, _CONTACTS, {"clinic": clinic_id})
            if not contacts or alert.instance_id is None:
                log.error(
                    "alert.nobody_to_tell",
                    extra={"clinic_id": clinic_id, "alert_id": alert_id, "kind": alert.kind},
                )
                return False
            if alert.told >= len(contacts):
                await sql.execute(tx, _EXHAUST, {"clinic": clinic_id, "alert": alert_id})
                log.error("alert.nobody_acknowledged", extra={"clinic_id": clinic_id, "alert_id": alert_id})
                return False
            contact = contacts[alert.told]
            language = contact.language or alert.default_language
            await sql.execute(
                tx, _TOLD, {"clinic": clinic_id, "alert": alert_id, "told": alert.told + 1, "now": now}
            )
            message = {
                "clinic_id": clinic_id,
                "outbox_id": uuid4(),
                "session_id": None,
                "message_id": None,
                "instance_id": alert.instance_id,
                "reply_to": contact.phone.removeprefix("+"),
                "text": self._text(alert.kind, language)
                + (f"\n+{alert.phone_digits}" if alert.phone_digits else ""),
                "kind": "staff_alert",
                "language": language,
                "dedupe_key": f"alert:{alert_id}:{alert.told}",
                "session_before": None,
                "turn_id": None,
                "now": now.isoformat(),
                "trace_id": TraceContext.current(),
                "trace": add_trace_to_dict({}),
            }
            await sql.fetch_value(tx, "select core.put_outbox(%s)", (Jsonb(message),))
        return True

    async def escalate_unacknowledged(self, *, now: datetime) -> int:
        """Pass on what nobody acknowledged in time; how many were passed on."""
        passed_on = 0
        async with self._database.connection() as connection:
            waiting = await sql.fetch_dicts(
                connection,
                "select clinic_id, alert_id from core.list_unacknowledged_alerts(%s, 100)",
                (now - self._next_contact_after,),
            )
        for row in waiting:
            passed_on += await self.tell_next(row["clinic_id"], row["alert_id"], now=now)
        return passed_on

    async def list_open(self, clinic_id: UUID) -> list[OpenAlert]:
        async with self._database.transaction(clinic_id) as tx:
            return await sql.fetch_all(tx, OpenAlert, _LIST, {"clinic": clinic_id})

    async def list_ids(self, clinic_id: UUID, beginning: str) -> list[UUID]:
        """The alerts of a clinic whose id begins so."""
        async with self._database.transaction(clinic_id) as tx:
            rows = await sql.fetch_dicts(
                tx,
                "select alert_id from core.staff_alerts where clinic_id = %s and starts_with(alert_id::text, %s) limit 9",
                (clinic_id, beginning),
            )
        return [row["alert_id"] for row in rows]

    async def acknowledge(self, clinic_id: UUID, alert_id: UUID, *, by: str, now: datetime) -> bool:
        """Mark as seen by a person. False if it is not open."""
        async with self._database.transaction(clinic_id) as tx:
            touched = await sql.execute(
                tx, _ACK, {"clinic": clinic_id, "alert": alert_id, "by": by, "now": now}
            )
        return touched > 0

    async def raise_alert(
        self,
        clinic_id: UUID,
        *,
        kind: str,
        reason: str,
        dedupe_key: str | None,
        now: datetime,
        session_id: UUID | None = None,
    ) -> None:
        """An alert that no patient's message caused: a logged-out instance, a message that could not be delivered."""
        await self.put(
            clinic_id,
            alert_json(clinic_id, session_id, kind=kind, reason=reason, dedupe_key=dedupe_key, now=now),
        )

    async def put(self, clinic_id: UUID, alert: Mapping[str, Any]) -> None:
        """Keep an alert and have the first contact told; nothing if its dedupe key is known."""
        async with self._database.transaction(clinic_id) as tx:
            await put_alert(tx, alert)


async def put_alert(tx: Transaction, alert: Mapping[str, Any]) -> None:
    """The same within a transaction, together with what the alert is about."""
    await sql.fetch_value(tx, "select core.put_alert(%s)", (Jsonb(alert),))


def alert_json(
    clinic_id: UUID, session_id: UUID | None, *, kind: str, reason: str, dedupe_key: str | None, now: datetime
) -> dict[str, Any]:
    """An alert as the schema's functions take it."""
    return {
        "clinic_id": clinic_id,
        "alert_id": uuid4(),
        "session_id": session_id,
        "kind": kind,
        "reason": reason,
        "dedupe_key": dedupe_key,
        "now": now.isoformat(),
        "trace_id": TraceContext.current(),
        "trace": add_trace_to_dict({}),
    }


def undelivered_alert(
    clinic_id: UUID, session_id: UUID | None, outbox_id: UUID, *, kind: str, now: datetime
) -> dict[str, Any] | None:
    """The alert for a message of this kind that did not reach its patient.

    None for a message to staff: telling staff that staff cannot be told would go round in circles.
    """
    if kind == "staff_alert":
        return None
    return alert_json(
        clinic_id,
        session_id,
        kind="undelivered",
        reason="delivery",
        dedupe_key=f"undelivered:{outbox_id}",
        now=now,
    )


# Where there is a choice, the alert goes out by a number that is connected (a lost one cannot tell of itself), and by the
# chat's own of those.
_LOCK_ALERT = """
select a.alert_id, a.kind, a.told, (
    select i.instance_id from healthcare.whatsapp_instances i
    where i.clinic_id = %(clinic)s and i.removed_at is null
    order by i.connection_state in ('logged_out', 'close', 'refused'), i.instance_id is distinct from s.instance_id,
      i.created_at
    limit 1) as instance_id,
  c.default_language, t.phone as phone_digits
from core.staff_alerts a
join core.clinics c on c.clinic_id = a.clinic_id
left join core.conversation_sessions s on s.clinic_id = a.clinic_id and s.id = a.session_id
left join core.contacts t on t.clinic_id = s.clinic_id and t.contact_id = s.contact_id
where a.clinic_id = %(clinic)s and a.alert_id = %(alert)s and a.status = 'open'
for update of a
"""
_CONTACTS = """
select staff_id, phone, language from core.staff_contacts where clinic_id = %(clinic)s order by on_call desc, position
"""
_TOLD = "update core.staff_alerts set told = %(told)s, told_at = %(now)s where clinic_id = %(clinic)s and alert_id = %(alert)s"
_EXHAUST = (
    "update core.staff_alerts set status = 'exhausted' where clinic_id = %(clinic)s and alert_id = %(alert)s"
)
_ACK = """
update core.staff_alerts set status = 'acknowledged', acknowledged_at = %(now)s, acknowledged_by = %(by)s
where clinic_id = %(clinic)s and alert_id = %(alert)s and status <> 'acknowledged'
"""
_LIST = """
select a.alert_id, a.session_id, coalesce(p.name, c.push_name) as patient, s.reply_to as address, a.kind, a.reason, a.status,
  a.told, a.created_at, a.acknowledged_at
from core.staff_alerts a
left join core.conversation_sessions s on s.clinic_id = a.clinic_id and s.id = a.session_id
left join core.contacts c on c.clinic_id = s.clinic_id and c.contact_id = s.contact_id
left join healthcare.patients p on p.clinic_id = s.clinic_id and p.patient_id = s.patient_id
where a.clinic_id = %(clinic)s and a.status <> 'acknowledged' order by a.created_at
"""

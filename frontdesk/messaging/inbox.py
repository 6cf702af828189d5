"""The inbox: accept a message once, together with the job that answers it; change it later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from frontdesk.observability.trace_context import TraceContext, add_trace_to_dict
from frontdesk.storage import sql
from frontdesk.storage.postgres import Database
from frontdesk.storage.sql import Jsonb

Outcome = Literal["accepted", "duplicate", "conflict", "acknowledged"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who wrote: phone digits with country code, or a LID with its @lid, or both."""

    phone: str | None
    lid: str | None
    reply_to: str
    push_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One message to keep. `text` is cleaned; `fingerprint` tells another body under the same id."""

    provider_id: str
    sender: Sender
    author: Literal["patient", "staff"] = "patient"
    kind: str = "text"
    text: str = ""
    choice_id: str | None = None
    quoted_id: str | None = None
    quoted_text: str | None = None
    attachment: Mapping[str, Any] | None = None
    fingerprint: bytes
    sent_at: datetime
    was_truncated: bool = False
    # Asks something and is fresh: an answer is due.
    wants_answer: bool = True
    is_stale: bool = False
    # Staff wrote that the assistant should go on.
    hands_back: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Emergency:
    """The tripwire's answer, in every language: which one is chosen where the chat's language is known."""

    rule: str
    texts: Mapping[str, str]
    # The language of the message where it is clear, else None.
    clear_language: str | None
    default_language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    outcome: Outcome
    session_id: UUID | None = None
    message_id: UUID | None = None


class Inbox:
    def __init__(self, database: Database, *, staff_takeover: timedelta) -> None:
        self._database = database
        self._staff_takeover = staff_takeover

    async def accept(
        self,
        clinic_id: UUID,
        instance_id: UUID,
        message: Incoming,
        *,
        now: datetime,
        emergency: Emergency | None = None,
        stale_alert: Mapping[str, Any] | None = None,
    ) -> Accepted:
        """Keep a message and ask for its answer, or neither: one statement. Raises DatabaseUnavailable.

        `stale_alert` is for staff: an emergency that is too old for the patient to be answered by us.
        """
        payload = add_trace_to_dict(
            {
                "clinic_id": clinic_id,
                "instance_id": instance_id,
                "now": now.isoformat(),
                "phone": message.sender.phone,
                "lid": message.sender.lid,
                "reply_to": message.sender.reply_to,
                "push_name": message.sender.push_name,
                "author": message.author,
                "provider_id": message.provider_id,
                "kind": message.kind,
                "text": message.text,
                "choice_id": message.choice_id,
                "quoted_id": message.quoted_id,
                "quoted_text": message.quoted_text,
                "attachment": message.attachment,
                "fingerprint": message.fingerprint.hex(),
                "sent_at": message.sent_at.isoformat(),
                "was_truncated": message.was_truncated,
                "is_stale": message.is_stale,
                "is_fresh": not message.is_stale,
                "status": "new" if message.wants_answer else "recorded",
                "hands_back": message.hands_back,
                "staff_until": (now + self._staff_takeover).isoformat(),
                "emergency": _emergency_json(emergency),
                "stale_alert": stale_alert,
            }
        )
        payload["trace"] = {"trace": payload["trace"]}
        payload["trace_id"] = payload["trace"]["trace"]["trace_id"]
        async with self._database.connection() as connection:
            result = await sql.fetch_value(connection, "select core.accept_message(%s)", (Jsonb(payload),))
        return Accepted(
            outcome=result["outcome"],
            session_id=UUID(result["session_id"]) if result.get("session_id") else None,
            message_id=UUID(result["message_id"]) if result.get("message_id") else None,
        )

    async def change(
        self,
        clinic_id: UUID,
        instance_id: UUID,
        *,
        change: Literal["edit", "revoke"],
        provider_id: str,
        text: str | None,
        now: datetime,
        changed_at: datetime | None = None,
        alarm_rule: str | None = None,
    ) -> str:
        """Apply an edit or a revoke to a stored message, or keep it until the message comes. The outcome.

        `changed_at`: by the author's clock, None if unknown; of two edits the later one counts.
        `alarm_rule`: the rule of the emergency the new words tell of; staff are alerted.
        """
        payload = {
            "clinic_id": clinic_id,
            "instance_id": instance_id,
            "change": change,
            "provider_id": provider_id,
            "text": text,
            "changed_at": changed_at.isoformat() if changed_at else None,
            "alarm_rule": alarm_rule,
            "now": now.isoformat(),
            "trace_id": TraceContext.current(),
            "trace": add_trace_to_dict({}),
        }
        return await self._call("select core.change_message(%s)", payload)

    async def apply_delivery(
        self, clinic_id: UUID, instance_id: UUID, *, provider_id: str, delivery: int, now: datetime
    ) -> str:
        """Move the delivery state of one of our messages forward."""
        payload = {
            "clinic_id": clinic_id,
            "instance_id": instance_id,
            "provider_id": provider_id,
            "delivery": delivery,
            "now": now.isoformat(),
            "trace": add_trace_to_dict({}),
        }
        return await self._call("select core.apply_delivery(%s)", payload)

    async def apply_echo(
        self,
        clinic_id: UUID,
        instance_id: UUID,
        *,
        provider_id: str,
        sender: Sender,
        kind: str,
        text: str,
        text_as_sent: str,
        sent_at: datetime,
        now: datetime,
    ) -> str:
        """The gateway tells of a message sent through its API: ours, or somebody else's."""
        payload = {
            "clinic_id": clinic_id,
            "instance_id": instance_id,
            "provider_id": provider_id,
            "phone": sender.phone,
            "lid": sender.lid,
            "reply_to": sender.reply_to,
            "push_name": None,
            "kind": kind,
            "text": text,
            "text_as_sent": text_as_sent,
            "sent_at": sent_at.isoformat(),
            "now": now.isoformat(),
            "message_id": uuid4(),
            "contact_id": uuid4(),
            "session_id": uuid4(),
            "patient_id": uuid4(),
            "trace_id": TraceContext.current(),
        }
        return await self._call("select core.apply_echo(%s)", payload)

    async def keep_raw(self, *, instance: str, reason: str, body: bytes, now: datetime) -> None:
        """Quarantine a webhook that we cannot place; `frontdesk instance replay` takes it in later."""
        async with self._database.connection() as connection:
            await sql.execute(
                connection,
                "insert into core.quarantine (quarantine_id, instance_name, reason, body, received_at, trace_id)"
                " values (%s, %s, %s, %s, %s, %s)",
                (uuid4(), instance, reason, body, now, TraceContext.current()),
            )

    async def _call(self, query: Any, payload: Mapping[str, Any]) -> str:
        async with self._database.connection() as connection:
            result = await sql.fetch_value(connection, query, (Jsonb(payload),))
        return str(result["outcome"])


def _emergency_json(emergency: Emergency | None) -> dict[str, Any] | None:
    if emergency is None:
        return None
    return {
        "rule": emergency.rule,
        "texts": dict(emergency.texts),
        "clear_language": emergency.clear_language,
        "default_language": emergency.default_language,
        "turn_id": uuid4(),
        "outbox_id": uuid4(),
        "reply_message_id": uuid4(),
        "alert_id": uuid4(),
        "follow_up_id": uuid4(),
    }

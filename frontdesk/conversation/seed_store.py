"""Puts a conversation into the database as if it had gone on for a while: for `converse` and for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from frontdesk.conversation.engine import Said
from frontdesk.storage import sql
from frontdesk.storage.postgres import Database
from frontdesk.storage.sql import Jsonb


async def seed_conversation(
    database: Database,
    clinic_id: UUID,
    *,
    instance_id: UUID,
    patient_id: UUID,
    phone: str,
    state: str,
    context: Mapping[str, Any],
    history: Sequence[Said],
    now: datetime,
) -> UUID:
    """A session of a patient who exists, with contact and history; its id. `phone` is digits only."""
    session_id = uuid4()
    # Earlier messages lie a minute apart, the last one a minute ago.
    begin = now - timedelta(minutes=len(history))
    payload = {
        "instance_id": instance_id,
        "contact_id": uuid4(),
        "phone": phone,
        "patient_id": patient_id,
        "session_id": session_id,
        "state": state,
        "context": context,
        "history": [
            {
                "message_id": uuid4(),
                "direction": "in" if said.role == "patient" else "out",
                "author": said.role,
                "text": said.text,
                "at": (begin + timedelta(minutes=number)).isoformat(),
            }
            for number, said in enumerate(history)
        ],
    }
    async with database.transaction(clinic_id) as tx:
        await sql.fetch_value(
            tx, _SEED, {"clinic": clinic_id, "p": Jsonb(payload), "now": now, "talked": bool(history)}
        )
    return session_id


_SEED = """
with p as (select %(p)s::jsonb as j),
contact as (
  insert into core.contacts (clinic_id, contact_id, phone, created_at)
  select %(clinic)s, (j->>'contact_id')::uuid, j->>'phone', %(now)s from p returning contact_id),
link as (
  insert into healthcare.patient_contacts (clinic_id, patient_id, contact_id)
  select %(clinic)s, (j->>'patient_id')::uuid, (j->>'contact_id')::uuid from p returning contact_id),
session as (
  insert into core.conversation_sessions (clinic_id, id, instance_id, contact_id, patient_id, reply_to, state, context,
    introduced_at, last_answer_at, created_at)
  select %(clinic)s, (j->>'session_id')::uuid, (j->>'instance_id')::uuid, (j->>'contact_id')::uuid,
    (j->>'patient_id')::uuid, j->>'phone', j->>'state', j->'context',
    case when %(talked)s then %(now)s::timestamptz end, case when %(talked)s then %(now)s::timestamptz end, %(now)s
  from p returning id),
said as (
  insert into core.whatsapp_conversations (clinic_id, message_id, session_id, instance_id, direction, author, text,
    sent_at, received_at, status)
  select %(clinic)s, (h->>'message_id')::uuid, (j->>'session_id')::uuid, (j->>'instance_id')::uuid, h->>'direction',
    h->>'author', h->>'text', (h->>'at')::timestamptz, (h->>'at')::timestamptz,
    case h->>'direction' when 'in' then 'answered' else 'out' end
  from p, jsonb_array_elements(j->'history') with ordinality as e(h, n) order by n returning 1)
select count(*) from contact, link, session
"""

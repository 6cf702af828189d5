"""Conversations as operators see them: list, hand back to the assistant, tell the story of one message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from frontdesk.storage import sql
from frontdesk.storage.postgres import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Chat:
    session_id: UUID
    instance_name: str
    # As the patient is known: a name, and the digits of the phone, or the LID.
    patient: str | None
    address: str
    state: str
    staff_until: datetime | None
    last_patient_at: datetime | None
    waiting: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that happened to a message. `facts` hold ids, states and timings, no words."""

    at: datetime
    what: str
    facts: dict[str, Any]


class ChatStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_clinics(self) -> list[UUID]:
        async with self._database.connection() as connection:
            rows = await sql.fetch_dicts(connection, "select clinic_id from core.list_clinics()")
        return [row["clinic_id"] for row in rows]

    async def list_chats(self, clinic_id: UUID, *, most: int = 200) -> list[Chat]:
        """The chats of a clinic, the latest first."""
        async with self._database.transaction(clinic_id) as tx:
            return await sql.fetch_all(tx, Chat, _CHATS, {"clinic": clinic_id, "most": most})

    async def list_ids(self, clinic_id: UUID, beginning: str) -> list[UUID]:
        """The chats of a clinic whose id begins so."""
        async with self._database.transaction(clinic_id) as tx:
            rows = await sql.fetch_dicts(
                tx,
                "select id from core.conversation_sessions where clinic_id = %s and starts_with(id::text, %s) limit 9",
                (clinic_id, beginning),
            )
        return [row["id"] for row in rows]

    async def list_traces(self, beginning: str) -> list[str]:
        """The trace ids that begin so, the oldest first, up to nine; `beginning` is hexadecimal."""
        async with self._database.connection() as connection:
            rows = await sql.fetch_dicts(
                connection, "select trace_id from core.list_traces(%s, 9)", (beginning,)
            )
        return list(dict.fromkeys(row["trace_id"] for row in rows))

    async def resume(self, clinic_id: UUID, session_id: UUID, *, now: datetime) -> bool:
        """Hand a chat back to the assistant. False if there is no such chat."""
        async with self._database.transaction(clinic_id) as tx:
            touched = await sql.execute(tx, _RESUME, {"clinic": clinic_id, "session": session_id})
            if touched:
                await sql.execute(
                    tx,
                    "insert into core.audit (clinic_id, happened_at, actor, action, subject)"
                    " values (%s, %s, 'operator', 'chat.resumed', %s)",
                    (clinic_id, now, str(session_id)),
                )
        return touched > 0

    async def tell_story(self, wanted: str) -> list[Step]:
        """What happened to a message, in order: by message id, the gateway's id, outbox id or trace id."""
        async with self._database.connection() as connection:
            found = await sql.fetch_dicts(connection, "select * from core.find_story(%s)", (wanted,))
        steps: list[Step] = []
        for row in found[:10]:
            async with self._database.transaction(row["clinic_id"]) as tx:
                rows = await sql.fetch_dicts(
                    tx,
                    _STORY,
                    {"clinic": row["clinic_id"], "trace": row["trace_id"], "session": row["session_id"]},
                )
            steps += [Step(at=r["at"], what=r["what"], facts=r["facts"]) for r in rows]
        unique = {(step.at, step.what, str(step.facts)): step for step in steps}
        return sorted(unique.values(), key=lambda step: (step.at, _RANK.get(step.what, len(_RANK))))

    async def load_last_answer(self, clinic_id: UUID, session_id: UUID) -> tuple[str, str]:
        """(language, text) of the last message promised to this patient. Raises LookupError if there is none."""
        async with self._database.transaction(clinic_id) as tx:
            rows = await sql.fetch_dicts(
                tx,
                "select language, text from core.outbox where clinic_id = %s and session_id = %s order by seq desc limit 1",
                (clinic_id, session_id),
            )
        if not rows:
            raise LookupError("nothing was answered yet")
        return rows[0]["language"], rows[0]["text"]

    async def find_thoughts(self, sent_ids: list[str]) -> dict[str, dict[str, Any]]:
        """What the system thought of the turns that sent these messages, by the gateway's id of the message."""
        thoughts: dict[str, dict[str, Any]] = {}
        for sent_id in sent_ids:
            async with self._database.connection() as connection:
                found = await sql.fetch_dicts(connection, "select * from core.find_story(%s)", (sent_id,))
            for row in found[:1]:
                async with self._database.transaction(row["clinic_id"]) as tx:
                    rows = await sql.fetch_dicts(tx, _THOUGHT, {"clinic": row["clinic_id"], "sent": sent_id})
                if rows:
                    thoughts[sent_id] = rows[0]
        return thoughts


# What happened in the same instant is told in the order of cause and effect.
_RANK = {
    what: rank
    for rank, what in enumerate(("message.accepted", "turn.answered", "alert.raised", "outbox.promised"))
}

_CHATS = """
select s.id as session_id, i.instance_name, coalesce(p.name, c.push_name) as patient, s.reply_to as address, s.state, s.staff_until, s.last_patient_at,
  (select count(*) from core.whatsapp_conversations m
   where m.clinic_id = s.clinic_id and m.session_id = s.id and m.status = 'new')::int as waiting
from core.conversation_sessions s
join healthcare.whatsapp_instances i on i.clinic_id = s.clinic_id and i.instance_id = s.instance_id
join core.contacts c on c.clinic_id = s.clinic_id and c.contact_id = s.contact_id
join healthcare.patients p on p.clinic_id = s.clinic_id and p.patient_id = s.patient_id
where s.clinic_id = %(clinic)s order by s.last_patient_at desc nulls last limit %(most)s
"""
_RESUME = """
update core.conversation_sessions
set staff_until = null, state = case when state = 'escalated' then 'idle' else state end, turn_version = turn_version + 1
where clinic_id = %(clinic)s and id = %(session)s
"""
_STORY = """
select received_at as at, case direction when 'in' then 'message.accepted' else 'message.' || author end as what,
  jsonb_build_object('message_id', message_id, 'session_id', session_id, 'kind', kind, 'status', status,
    'delivery', delivery, 'trace_id', trace_id, 'characters', length(text)) as facts
from core.whatsapp_conversations where clinic_id = %(clinic)s and trace_id = %(trace)s and author = 'patient'
union all
select answered_at, 'turn.answered', jsonb_build_object('turn_id', turn_id, 'intent', intent, 'state', state,
    'decision', decision - 'quick_replies', 'timings', timings)
from core.turns where clinic_id = %(clinic)s and trace_id = %(trace)s
union all
select created_at, 'outbox.promised', jsonb_build_object('outbox_id', outbox_id, 'kind', kind, 'language', language)
from core.outbox where clinic_id = %(clinic)s and trace_id = %(trace)s
union all
select coalesce(sent_at, claimed_at), 'outbox.' || status, jsonb_build_object('outbox_id', outbox_id, 'kind', kind,
    'attempts', attempts, 'provider_id', provider_id, 'maybe_duplicate', maybe_duplicate, 'reason', reason)
from core.outbox where clinic_id = %(clinic)s and trace_id = %(trace)s and claimed_at is not null
union all
select created_at, 'alert.raised', jsonb_build_object('alert_id', alert_id, 'kind', kind, 'reason', reason, 'status', status)
from core.staff_alerts where clinic_id = %(clinic)s and trace_id = %(trace)s
order by at
"""
_THOUGHT = """
select t.intent, t.state, t.trace_id, t.timings, t.decision
from core.whatsapp_conversations m join core.turns t on t.clinic_id = m.clinic_id and t.turn_id = m.turn_id
where m.clinic_id = %(clinic)s and m.provider_id = %(sent)s
"""

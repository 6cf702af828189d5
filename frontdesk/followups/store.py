"""Promised follow-ups and their SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from frontdesk.storage import sql
from frontdesk.storage.postgres import Database, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    clinic_id: UUID
    follow_up_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUpRow:
    session_id: UUID
    urgency: str
    # Staff or the assistant have written since the promise was made.
    was_answered: bool


class FollowUpStore:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def list_due(self, *, now: datetime, most: int = 100) -> list[Due]:
        async with self.database.connection() as connection:
            return await sql.fetch_all(
                connection,
                Due,
                "select clinic_id, follow_up_id from core.list_due_follow_ups(%s, %s)",
                (now, most),
            )

    async def claim(
        self, tx: Transaction, clinic_id: UUID, follow_up_id: UUID, *, now: datetime
    ) -> FollowUpRow | None:
        """Settle one follow-up, once across all workers; None if another has."""
        return await sql.fetch_one(
            tx, FollowUpRow, _CLAIM, {"clinic": clinic_id, "follow_up": follow_up_id, "now": now}
        )


_CLAIM = """
with claimed as (
  update core.follow_ups set status = 'done', settled_at = %(now)s
  where clinic_id = %(clinic)s and follow_up_id = %(follow_up)s and status = 'pending'
  returning session_id, urgency, created_at)
select c.session_id, c.urgency, exists (
  select 1 from core.whatsapp_conversations m
  where m.clinic_id = %(clinic)s and m.session_id = c.session_id and m.author = 'staff' and m.received_at > c.created_at
) as was_answered
from claimed c
"""

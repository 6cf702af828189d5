"""Looks for what should not be: messages and sends that no job will ever touch, and broken invariants."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from frontdesk.storage import sql
from frontdesk.storage.postgres import Database
from frontdesk.storage.sql import Jsonb

log = logging.getLogger(__name__)

FORGOTTEN_AFTER: Final = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Invariants:
    """Each must be 0."""

    unanswered: int
    undelivered: int
    overlapping: int


class Reconciliation:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def enqueue_forgotten(self, *, now: datetime) -> int:
        """Give a job to everything that waits without one; how much was found (should be 0)."""
        before = now - FORGOTTEN_AFTER
        async with self._database.connection() as connection:
            sessions = await sql.fetch_dicts(
                connection,
                "select clinic_id, session_id from core.list_forgotten_sessions(%s, 500)",
                (before,),
            )
            promises = await sql.fetch_dicts(
                connection, "select clinic_id, outbox_id from core.list_forgotten_outbox(%s, 500)", (before,)
            )
            for row in sessions:
                await sql.fetch_value(
                    connection,
                    "select core.defer_job('turns', 'answer_message', %s, %s)",
                    (f"conv:{row['session_id']}", Jsonb(row)),
                )
            for row in promises:
                await sql.fetch_value(
                    connection,
                    "select core.defer_job('send', 'deliver_message', %s, %s)",
                    (f"send-now:{row['outbox_id']}", Jsonb(row)),
                )
        found = len(sessions) + len(promises)
        if found:
            log.error("work.forgotten", extra={"count": found})
        return found

    async def enqueue_unacknowledged(self, *, now: datetime) -> int:
        """Have every message looked into that nobody acknowledged in time; how many."""
        async with self._database.connection() as connection:
            silent = await sql.fetch_dicts(
                connection,
                "select clinic_id, outbox_id from core.list_unacknowledged_outbox(%s, 500)",
                (now,),
            )
        for row in silent:
            async with self._database.transaction(row["clinic_id"]) as tx:
                await sql.execute(tx, _CHECK_RECEIPT, row | {"now": now})
        if silent:
            log.warning("receipts.overdue", extra={"count": len(silent)})
        return len(silent)

    async def count_broken(self, *, now: datetime) -> Invariants:
        async with self._database.connection() as connection:
            row = await sql.fetch_one(
                connection, Invariants, "select * from core.count_broken_invariants(%s)", (now,)
            )
        assert row is not None  # counts always come back
        if row.unanswered or row.undelivered or row.overlapping:
            log.error(
                "invariants.broken", extra={"count": row.unanswered + row.undelivered + row.overlapping}
            )
        return row


_CHECK_RECEIPT = """
with due as (
  update core.outbox set receipt_due_at = null
  where clinic_id = %(clinic_id)s and outbox_id = %(outbox_id)s and receipt_due_at <= %(now)s and status = 'sent'
  returning clinic_id, outbox_id)
select core.defer_job('send', 'check_receipt', 'receipt:' || outbox_id,
  jsonb_build_object('clinic_id', clinic_id, 'outbox_id', outbox_id)) from due
"""

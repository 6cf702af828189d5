"""What was given up: failed jobs and parked messages. Nothing is deleted; everything can be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from frontdesk.storage import sql
from frontdesk.storage.postgres import Database


class DeadLetters:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_all(self, clinic_ids: Sequence[UUID]) -> list[dict[str, Any]]:
        """Failed jobs, then parked messages, oldest first: id, kind, what it was about.

        Not periodic jobs (queue `jobs`): their next run comes by itself.
        """
        async with self._database.connection() as connection:
            rows = await sql.fetch_dicts(
                connection,
                "select 'job:' || id as id, task_name as kind, attempts, coalesce(args->>'outbox_id', args->>'session_id',"
                " args->>'alert_id', '') as about from procrastinate_jobs where status = 'failed' and queue_name <> 'jobs' order by id",
            )
        for clinic_id in clinic_ids:
            async with self._database.transaction(clinic_id) as tx:
                rows += await sql.fetch_dicts(
                    tx,
                    "select 'message:' || message_id as id, 'message' as kind, attempts, session_id::text as about"
                    " from core.whatsapp_conversations where clinic_id = %s and status = 'dead' order by seq",
                    (clinic_id,),
                )
        return rows

    async def retry(self, letter_id: str, clinic_ids: Sequence[UUID]) -> int:
        """Try one ('job:7', 'message:<uuid>') or 'all' again; how many."""
        wanted = [row["id"] for row in await self.list_all(clinic_ids)] if letter_id == "all" else [letter_id]
        retried = 0
        for name in wanted:
            kind, _, key = name.partition(":")
            if kind == "job" and key.isdecimal():
                retried += await self._retry_job(int(key))
            elif kind == "message":
                retried += await self._retry_message(key, clinic_ids)
        return retried

    async def _retry_job(self, job_id: int) -> int:
        async with self._database.connection() as connection:
            return await sql.execute(
                connection,
                "update procrastinate_jobs set status = 'todo', attempts = 0, scheduled_at = null"
                " where id = %s and status = 'failed' and queue_name <> 'jobs'",
                (job_id,),
            )

    async def _retry_message(self, message_id: str, clinic_ids: Sequence[UUID]) -> int:
        for clinic_id in clinic_ids:
            async with self._database.transaction(clinic_id) as tx:
                found = await sql.fetch_value(
                    tx,
                    "update core.whatsapp_conversations set status = 'new', attempts = 0"
                    " where clinic_id = %s and message_id::text = %s and status = 'dead' returning session_id",
                    (clinic_id, message_id),
                )
                if found is not None:
                    await sql.fetch_value(
                        tx,
                        "select core.defer_job('turns', 'answer_message', 'conv:' || %(session)s::text,"
                        " jsonb_build_object('clinic_id', %(clinic)s::text, 'session_id', %(session)s::text))",
                        {"session": found, "clinic": clinic_id},
                    )
                    return 1
        return 0

"""Fetch jobs with half the statements: several at once, and without asking again what the last answer said.

The library fetches one job a statement and asks once more after the last one. Here one statement takes up to
`BATCH` jobs and tells whether more are left; and a job announced while a statement runs is not forgotten.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from procrastinate import jobs as queue_jobs
from procrastinate import manager
from procrastinate.worker import Worker

# Few: another worker may be idle while these wait for a free place in this one.
BATCH: Final = 4


class Wakeup(asyncio.Event):
    """The worker's bell. Clearing it keeps what rang after the last look: the library would sleep on."""

    def __init__(self) -> None:
        super().__init__()
        self._rung = 0
        self._looked_at = 0

    def set(self) -> None:
        self._rung += 1
        super().set()

    def clear(self) -> None:
        if not self.has_rung_since_look():
            super().clear()

    def look(self) -> None:
        """A statement is about to see everything announced so far."""
        self._looked_at = self._rung

    def has_rung_since_look(self) -> bool:
        return self._rung != self._looked_at


@dataclass(slots=True)
class _Group:
    """What one worker knows of its queues: jobs taken and not started yet, and whether none are left."""

    wakeup: Wakeup
    taken: deque[queue_jobs.Job] = field(default_factory=deque)
    is_drained: bool = False


class BatchJobManager(manager.JobManager):
    """The library's job manager, fetching for the workers that were made known by `watch`."""

    def __init__(self, inner: manager.JobManager) -> None:
        super().__init__(connector=inner.connector)
        self._groups: dict[tuple[str, ...], _Group] = {}

    def watch(self, worker: Worker) -> None:
        """Fetch for this worker in batches. Guarded by a test: the bell is the library's own attribute."""
        wakeup = Wakeup()
        worker._new_job_event = wakeup  # noqa: SLF001
        self._groups[tuple(worker.queues or ())] = _Group(wakeup)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> queue_jobs.Job | None:
        group = self._groups.get(tuple(queues or ()))
        if group is None:
            return await super().fetch_job(queues, worker_id)
        if group.taken:
            return group.taken.popleft()
        if group.is_drained and not group.wakeup.has_rung_since_look():
            group.is_drained = False
            return None
        group.wakeup.look()
        rows = await self.connector.execute_query_all_async(
            query="select * from core.fetch_jobs(%(queues)s::varchar[], %(worker_id)s, %(most)s)",
            queues=queues,
            worker_id=worker_id,
            most=BATCH,
        )
        group.is_drained = 0 < len(rows) < BATCH
        group.taken.extend(queue_jobs.Job.from_row(row) for row in rows)
        return group.taken.popleft() if group.taken else None

    async def give_back(self, queues: Iterable[str]) -> None:
        """Let other workers have the jobs that were taken and never started."""
        group = self._groups.pop(tuple(queues), None)
        if group and group.taken:
            await self.connector.execute_query_async(
                query="select core.give_back_jobs(%(jobs)s)", jobs=[job.id for job in group.taken]
            )

"""A worker of the library that fetches with half the statements, hears every call and can be handed a job.

The library asks once more after the last job, clears its bell after a fetch (and so forgets a job announced while the
fetch ran), and knows only jobs it has fetched. Guarded by tests: some of what is overridden is the library's own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from procrastinate import App, job_context, manager
from procrastinate import jobs as queue_jobs
from procrastinate.worker import Worker

# The job, and whether it was the last: nothing else of these queues is due. A job that waits behind a lock counts as
# one more, and costs the fetch that finds it out.
_FETCH: Final = """\
select j.id, j.status, j.task_name, j.priority, j.lock, j.queueing_lock, j.args, j.scheduled_at, j.queue_name, j.attempts,
  j.worker_id,
  not exists (select 1 from procrastinate_jobs t
    where t.status = 'todo' and t.id <> j.id and t.queue_name = any(%(queues)s::varchar[])
      and (t.scheduled_at is null or t.scheduled_at <= now())) as is_last
from procrastinate_fetch_job_v2(%(queues)s::varchar[], %(worker_id)s) j
"""

_IN_HAND: Final = """\
select id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
from procrastinate_jobs where status = 'doing' and worker_id = any(%(workers)s::bigint[])
"""


class Bell(asyncio.Event):
    """Rings for new jobs. Clearing it keeps what rang after the last look."""

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


class AlertWorker(Worker):
    """The library's worker with a bell that forgets nothing and can be rung from this process."""

    def __init__(self, *, app: App, queues: list[str], **options: Any) -> None:
        super().__init__(app=app, queues=queues, **options)
        self.bell = Bell()
        self._new_job_event = self.bell
        self.was_last = False

    def find_id(self) -> int | None:
        """Its number in the database; None before it runs and once it stops."""
        return None if self._stop_event.is_set() else self.worker_id

    def knows(self, job_id: int) -> bool:
        """Whether it runs this job."""
        return any(context.job.id == job_id for context in self._running_jobs.values())

    def start(self, job: queue_jobs.Job) -> None:
        """Run a job that is in this worker's hands already, beside those it fetches."""
        context = job_context.JobContext(
            app=self.app,
            worker_name=self.worker_name,
            worker_queues=self.queues,
            job=job,
            abort_reason=lambda: self._job_ids_to_abort.get(job.id or 0),
            start_timestamp=time.time(),
        )
        task = asyncio.create_task(self._process_job(context))
        self._running_jobs[task] = context
        task.add_done_callback(self._running_jobs.pop)

    def _log_extra(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Nothing: the library builds this for every line, also for those that nobody prints."""
        del arguments, named
        return {}


class AlertJobManager(manager.JobManager):
    """The library's job manager, which fetches for the workers that were made known to it in its own way."""

    def __init__(self, inner: manager.JobManager) -> None:
        super().__init__(connector=inner.connector)
        self._workers: dict[tuple[str, ...], AlertWorker] = {}

    def know(self, worker: AlertWorker) -> None:
        self._workers[tuple(worker.queues or ())] = worker

    def find_worker(self, queue: str) -> AlertWorker | None:
        return self._workers.get((queue,))

    async def list_unknown_jobs(self) -> list[queue_jobs.Job]:
        """Jobs that the database counts among those of this process's workers, and that none of them runs."""
        workers = {id_: worker for worker in self._workers.values() if (id_ := worker.find_id()) is not None}
        rows = await self.connector.execute_query_all_async(query=_IN_HAND, workers=list(workers))
        jobs = [queue_jobs.Job.from_row(row) for row in rows]
        return [job for job in jobs if job.id and job.worker_id and not workers[job.worker_id].knows(job.id)]

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> queue_jobs.Job | None:
        worker = self._workers.get(tuple(queues or ()))
        if worker is None:
            return await super().fetch_job(queues, worker_id)
        was_last, worker.was_last = worker.was_last, False
        if was_last and not worker.bell.has_rung_since_look():
            return None
        worker.bell.look()
        row = await self.connector.execute_query_one_async(query=_FETCH, queues=queues, worker_id=worker_id)
        if row["id"] is None:
            return None
        worker.was_last = row.pop("is_last")
        return queue_jobs.Job.from_row(row)


@dataclass(frozen=True, slots=True)
class HandOver:
    """Puts jobs of one kind into the hands of a worker of this process."""

    worker: AlertWorker
    task_name: str
    queue: str

    @property
    def worker_id(self) -> int | None:
        return self.worker.find_id()

    def start(self, job_id: int, arguments: Mapping[str, Any]) -> None:
        self.worker.start(
            queue_jobs.Job(
                id=job_id,
                status="doing",
                queue=self.queue,
                lock=None,  # the row has it
                queueing_lock=None,
                task_name=self.task_name,
                task_kwargs=dict(arguments),
                worker_id=self.worker.worker_id,
            )
        )

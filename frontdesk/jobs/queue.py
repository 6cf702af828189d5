"""The durable queue in PostgreSQL: procrastinate, set up the way that was measured (docs/adr/0001).

Jobs are put in by the functions of the schema, in the same statement as the row they serve. This module runs them.
Rules kept here: no queueing lock on conversation jobs; nothing scheduled under a conversation's lock; a sweeper brings
back the jobs of dead workers; every task retries.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import procrastinate
import psycopg
from procrastinate import exceptions as queue_exceptions
from procrastinate import jobs as queue_jobs
from psycopg_pool import AsyncConnectionPool

from frontdesk.jobs.fetching import AlertJobManager, AlertWorker, HandOver
from frontdesk.observability.trace_context import extract_trace_from_dict
from frontdesk.storage.postgres import TCP_USER_TIMEOUT_MS, Transaction, configure_connection

log = logging.getLogger(__name__)

Handler = Callable[["Job"], Awaitable[None]]

# A worker that has not reported for this long is dead and its jobs go to others.
STALLED_AFTER_S: Final = 20.0
HEARTBEAT_S: Final = 5.0
# Bounds a missed wake-up: NOTIFY does the rest.
POLL_S: Final = 0.5
POLL_JOBS_S: Final = 5.0
# With the wait for a heartbeat above: a dead worker's turn is answered within half a minute.
SWEEP_CRON: Final = "* * * * * */5"
SWEEP_OWN_EVERY_S: Final = 5.0
# Answers, sends, alarms: what a patient or staff wait for. The rest is maintenance.
QUEUES: Final = ("turns", "urgent", "send")
# Tries before a job rests as `failed`, the dead letters.
MAX_ATTEMPTS: Final = 8
# A job whose worker died this often is taken to be what kills it.
MAX_DEATHS: Final = 5
STATEMENT_TIMEOUT_MS: Final = 15_000


class Job:
    """One job as its handler sees it: ids in, and which try this is (0 is the first; `is_last`: no other follows)."""

    def __init__(self, arguments: Mapping[str, Any], attempt: int, *, is_last: bool = False) -> None:
        self.arguments = arguments
        self.attempt = attempt
        self.is_last = is_last


class RetryLater(Exception):
    """The handler asks for another try after `seconds`."""

    def __init__(self, reason: str, *, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class _Backoff(procrastinate.BaseRetryStrategy):
    """2, 4, 8 … s up to 5 min, or as long as the handler asks for."""

    def __init__(self, max_attempts: int) -> None:
        self._max_attempts = max_attempts

    def get_retry_decision(
        self, *, exception: BaseException, job: queue_jobs.Job
    ) -> procrastinate.RetryDecision | None:
        if job.attempts + 1 >= self._max_attempts:
            return None
        seconds = (
            exception.seconds if isinstance(exception, RetryLater) else min(2.0 ** (job.attempts + 1), 300.0)
        )
        return procrastinate.RetryDecision(retry_in={"milliseconds": int(seconds * 1000)})


class JobQueue:
    """Names → handlers, and the worker that runs them."""

    def __init__(self, url: str, *, max_connections: int = 16) -> None:
        self._connector = procrastinate.PsycopgConnector(
            conninfo=_with_options(url),
            pool_factory=_make_pool,
            min_size=4,  # fetch, finish and heartbeat never wait for each other
            max_size=max_connections,
        )
        self._app = procrastinate.App(connector=self._connector)
        self._fetching = AlertJobManager(self._app.job_manager)
        self._app.job_manager = self._fetching
        self._add_sweeper()

    def add(self, name: str, queue: str, handler: Handler, *, max_attempts: int = MAX_ATTEMPTS) -> None:
        """Let `handler` run jobs called `name` of `queue`."""

        async def run(context: procrastinate.JobContext, /, **arguments: Any) -> None:
            with extract_trace_from_dict(arguments):
                try:
                    attempt = context.job.attempts
                    await handler(Job(arguments, attempt, is_last=attempt + 1 >= max_attempts))
                except RetryLater:
                    raise  # said by its handler already
                except Exception as error:
                    log.warning(
                        "job.failed",
                        exc_info=True,
                        extra={
                            "job": name,
                            "attempt": context.job.attempts,
                            "error_type": type(error).__name__,
                        },
                    )
                    raise

        self._app.task(name=name, queue=queue, pass_context=True, retry=_Backoff(max_attempts))(run)

    def add_periodic(self, name: str, cron: str, handler: Callable[[], Awaitable[None]]) -> None:
        """Run `handler` by `cron` (a sixth field counts seconds), once across all workers."""

        async def run(timestamp: int) -> None:
            del timestamp
            await handler()

        task = self._app.task(name=name, queue="jobs", queueing_lock=name, retry=_Backoff(2))(run)
        self._app.periodic(cron=cron)(task)

    def _add_sweeper(self) -> None:
        async def sweep(timestamp: int) -> None:
            del timestamp
            manager = self._app.job_manager
            for job in list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S)):
                try:
                    await self._give_to_others(job)
                except queue_exceptions.ConnectorException as error:
                    # One job that cannot be moved must not keep the others from being moved.
                    log.warning(
                        "job.not_taken_over", extra={"job": job.task_name, "error_type": type(error).__name__}
                    )
            await manager.prune_stalled_workers(STALLED_AFTER_S)

        task = self._app.task(
            name="sweep_stalled_jobs", queue="jobs", queueing_lock="sweep_stalled_jobs", retry=_Backoff(2)
        )(sweep)
        self._app.periodic(cron=SWEEP_CRON)(task)

    async def _give_to_others(self, job: queue_jobs.Job) -> None:
        manager = self._app.job_manager
        if job.queue == "jobs" or job.attempts >= MAX_DEATHS + MAX_ATTEMPTS:
            # A periodic job's next run waits already, or will come; the others are dead letters.
            await manager.finish_job(job, status=queue_jobs.Status.FAILED, delete_job=job.queue == "jobs")
            return
        await manager.retry_job(job)
        log.warning("job.taken_over", extra={"job": job.task_name, "attempt": job.attempts})

    def find_sender(self) -> HandOver | None:
        """Starts `deliver_message` jobs that a commit of this process has put in hand; None where no worker runs."""
        worker = self._fetching.find_worker("send")
        return None if worker is None else HandOver(worker, task_name="deliver_message", queue="send")

    async def open(self) -> None:
        await self._app.open_async()

    async def close(self) -> None:
        await self._app.close_async()

    async def run_until_idle(self, queues: Sequence[str] = QUEUES) -> None:
        """Run what is due now, and what that leads to, until nothing is left: for tests and one-off work."""
        while True:
            await self._app.run_worker_async(
                queues=list(queues),
                concurrency=8,
                wait=False,
                listen_notify=False,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
            waiting = await self._app.job_manager.list_jobs_async(status="todo")
            if not any(job.scheduled_at is None and job.queue in queues for job in waiting):
                return

    async def run_worker(self, *, concurrency: int, shutdown_timeout_s: float) -> None:
        """Run jobs until cancelled; then finish those in hand within the timeout and give the others back.

        A group each for turns, sends, alarms and the rest: maintenance delays no answer, and a gateway that hangs no alarm.
        """
        groups = {"turns": concurrency, "send": concurrency, "urgent": min(concurrency, 20), "jobs": 4}
        async with asyncio.TaskGroup() as group:
            for queue, size in groups.items():
                group.create_task(self._run_group(queue, size, shutdown_timeout_s))
            group.create_task(self._sweep_own())

    async def _sweep_own(self) -> None:
        """Give back the jobs that are said to be in this process's hands and are not.

        The word that a job has ended, or that it began, may have got lost on the way from or to the database. Nobody
        else would ever touch such a job, nor what waits behind its lock.
        """
        missing_before: set[int] = set()
        while True:
            await asyncio.sleep(SWEEP_OWN_EVERY_S)
            try:
                missing = {
                    job.id: job for job in await self._fetching.list_unknown_jobs() if job.id is not None
                }
                for job_id in missing.keys() & missing_before:
                    await self._give_to_others(missing[job_id])
            except queue_exceptions.ConnectorException as error:
                log.warning("jobs.not_swept", extra={"error_type": type(error).__name__})
                continue
            # Seen twice: what was fetched this very moment is known a moment later.
            missing_before = set(missing)

    async def _run_group(self, queue: str, concurrency: int, shutdown_timeout_s: float) -> None:
        worker = AlertWorker(
            app=self._app,
            queues=[queue],
            name=queue,
            concurrency=concurrency,
            fetch_job_polling_interval=POLL_S if queue != "jobs" else POLL_JOBS_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_AFTER_S,
            delete_jobs="successful",
            shutdown_graceful_timeout=shutdown_timeout_s,
            install_signal_handlers=False,
        )
        self._fetching.know(worker)
        await worker.run()  # type: ignore[no-untyped-call]


def _make_pool(**arguments: Any) -> AsyncConnectionPool[Transaction]:
    before = arguments.pop("configure", None)
    arguments["check"] = None

    async def configure(connection: Transaction) -> None:
        # Autocommit and no liveness check: each statement is one round trip, not four. Set here, because the
        # library's listener passes it to its own connection itself.
        await connection.set_autocommit(True)
        if before is not None:
            await before(connection)
        await configure_connection(connection, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
        # Only who has which job is written here. Lost with the server, a job runs again, and finds its work done.
        await connection.execute("set synchronous_commit = off")

    return AsyncConnectionPool(configure=configure, **arguments)


def _with_options(url: str) -> str:
    """The queue's own connections notice a half-open link and never hang on a statement."""
    info = psycopg.conninfo.conninfo_to_dict(url)
    options = {
        "application_name": "frontdesk-queue",
        "keepalives_idle": 10,
        "tcp_user_timeout": TCP_USER_TIMEOUT_MS,
    }
    merged: dict[str, Any] = {**options, **info}
    return psycopg.conninfo.make_conninfo("", **merged)


def mask_url(url: str) -> str:
    """The address without its password, for `doctor` and error messages."""
    info = psycopg.conninfo.conninfo_to_dict(url)
    return f"{info.get('user', '')}@{quote(str(info.get('host', 'localhost')))}/{info.get('dbname', '')}"

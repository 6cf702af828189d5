"""The worker process: job name → handler, one line each; drains on SIGTERM."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from frontdesk.jobs.queue import Job
from frontdesk.lifecycle.graceful_shutdown import GracefulShutdownHandler
from frontdesk.lifecycle.watchdog import watchdog
from frontdesk.settings import Settings
from frontdesk.storage.servers import Addresses
from frontdesk.wiring import BackOffice, Clock, open_back_office, wall_clock

log = logging.getLogger(__name__)


class Jobs:
    """What each job does, in the words of the parts that do it."""

    def __init__(self, office: BackOffice, *, clock: Clock, debounce_s: float) -> None:
        self._office = office
        self._clock = clock
        self._debounce_s = debounce_s

    async def answer_message(self, job: Job) -> None:
        if job.attempt == 0 and self._debounce_s:
            await asyncio.sleep(self._debounce_s)  # the rest of a burst
        chat = {
            "clinic_id": UUID(job.arguments["clinic_id"]),
            "session_id": UUID(job.arguments["session_id"]),
        }
        turns = self._office.desk.turns
        try:
            await turns.answer(**chat, is_retry=job.attempt > 0, sender=self._office.queue.find_sender())
        except Exception:
            if job.is_last:
                await turns.park(**chat)
            raise

    async def deliver_message(self, job: Job) -> None:
        await self._office.delivery.deliver(
            UUID(job.arguments["clinic_id"]), UUID(job.arguments["outbox_id"])
        )

    async def check_receipt(self, job: Job) -> None:
        await self._office.receipts.check(UUID(job.arguments["clinic_id"]), UUID(job.arguments["outbox_id"]))

    async def tell_staff(self, job: Job) -> None:
        await self._office.desk.alerts.tell_next(
            UUID(job.arguments["clinic_id"]),
            UUID(job.arguments["alert_id"]),
            now=self._clock(),
            only_if_told=0,
        )

    async def pass_on_alerts(self) -> None:
        await self._office.desk.alerts.escalate_unacknowledged(now=self._clock())

    async def settle_follow_ups(self) -> None:
        await self._office.desk.follow_ups.settle_due()

    async def find_forgotten(self) -> None:
        await self._office.reconciliation.enqueue_forgotten(now=self._clock())

    async def find_unacknowledged(self) -> None:
        await self._office.reconciliation.enqueue_unacknowledged(now=self._clock())

    async def count_invariants(self) -> None:
        await self._office.reconciliation.count_broken(now=self._clock())


def add_jobs(office: BackOffice, jobs: Jobs) -> None:
    queue = office.queue
    queue.add("answer_message", "turns", jobs.answer_message)
    # About a day of tries: the gateway may be down for long, and what is too late is dropped by the delivery itself.
    queue.add("deliver_message", "send", jobs.deliver_message, max_attempts=300)
    # Patient for as long: a gateway that is away cannot say what arrived.
    queue.add("check_receipt", "send", jobs.check_receipt, max_attempts=300)
    queue.add("tell_staff", "urgent", jobs.tell_staff)
    queue.add_periodic("pass_on_alerts", "* * * * * */15", jobs.pass_on_alerts)
    queue.add_periodic("settle_follow_ups", "* * * * * */15", jobs.settle_follow_ups)
    queue.add_periodic("find_unacknowledged", "* * * * * */15", jobs.find_unacknowledged)
    queue.add_periodic("find_forgotten", "* * * * *", jobs.find_forgotten)
    queue.add_periodic("count_invariants", "0 * * * *", jobs.count_invariants)


async def run_worker(
    settings: Settings,
    servers: Addresses,
    *,
    clock: Clock = wall_clock,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Run jobs until a signal comes, then finish what is in hand."""
    shutdown = GracefulShutdownHandler(service_name="worker")
    shutdown.setup()
    async with watchdog(), open_back_office(settings, servers, clock=clock) as office:
        add_jobs(office, Jobs(office, clock=clock, debounce_s=settings.debounce_ms / 1000))
        await office.queue.open()
        work = asyncio.create_task(
            office.queue.run_worker(
                concurrency=settings.worker_concurrency, shutdown_timeout_s=shutdown.shutdown_timeout - 10
            )
        )
        log.info("worker.ready")
        on_ready()
        asked = asyncio.create_task(shutdown.wait())
        await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if work.done():
            work.result()  # the queue gave up, the database is gone: the supervisor starts us again
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    await shutdown.clean_up()
    log.info("worker.stopped")

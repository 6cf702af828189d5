"""The pitfalls of the queue, each with its story (docs/adr/0001-queue-in-postgresql.md)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from frontdesk.jobs import queue as queue_module
from frontdesk.jobs.queue import MAX_ATTEMPTS, Job, JobQueue, RetryLater
from frontdesk.storage.postgres import DatabaseUnavailable
from tests.support.front import Front, open_front


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(database_url=database_url, owner_url=owner_url, folder=tmp_path) as opened:
        yield opened


def enqueue(owner_url: str, task: str, lock: str, **arguments: Any) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "select core.defer_job('turns', %s, %s, %s::jsonb)", (task, lock, json.dumps(arguments))
        )


async def run_for_a_while(queue: JobQueue, done: asyncio.Event, *, seconds: float = 20.0) -> None:
    await queue.open()
    worker = asyncio.create_task(queue.run_worker(concurrency=10, shutdown_timeout_s=1))
    try:
        async with asyncio.timeout(seconds):
            await done.wait()
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        await queue.close()


async def test_the_next_job_of_a_conversation_starts_as_soon_as_the_one_before_ends(
    database_url: str, owner_url: str
) -> None:
    queue, done = JobQueue(database_url), asyncio.Event()
    moments: list[float] = []

    async def work(job: Job) -> None:
        moments.append(time.monotonic())
        await asyncio.sleep(0.2)
        moments.append(time.monotonic())
        if job.arguments["n"] == 3:
            done.set()

    queue.add("work", "turns", work)
    for number in (1, 2, 3):
        enqueue(owner_url, "work", "conv:1", n=number)
    await run_for_a_while(queue, done)
    handoffs = [moments[2] - moments[1], moments[4] - moments[3]]
    # The poll would take up to 0.5 s: far below it, the finish trigger has woken the worker.
    assert min(handoffs) < 0.1
    assert min(handoffs) > 0  # never two at once


async def test_a_retry_does_not_let_later_messages_of_the_conversation_pass(
    database_url: str, owner_url: str
) -> None:
    queue, done = JobQueue(database_url), asyncio.Event()
    order: list[tuple[int, int]] = []

    async def work(job: Job) -> None:
        order.append((job.arguments["n"], job.attempt))
        if job.arguments["n"] == 1 and job.attempt == 0:
            raise RetryLater("not yet", seconds=0.3)
        if job.arguments["n"] == 2:
            done.set()

    queue.add("work", "turns", work)
    for number in (1, 2):
        enqueue(owner_url, "work", "conv:1", n=number)
    await run_for_a_while(queue, done)
    assert order == [(1, 0), (1, 1), (2, 0)]


async def test_the_job_of_a_dead_worker_is_taken_over(database_url: str, owner_url: str) -> None:
    enqueue(owner_url, "work", "conv:1", n=1)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '5 minutes')"
        )
        connection.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = (select max(id) from procrastinate_workers)"
        )
    queue, done = JobQueue(database_url), asyncio.Event()

    async def work(job: Job) -> None:
        assert job.attempt == 1
        done.set()

    queue.add("work", "turns", work)
    await run_for_a_while(queue, done, seconds=30)
    assert done.is_set()


async def test_a_job_that_always_fails_rests_as_a_dead_letter_and_frees_its_conversation(
    database_url: str, owner_url: str
) -> None:
    queue, done = JobQueue(database_url), asyncio.Event()

    async def fail(_: Job) -> None:
        raise RetryLater("never", seconds=0.01)

    async def work(_: Job) -> None:
        done.set()

    queue.add("fail", "turns", fail, max_attempts=3)
    queue.add("work", "turns", work)
    enqueue(owner_url, "fail", "conv:1")
    enqueue(owner_url, "work", "conv:1")
    await run_for_a_while(queue, done)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        rows = connection.execute(
            "select task_name, attempts from procrastinate_jobs where status = 'failed'"
        ).fetchall()
    assert rows == [("fail", 3)]
    assert MAX_ATTEMPTS > 3


def test_the_fetch_function_still_has_our_settings_after_an_upgrade(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        rows = connection.execute(
            "select proname, proconfig from pg_proc where proname like 'procrastinate_fetch_job_v%' order by proname desc limit 1"
        ).fetchall()
    assert rows[0][0] == "procrastinate_fetch_job_v2"
    assert "enable_sort=off" in rows[0][1]


async def test_a_burst_is_answered_once(front: Front) -> None:
    await front.says("hello")
    await front.says("how much is a check-up")
    await front.says("and where are you?")
    await front.settle()
    assert len(await front.answers()) == 1
    assert front.query("select count(*) from core.whatsapp_conversations where status = 'new'") == [(0,)]


async def test_a_newer_message_takes_back_an_answer_that_has_not_left(front: Front) -> None:
    await front.says("how much is a check-up?")
    await front.queue.run_until_idle(["turns"])
    await front.says("and a cleaning?")
    await front.queue.run_until_idle(["turns"])
    await front.settle()
    assert front.query("select status from core.outbox order by seq") == [("superseded",), ("sent",)]
    assert front.query("select count(*) from core.whatsapp_conversations where status = 'answered'") == [(2,)]
    assert len(await front.answers()) == 1


async def test_an_answer_that_has_booked_is_never_taken_back(front: Front) -> None:
    await front.says("book a check-up on thursday at noon")
    await front.settle()
    await front.says("yes")
    await front.queue.run_until_idle(["turns"])
    await front.says("thanks, where are you?")
    await front.settle()
    assert front.query("select count(*) from healthcare.appointments where status = 'booked'") == [(1,)]
    assert front.query("select count(*) from core.outbox where status = 'superseded'") == [(0,)]
    assert len(await front.answers()) == 3


async def test_a_half_sent_answer_is_looked_up_and_not_sent_again(front: Front) -> None:
    await front.says("hello")
    await front.settle()
    # As if the worker had died between the send and its record, twice.
    front.query(
        "update core.outbox set status = 'sending', provider_id = null, claimed_at = %s returning 1",
        front.clock.now,
    )
    front.query(
        "update core.whatsapp_conversations set provider_id = null where author = 'assistant' returning 1"
    )
    (outbox,) = front.query("select clinic_id, outbox_id from core.outbox")
    for _ in range(2):
        front.query(
            "select core.defer_job('send', 'deliver_message', 'again', jsonb_build_object('clinic_id', %s::text, 'outbox_id', %s::text))",
            *outbox,
        )
        await front.settle()
    assert len(await front.answers()) == 1
    assert front.query("select status, maybe_duplicate, reason from core.outbox") == [
        ("sent", False, "found")
    ]


async def test_a_message_that_fails_every_turn_is_parked_and_the_next_one_is_answered(front: Front) -> None:
    await front.says("how much is a check-up?", id="POISON")
    front_query = (
        "update core.whatsapp_conversations set attempts = 8 where provider_id = 'POISON' returning 1"
    )
    front.query(front_query)
    await front.settle()
    assert front.query("select status from core.whatsapp_conversations where provider_id = 'POISON'") == [
        ("dead",)
    ]
    assert front.query("select kind from core.outbox where session_id is not null") == [("apology",)]
    assert ("dead_letter",) in front.query("select kind from core.staff_alerts")
    await front.says("what are your opening hours?")
    await front.settle()
    assert len(await front.answers()) == 2


def test_the_sweeper_and_the_alerts_come_several_times_a_minute() -> None:
    from datetime import UTC, datetime
    from itertools import pairwise

    from croniter import croniter

    from frontdesk.jobs.queue import SWEEP_CRON

    runs = croniter(SWEEP_CRON, datetime(2026, 1, 1, 0, 5, tzinfo=UTC))
    moments = [runs.get_next(float) for _ in range(4)]
    assert [round(b - a) for a, b in pairwise(moments)] == [5, 5, 5]


async def run_worker_until(front: Front, done: str) -> None:
    """Run a real worker until a query gives true."""
    worker = asyncio.create_task(front.queue.run_worker(concurrency=10, shutdown_timeout_s=1))
    try:
        async with asyncio.timeout(20):
            while front.query(done) != [(True,)]:  # noqa: ASYNC110 (another process's commit rings no event here)
                await asyncio.sleep(0.02)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


NOTE_SENDS = """
create table public.noted (status text);
grant insert on public.noted to public;
create function public.note_send() returns trigger language plpgsql as
  $$ begin insert into public.noted values (new.status::text); return new; end $$;
create trigger note_send before insert on procrastinate_jobs for each row
  when (new.task_name = 'deliver_message') execute function public.note_send();
"""
EVERYTHING_SENT = "select count(*) > 0 and bool_and(status = 'sent') from core.outbox"


async def test_the_worker_that_commits_an_answer_has_its_send_in_hand(front: Front) -> None:
    with psycopg.connect(front.owner_url, autocommit=True) as connection:
        connection.execute(NOTE_SENDS)
    await front.says("how much is a check-up?")
    await run_worker_until(front, EVERYTHING_SENT)
    assert front.query("select status from public.noted") == [("doing",)]
    assert len(await front.answers()) == 1


async def test_an_answer_waits_its_turn_behind_an_earlier_send_of_the_chat(front: Front) -> None:
    await front.says("how much is a check-up?")
    await front.queue.run_until_idle(["turns"])  # answered, and the send waits
    # It has written something, so that no newer message takes it back.
    front.query("update core.outbox set session_before = null returning 1")
    await front.says("where are you?")
    await run_worker_until(front, "select count(*) = 2 and bool_and(status = 'sent') from core.outbox")
    answers = await front.answers()
    assert len(answers) == 2
    assert front.query(
        "select array_agg(sent_at order by seq) = array_agg(sent_at order by sent_at) from core.outbox"
    ) == [(True,)]


async def wait_until(front: Front, done: str) -> None:
    """Until a query gives true."""
    async with asyncio.timeout(20):
        while front.query(done) != [(True,)]:  # noqa: ASYNC110 (another process's commit rings no event here)
            await asyncio.sleep(0.02)


@pytest.fixture
async def swift_worker(front: Front, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Task[None]]:
    """A real worker that looks after its own jobs often."""
    monkeypatch.setattr(queue_module, "SWEEP_OWN_EVERY_S", 0.2)
    worker = asyncio.create_task(front.queue.run_worker(concurrency=10, shutdown_timeout_s=1))
    await wait_until(front, "select count(*) = 4 from procrastinate_workers")
    yield worker
    assert not worker.done()
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def test_a_job_whose_end_could_not_be_noted_does_not_keep_its_chats_lock(
    front: Front, swift_worker: asyncio.Task[None]
) -> None:
    manager = front.queue._app.job_manager
    finish = manager.finish_job

    async def fail_once(*arguments: Any, **named: Any) -> None:
        manager.finish_job = finish  # type: ignore[method-assign]
        raise ConnectorException("connection reset")

    manager.finish_job = fail_once  # type: ignore[method-assign]
    await front.says("how much is a check-up?")
    await wait_until(front, "select count(*) = 1 and bool_and(status = 'sent') from core.outbox")
    await front.says("what are your opening hours?")
    await wait_until(front, "select count(*) = 2 and bool_and(status = 'sent') from core.outbox")
    await wait_until(front, "select count(*) = 0 from procrastinate_jobs where queue_name <> 'jobs'")
    assert len(await front.answers()) == 2


async def test_a_send_put_in_hand_by_a_commit_nobody_heard_of_is_begun_all_the_same(
    front: Front, swift_worker: asyncio.Task[None]
) -> None:
    sessions = front.desk.turns._sessions
    commit = sessions.commit_turn

    async def lose_the_answer(*arguments: Any) -> Any:
        sessions.commit_turn = commit  # type: ignore[method-assign]
        await commit(*arguments)
        raise DatabaseUnavailable("connection reset after the commit")

    sessions.commit_turn = lose_the_answer  # type: ignore[assignment]
    await front.says("how much is a check-up?")
    await wait_until(front, "select count(*) = 1 from core.outbox")
    await front.says("what are your opening hours?")
    await wait_until(front, EVERYTHING_SENT.replace("status = 'sent'", "status in ('sent', 'superseded')"))
    await wait_until(front, "select count(*) = 0 from core.whatsapp_conversations where status = 'new'")
    await wait_until(front, "select count(*) = 0 from procrastinate_jobs where queue_name <> 'jobs'")
    assert "Monday" in (await front.answers())[-1]


async def test_a_message_that_cannot_even_be_read_ends_with_staff_and_an_apology(front: Front) -> None:
    sessions = front.desk.turns._sessions

    async def break_down(*arguments: Any, **named: Any) -> Any:
        raise ValueError("cannot read this row")

    sessions.load_turn = break_down  # type: ignore[method-assign]
    await front.says("how much is a check-up?")
    for _ in range(MAX_ATTEMPTS):
        await front.settle()
        front.query("update procrastinate_jobs set scheduled_at = null where status = 'todo' returning 1")
    assert front.query("select kind, told from core.staff_alerts") == [("dead_letter", 1)]
    assert len(await front.answers()) == 1
    assert front.query("select status from core.whatsapp_conversations where direction = 'in'") == [("dead",)]


async def test_an_alarm_of_one_clinic_does_not_wait_for_the_hanging_gateway_of_another(front: Front) -> None:
    for number in range(8):
        await front.says("how much is a check-up?", phone=f"1202555{number:04d}")
    await front.queue.run_until_idle(["turns"])
    client, hanging = front.jobs._office.delivery._client, asyncio.Event()
    send = client.send_text

    async def hang(*, instance: str, **named: Any) -> Any:
        if instance == "dental-harbor":
            await hanging.wait()
        return await send(instance=instance, **named)

    client.send_text = hang  # type: ignore[method-assign]
    worker = asyncio.create_task(front.queue.run_worker(concurrency=4, shutdown_timeout_s=0.1))
    await wait_until(front, "select count(*) >= 4 from core.outbox where status = 'sending'")
    await front.says("meu filho não está respirando", phone="5521900000999", instance="odonto-ipanema")
    await wait_until(front, "select bool_and(status = 'sent') from core.outbox where kind = 'emergency'")
    assert front.query("select count(*) from core.outbox where kind = 'reply' and status = 'sent'") == [(0,)]
    hanging.set()
    await wait_until(front, EVERYTHING_SENT)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)

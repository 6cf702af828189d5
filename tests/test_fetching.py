"""The bell of a worker, and what we override of the queue's library."""

from __future__ import annotations

import inspect

from procrastinate.worker import Worker

from frontdesk.jobs.fetching import Bell


async def test_a_job_announced_while_a_fetch_runs_is_not_forgotten() -> None:
    bell = Bell()
    bell.set()
    bell.look()  # the statement is on its way
    bell.set()  # and another job is announced
    bell.clear()  # as the library does after each fetch
    assert bell.is_set()
    bell.look()
    bell.clear()
    assert not bell.is_set()


def test_the_library_still_has_what_we_override_after_an_upgrade() -> None:
    source = inspect.getsource(Worker)
    for name in (
        "self._new_job_event.wait()",
        "self._new_job_event.clear()",
        "self._running_jobs[job_task] = context",
        "async def _process_job(self, context",
        "def _log_extra(",
        "self._stop_event.is_set()",
    ):
        assert name in source, name

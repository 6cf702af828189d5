"""What operators type: every command a process of its own on the database the front desk works with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from frontdesk.wiring import wall_clock
from tests.support.command_line import FRONTDESK, Ended, environment_with, run_command
from tests.support.front import CLINICS, Clock, Front, open_front

PATIENT, ON_CALL = "12025550999", "999700001011"
NOBODYS = "0b9c2d64-3f1a-4b7e-8c55-6d2e9a7f1c10"


@dataclass(frozen=True, slots=True)
class Operator:
    settings: dict[str, str]

    async def __call__(self, *arguments: str) -> Ended:
        return await run_command(*arguments, settings=self.settings)

    async def asks(self, *arguments: str) -> Any:
        """The document a command prints that must succeed."""
        ended = await self(*arguments, "--format", "json")
        assert ended.code == 0, ended.err
        return ended.document

    async def is_refused(self, *arguments: str, code: int = 1) -> str:
        """The line of error, the same in the document."""
        ended = await self(*arguments, "--format", "json")
        assert ended.code == code
        assert ended.document["exit_code"] == code
        assert ended.err.splitlines()[-1] == f"frontdesk: {ended.document['error']}"
        return str(ended.document["error"])


@pytest.fixture
def operator(database_url: str, owner_url: str) -> Operator:
    return Operator(
        {
            "DATABASE_URL": database_url,
            "MIGRATE_DATABASE_URL": owner_url,
            "VALKEY_URL": "unix:///nowhere/valkey.sock",
        }
    )


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(
        database_url=database_url, owner_url=owner_url, folder=tmp_path, clock=Clock(wall_clock())
    ) as opened:
        yield opened


async def make_dead(front: Front, text: str) -> None:
    """A message whose turns have all failed: the next run parks it."""
    await front.says(text)
    front.query(
        "update core.whatsapp_conversations set attempts = 8 where direction = 'in' and status = 'new' returning 1"
    )
    await front.settle()


async def test_a_parked_message_is_listed_and_answered_when_it_is_tried_again(
    front: Front, operator: Operator
) -> None:
    assert await operator.asks("dead-letters", "list") == []
    await make_dead(front, "how much is a check-up?")
    apologies = len(await front.answers())
    (letter,) = await operator.asks("dead-letters", "list")
    assert letter["kind"] == "message"
    assert letter["id"] in (await operator("dead-letters", "list")).out

    assert await operator.asks("dead-letters", "retry", letter["id"], "--dry-run") == {
        "dry_run": True,
        "retried": 1,
    }
    await operator.asks("dead-letters", "retry", letter["id"])
    await front.settle()
    answers = (await front.answers())[apologies:]
    assert len(answers) == 1
    assert "$" in answers[0]
    assert await operator.asks("dead-letters", "list") == []


async def test_a_failed_job_is_tried_again_and_does_its_work(front: Front, operator: Operator) -> None:
    await front.says("how much is a check-up?")
    await front.queue.run_until_idle(["turns"])
    front.query(
        "update procrastinate_jobs set status = 'failed' where task_name = 'deliver_message' returning 1"
    )
    await front.settle()
    assert await front.answers() == []
    (letter,) = await operator.asks("dead-letters", "list")
    assert letter["kind"] == "deliver_message"
    assert await operator.asks("dead-letters", "retry", letter["id"]) == {"dry_run": False, "retried": 1}
    await front.settle()
    assert len(await front.answers()) == 1


async def test_all_dead_letters_are_retried_only_by_one_who_says_yes(
    front: Front, operator: Operator
) -> None:
    await make_dead(front, "how much is a check-up?")
    refusal = await operator.is_refused("dead-letters", "retry", "all", code=2)
    assert "--yes" in refusal
    assert len(await operator.asks("dead-letters", "list")) == 1
    assert (await operator.asks("dead-letters", "retry", "all", "--yes"))["retried"] == 1
    assert (await operator.asks("dead-letters", "retry", "all", "--yes"))["retried"] == 0


async def test_a_failed_periodic_job_is_no_dead_letter(front: Front, operator: Operator) -> None:
    front.query(
        "insert into procrastinate_jobs (queue_name, task_name, args, status, queueing_lock)"
        " values ('jobs', 'pass_on_alerts', '{}', 'failed', 'pass_on_alerts') returning 1"
    )
    assert await operator.asks("dead-letters", "list") == []
    assert "not found" in await operator.is_refused("dead-letters", "retry", "job:1")


async def test_what_came_for_an_unknown_instance_is_answered_once_its_clinic_is_known(
    database_url: str, owner_url: str, tmp_path: Path, operator: Operator
) -> None:
    others = [path for path in CLINICS.glob("*.yaml") if path.stem != "dental-harbor"]
    clock = Clock(wall_clock())
    async with open_front(
        database_url=database_url, owner_url=owner_url, folder=tmp_path, clinics=others, clock=clock
    ) as front:
        first = await front.says("how much is a check-up?")
        assert first.status_code == 202
        await front.says("and a cleaning?", phone="12025550777")
        old = front.message("my son is not breathing", at=clock.now - timedelta(hours=2))
        await front.post(old)
        kept = await operator.asks("instance", "kept")
        assert [row["reason"] for row in kept] == ["unknown instance"] * 3
        assert "import its clinic" in await operator.is_refused("instance", "replay", "dental-harbor")
    assert (await operator("clinic", "import", str(CLINICS / "dental-harbor.yaml"))).code == 0

    async with open_front(
        database_url=database_url, owner_url=owner_url, folder=tmp_path, clock=clock
    ) as front:
        assert await operator.asks("instance", "replay", "dental-harbor") == {"taken": 3, "unreadable": 0}
        await front.settle()
        assert len(await front.answers(PATIENT)) == 1
        assert len(await front.answers("12025550777")) == 1
        # An emergency of hours ago needs a person, not a template.
        assert front.query("select kind from core.staff_alerts") == [("stale_emergency",)]
        story = await operator.asks("trace", first.json()["trace_id"])
        assert [step["what"] for step in story][-1] == "outbox.sent"

        assert await operator.asks("instance", "kept") == []
        assert await operator.asks("instance", "replay", "dental-harbor") == {"taken": 0, "unreadable": 0}


async def test_an_interrupted_replay_goes_on_and_takes_nothing_in_twice(
    database_url: str, owner_url: str, tmp_path: Path, operator: Operator
) -> None:
    others = [path for path in CLINICS.glob("*.yaml") if path.stem != "dental-harbor"]
    clock = Clock(wall_clock())
    async with open_front(
        database_url=database_url, owner_url=owner_url, folder=tmp_path, clinics=others, clock=clock
    ) as front:
        await front.says("how much is a check-up?")
    await operator("clinic", "import", str(CLINICS / "dental-harbor.yaml"))
    async with open_front(
        database_url=database_url, owner_url=owner_url, folder=tmp_path, clock=clock
    ) as front:
        await operator.asks("instance", "replay", "dental-harbor")
        # As if it had died between taking the message in and saying so.
        front.query("update core.quarantine set replayed_at = null returning 1")
        assert (await operator.asks("instance", "replay", "dental-harbor"))["taken"] == 1
        await front.settle()
        assert len(await front.answers()) == 1


async def test_an_alert_is_listed_until_an_operator_acknowledges_it(front: Front, operator: Operator) -> None:
    assert await operator.asks("alerts", "list") == []
    await front.says("my son is not breathing")
    await front.settle()
    (alert,) = await operator.asks("alerts", "list")
    assert (alert["kind"], alert["status"], alert["told"]) == ("emergency", "open", 1)
    assert (await operator("alerts", "ack", alert["alert_id"])).code == 0
    assert await operator.asks("alerts", "list") == []
    front.clock.advance(minutes=6)
    assert await front.desk.alerts.escalate_unacknowledged(now=front.clock.now) == 0
    assert "acknowledged already" in await operator.is_refused("alerts", "ack", alert["alert_id"])


async def test_an_operator_sees_whose_chat_and_alert_it_is_and_names_them_by_their_beginning(
    front: Front, operator: Operator
) -> None:
    await front.says("my son is not breathing")
    await front.settle()
    (alert,) = await operator.asks("alerts", "list")
    (chat,) = await operator.asks("chats", "list")
    assert alert["address"] == chat["address"] == PATIENT
    assert alert["session_id"] == chat["session_id"]
    seen = await operator("alerts", "list")
    assert alert["alert_id"][:8] in seen.out
    assert alert["alert_id"] not in seen.out
    assert PATIENT in seen.out
    assert await operator.asks("alerts", "ack", alert["alert_id"][:8]) == {"acknowledged": alert["alert_id"]}


async def test_who_answers_the_patient_has_seen_the_alert(front: Front, operator: Operator) -> None:
    await front.says("my son is not breathing")
    await front.settle()
    front.clock.advance(minutes=1)
    await front.post(front.message("I am calling you right now.", phone=PATIENT, from_me=True))
    assert await operator.asks("alerts", "list") == []


async def test_an_answer_that_was_written_before_the_alert_acknowledges_nothing(
    front: Front, operator: Operator
) -> None:
    written = front.clock.now
    front.clock.advance(seconds=20)
    await front.says("my son is not breathing")
    await front.post(front.message("One moment.", phone=PATIENT, from_me=True, at=written))
    await front.settle()
    assert len(await operator.asks("alerts", "list")) == 1


async def test_a_chat_that_staff_hold_is_handed_back(front: Front, operator: Operator) -> None:
    await front.post(front.message("Hello, this is the reception.", phone=PATIENT, from_me=True))
    await front.says("how much is a check-up?")
    await front.settle()
    assert await front.answers() == []
    (chat,) = await operator.asks("chats", "list")
    assert chat["instance"] == "dental-harbor"
    assert chat["staff_until"] is not None
    assert await operator.asks("chats", "resume", chat["session_id"]) == {"resumed": chat["session_id"]}
    await front.says("how much is a check-up?")
    await front.settle()
    assert len(await front.answers()) == 1
    assert front.query("select actor, action from core.audit") == [("operator", "chat.resumed")]


async def test_the_story_of_a_message_is_told_by_each_of_its_names(front: Front, operator: Operator) -> None:
    response = await front.says("how much is a check-up?", id="OURTEST1")
    await front.settle()
    ((message_id, outbox_id),) = front.query(
        "select m.message_id::text, o.outbox_id::text from core.whatsapp_conversations m join core.outbox o using (trace_id)"
        " where m.direction = 'in'"
    )
    names = (response.json()["trace_id"], "OURTEST1", message_id, outbox_id)
    stories = await asyncio.gather(*(operator.asks("trace", name) for name in names))
    short = await operator.asks("trace", response.json()["trace_id"][:10])
    for story in (*stories, short):
        assert [step["what"] for step in story] == [
            "message.accepted",
            "turn.answered",
            "outbox.promised",
            "outbox.sent",
        ]
    assert "check-up" not in (await operator("trace", "OURTEST1")).out  # ids and states, no words


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("chats", "resume", NOBODYS), 1),
        (("chats", "resume", "not-an-id"), 2),
        (("alerts", "ack", NOBODYS), 1),
        (("alerts", "ack", "7"), 2),
        (("trace", "nothing"), 1),
        (("dead-letters", "retry", "job:4711"), 1),
        (("dead-letters", "retry", f"message:{NOBODYS}"), 1),
        (("instance", "replay", "nobody"), 1),
    ],
)
async def test_what_is_not_there_is_one_line_and_an_exit_code(
    operator: Operator, arguments: tuple[str, ...], code: int
) -> None:
    await operator.is_refused(*arguments, code=code)


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("chats", "list", "--nonsense"), ("trace",)],
)
async def test_wrong_usage_prints_nothing_on_standard_output(
    operator: Operator, arguments: tuple[str, ...]
) -> None:
    ended = await operator(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage" in ended.err


async def test_wrong_settings_are_all_named_and_their_values_are_not(operator: Operator) -> None:
    broken = Operator(
        {**operator.settings, "PORT": "sesame", "VALKEY_URL": "sesame", "ENVIRONMENT": "production"}
    )
    ended = await broken("chats", "list", "--format", "json")
    assert ended.code == 2
    for name in ("PORT", "VALKEY_URL", "EVOLUTION_URL", "EVOLUTION_API_KEY", "WEBHOOK_SECRETS"):
        assert name in ended.document["error"]
        assert name in ended.err
    assert "sesame" not in ended.out + ended.err


async def test_a_database_that_is_down_old_or_newer_is_exit_code_3_with_the_next_step(
    operator: Operator, make_database: Callable[[], str], owner_url: str, server: Any
) -> None:
    down = Operator({**operator.settings, "DATABASE_URL": "postgresql://localhost:1/x"})
    del down.settings["MIGRATE_DATABASE_URL"]
    assert "frontdesk doctor" in await down.is_refused("chats", "list", code=3)

    name = f"test_{uuid4().hex[:12]}"
    server.run(f"create database {name}")
    try:
        empty = server.owner_url(name)
        old = Operator({**operator.settings, "DATABASE_URL": empty, "MIGRATE_DATABASE_URL": empty})
        assert "frontdesk migrate" in await old.is_refused("chats", "list", code=3)
    finally:
        server.run(f"drop database {name} with (force)")

    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "insert into public.frontdesk_migrations (name, sha256) values ('99990101_x', 'x')"
        )
    assert "upgrade" in await operator.is_refused("chats", "list", code=3)


async def test_a_migration_waits_for_another_and_says_so(operator: Operator, owner_url: str) -> None:
    assert await operator.asks("migrate", "up") == {"applied": []}
    first, second = await asyncio.gather(operator("migrate"), operator("migrate"))
    assert (first.code, second.code) == (0, 0)


async def test_a_reader_that_leaves_ends_a_command_quietly(front: Front, operator: Operator) -> None:
    process = await asyncio.create_subprocess_exec(
        *FRONTDESK,
        "clinic",
        "list",
        env=environment_with(operator.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout._transport.close()  # type: ignore[attr-defined]
    errors = await process.stderr.read()
    assert await process.wait() == 141
    assert errors == b""

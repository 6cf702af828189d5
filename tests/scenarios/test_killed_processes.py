"""Nothing is lost, answered twice or booked twice, however often the processes are killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from frontdesk.bench.processes import Plant, running
from frontdesk.scheduling.clinic_file import read_clinic_file
from frontdesk.scheduling.clinic_import import import_clinic_file
from frontdesk.storage.embedded import start_valkey, stop_valkey
from frontdesk.storage.postgres import Database
from frontdesk.wiring import wall_clock

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

DEMO = Path(__file__).parents[2] / "fixtures" / "clinic_demo.yaml"
CHATS = 50
MESSAGES = 1_000
KILLS = 20
PACE_S = 0.04
SETTLES_WITHIN_S = 150.0
CONVERSE_DATABASES = "select datname from pg_database where datname like 'frontdesk_converse_%'"


@pytest.fixture
def plant(database_url: str, owner_url: str, tmp_path: Path) -> Iterator[Plant]:
    async def prepare() -> None:
        database = Database(database_url, name="kill-test-import")
        await database.open()
        await import_clinic_file(database, read_clinic_file(DEMO), now=wall_clock())
        await database.close()

    asyncio.run(prepare())
    valkey = start_valkey(tmp_path / "valkey")
    plant = Plant(
        folder=tmp_path,
        database_url=database_url,
        owner_url=owner_url,
        valkey_url=valkey.url,
        instances=("demo-sao",),
        environment={"DEBOUNCE_MS": "50", "SENDS_PER_SECOND": "500"},
        gateway_arguments=(
            "--ignore-delay",
            # The gateway gives up after two minutes of it instead of twenty: a start on a busy machine must fit in between.
            "--time-scale",
            "0.1",
            "--events",
            "messages.upsert,send.message",
        ),
    )
    with running(plant, "gateway", "api", "worker"):
        yield plant
    stop_valkey(tmp_path / "valkey")


def text_of(chat: int, number: int) -> str:
    """A dialogue that books now and then, each chat at times of its own and some at the same."""
    step = number % 4
    if step == 0:
        return f"marca avaliação com o carlos pra {1 + (chat * 7 + number) % 28:02d}/{wall_clock() + timedelta(days=40):%m} às {9 + (chat + number) % 7}h"
    return {1: "sim, pode marcar", 2: "quanto custa uma limpeza?", 3: "qual o endereço?"}[step]


def control(plant: Plant, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{plant.gateway_url}/control/{path}", data=data, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def rows(plant: Plant, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(plant.owner_url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


def wait_until(condition: Any, *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} after {seconds:.0f} s")
        time.sleep(0.25)


def tell_state(plant: Plant) -> str:
    """Where messages hang, for the one who has to find out why."""
    counts = rows(
        plant,
        """select 'inbox ' || status || ' ' || max(attempts), count(*) from core.whatsapp_conversations where direction = 'in' group by status
           union all select 'outbox ' || status || ' ' || coalesce(reason, ''), count(*) from core.outbox group by status, reason
           union all select 'job ' || task_name || ' ' || status || ' ' || max(attempts) || ' ' || coalesce(min(scheduled_at)::text, ''), count(*)
             from procrastinate_jobs group by task_name, status""",
    )
    deliveries = control(plant, "deliveries")["counts"]
    tails = [(plant.folder / f"{name}.log").read_text(errors="replace")[-6000:] for name in ("worker", "api")]
    return f"{counts} {deliveries}\n" + "\n".join(tails)


def test_a_thousand_messages_survive_twenty_kills(plant: Plant) -> None:
    dice = random.Random(20261123)
    kills_at = sorted(dice.sample(range(2 * CHATS + 20, MESSAGES - 10), KILLS))
    said: list[str] = []
    for number in range(MESSAGES):
        if number in kills_at:
            name = dice.choice(["api", "worker"])
            plant.kill(name)
            plant.start(name)
        chat = number % CHATS
        key = f"KILL{number:06d}"
        said.append(key)
        control(
            plant,
            "say",
            {
                "instance": "demo-sao",
                "phone": f"55119{chat:08d}",
                "push_name": "Test",
                "text": text_of(chat, number // CHATS),
                "key_id": key,
            },
        )
        time.sleep(PACE_S)

    def is_settled() -> bool:
        for name in ("api", "worker"):  # as a supervisor does
            if plant.processes[name].poll() is not None:
                plant.start(name)
        (taken,) = rows(
            plant, "select count(*) from core.whatsapp_conversations where provider_id like 'KILL%'"
        )[0]
        (waiting,) = rows(plant, "select count(*) from core.whatsapp_conversations where status = 'new'")[0]
        (unsent,) = rows(plant, "select count(*) from core.outbox where status in ('pending', 'sending')")[0]
        return bool(taken == MESSAGES and waiting == 0 and unsent == 0)

    try:
        wait_until(is_settled, seconds=SETTLES_WITHIN_S, what="messages are still waiting")
    except AssertionError as error:
        raise AssertionError(f"{error}: {tell_state(plant)}") from None

    # None lost, none twice.
    answered = dict(
        rows(plant, "select provider_id, status from core.whatsapp_conversations where direction = 'in'")
    )
    assert sorted(answered) == sorted(said)
    assert set(answered.values()) == {"answered"}

    # None answered twice without the mark: what the gateway sent is what the outbox says was sent.
    sends: dict[str, list[str]] = defaultdict(list)
    for sent in control(plant, "sent"):
        sends[sent["number"]].append(sent["text"])
    promised = rows(
        plant,
        "select reply_to, text, maybe_duplicate from core.outbox where status = 'sent' and kind = 'reply' order by seq",
    )
    marked = sum(1 for row in promised if row[2])
    for address, texts in sends.items():
        own = [row for row in promised if row[0] == address]
        surplus = Counter(texts) - Counter(row[1] for row in own)
        doubtful = {row[1] for row in own if row[2]}
        assert set(surplus) <= doubtful, f"{address} got {surplus} unmarked"
        assert not Counter(row[1] for row in own) - Counter(texts), (
            f"{address} never got what is marked as sent"
        )
    assert marked <= KILLS

    # In order: turns take messages as they arrived, sends leave as they were promised.
    disorder = rows(
        plant,
        """select count(*) from core.turns a join core.turns b on a.session_id = b.session_id and a.answered_at < b.answered_at
           where (select max(seq) from core.whatsapp_conversations where turn_id = a.turn_id and direction = 'in')
               > (select min(seq) from core.whatsapp_conversations where turn_id = b.turn_id and direction = 'in')""",
    )
    assert disorder == [(0,)]
    for address, texts in sends.items():
        in_order = [row[1] for row in promised if row[0] == address]
        once = [text for at, text in enumerate(texts) if at == 0 or texts[at - 1] != text]
        expected = [text for at, text in enumerate(in_order) if at == 0 or in_order[at - 1] != text]
        if not any(row[2] for row in promised if row[0] == address):
            assert once == expected

    # No double booking, and something was booked at all.
    assert rows(plant, "select overlapping from core.count_broken_invariants(now())") == [(0,)]
    assert rows(plant, "select count(*) > 0 from healthcare.appointments where status = 'booked'") == [
        (True,)
    ]
    assert rows(plant, "select count(*) from core.staff_alerts where kind = 'dead_letter'") == [(0,)]


def test_a_killed_terminal_chat_leaves_its_booking_in_the_database(owner_url: str, server: Any) -> None:
    lines = [
        {
            "conversation": "c",
            "at": "2026-03-02T10:00:00+02:00",
            "setup": {"clinic": "tlv"},
            "text": "book a check-up with anna on thursday at noon",
        },
        {"conversation": "c", "at": "2026-03-02T10:01:00+02:00", "text": "yes"},
    ]
    environment = {**os.environ, "DATABASE_URL": owner_url, "MIGRATE_DATABASE_URL": owner_url}
    with psycopg.connect(owner_url, autocommit=True) as connection:
        before = {row[0] for row in connection.execute(CONVERSE_DATABASES).fetchall()}
    process = subprocess.Popen(
        [sys.executable, "-m", "frontdesk", "converse", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for line in lines:
        process.stdin.write(json.dumps(line).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert answer["state"] == "idle"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        left = {row[0] for row in connection.execute(CONVERSE_DATABASES).fetchall()} - before
    (name,) = left
    with psycopg.connect(server.owner_url(name), autocommit=True) as connection:
        booked = connection.execute(
            "select status from healthcare.appointments where created_at = '2026-03-02T10:01:00+02:00'"
        ).fetchall()
    server.run(f"drop database {name} with (force)")
    assert booked == [("booked",)]

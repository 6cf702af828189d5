"""The figures: how fast webhooks are acknowledged, and what a turn costs."""

from __future__ import annotations

import asyncio
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import psycopg

from frontdesk.bench.load import Answers, make_webhook, post_steadily
from frontdesk.bench.processes import SECRET, Plant, find_free_port, running
from frontdesk.bench.statements import counting
from frontdesk.bundled import find_bundled
from frontdesk.converse.own_database import own_database
from frontdesk.scheduling.clinic_file import read_clinic_file
from frontdesk.scheduling.clinic_import import import_clinic_file
from frontdesk.settings import Settings
from frontdesk.storage.postgres import Database
from frontdesk.wiring import using_servers, wall_clock

Say = Callable[[str], None]
DEMO: Final = find_bundled("fixtures/clinic_demo.yaml")
INTAKE_RATE_PER_S: Final = 200.0
TURN_RATE_PER_S: Final = 20.0
HEADERS: Final = f"X-Webhook-Secret: {SECRET}\r\n"
QUESTIONS: Final = (
    "how much is a check-up?",
    "what are your opening hours?",
    "which doctors do you have?",
    "where are you?",
    "book a check-up on monday at 10",
    "thank you",
)


@dataclass(frozen=True, slots=True)
class Size:
    intake_messages: int
    turn_messages: int
    patients: int


SIZES: Final = {"ci": Size(1_200, 160, 40), "full": Size(12_000, 1_200, 200)}


def run_bench(
    what: Literal["intake", "turn"], *, size: Literal["ci", "full"], settings: Settings, say: Say
) -> dict[str, Any]:
    """Start the shipped processes with a database of their own, measure, stop them."""
    with (
        using_servers(settings) as servers,
        own_database(servers.owner_url, waits_for_disk=True) as (database_url, own_owner_url),
        tempfile.TemporaryDirectory() as folder,
    ):
        instances = asyncio.run(_import_demo(database_url))
        plant = Plant(
            folder=Path(folder),
            database_url=database_url,
            owner_url=own_owner_url,
            valkey_url=servers.valkey_url,
            instances=instances,
            environment={
                "DEBOUNCE_MS": "0",
                "TYPING": "false",
                "LOG_LEVEL": "INFO",
                "SENDS_PER_SECOND": "1000",
            },
        )
        measure = _measure_intake if what == "intake" else _measure_turn
        figures = measure(plant, SIZES[size], settings, say)
    sizes = asdict(SIZES[size])
    return {
        "bench": what,
        "size": size,
        **figures,
        "sizes": sizes,
        "settings": dict(plant.environment),
        **_machine(),
    }


def _measure_intake(plant: Plant, size: Size, settings: Settings, say: Say) -> dict[str, Any]:
    del settings
    port = find_free_port()
    baseline = subprocess.Popen(  # noqa: S603 (our own command line)
        [sys.executable, "-m", "frontdesk.bench.baseline", plant.owner_url, str(port)]
    )
    try:
        with running(plant, "api"):
            _wait_for(f"http://127.0.0.1:{port}/readyz")
            say(
                f"pids {plant.pids()} baseline {baseline.pid}; {size.intake_messages} messages at {INTAKE_RATE_PER_S:.0f}/s"
            )
            asyncio.run(_post_intake(plant, size, 200))  # warm
            asyncio.run(_post_baseline(port, 200))
            # Interleaved, so that a neighbour's noise meets both.
            rounds = 4
            ours, bare = Answers(), Answers()
            for number in range(rounds):
                say(f"round {number + 1} of {rounds}")
                _add(bare, asyncio.run(_post_baseline(port, size.intake_messages // rounds)))
                _add(ours, asyncio.run(_post_intake(plant, size, size.intake_messages // rounds)))
            stored = _count(
                plant.owner_url, "select count(*) from core.whatsapp_conversations where direction = 'in'"
            )
            return {
                "messages": len(ours.latencies_ms),
                "rate_per_s": round(len(ours.latencies_ms) / ours.seconds, 1),
                "ack_p50_ms": ours.percentile(0.5),
                "ack_p99_ms": ours.percentile(0.99),
                "errors": ours.errors + bare.errors,
                "stored": stored,
                "baseline_p50_ms": bare.percentile(0.5),
                "baseline_p99_ms": bare.percentile(0.99),
                "ratio_to_baseline": round(ours.percentile(0.5) / max(bare.percentile(0.5), 0.01), 2),
                "api_rss_mb": plant.memory_mb("api"),
                "worker_running": False,
                "pids": plant.pids(),
            }
    finally:
        baseline.terminate()
        baseline.wait()


def _measure_turn(plant: Plant, size: Size, settings: Settings, say: Say) -> dict[str, Any]:
    with running(plant, "gateway", "api", "worker"):
        say(
            f"pids {plant.pids()}; {size.turn_messages} messages of {size.patients} patients at {TURN_RATE_PER_S:.0f}/s"
        )
        asyncio.run(_post_turns(plant, size, 60))
        _wait_until_answered(plant.owner_url)
        begin = _count(plant.owner_url, "select coalesce(max(seq), 0) from core.whatsapp_conversations")
        answers = asyncio.run(_post_turns(plant, size, size.turn_messages))
        _wait_until_answered(plant.owner_url)
        overheads = _overheads_ms(plant.owner_url, begin)
        figures: dict[str, Any] = {
            "messages": len(overheads),
            "errors": answers.errors + size.turn_messages - len(overheads),
            "own_overhead_p50_ms": _percentile(overheads, 0.5),
            "own_overhead_p99_ms": _percentile(overheads, 0.99),
            "ack_p50_ms": answers.percentile(0.5),
            "rss_mb": plant.memory_mb("api", "worker"),
            "pids": plant.pids(),
        }
        log_file = settings.frontdesk_data_dir.resolve() / "postgres" / "log"
        if settings.database_url is None and log_file.exists():
            say("counting statements")
            count = max(60, size.turn_messages // 4)
            with counting(plant.owner_url, log_file) as counted:
                asyncio.run(_post_turns(plant, size, count))
                _wait_until_answered(plant.owner_url)
            # Echoes and receipts are webhooks of their own, after the sent mark.
            later = sum(
                n
                for text, n in (counted.by_text or {}).items()
                if "apply_delivery" in text or "apply_echo" in text
            )
            figures |= {
                "statements_per_message": round((counted.statements - later) / count, 2),
                "statements_of_receipts_per_message": round(later / count, 2),
                "round_trips_per_message": round(counted.round_trips / count, 2),
                "clinic_lookup_queries_per_message": round(counted.clinic_lookups / count, 3),
                "statements": dict(sorted((counted.by_text or {}).items(), key=lambda item: -item[1])[:16]),
            }
        return figures


async def _import_demo(database_url: str) -> tuple[str, ...]:
    database = Database(database_url, name="frontdesk-bench-import")
    await database.open()
    try:
        file = read_clinic_file(DEMO)
        await import_clinic_file(database, file, now=wall_clock())
    finally:
        await database.close()
    return tuple(c.clinic.whatsapp_instance for c in file.catalogs.values() if c.clinic.whatsapp_instance)


async def _post_intake(plant: Plant, size: Size, count: int) -> Answers:
    def body(number: int) -> bytes:
        return make_webhook(
            instance=plant.instances[0],
            phone=f"9990001{number % (size.patients * 10):05d}",
            message_id=uuid.uuid4().hex.upper(),
            text="how much is a check-up?",
            at=time.time(),
        )

    return await post_steadily(
        port=plant.api_port,
        path=f"/webhooks/evolution/{plant.instances[0]}",
        rate_per_s=INTAKE_RATE_PER_S,
        count=count,
        body=body,
        headers=HEADERS,
    )


async def _post_baseline(port: int, count: int) -> Answers:
    def body(number: int) -> bytes:
        return make_webhook(
            instance="any",
            phone=f"9990001{number:05d}",
            message_id=uuid.uuid4().hex.upper(),
            text="how much is a check-up?",
            at=time.time(),
        )

    return await post_steadily(
        port=port, path="/", rate_per_s=INTAKE_RATE_PER_S, count=count, body=body, headers=HEADERS
    )


async def _post_turns(plant: Plant, size: Size, count: int) -> Answers:
    def body(number: int) -> bytes:
        # The patients take turns, so that no two messages of one patient are a burst.
        return make_webhook(
            instance=plant.instances[0],
            phone=f"9990002{number % size.patients:05d}",
            message_id=uuid.uuid4().hex.upper(),
            text=QUESTIONS[(number // size.patients + number) % len(QUESTIONS)],
            at=time.time(),
        )

    return await post_steadily(
        port=plant.api_port,
        path=f"/webhooks/evolution/{plant.instances[0]}",
        rate_per_s=TURN_RATE_PER_S,
        count=count,
        body=body,
        headers=HEADERS,
    )


def _overheads_ms(owner_url: str, begin: int) -> list[float]:
    """Webhook received → ready to call the gateway, by message; debounce and typing are off in this bench."""
    query = """
      select extract(epoch from o.claimed_at - m.received_at)::float * 1000
      from core.whatsapp_conversations m
      join core.outbox o on o.clinic_id = m.clinic_id and o.turn_id = m.turn_id
      where m.direction = 'in' and m.seq > %s and o.status = 'sent'
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        return [float(row[0]) for row in connection.execute(query, (begin,)).fetchall()]


def _wait_until_answered(owner_url: str, *, timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    query = """
      select (select count(*) from core.whatsapp_conversations where status = 'new')
           + (select count(*) from core.outbox where status in ('pending', 'sending'))
    """
    while time.monotonic() < deadline:
        if _count(owner_url, query) == 0:
            return
        time.sleep(0.1)


def _count(owner_url: str, query: str) -> int:
    with psycopg.connect(owner_url, autocommit=True, application_name="frontdesk-bench") as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=1):  # noqa: S310 (our own address)
            return
        time.sleep(0.05)
    raise TimeoutError(url)


def _add(total: Answers, more: Answers) -> None:
    total.latencies_ms += more.latencies_ms
    total.errors += more.errors
    total.seconds += more.seconds


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, math.floor(share * len(ordered)))], 2) if ordered else 0.0


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "measured_at": wall_clock().isoformat(timespec="seconds"),
    }

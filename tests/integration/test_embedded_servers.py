"""Embedded servers run as long as somebody uses them, and no longer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from frontdesk.storage.embedded import (
    EmbeddedPostgres,
    ServersInUse,
    start_postgres,
    start_valkey,
    stop_postgres,
)
from tests.support.command_line import FRONTDESK, environment_with, run_command

ASKS_FOR_A_VISIT: dict[str, Any] = {
    "conversation": "c",
    "at": "2026-03-02T10:00:00+02:00",
    "setup": {"clinic": "tlv"},
    "text": "book a check-up with anna on thursday at noon",
}
AGREES = {"conversation": "c", "at": "2026-03-02T10:01:00+02:00", "text": "yes"}
OWN_DATABASES = "select datname from pg_database where datname like 'frontdesk_converse_%'"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all: making it anew takes longer than everything else here."""
    return tmp_path_factory.mktemp("data")


def runs(data: Path) -> bool:
    """Whether a server runs on this folder, whatever its files say."""
    command_lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return any(str(data / "postgres") in command_line for command_line in command_lines)


class Talk:
    """A `converse --jsonl` in the middle of a dialogue."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [*FRONTDESK, "converse", "--jsonl"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment_with({"FRONTDESK_DATA_DIR": str(data), "PYTHONFAULTHANDLER": "1"}),
        )

    def say(self, line: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def leave(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self._wait()

    def end_by(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self._wait()

    def _wait(self) -> int:
        """The exit code. Dropping a database waits for the disk, and a disk may be busy; a process that hangs says where."""
        try:
            return self.process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            assert self.process.stderr is not None
            raise AssertionError(self.process.stderr.read().decode()) from None


@contextmanager
def talking(data: Path) -> Iterator[Talk]:
    talk = Talk(data)
    try:
        yield talk
    finally:
        if talk.process.poll() is None:
            talk.process.kill()
            talk.process.wait()
        for stream in (talk.process.stdin, talk.process.stdout, talk.process.stderr):
            assert stream is not None
            stream.close()


def own_databases(server: EmbeddedPostgres) -> list[str]:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        return [str(row[0]) for row in connection.execute(OWN_DATABASES)]


async def test_a_terminal_chat_stops_the_server_it_started(data: Path) -> None:
    ended = await run_command(
        "converse", settings={"FRONTDESK_DATA_DIR": str(data)}, typed="how much is a check-up?\n/quit\n"
    )
    assert ended.code == 0
    assert "frontdesk ›" in ended.out
    assert not runs(data)


def test_two_chats_share_a_server_that_ends_with_the_last(data: Path) -> None:
    with talking(data) as first, talking(data) as second:
        assert first.say(ASKS_FOR_A_VISIT)["reply"]
        assert second.say(ASKS_FOR_A_VISIT)["reply"]
        assert first.leave() == 0
        assert second.say(AGREES)["state"] == "idle"
        assert second.leave() == 0
    assert not runs(data)


def test_a_chat_leaves_a_server_up_that_others_use(data: Path) -> None:
    with ServersInUse(data):  # as `frontdesk up` does
        server = start_postgres(data / "postgres")
        with talking(data) as talk:
            talk.say(ASKS_FOR_A_VISIT)
            assert talk.leave() == 0
        assert own_databases(server) == []
    assert not runs(data)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_chat_that_is_told_to_end_puts_things_in_order(data: Path, number: signal.Signals) -> None:
    with talking(data) as talk:
        talk.say(ASKS_FOR_A_VISIT)
        assert talk.end_by(number) == 128 + number
    assert not runs(data)
    with ServersInUse(data):
        assert own_databases(start_postgres(data / "postgres")) == []


def test_a_killed_chat_leaves_its_booking_on_disk(data: Path) -> None:
    with talking(data) as killed:
        killed.say(ASKS_FOR_A_VISIT)
        assert killed.say(AGREES)["state"] == "idle"
        killed.end_by(signal.SIGKILL)
    assert runs(data)
    with talking(data) as next_one:  # finds the server up, and is the last to leave it
        next_one.say(ASKS_FOR_A_VISIT)
        next_one.leave()
    assert not runs(data)
    with ServersInUse(data):
        server = start_postgres(data / "postgres")
        (name,) = own_databases(server)
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            booked = connection.execute(
                "select status from healthcare.appointments where created_at = %s", (AGREES["at"],)
            ).fetchall()
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"drop database {name}")
    assert booked == [("booked",)]


def test_a_crashed_server_whose_number_another_process_has_now_starts_again(data: Path) -> None:
    start_postgres(data / "postgres")
    pid_file = data / "postgres" / "postmaster.pid"
    left = pid_file.read_text().splitlines()
    stop_postgres(data / "postgres")
    pid_file.write_text("\n".join([str(os.getppid()), *left[1:]]) + "\n")
    with ServersInUse(data):
        server = start_postgres(data / "postgres")
        assert psutil.Process(server.pid).name() == "postgres"
    assert not runs(data)


@pytest.mark.parametrize(
    "name", ["short and with spaces", "long and with spaces " * 8], ids=["short", "long"]
)
def test_every_process_finds_the_same_servers_in_any_folder(tmp_path: Path, name: str) -> None:
    data = tmp_path / name.strip()
    with ServersInUse(data):
        found = (start_postgres(data / "postgres").pid, start_valkey(data / "valkey").pid)
        assert found == tuple(map(int, start_elsewhere(data).split()))
        assert all(map(is_alive, found))
    assert not any(map(is_alive, found))


def start_elsewhere(data: Path) -> str:
    program = (
        "import sys; from pathlib import Path; from frontdesk.storage.embedded import *;"
        "data = Path(sys.argv[1]);"
        "print(start_postgres(data / 'postgres').pid, start_valkey(data / 'valkey').pid)"
    )
    return subprocess.run(
        [sys.executable, "-c", program, str(data)], capture_output=True, text=True, check=True
    ).stdout


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE

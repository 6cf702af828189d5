"""A real PostgreSQL for the tests: one server a session, one migrated template, a fresh database a test.

`database_url` and `database` act as the application's role (row-level security applies), `owner_url` as the owner
(it does not). With TEST_DATABASE_URL set, that server is used (its login must be allowed to create databases and to
bypass row-level security) instead of an embedded one. `make_database` gives a test a second, empty database.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg.conninfo import make_conninfo

from frontdesk.storage.embedded import start_postgres, stop_postgres
from frontdesk.storage.migrations import apply_migrations
from frontdesk.storage.postgres import APPLICATION_ROLE, Database

# A busy machine may stand still for seconds: how long drawing takes says nothing about the code.
settings.register_profile("frontdesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("frontdesk")


@dataclass(frozen=True, kw_only=True)
class Server:
    """`url` names a database of the owner's; the application logs in as itself only where no password is needed."""

    url: str
    is_embedded: bool

    def owner_url(self, name: str) -> str:
        return make_conninfo(self.url, dbname=name)

    def application_url(self, name: str) -> str:
        user = {"user": APPLICATION_ROLE} if self.is_embedded else {}
        return make_conninfo(self.url, dbname=name, **user)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Server(url=given, is_embedded=False)
        return
    # Not under pytest's folder: another run of pytest would close that to the server, which is another user for root.
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-tests-"))
    started = Server(url=start_postgres(folder).url("postgres"), is_embedded=True)
    try:
        # These databases live for seconds: nothing is lost by not waiting for the disk.
        started.run("alter system set fsync = off")
        started.run("alter system set synchronous_commit = off")
        started.run("select pg_reload_conf()")
        yield started
    finally:
        stop_postgres(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """The name of a migrated database without rows."""
    name = f"template_{uuid4().hex[:12]}"
    server.run(f"create database {name}")
    apply_migrations(server.owner_url(name))
    yield name
    server.run(f"drop database {name} with (force)")


@pytest.fixture
def make_database(server: Server, template: str) -> Iterator[Callable[[], str]]:
    """Creates a migrated, empty database and gives its name; all are dropped after the test."""
    names: list[str] = []

    def make() -> str:
        name = f"test_{uuid4().hex[:12]}"
        server.run(f"create database {name} template {template}")
        names.append(name)
        return name

    yield make
    for name in names:
        server.run(f"drop database {name} with (force)")


@pytest.fixture
def database_name(make_database: Callable[[], str]) -> str:
    return make_database()


@pytest.fixture
def owner_url(server: Server, database_name: str) -> str:
    return server.owner_url(database_name)


@pytest.fixture
def database_url(server: Server, database_name: str) -> str:
    return server.application_url(database_name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, name="test", max_connections=10)
    await opened.open()
    yield opened
    await opened.close()

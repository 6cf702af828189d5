"""Applies the plain SQL files of infra/db/migrations, forward only, once each, ahead of the code that needs them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from frontdesk.bundled import find_bundled

FOLDER = Path(os.environ.get("FRONTDESK_MIGRATIONS") or find_bundled("infra/db/migrations"))
# Two migrating processes queue up behind this lock; chosen once, at random.
ADVISORY_LOCK = 7_246_113_904_118_377
LOCK_WAIT_MS = 30_000
DEFAULT_LOCK_TIMEOUT_MS = 2_000
QUEUE_SCHEMA = "-- include: procrastinate"
# A file that says so runs outside a transaction (CREATE INDEX CONCURRENTLY).
NO_TRANSACTION = "-- no transaction"

_LEDGER = """
create table if not exists public.frontdesk_migrations (
  name text primary key, sha256 text not null, applied_at timestamptz not null default now()
)
"""


class MigrationBlocked(Exception):
    """Another process migrates, or a lock was not to be had in time. Trying again is safe."""


class MigrationMismatch(Exception):
    """The database holds something these files do not explain; the message names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statements(self) -> str:
        if QUEUE_SCHEMA not in self.text:
            return self.text
        from procrastinate.schema import SchemaManager

        return self.text.replace(QUEUE_SCHEMA, SchemaManager.get_schema())


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    applied: tuple[str, ...]
    waiting: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return not self.waiting


def list_migrations(folder: Path = FOLDER) -> list[Migration]:
    """All files in the order of their names. Raises MigrationMismatch if there is none: nothing is not a schema."""
    found = [Migration(name=path.stem, text=path.read_text()) for path in sorted(folder.glob("*.sql"))]
    if not found:
        raise MigrationMismatch(f"no migrations in {folder}: install this release again")
    return found


def load_status(url: str) -> Status:
    """What is applied and what waits. Raises psycopg.OperationalError if the database is unreachable."""
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        return _compare(connection)


def _compare(connection: psycopg.Connection[tuple[object, ...]]) -> Status:
    found = connection.execute("select to_regclass('public.frontdesk_migrations') is not null").fetchone()
    rows: dict[str, str] = {}
    if found and found[0]:
        for name, sha256 in connection.execute(
            "select name, sha256 from public.frontdesk_migrations order by name"
        ):
            rows[str(name)] = str(sha256)
    files = list_migrations()
    known = {migration.name for migration in files}
    for migration in files:
        if migration.name in rows and rows[migration.name] != migration.sha256:
            raise MigrationMismatch(f"{migration.name} was applied with other contents than the file has now")
    return Status(
        applied=tuple(name for name in rows if name in known),
        waiting=tuple(migration.name for migration in files if migration.name not in rows),
        unknown=tuple(name for name in rows if name not in known),
    )


def check_login(url: str) -> None:
    """Raise psycopg.OperationalError, whose first line says why, if nobody can log in there."""
    psycopg.connect(url, connect_timeout=3).close()


def apply_migrations(
    url: str,
    *,
    lock_timeout_ms: int = DEFAULT_LOCK_TIMEOUT_MS,
    on_applied: Callable[[str], None] = lambda _name: None,
) -> list[str]:
    """Apply what waits; the names applied now. Run twice it does nothing; killed half-way it goes on.

    Raises MigrationBlocked, MigrationMismatch, psycopg.Error.
    """
    applied: list[str] = []
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        connection.execute("select set_config('lock_timeout', %s, false)", (f"{LOCK_WAIT_MS}ms",))
        try:
            connection.execute("select pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        except psycopg.errors.LockNotAvailable as error:
            raise MigrationBlocked("another process is migrating this database") from error
        connection.execute("select set_config('lock_timeout', %s, false)", (f"{lock_timeout_ms}ms",))
        connection.execute(_LEDGER)
        waiting = set(_compare(connection).waiting)
        for migration in list_migrations():
            if migration.name in waiting:
                _apply(connection, migration)
                applied.append(migration.name)
                on_applied(migration.name)
    return applied


def _apply(connection: psycopg.Connection[tuple[object, ...]], migration: Migration) -> None:
    record = "insert into public.frontdesk_migrations (name, sha256) values (%s, %s)"
    try:
        if NO_TRANSACTION in migration.text:
            connection.execute(migration.statements)
            connection.execute(record, (migration.name, migration.sha256))
        else:
            with connection.transaction():
                connection.execute(migration.statements)
                connection.execute(record, (migration.name, migration.sha256))
    except psycopg.errors.LockNotAvailable as error:
        raise MigrationBlocked(
            f"{migration.name}: a table it changes is locked by another session"
        ) from error

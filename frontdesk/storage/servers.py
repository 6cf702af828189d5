"""Where the servers are: configured ones, or embedded ones that run as long as somebody uses them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from frontdesk.storage.embedded import ServersInUse, start_postgres, start_valkey
from frontdesk.storage.postgres import APPLICATION_ROLE

DATABASE_NAME = "frontdesk"


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """`database_url` is the application's login, `owner_url` may migrate."""

    database_url: str
    owner_url: str
    valkey_url: str
    # What a child inherits, so that embedded servers stay up for it even if we are killed.
    descriptors: tuple[int, ...] = ()


@contextmanager
def use_servers(
    *, database_url: str | None, owner_url: str | None, valkey_url: str | None, data_folder: Path
) -> Iterator[Addresses]:
    """The given servers, or embedded ones: started if they do not run, stopped at the end unless others use them.

    Raises EmbeddedUnavailable, RuntimeError if an embedded server does not come up.
    """
    if database_url is not None and valkey_url is not None:
        yield Addresses(database_url=database_url, owner_url=owner_url or database_url, valkey_url=valkey_url)
        return
    with ServersInUse(data_folder) as in_use:
        if database_url is None:
            database_url, owner_url = _start_database(data_folder)
        yield Addresses(
            database_url=database_url,
            owner_url=owner_url or database_url,
            valkey_url=valkey_url or start_valkey(data_folder / "valkey").url,
            descriptors=(in_use.descriptor,),
        )


@contextmanager
def use_owner(owner_url: str | None, *, data_folder: Path) -> Iterator[str]:
    """Where databases may be made: the given server's owner, or the embedded server's, as `use_servers`."""
    if owner_url is not None:
        yield owner_url
        return
    with ServersInUse(data_folder):
        yield _start_database(data_folder)[1]


def _start_database(data_folder: Path) -> tuple[str, str]:
    """(application's address, owner's address) of the database in the embedded server, made if it does not exist."""
    server = start_postgres(data_folder / "postgres")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (DATABASE_NAME,))
        if found.fetchone() is None:
            # Two processes that start at once both find it missing.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE_NAME)))
    return server.url(DATABASE_NAME, user=APPLICATION_ROLE), server.url(DATABASE_NAME)

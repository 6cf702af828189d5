"""A database of one's own, made from a migrated template and dropped at the end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql

from frontdesk.storage.migrations import apply_migrations, list_migrations
from frontdesk.storage.postgres import APPLICATION_ROLE

# Two processes that start at once make the template once.
_TEMPLATE_LOCK: Final = 5_912_770_364_225_019


def template_name() -> str:
    """Changes with every migration: an old template is never used."""
    digest = hashlib.sha256("".join(migration.sha256 for migration in list_migrations()).encode()).hexdigest()
    return f"frontdesk_template_{digest[:12]}"


@contextmanager
def own_database(owner_url: str, *, waits_for_disk: bool = False) -> Iterator[tuple[str, str]]:
    """(application's address, owner's address) of a fresh, migrated database; it is dropped at the end.

    Without `waits_for_disk` commits outlive the death of this process and only the server's own crash loses them;
    with it they are as durable as in production. Killed half-way it stays, with all that was booked in it. Raises psycopg.OperationalError.
    """
    template, name = template_name(), f"frontdesk_converse_{secrets.token_hex(6)}"
    with psycopg.connect(owner_url, autocommit=True, connect_timeout=5) as connection:
        _make_template(connection, owner_url, template)
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        if not waits_for_disk:
            connection.execute(
                sql.SQL("alter database {} set synchronous_commit = off").format(sql.Identifier(name))
            )
    try:
        yield _address(owner_url, name, user=_application_user(owner_url)), _address(owner_url, name)
    finally:
        with psycopg.connect(owner_url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )


def _make_template(connection: psycopg.Connection[tuple[object, ...]], owner_url: str, template: str) -> None:
    connection.execute("select pg_advisory_lock(%s)", (_TEMPLATE_LOCK,))
    try:
        exists = connection.execute("select 1 from pg_database where datname = %s", (template,)).fetchone()
        if exists is None:
            making = f"{template}_making"
            connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(making)))
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(making)))
            apply_migrations(_address(owner_url, making))
            connection.execute(
                sql.SQL("alter database {} rename to {}").format(
                    sql.Identifier(making), sql.Identifier(template)
                )
            )
    finally:
        connection.execute("select pg_advisory_unlock(%s)", (_TEMPLATE_LOCK,))


def _address(url: str, database: str, *, user: str | None = None) -> str:
    info = psycopg.conninfo.conninfo_to_dict(url)
    changed = {**info, "dbname": database} | ({"user": user} if user else {})
    return psycopg.conninfo.make_conninfo("", **changed)


def _application_user(owner_url: str) -> str | None:
    """The application's own login where the server asks for no password (the embedded one)."""
    info = psycopg.conninfo.conninfo_to_dict(owner_url)
    is_local_socket = str(info.get("host", "")).startswith("/")
    return APPLICATION_ROLE if is_local_socket and not info.get("password") else None

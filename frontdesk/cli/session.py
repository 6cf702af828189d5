"""What every command shares: settings, servers, a desk, output as text or JSON, and errors that say what to do."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Literal, NoReturn, TypeVar
from uuid import UUID

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from frontdesk.cli.heeding import run_heeding_signals
from frontdesk.converse.own_database import own_database
from frontdesk.observability.trace_context import configure_trace_logging
from frontdesk.settings import Settings, SettingsInvalid, load_settings
from frontdesk.storage.embedded import EmbeddedUnavailable
from frontdesk.storage.migrations import MigrationMismatch, check_login, load_status
from frontdesk.storage.postgres import DatabaseUnavailable
from frontdesk.storage.servers import Addresses
from frontdesk.wiring import Desk, open_desk, using_owner, using_servers

Result = TypeVar("Result")
Format = Literal["text", "json"]
FORMAT = typer.Option("text", "--format", help="text for people, json for programs.")

# Nothing is folded where a program reads.
PIPED_WIDTH = 1000
EXIT_REFUSED, EXIT_USAGE, EXIT_SERVER, EXIT_BUSY = 1, 2, 3, 4

OWNER_MIGRATES = "run 'frontdesk migrate' with MIGRATE_DATABASE_URL, the database's owner"

# What is shown of an id. Ids of messages begin with the time: theirs are shown whole.
SHORT_ID = 8
_ID_BEGINNING = re.compile(r"[0-9a-fA-F-]{4,36}")

# What a command holds until it ends; `main` closes it.
until_the_end = ExitStack()


def fail(message: str, *, code: int, output: Format = "text") -> NoReturn:
    """One clear line and the right exit code."""
    if output == "json":
        print(json.dumps({"error": message, "exit_code": code}, ensure_ascii=False))
    print(f"frontdesk: {message}", file=sys.stderr)
    raise typer.Exit(code)


def read_settings(output: Format = "text") -> Settings:
    try:
        settings = load_settings()
    except SettingsInvalid as invalid:
        if output == "json":
            print(json.dumps({"error": "; ".join(invalid.problems), "exit_code": EXIT_USAGE}))
        for problem in invalid.problems:
            print(f"frontdesk: {problem}", file=sys.stderr)
        raise typer.Exit(EXIT_USAGE) from None
    configure_trace_logging(service="cli", style=settings.log_format, level="WARNING")
    return settings


def reach_servers(settings: Settings, *, check_schema: bool = True, output: Format = "text") -> Addresses:
    """The servers, running and migrated until the command ends; else an error that says the next step."""
    with explained(output):
        servers = until_the_end.enter_context(using_servers(settings))
        status = load_status(servers.owner_url) if check_schema else None
    if status is not None and not status.is_current:
        fail(
            f"{len(status.waiting)} migrations wait: run 'frontdesk migrate'", code=EXIT_SERVER, output=output
        )
    if status is not None and status.unknown:
        fail("the database is newer than this release: upgrade Frontdesk", code=EXIT_SERVER, output=output)
    if status is not None and servers.database_url != servers.owner_url:
        with explained(output):
            check_login(servers.database_url)
    return servers


def take_own_database(settings: Settings) -> str:
    """The application's address of a fresh database, dropped when the command ends."""
    with explained():
        owner_url = until_the_end.enter_context(using_owner(settings))
        database_url, _ = until_the_end.enter_context(own_database(owner_url))
    return database_url


@contextmanager
def explained(output: Format = "text") -> Iterator[None]:
    """A server that cannot be used is one line that says what to do."""
    try:
        yield
    except (EmbeddedUnavailable, MigrationMismatch) as error:
        fail(str(error), code=EXIT_SERVER, output=output)
    except psycopg.errors.InsufficientPrivilege as error:
        fail(f"{str(error).splitlines()[0]}: {OWNER_MIGRATES}", code=EXIT_SERVER, output=output)
    except (RuntimeError, psycopg.Error) as error:
        fail(
            f"PostgreSQL cannot be used: {str(error).strip().splitlines()[0]}; see 'frontdesk doctor'",
            code=EXIT_SERVER,
            output=output,
        )


def with_desk(work: Callable[[Desk], Awaitable[Result]], *, output: Format = "text") -> Result:
    """Run `work` with a desk of its own."""
    settings = read_settings(output)
    servers = reach_servers(settings, output=output)

    async def run() -> Result:
        async with open_desk(settings, servers.database_url, name="frontdesk-cli") as desk:
            return await work(desk)

    try:
        return run_heeding_signals(run())
    except DatabaseUnavailable as unavailable:
        fail(f"PostgreSQL cannot be used: {unavailable}", code=EXIT_SERVER, output=output)


def show(rows: Sequence[Mapping[str, Any]], *, output: Format, title: str, empty: str) -> None:
    """Rows as a table, or as one JSON document."""
    if output == "json":
        print(json.dumps(list(rows), ensure_ascii=False, default=_to_json))
        return
    if not rows:
        print(empty)
        return
    table = Table(title=title, title_justify="left", pad_edge=False)
    for name, value in rows[0].items():
        # An id is copied into the next command: in one piece.
        table.add_column(name.replace("_", " "), overflow="fold", no_wrap=isinstance(value, UUID))
    for row in rows:
        table.add_row(*map(_to_text, row.values()))
    console = Console()
    (console if console.is_terminal else Console(width=PIPED_WIDTH)).print(table)


def _to_json(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _to_text(value: Any) -> str:
    """For a cell: the beginning of an id, which commands take for the whole, and a time to the minute."""
    if isinstance(value, UUID):
        return str(value)[:SHORT_ID]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def tell(message: str, *, output: Format, **facts: Any) -> None:
    """What was done: a line for people, the facts for programs."""
    print(json.dumps(facts, ensure_ascii=False, default=str) if output == "json" else message)


async def choose(
    beginning: str,
    what: str,
    list_ids: Callable[[UUID, str], Awaitable[Sequence[UUID]]],
    clinic_ids: Iterable[UUID],
    *,
    output: Format = "text",
) -> tuple[UUID, UUID]:
    """(clinic_id, id) of the one thing whose id begins so; else an error that says why there is not one."""
    if not _ID_BEGINNING.fullmatch(beginning):
        fail(
            f"{beginning!r} is no {what} id: it looks like 0b9c2d64, or whole 0b9c2d64-3f1a-4b7e-8c55-6d2e9a7f1c10",
            code=EXIT_USAGE,
            output=output,
        )
    found = [(clinic, one) for clinic in clinic_ids for one in await list_ids(clinic, beginning.lower())]
    if not found:
        fail(f"no {what} {beginning}: not found", code=EXIT_REFUSED, output=output)
    if len(found) > 1:
        fail(
            f"{beginning} begins {len(found)} {what} ids: {', '.join(str(one) for _, one in found)}",
            code=EXIT_USAGE,
            output=output,
        )
    return found[0]

"""Processes: up, api, worker, migrate."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Annotated

import psycopg
import typer

from frontdesk.cli.listening import CannotListen, check_address
from frontdesk.cli.session import (
    EXIT_BUSY,
    EXIT_SERVER,
    EXIT_USAGE,
    FORMAT,
    OWNER_MIGRATES,
    Format,
    fail,
    reach_servers,
    read_settings,
)
from frontdesk.observability.trace_context import configure_trace_logging
from frontdesk.storage.migrations import (
    DEFAULT_LOCK_TIMEOUT_MS,
    MigrationBlocked,
    MigrationMismatch,
    apply_migrations,
    load_status,
)

migrate = typer.Typer(help="Bring the database to this release's schema.", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    app.command("up")(run_everything)
    app.command("api")(run_api)
    app.command("worker")(run_worker_process)
    app.add_typer(migrate, name="migrate")


def run_everything() -> None:
    """Start everything on this machine: servers, migrations, demo clinics, API, worker and the simulator.

    Ctrl-C stops it all; the next start goes on with yesterday's chats.
    """
    from frontdesk.cli.supervisor import Supervisor

    settings = read_settings()
    raise typer.Exit(Supervisor(settings).run())


def run_api() -> None:
    """The HTTP process: webhooks, health and, in development, the simulator."""
    import uvicorn

    from frontdesk.main import create_app

    settings = read_settings()
    try:
        check_address(settings.host, settings.port)
    except CannotListen as error:
        fail(str(error), code=EXIT_USAGE)
    servers = reach_servers(settings)
    configure_trace_logging(service="api", style=settings.log_format, level=settings.log_level)
    uvicorn.run(
        create_app(settings, servers),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # nobody here asks where a request came from
        timeout_graceful_shutdown=8,
        timeout_keep_alive=65,
    )


def run_worker_process(
    ready_fd: Annotated[int | None, typer.Option(hidden=True, help="written to when jobs are taken")] = None,
) -> None:
    """The worker process: thinks, sends, follows up. Run as many as you like."""
    import uvloop

    from frontdesk.worker import run_worker

    settings = read_settings()
    servers = reach_servers(settings)
    configure_trace_logging(service="worker", style=settings.log_format, level=settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_worker(settings, servers, on_ready=lambda: _tell(ready_fd)))


def _tell(descriptor: int | None) -> None:
    if descriptor is not None:
        os.write(descriptor, b"ready")
        os.close(descriptor)


@migrate.callback()
def _migrate(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        migrate_up(lock_timeout=DEFAULT_LOCK_TIMEOUT_MS, output="text")


@migrate.command("up")
def migrate_up(
    lock_timeout: int = typer.Option(
        DEFAULT_LOCK_TIMEOUT_MS, help="Give up on a locked table after so many milliseconds."
    ),
    output: Format = FORMAT,
) -> None:
    """Apply what waits. Safe to run twice, in parallel, or after it was killed."""
    servers = reach_servers(read_settings(output), check_schema=False, output=output)
    try:
        applied = apply_migrations(
            servers.owner_url,
            lock_timeout_ms=lock_timeout,
            on_applied=lambda name: print(f"applied {name}") if output == "text" else None,
        )
    except MigrationBlocked as blocked:
        fail(f"{blocked}; run it again", code=EXIT_BUSY, output=output)
    except psycopg.errors.InsufficientPrivilege as error:
        fail(f"{str(error).splitlines()[0]}: {OWNER_MIGRATES}", code=EXIT_SERVER, output=output)
    except (MigrationMismatch, psycopg.Error) as error:
        fail(str(error).strip().splitlines()[0], code=EXIT_SERVER, output=output)
    if output == "json":
        print(json.dumps({"applied": applied}))
    elif not applied:
        print("the schema is up to date")


@migrate.command("status")
def migrate_status(output: Format = FORMAT) -> None:
    """What is applied and what waits."""
    servers = reach_servers(read_settings(output), check_schema=False, output=output)
    try:
        status = load_status(servers.owner_url)
    except (MigrationMismatch, psycopg.Error) as error:
        fail(str(error).strip().splitlines()[0], code=EXIT_SERVER, output=output)
    if output == "json":
        print(json.dumps({"applied": status.applied, "waiting": status.waiting, "unknown": status.unknown}))
        return
    for name in status.applied:
        print(f"applied  {name}")
    for name in status.waiting:
        print(f"waiting  {name}")
    for name in status.unknown:
        print(f"unknown  {name} (from a newer release)")

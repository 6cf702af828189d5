"""Clinics and their WhatsApp instances: import, export, list, pair, replay."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from frontdesk.cli.gateway_help import help_with_pairing
from frontdesk.cli.heeding import run_heeding_signals
from frontdesk.cli.session import (
    EXIT_REFUSED,
    EXIT_SERVER,
    EXIT_USAGE,
    FORMAT,
    Format,
    fail,
    reach_servers,
    read_settings,
    show,
    tell,
    with_desk,
)
from frontdesk.clinics.file_nodes import ClinicFileInvalid, Problem
from frontdesk.clinics.models import text_in
from frontdesk.clinics.store import InstanceTaken, find_organization, list_clinic_ids
from frontdesk.scheduling.clinic_file import ClinicFile, read_clinic_file
from frontdesk.scheduling.clinic_file_text import export_clinic_file
from frontdesk.scheduling.clinic_import import ClinicOfAnother, Differences, import_clinic_file
from frontdesk.settings import Settings
from frontdesk.storage.postgres import Database, DatabaseUnavailable
from frontdesk.storage.servers import Addresses
from frontdesk.whatsapp.replay import Replayed
from frontdesk.wiring import Desk, make_client, open_reception

clinic = typer.Typer(help="Clinics: import, export, list.", no_args_is_help=True)
instance = typer.Typer(
    help="WhatsApp instances: list, pair, replay what came before they were known.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(clinic, name="clinic")
    app.add_typer(instance, name="instance")


async def import_file(
    settings: Settings, servers: Addresses, file: ClinicFile, *, include_demo: bool, dry_run: bool
) -> Differences:
    """Bring the database to what the file says; with `dry_run` only tell the difference."""
    async with _open_database(settings, servers) as database:
        return await import_clinic_file(
            database, file, now=datetime.now(UTC), include_demo=include_demo, dry_run=dry_run
        )


async def has_clinics_of(settings: Settings, servers: Addresses, file: ClinicFile) -> bool:
    """Whether every clinic of the file is there already, whatever it looks like now."""
    async with _open_database(settings, servers) as database, database.connection() as connection:
        known = set(await list_clinic_ids(connection))
    return all(catalog.clinic.clinic_id in known for catalog in file.catalogs.values())


@asynccontextmanager
async def _open_database(settings: Settings, servers: Addresses) -> AsyncIterator[Database]:
    database = Database(
        servers.database_url, name="frontdesk-import", max_connections=settings.database_connections
    )
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@clinic.command("import")
def import_clinic(
    path: Path = typer.Argument(..., help="A clinic file (YAML)."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Show the difference, change nothing."),
    demo: bool = typer.Option(False, "--demo", help="Also the file's demo patients and appointments."),
    output: Format = FORMAT,
) -> None:
    """Validate a clinic file and bring the database to it. Run twice it changes nothing."""
    settings = read_settings(output)
    file = _read_file(path, output=output)
    _print_problems(path, file.warnings, kind="warning: ")
    try:
        differences = run_heeding_signals(
            import_file(
                settings, reach_servers(settings, output=output), file, include_demo=demo, dry_run=dry_run
            )
        )
    except (InstanceTaken, ClinicOfAnother) as refused:
        fail(str(refused), code=EXIT_REFUSED, output=output)
    except DatabaseUnavailable as unavailable:
        fail(f"PostgreSQL cannot be used: {unavailable}", code=EXIT_SERVER, output=output)
    rows = [
        {"change": one.kind, "what": one.path, "before": one.before, "after": one.after}
        for one in differences.items
    ]
    if output == "json":
        warnings = [asdict(warning) for warning in file.warnings]
        print(json.dumps({"dry_run": dry_run, "changes": rows, "warnings": warnings}, ensure_ascii=False))
        return
    for row in rows:
        values = "" if row["change"] != "changed" else f": {_short(row['before'])} → {_short(row['after'])}"
        print(f"{row['change']:<8} {row['what']}{values}")
    verb = "would change" if dry_run else "changed"
    print(f"{verb} {len(rows)} {'thing' if len(rows) == 1 else 'things'}" if rows else "nothing to change")


def _read_file(path: Path, *, output: Format) -> ClinicFile:
    """The file, or all that is wrong with it and the exit code."""
    try:
        return read_clinic_file(path)
    except OSError as error:
        fail(f"{path}: {error.strerror}", code=EXIT_USAGE, output=output)
    except ClinicFileInvalid as invalid:
        if output == "json":
            problems = [asdict(problem) for problem in invalid.problems]
            print(
                json.dumps(
                    {"error": "the file is not valid", "exit_code": EXIT_REFUSED, "problems": problems}
                )
            )
        _print_problems(path, invalid.problems)
        raise typer.Exit(EXIT_REFUSED) from None


def _print_problems(path: Path, problems: Sequence[Problem], *, kind: str = "") -> None:
    for problem in problems:
        place = f"{problem.path}: " if problem.path else ""
        print(f"{path}:{problem.line}: {kind}{place}{problem.message}", file=sys.stderr)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


@clinic.command("export")
def export_clinics(
    organization: str | None = typer.Option(None, help="Key of the organization (default: the only one)."),
) -> None:
    """An organization's clinics as one clinic file on standard output; it imports back to the same."""

    async def work(desk: Desk) -> str:
        owners: dict[str, tuple[Any, list[Any]]] = {}
        for clinic_id in await desk.chats.list_clinics():
            async with desk.database.transaction(clinic_id) as tx:
                owner = await find_organization(tx, clinic_id)
            if owner is not None:
                owners.setdefault(owner.key, (owner, []))[1].append(await desk.catalogs.load(clinic_id))
        wanted = organization or (next(iter(owners)) if len(owners) == 1 else None)
        if wanted not in owners:
            fail(
                f"name one with --organization: {', '.join(owners) or 'there is none yet'}", code=EXIT_REFUSED
            )
        owner, catalogs = owners[str(wanted)]
        return export_clinic_file(owner, catalogs)

    print(with_desk(work), end="")


@clinic.command("list")
def list_clinics(output: Format = FORMAT) -> None:
    """The clinics and what they offer, in numbers."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        catalogs = [await desk.catalogs.load(clinic_id) for clinic_id in await desk.chats.list_clinics()]
        return [
            {
                "key": catalog.clinic.key,
                "name": text_in(catalog.clinic.name, "en", catalog.clinic.default_language),
                "clinic_id": str(catalog.clinic.clinic_id),
                "timezone": catalog.clinic.timezone,
                "instance": catalog.clinic.whatsapp_instance,
                "doctors": len(catalog.doctors),
                "services": len(catalog.services),
                "staff": len(catalog.clinic.staff),
            }
            for catalog in catalogs
        ]

    show(
        with_desk(work, output=output),
        output=output,
        title="Clinics",
        empty="no clinics yet: 'frontdesk clinic import FILE'",
    )


@instance.command("list")
def list_instances(output: Format = FORMAT) -> None:
    """The instances, their clinics and the last known connection."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        return [
            {
                "instance": row.instance_name,
                "clinic": row.clinic_name,
                "api": row.api_version,
                "connection": row.connection_state,
            }
            for row in await desk.instances.list_instances()
        ]

    show(
        with_desk(work, output=output),
        output=output,
        title="Instances",
        empty="no instances: name one in a clinic file",
    )


@instance.command("pair")
def pair(name: str = typer.Argument(..., help="Name of the instance at the gateway.")) -> None:
    """Show the QR code that pairs a phone with an instance."""
    import qrcode

    from frontdesk.whatsapp.client import DeliveryFailed
    from frontdesk.whatsapp.requests import Pairing

    settings = read_settings()

    async def ask() -> Pairing | str:
        client = make_client(settings)
        try:
            return await client.pairing(name)
        except DeliveryFailed:
            return await client.connection_state(name)
        finally:
            await client.close()

    answer = run_heeding_signals(ask())
    if isinstance(answer, str):
        fail(f"the gateway gives no code for {name!r}: {help_with_pairing(answer)}", code=EXIT_REFUSED)
    if answer.is_connected:
        print(f"{name} is connected already")
        return
    if not answer.qr_code:
        fail(f"the gateway gave no code for {name!r}: is the instance created there?", code=EXIT_REFUSED)
    picture = qrcode.QRCode(border=1)
    picture.add_data(answer.qr_code)
    picture.print_ascii(invert=True)
    if answer.typed_code:
        print(f"or type this code on the phone: {answer.typed_code}")
    print("WhatsApp → Linked devices → Link a device. The code is good for about 40 seconds.")


@instance.command("kept")
def list_kept(output: Format = FORMAT) -> None:
    """Webhooks we could not place: unknown instances, other contents under a known id."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        return [
            {
                "id": str(k.quarantine_id),
                "instance": k.instance_name,
                "reason": k.reason,
                "received_at": k.received_at,
            }
            for k in await desk.instances.list_kept()
        ]

    show(with_desk(work, output=output), output=output, title="Kept webhooks", empty="nothing is kept")


@instance.command("replay")
def replay(
    name: str = typer.Argument(..., help="Instance whose kept webhooks are taken in now."),
    output: Format = FORMAT,
) -> None:
    """Take in what came for an instance before its clinic was known."""
    settings = read_settings(output)
    servers = reach_servers(settings, output=output)

    async def work() -> Replayed | None:
        async with open_reception(settings, servers) as reception:
            if await reception.directory.find(name) is None:
                return None
            return await reception.replay.take_in(name)

    try:
        replayed = run_heeding_signals(work())
    except DatabaseUnavailable as unavailable:
        fail(f"PostgreSQL cannot be used: {unavailable}; run it again", code=EXIT_SERVER, output=output)
    if replayed is None:
        fail(f"no clinic has an instance {name!r}: import its clinic first", code=EXIT_REFUSED, output=output)
    unreadable = f", {replayed.unreadable} could not be read" if replayed.unreadable else ""
    tell(f"took in {replayed.taken} webhooks{unreadable}", output=output, **asdict(replayed))

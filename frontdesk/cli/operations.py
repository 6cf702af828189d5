"""doctor: what is wrong on this machine, and what to do about it."""

from __future__ import annotations

import asyncio
import json
import platform
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

import psycopg
import typer

from frontdesk.cli.gateway_help import help_with
from frontdesk.cli.session import EXIT_SERVER, EXIT_USAGE, FORMAT, OWNER_MIGRATES, Format, until_the_end
from frontdesk.jobs.queue import mask_url
from frontdesk.settings import Settings, SettingsInvalid, load_settings
from frontdesk.storage.cache import Cache
from frontdesk.storage.embedded import EmbeddedUnavailable
from frontdesk.storage.migrations import MigrationMismatch, load_status
from frontdesk.storage.postgres import APPLICATION_ROLE
from frontdesk.storage.servers import Addresses
from frontdesk.wiring import Desk, make_client, open_desk, using_servers

CLOCK_SLACK_S = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    check: str
    verdict: Literal["ok", "warning", "error"]
    says: str


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(output: Format = FORMAT) -> None:
    """Check settings, servers, clock, migrations, clinics, staff and the gateway, and say what to do."""
    findings = _examine()
    if output == "json":
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}[finding.verdict]
            print(f"{mark} {finding.check:<11} {finding.says}")
    broken = {finding.check for finding in findings if finding.verdict == "error"}
    if broken:
        raise typer.Exit(EXIT_USAGE if "settings" in broken else EXIT_SERVER)


def _examine() -> list[Finding]:
    findings = [_check_python()]
    try:
        settings = load_settings()
    except SettingsInvalid as invalid:
        return findings + [_error("settings", problem) for problem in invalid.problems]
    findings.append(_ok("settings", f"{settings.environment}, data in {settings.frontdesk_data_dir}"))
    try:
        servers = until_the_end.enter_context(using_servers(settings))
    except (EmbeddedUnavailable, RuntimeError, psycopg.Error) as error:
        return [*findings, _error("servers", str(error).strip().splitlines()[0])]
    findings += _check_database(servers)
    findings += asyncio.run(_check_running(settings, servers, has_schema=findings[-1].verdict == "ok"))
    return findings


def _check_python() -> Finding:
    version = platform.python_version()
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return _ok("python", version)
    return _error("python", f"{version}: use Python 3.11, 3.12 or 3.13")


def _check_database(servers: Addresses) -> list[Finding]:
    findings: list[Finding] = []
    try:
        with psycopg.connect(servers.database_url, connect_timeout=3, autocommit=True) as connection:
            row = connection.execute(
                "select session_user, current_setting('server_version'), extract(epoch from clock_timestamp())::float,"
                " (select rolsuper or rolbypassrls from pg_roles where rolname = session_user)"
            ).fetchone()
    except psycopg.Error as error:
        return [_error("database", f"{mask_url(servers.database_url)}: {str(error).strip().splitlines()[0]}")]
    assert row is not None  # a select without a table has one row
    user, version, epoch, is_mighty = row
    findings.append(_ok("database", f"PostgreSQL {version} as {user}"))
    if is_mighty and user != APPLICATION_ROLE:
        findings.append(
            _warning(
                "login",
                f"{user} bypasses row-level security; log in as {APPLICATION_ROLE} (DATABASE_URL) and keep {user} for MIGRATE_DATABASE_URL",
            )
        )
    skew_s = abs(datetime.now(UTC).timestamp() - float(epoch))
    findings.append(
        _ok("clock", f"{skew_s:.1f} s from the database's")
        if skew_s < CLOCK_SLACK_S
        else _error("clock", f"{skew_s:.0f} s from the database's: let NTP set it")
    )
    try:
        status = load_status(servers.owner_url)
    except psycopg.errors.InsufficientPrivilege as error:
        return [*findings, _error("migrations", f"{str(error).splitlines()[0]}: {OWNER_MIGRATES}")]
    except (MigrationMismatch, psycopg.Error) as error:
        return [*findings, _error("migrations", str(error).strip().splitlines()[0])]
    if status.waiting:
        findings.append(_error("migrations", f"{len(status.waiting)} wait: run 'frontdesk migrate'"))
    else:
        findings.append(_ok("migrations", f"{len(status.applied)} applied"))
    return findings


async def _check_running(settings: Settings, servers: Addresses, *, has_schema: bool) -> list[Finding]:
    findings: list[Finding] = []
    cache = Cache(servers.valkey_url)
    findings.append(
        _ok("valkey", "answers")
        if await cache.ping()
        else _warning("valkey", "does not answer: slower, nothing lost")
    )
    await cache.close()
    if has_schema:
        async with open_desk(settings, servers.database_url, name="frontdesk-doctor") as desk:
            findings += await _check_clinics(settings, desk)
    return findings


async def _check_clinics(settings: Settings, desk: Desk) -> list[Finding]:
    findings: list[Finding] = []
    clinic_ids = await desk.chats.list_clinics()
    if not clinic_ids:
        findings.append(_warning("clinics", "none yet: 'frontdesk clinic import FILE'"))
    for clinic_id in clinic_ids:
        catalog = await desk.catalogs.load(clinic_id)
        if catalog.clinic.staff:
            findings.append(_ok("staff", f"{catalog.clinic.key}: {len(catalog.clinic.staff)} contacts"))
        else:
            findings.append(
                _error("staff", f"{catalog.clinic.key}: nobody to alert: add `staff` to the clinic file")
            )
        if not catalog.clinic.emergency_number:
            findings.append(
                _error("emergency", f"{catalog.clinic.key}: no emergency_number in the clinic file")
            )
    is_working = await desk.database.has_live_worker()
    findings.append(
        _ok("worker", "running") if is_working else _warning("worker", "none is running: 'frontdesk worker'")
    )
    letters = await desk.dead_letters.list_all(clinic_ids)
    if letters:
        findings.append(_warning("letters", f"{len(letters)} dead letters: 'frontdesk dead-letters list'"))
    if settings.evolution_url is not None:
        findings += await _check_gateway(settings, desk)
    return findings


async def _check_gateway(settings: Settings, desk: Desk) -> list[Finding]:
    client = make_client(settings)
    findings = []
    try:
        for row in await desk.instances.list_instances():
            state = await client.connection_state(row.instance_name)
            says = f"{row.instance_name}: {state}"
            findings.append(
                _ok("gateway", says)
                if state == "open"
                else _error("gateway", f"{says}: {help_with(state, row.instance_name)}")
            )
    finally:
        await client.close()
    return findings


def _ok(check: str, says: str) -> Finding:
    return Finding(check=check, verdict="ok", says=says)


def _warning(check: str, says: str) -> Finding:
    return Finding(check=check, verdict="warning", says=says)


def _error(check: str, says: str) -> Finding:
    return Finding(check=check, verdict="error", says=says)

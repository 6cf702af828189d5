"""Chats, alerts, dead letters and the story of one message."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from frontdesk.cli.session import (
    EXIT_REFUSED,
    EXIT_USAGE,
    FORMAT,
    Format,
    choose,
    fail,
    show,
    tell,
    with_desk,
)
from frontdesk.wiring import Desk

_TRACE_BEGINNING = re.compile(r"(?:trace_)?([0-9a-fA-F]{6,32})")

chats = typer.Typer(help="Conversations: list them, hand one back to the assistant.", no_args_is_help=True)
alerts = typer.Typer(help="Staff alerts: list, acknowledge.", no_args_is_help=True)
dead_letters = typer.Typer(help="Jobs that failed too often: list, try again.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(chats, name="chats")
    app.add_typer(alerts, name="alerts")
    app.add_typer(dead_letters, name="dead-letters")
    app.command("trace")(trace)


@chats.command("list")
def list_chats(output: Format = FORMAT) -> None:
    """The latest chats of every clinic: state, who holds them, what waits."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        rows = []
        for clinic_id in await desk.chats.list_clinics():
            zone = (await desk.catalogs.load(clinic_id)).clinic.zone
            rows += [
                {
                    "session_id": chat.session_id,
                    "patient": chat.patient,
                    "address": chat.address,
                    "instance": chat.instance_name,
                    "state": chat.state,
                    "staff_until": _local(chat.staff_until, zone),
                    "last_patient_at": _local(chat.last_patient_at, zone),
                    "waiting": chat.waiting,
                }
                for chat in await desk.chats.list_chats(clinic_id)
            ]
        return rows

    show(with_desk(work, output=output), output=output, title="Chats", empty="no chats yet")


@chats.command("resume")
def resume_chat(
    session_id: str = typer.Argument(
        ..., help="The chat's session id or its beginning ('frontdesk chats list')."
    ),
    output: Format = FORMAT,
) -> None:
    """Hand a chat back to the assistant after staff have taken it over."""

    async def work(desk: Desk) -> UUID:
        clinic_ids = await desk.chats.list_clinics()
        clinic_id, wanted = await choose(session_id, "chat", desk.chats.list_ids, clinic_ids, output=output)
        await desk.chats.resume(clinic_id, wanted, now=datetime.now(UTC))
        return wanted

    tell("the assistant answers this chat again", output=output, resumed=with_desk(work, output=output))


@alerts.command("list")
def list_alerts(output: Format = FORMAT) -> None:
    """Alerts nobody has acknowledged."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        rows = []
        for clinic_id in await desk.chats.list_clinics():
            zone = (await desk.catalogs.load(clinic_id)).clinic.zone
            rows += [
                {
                    "alert_id": alert.alert_id,
                    "kind": alert.kind,
                    "reason": alert.reason,
                    "patient": alert.patient,
                    "address": alert.address,
                    "session_id": alert.session_id,
                    "status": alert.status,
                    "told": alert.told,
                    "created_at": _local(alert.created_at, zone),
                }
                for alert in await desk.alerts.list_open(clinic_id)
            ]
        return rows

    show(with_desk(work, output=output), output=output, title="Open alerts", empty="no open alerts")


@alerts.command("ack")
def acknowledge(
    alert_id: str = typer.Argument(..., help="The alert's id or its beginning ('frontdesk alerts list')."),
    output: Format = FORMAT,
) -> None:
    """Say that somebody has seen to it."""

    async def work(desk: Desk) -> UUID:
        clinic_ids = await desk.chats.list_clinics()
        clinic_id, wanted = await choose(alert_id, "alert", desk.alerts.list_ids, clinic_ids, output=output)
        if not await desk.alerts.acknowledge(clinic_id, wanted, by="operator", now=datetime.now(UTC)):
            fail(
                f"alert {alert_id} is acknowledged already: no open alert was found",
                code=EXIT_REFUSED,
                output=output,
            )
        return wanted

    tell("acknowledged", output=output, acknowledged=with_desk(work, output=output))


@dead_letters.command("list")
def list_dead_letters(output: Format = FORMAT) -> None:
    """Jobs that were given up, and messages parked because they failed every turn."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        return await desk.dead_letters.list_all(await desk.chats.list_clinics())

    show(with_desk(work, output=output), output=output, title="Dead letters", empty="no dead letters")


@dead_letters.command("retry")
def retry_dead_letter(
    letter_id: str = typer.Argument(..., help="Id from 'frontdesk dead-letters list', or 'all'."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask before retrying all."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only count what would be tried."),
    output: Format = FORMAT,
) -> None:
    """Try a dead letter again."""
    if letter_id == "all" and not (yes or dry_run):
        if not sys.stdin.isatty():
            fail("say --yes to retry all, or --dry-run to count them", code=EXIT_USAGE, output=output)
        if not typer.confirm("Retry every dead letter?"):
            raise typer.Exit(EXIT_REFUSED)

    async def work(desk: Desk) -> int:
        clinic_ids = await desk.chats.list_clinics()
        if dry_run:
            letters = await desk.dead_letters.list_all(clinic_ids)
            return sum(1 for letter in letters if letter_id in ("all", letter["id"]))
        return await desk.dead_letters.retry(letter_id, clinic_ids)

    count = with_desk(work, output=output)
    if not count and letter_id != "all":
        fail(f"no dead letter {letter_id}: not found", code=EXIT_REFUSED, output=output)
    verb = "would try" if dry_run else "trying"
    tell(f"{verb} {count} again", output=output, dry_run=dry_run, retried=count)


def trace(
    wanted: str = typer.Argument(
        ...,
        metavar="ID",
        help="Message id, the gateway's message id, or a trace id or its beginning (as the log has it).",
    ),
    output: Format = FORMAT,
) -> None:
    """The ordered story of one message across processes."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        story = await desk.chats.tell_story(wanted)
        beginning = _TRACE_BEGINNING.fullmatch(wanted)
        if not story and beginning:
            traces = await desk.chats.list_traces(beginning[1].lower())
            if len(traces) > 1:
                fail(
                    f"{wanted} begins {len(traces)} traces: {', '.join(traces)}",
                    code=EXIT_USAGE,
                    output=output,
                )
            story = await desk.chats.tell_story(traces[0]) if traces else []
        return [{"at": s.at, "what": s.what, "facts": s.facts} for s in story]

    steps = with_desk(work, output=output)
    if not steps:
        fail(f"nothing is known of {wanted}: not found", code=EXIT_REFUSED, output=output)
    if output == "json":
        print(json.dumps(steps, default=str, ensure_ascii=False))
        return
    first: datetime = steps[0]["at"]
    for step in steps:
        facts = " ".join(f"{k}={_short(v)}" for k, v in step["facts"].items() if v not in (None, "", [], {}))
        print(
            f"{step['at']:%H:%M:%S.%f} +{(step['at'] - first).total_seconds():8.3f}s {step['what']:<18} {facts}"
        )


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment is not None else None


def _short(value: Any) -> str:
    text = (
        json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    )
    return text if len(text) <= 300 else text[:297] + "…"

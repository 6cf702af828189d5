"""Chats, alerts, dead letters and the story of one message."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import typer

from frontdesk.cli.session import (
    EXIT_REFUSED,
    EXIT_USAGE,
    FORMAT,
    Format,
    fail,
    read_uuid,
    show,
    tell,
    with_desk,
)
from frontdesk.wiring import Desk

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
            rows += [
                {
                    "session_id": str(chat.session_id),
                    "instance": chat.instance_name,
                    "state": chat.state,
                    "staff_until": chat.staff_until,
                    "last_patient_at": chat.last_patient_at,
                    "waiting": chat.waiting,
                }
                for chat in await desk.chats.list_chats(clinic_id)
            ]
        return rows

    show(with_desk(work, output=output), output=output, title="Chats", empty="no chats yet")


@chats.command("resume")
def resume_chat(
    session_id: str = typer.Argument(..., help="The chat's session id ('frontdesk chats list')."),
    output: Format = FORMAT,
) -> None:
    """Hand a chat back to the assistant after staff have taken it over."""
    wanted = read_uuid(session_id, "session", output=output)

    async def work(desk: Desk) -> bool:
        for clinic_id in await desk.chats.list_clinics():
            if await desk.chats.resume(clinic_id, wanted, now=datetime.now(UTC)):
                return True
        return False

    if not with_desk(work, output=output):
        fail(f"no chat {session_id}: not found", code=EXIT_REFUSED, output=output)
    tell("the assistant answers this chat again", output=output, resumed=wanted)


@alerts.command("list")
def list_alerts(output: Format = FORMAT) -> None:
    """Alerts nobody has acknowledged."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        rows = []
        for clinic_id in await desk.chats.list_clinics():
            rows += [
                {
                    "alert_id": str(alert.alert_id),
                    "kind": alert.kind,
                    "status": alert.status,
                    "told": alert.told,
                    "session_id": str(alert.session_id or ""),
                    "created_at": alert.created_at,
                }
                for alert in await desk.alerts.list_open(clinic_id)
            ]
        return rows

    show(with_desk(work, output=output), output=output, title="Open alerts", empty="no open alerts")


@alerts.command("ack")
def acknowledge(
    alert_id: str = typer.Argument(..., help="The alert's id ('frontdesk alerts list')."),
    output: Format = FORMAT,
) -> None:
    """Say that somebody has seen to it."""
    wanted = read_uuid(alert_id, "alert", output=output)

    async def work(desk: Desk) -> bool:
        for clinic_id in await desk.chats.list_clinics():
            if await desk.alerts.acknowledge(clinic_id, wanted, by="operator", now=datetime.now(UTC)):
                return True
        return False

    if not with_desk(work, output=output):
        fail(f"no open alert {alert_id}: not found", code=EXIT_REFUSED, output=output)
    tell("acknowledged", output=output, acknowledged=wanted)


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
        ..., metavar="ID", help="Message id, the gateway's message id, or trace id."
    ),
    output: Format = FORMAT,
) -> None:
    """The ordered story of one message across processes."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        return [{"at": s.at, "what": s.what, "facts": s.facts} for s in await desk.chats.tell_story(wanted)]

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


def _short(value: Any) -> str:
    text = (
        json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    )
    return text if len(text) <= 300 else text[:297] + "…"

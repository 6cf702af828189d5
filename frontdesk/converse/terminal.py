"""A pleasant chat in the terminal."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.markup import escape

from frontdesk.clinics.models import text_in
from frontdesk.converse.conversations import Conversation, Conversations, Outcome
from frontdesk.converse.lines import read_lines

HELP = "/new starts afresh · /visits lists the bookings · /why tells what the system thought · /quit or Ctrl-D ends"


async def chat(
    conversations: Conversations, *, fixture: Path | None, clinic: str | None, language: str | None
) -> None:
    """Talk until the patient leaves. Raises LineRefused for a fixture or clinic that is not there."""
    console = Console(highlight=False)
    setup: dict[str, Any] = {
        "fixture": str(fixture) if fixture else None,
        "clinic": clinic,
        "patient": {"id": str(uuid4()), "phone": "+999 000 0000", "language": language},
    }
    conversation = await conversations.open(setup)
    names = conversation.catalog.clinic.name
    console.print(
        f"[bold]{escape(text_in(names, language or 'en') or '')}[/bold] · write as a patient, in any of five languages"
    )
    console.print(HELP, style="dim")
    last: Outcome | None = None
    async for text in _listen():
        if text == "/new":
            conversation = await conversations.open(
                {**setup, "patient": {**setup["patient"], "id": str(uuid4())}}
            )
            console.print("a new patient writes", style="dim")
        elif text == "/visits":
            await _show_visits(console, conversations, conversation)
        elif text == "/why":
            _show_thought(console, last)
        elif text.startswith("/"):
            console.print(HELP, style="dim")
        elif text:
            last = await conversations.say(conversation, text)
            answer = (
                last.reply.text
                if last.reply
                else last.emergency.text
                if last.emergency
                else "(silent: staff hold this chat)"
            )
            console.print(f"[green]frontdesk ›[/green] {escape(answer)}")
            if last.reply and last.reply.quick_replies:
                console.print(
                    "  " + " · ".join(f"[{escape(choice.title)}]" for choice in last.reply.quick_replies),
                    style="dim",
                    markup=False,
                )


async def _listen() -> AsyncIterator[str]:
    """What the patient types, until they leave."""
    async for line in _read_typed() if sys.stdin.isatty() else read_lines(sys.stdin.fileno()):
        if line.strip() == "/quit":
            return
        yield line.strip()


async def _read_typed() -> AsyncIterator[str]:
    prompt: PromptSession[str] = PromptSession()
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            with patch_stdout():
                line = await prompt.prompt_async("you › ")
            yield line


async def _show_visits(console: Console, conversations: Conversations, conversation: Conversation) -> None:
    catalog = conversation.catalog
    visits = await conversations.list_appointments(conversation)
    for visit in visits:
        local = visit.starts_at.astimezone(catalog.clinic.zone)
        service = text_in(catalog.services[visit.service_id].name, "en")
        doctor = text_in(catalog.doctors[visit.doctor_id].name, "en")
        console.print(
            f"{local:%a %d %b %H:%M}  {service}, {doctor}  {visit.status.value}", style="cyan", markup=False
        )
    if not visits:
        console.print("nothing is booked", style="dim")


def _show_thought(console: Console, last: Outcome | None) -> None:
    if last is not None and last.emergency is not None:
        console.print(
            f"emergency · rule {last.emergency.rule} · language {last.emergency.language} · staff alerted · "
            f"{last.latency_ms:.1f} ms",
            style="dim",
            markup=False,
        )
        return
    if last is None or last.reply is None:
        console.print("nothing was thought yet", style="dim")
        return
    reply = last.reply
    tools = (
        ", ".join(f"{record.name}{'' if record.ok else ' (refused)'}" for record in last.records) or "none"
    )
    console.print(
        f"intent {reply.intent.value} · state {reply.state.value} · language {reply.language} · "
        f"relevance {reply.relevance:.2f} · tools {tools} · {last.latency_ms:.1f} ms\n{', '.join(reply.reasons)}",
        style="dim",
        markup=False,
    )

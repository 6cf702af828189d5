"""Talking without WhatsApp, and measuring: converse, understand, bench."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import typer

from frontdesk.cli.heeding import run_heeding_signals
from frontdesk.cli.session import EXIT_REFUSED, EXIT_USAGE, fail, read_settings, take_own_database
from frontdesk.converse.lines import Lines, answer_lines, open_streams
from frontdesk.wiring import open_desk

Spoken = Literal["ru", "es", "en", "he", "pt"]


def register(app: typer.Typer) -> None:
    app.command("converse")(converse)
    app.command("understand")(understand_messages)
    app.command("relevance")(weigh_relevance)
    app.command("bench")(bench)


def converse(
    jsonl: bool = typer.Option(False, "--jsonl", help="JSON lines in, JSON lines out, as in eval/README.md."),
    fixture: Path | None = typer.Option(None, help="Clinic file to talk to (default: the demo clinics)."),
    clinic: str | None = typer.Option(None, help="Key of the clinic in that file (default: its first)."),
    language: Spoken | None = typer.Option(None, help="The patient's profile language."),
) -> None:
    """Chat with the front desk in the terminal: the real conversation, in a database of its own."""
    from frontdesk.converse.terminal import chat

    settings = read_settings()

    async def run(database_url: str) -> None:
        from frontdesk.converse.conversations import Clock, Conversations, LineRefused

        clock = Clock()
        # One line after the other: a second connection would only grow cold in turn.
        async with open_desk(
            settings, database_url, name="frontdesk-converse", clock=clock, connections=1
        ) as desk:
            conversations = Conversations(desk, clock)
            if jsonl:
                source, sink = open_streams()
                await answer_lines(Lines(conversations, clock), source, sink)
                return
            try:
                await chat(conversations, fixture=fixture, clinic=clinic, language=language)
            except LineRefused as refused:
                fail(str(refused), code=EXIT_USAGE)

    run_heeding_signals(run(take_own_database(settings)))


def understand_messages(
    jsonl: bool = typer.Option(
        True, "--jsonl/--text", help="JSON lines as in eval/README.md, or plain text lines."
    ),
) -> None:
    """What each message says, line by line: language, intent, dates, service, doctor, urgency."""
    from frontdesk.converse.reading import Reader

    _answer_each(Reader().describe, read=None if jsonl else lambda text: {"text": text})


def weigh_relevance(
    jsonl: bool = typer.Option(
        True, "--jsonl", help="JSON lines as in eval/README.md; there is no other form."
    ),
) -> None:
    """Whether a pending action is relevant to a message, line by line."""
    from frontdesk.converse.reading import Reader

    del jsonl
    _answer_each(Reader().weigh, read=None)


def _answer_each(
    answer: Callable[[Mapping[str, Any]], dict[str, Any]], *, read: Callable[[str], dict[str, Any]] | None
) -> None:
    """One JSON line out for each line in; `read` makes a line of plain text."""
    source, sink = open_streams()
    for text in source:
        if not text.strip():
            continue
        try:
            line = read(text.strip()) if read else json.loads(text)
        except ValueError:
            line = None
        found = answer(line) if isinstance(line, dict) else {"error": "not a JSON object"}
        sink.write(json.dumps(found, ensure_ascii=False, default=str) + "\n")
        sink.flush()


def bench(
    what: Literal["intake", "turn"] = typer.Argument(
        ..., help="intake: acknowledging webhooks. turn: answering them."
    ),
    size: Literal["ci", "full"] = typer.Option("ci", help="ci ends within a minute, full takes several."),
    as_json: bool = typer.Option(False, "--json", help="Print nothing but one JSON object."),
) -> None:
    """Measure the shipped processes over HTTP and SQL."""
    from frontdesk.bench.run import run_bench

    settings = read_settings()
    figures = run_bench(what, size=size, settings=settings, say=lambda line: print(line, file=sys.stderr))
    print(json.dumps(figures, indent=None if as_json else 2))
    if figures.get("errors"):
        fail(f"{figures['errors']} requests failed", code=EXIT_REFUSED)

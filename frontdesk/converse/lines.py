"""`frontdesk converse --jsonl`: one JSON line out for each line in, in order (eval/README.md, section 1)."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, TextIO
from uuid import UUID

from frontdesk.conversation.engine import Entities, Reply, ToolRecord
from frontdesk.converse.conversations import Clock, Conversation, Conversations, LineRefused, Outcome
from frontdesk.safety.models import DUE_IN_HOURS, Urgency

log = logging.getLogger(__name__)


class Lines:
    """Answers lines; conversations are told apart by their `conversation` value."""

    def __init__(self, conversations: Conversations, clock: Clock) -> None:
        self._conversations = conversations
        self._clock = clock
        self._open: dict[str, Conversation] = {}

    async def answer(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """The output line. Never raises for a bad line: it says what is wrong under `error`."""
        name = str(line.get("conversation", ""))
        try:
            self._clock.set(datetime.fromisoformat(line["at"]) if line.get("at") else None)
            conversation = await self._find(name, line)
            if "query" in line:
                return {"conversation": name, "appointments": await self._list_appointments(conversation)}
            if "tool_call" in line:
                return {
                    "conversation": name,
                    **await self._conversations.validate(conversation, line["tool_call"]),
                }
            outcome = await self._conversations.say(conversation, str(line.get("text", "")))
            return {"conversation": name, **_describe(conversation, outcome)}
        except LineRefused as refused:
            return {"conversation": name, "error": str(refused)}
        except Exception as error:
            # One broken line must not end the other conversations; the traceback goes to standard error.
            log.exception("line.failed")
            return {"conversation": name, "error": f"{type(error).__name__}: {error}"}

    async def _find(self, name: str, line: Mapping[str, Any]) -> Conversation:
        if "setup" in line or name not in self._open:
            self._open[name] = await self._conversations.open(line.get("setup") or {})
        return self._open[name]

    async def _list_appointments(self, conversation: Conversation) -> list[dict[str, Any]]:
        catalog = conversation.catalog
        return [
            {
                "id": str(visit.appointment_id),
                "clinic": conversation.clinic_key,
                "doctor": catalog.doctors[visit.doctor_id].key,
                "service": catalog.services[visit.service_id].key,
                "start": visit.starts_at.astimezone(catalog.clinic.zone).isoformat(),
                "status": visit.status.value,
            }
            for visit in await self._conversations.list_appointments(conversation)
        ]


def _describe(conversation: Conversation, outcome: Outcome) -> dict[str, Any]:
    if outcome.reply is None:
        return _describe_unanswered(outcome)
    reply = outcome.reply
    return {
        "reply": reply.text,
        "language": reply.language,
        "intent": reply.intent.value,
        "state": reply.state.value,
        "entities": _describe_entities(conversation, reply.entities),
        "context_injected": reply.context_injected,
        "relevance": round(reply.relevance, 3),
        "tool_calls": [_describe_tool(conversation, record) for record in outcome.records],
        "escalated": reply.escalated,
        "followup": _describe_follow_up(reply),
        "quick_replies": [{"id": choice.reply_id, "title": choice.title} for choice in reply.quick_replies],
        "reasons": list(reply.reasons),
        "latency_ms": outcome.latency_ms,
    }


def _describe_unanswered(outcome: Outcome) -> dict[str, Any]:
    """What was said without a turn: the tripwire's answer, or nothing while staff hold the chat."""
    alarm = outcome.emergency
    escalation = {"name": "escalate_to_human", "arguments": {"reason": "emergency"}, "ok": True}
    return {
        "reply": alarm.text if alarm else "",
        "language": alarm.language if alarm else "en",
        "intent": "emergency" if alarm else "out_of_scope",
        "state": "escalated" if alarm else "idle",
        "entities": {"service": None, "doctor": None, "date": None, "time": None, "appointment": None},
        "context_injected": False,
        "relevance": 0.0,
        "tool_calls": [escalation] if alarm else [],
        "escalated": alarm is not None,
        "followup": {"urgency": "urgent", "due_in_hours": DUE_IN_HOURS[Urgency.URGENT]} if alarm else None,
        "reasons": [f"emergency:{alarm.rule}"] if alarm else ["staff hold this chat"],
        "latency_ms": outcome.latency_ms,
    }


def _describe_entities(conversation: Conversation, entities: Entities) -> dict[str, Any]:
    catalog = conversation.catalog
    service = catalog.services.get(entities.service_id) if entities.service_id else None
    doctor = catalog.doctors.get(entities.doctor_id) if entities.doctor_id else None
    return {
        "service": service.key if service else None,
        "doctor": doctor.key if doctor else None,
        "date": entities.on.isoformat() if entities.on else None,
        "time": f"{entities.at:%H:%M}" if entities.at else None,
        "appointment": str(entities.appointment_id) if entities.appointment_id else None,
    }


def _describe_tool(conversation: Conversation, record: ToolRecord) -> dict[str, Any]:
    # The clinic of the conversation is a copy: outside it goes by the file's id.
    own, outside = str(conversation.catalog.clinic.clinic_id), str(conversation.file_clinic_id)
    arguments = {
        name: outside if str(value) == own else str(value) if isinstance(value, UUID) else value
        for name, value in record.arguments.items()
    }
    return {"name": record.name, "arguments": arguments, "ok": record.ok} | (
        {"error": record.error} if record.error else {}
    )


def _describe_follow_up(reply: Reply) -> dict[str, Any] | None:
    if reply.follow_up is None:
        return None
    return {"urgency": reply.follow_up.urgency.value, "due_in_hours": reply.follow_up.due_in_hours}


async def answer_lines(lines: Lines, source: TextIO, sink: TextIO) -> None:
    """Read until the source ends; flush after every line."""
    async for text in read_lines(source.fileno()):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError:
            line = None
        if isinstance(line, dict):
            answer = await lines.answer(line)
        else:
            answer = {"conversation": None, "error": "not a JSON object"}
        sink.write(_to_json(answer) + "\n")
        sink.flush()


async def read_lines(descriptor: int) -> AsyncIterator[str]:
    """Lines as they come. The thread that waits for them never keeps the process from ending."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    def pump() -> None:
        rest = b""
        with suppress(RuntimeError):  # the loop has ended
            while chunk := os.read(descriptor, 1 << 20):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    loop.call_soon_threadsafe(waiting.put_nowait, line)
            loop.call_soon_threadsafe(waiting.put_nowait, rest)
            loop.call_soon_threadsafe(waiting.put_nowait, None)

    threading.Thread(target=pump, name="lines", daemon=True).start()
    while (line := await waiting.get()) is not None:
        yield line.decode("utf-8", "replace")


def _to_json(answer: Mapping[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False, default=str)
    # Half of a surrogate pair has no UTF-8: as an escape it has.
    return text if not any("\ud800" <= c <= "\udfff" for c in text) else json.dumps(answer, default=str)


def open_streams() -> tuple[TextIO, TextIO]:
    """Standard input and output as UTF-8 that never refuses a byte."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    return sys.stdin, sys.stdout

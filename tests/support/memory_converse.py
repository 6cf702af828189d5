"""The converse protocol over chats in memory, to run eval/score.py without a database.

python eval/score.py --cmd "python -m tests.support.memory_converse" eval/cases/booking_flows.jsonl
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from frontdesk.conversation.engine import Reply, Said
from frontdesk.conversation.session_json import session_from_json, session_to_json
from frontdesk.conversation.state_machine import ConversationState
from tests.support.chat import Chat
from tests.support.fixture_catalogs import load_fixture


def open_chat(setup: dict[str, Any], at: str) -> Chat:
    patient = setup.get("patient") or {}
    chat = Chat(
        setup["clinic"],
        fixture=load_fixture(Path(setup["fixture"])),
        now=at,
        language=patient.get("language"),
        visits=setup.get("appointments", ()),
        session_language=setup.get("session_language"),
        history=[Said(role=row["role"], text=row["text"]) for row in setup.get("history", ())],
        always_follow_up=setup.get("followup") == "always",
        patient_id=UUID(patient["id"]),
    )
    pending = dict(setup.get("pending_action") or {})
    if pending:
        chat.pending(pending.pop("type"), state=setup.get("state"), **pending)
    else:
        chat.session = session_from_json(
            {**session_to_json(chat.session), "state": setup.get("state", "idle")}
        )
    return chat


def line_of(conversation: str, chat: Chat, reply: Reply, started: float) -> dict[str, Any]:
    follow_up = reply.follow_up
    return {
        "conversation": conversation,
        "reply": reply.text,
        "language": reply.language,
        "intent": reply.intent.value,
        "state": ConversationState(reply.state).value,
        "entities": chat.known(),
        "context_injected": reply.context_injected,
        "relevance": reply.relevance,
        "tool_calls": [{"name": r.name, "arguments": {}, "ok": r.ok} for r in chat.desk.records],
        "escalated": reply.escalated,
        "followup": {"urgency": follow_up.urgency.value, "due_in_hours": follow_up.due_in_hours}
        if follow_up
        else None,
        "latency_ms": (time.perf_counter() - started) * 1000,
        "reasons": reply.reasons,
    }


def visits_of(chat: Chat) -> list[dict[str, Any]]:
    zone = chat.catalog.clinic.zone
    return [
        {
            "id": str(visit.appointment_id),
            "clinic": chat.clinic,
            "doctor": chat.catalog.doctors[visit.doctor_id].key,
            "service": chat.catalog.services[visit.service_id].key,
            "start": visit.starts_at.astimezone(zone).isoformat(),
            "status": visit.status.value,
        }
        for visit in chat.desk.appointments
        if visit.patient_id == chat.desk.patient_id
    ]


async def answer(chats: dict[str, Chat], line: dict[str, Any]) -> dict[str, Any]:
    key = line["conversation"]
    if "setup" in line:
        chats[key] = open_chat(line["setup"], line["at"])
    chat = chats[key]
    if "query" in line:
        return {"conversation": key, "appointments": visits_of(chat)}
    chat.now = datetime.fromisoformat(line["at"])
    started = time.perf_counter()
    text = "".join(c for c in line["text"] if not "\ud800" <= c <= "\udfff")
    # Through JSON and back, as between two messages in real life.
    chat.session = session_from_json(json.loads(json.dumps(session_to_json(chat.session))))
    reply = await chat.says(text)
    return line_of(key, chat, reply, started)


def main() -> None:
    chats: dict[str, Chat] = {}
    for row in sys.stdin:
        out = asyncio.run(answer(chats, json.loads(row)))
        sys.stdout.write(json.dumps(out, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""What a turn leaves behind, as the plain JSON its commit takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from frontdesk.conversation.engine import Reply, Toolbox, Turn
from frontdesk.conversation.session_json import session_to_json
from frontdesk.conversation.store import LoadedTurn
from frontdesk.messaging.alerts import alert_json
from frontdesk.observability.trace_context import TraceContext, add_trace_to_dict

# Of the question that asks to be allowed to remember (`memory-ask` of the replies).
MEMORY_TEXT_VERSION: Final = "1"
WRITING_TOOLS: Final = frozenset(
    {"book_appointment", "reschedule_appointment", "cancel_appointment", "confirm_appointment"}
)


def commit_json(
    loaded: LoadedTurn,
    turn: Turn,
    reply: Reply,
    tools: Toolbox,
    now: datetime,
    timings: Mapping[str, float],
) -> dict[str, Any]:
    turn_id, trace_id = uuid4(), TraceContext.current()
    alert_kind = "emergency" if turn.alarm is not None else "handover"
    has_written = any(record.ok and record.name in WRITING_TOOLS for record in tools.records)
    return {
        **commit_head(loaded, turn_id, now),
        "state": reply.state.value,
        "context": session_to_json(reply.session),
        "message_status": "answered",
        "introduced": turn.introduce,
        "held": reply.holds,
        "trace_id": trace_id,
        "reply": {
            "clinic_id": loaded.clinic_id,
            "outbox_id": uuid4(),
            "message_id": uuid4(),
            "session_id": loaded.session_id,
            "instance_id": loaded.instance_id,
            "reply_to": loaded.reply_to,
            "text": reply.text,
            "kind": "emergency" if turn.alarm is not None else "reply",
            "language": reply.language,
            "dedupe_key": f"turn:{loaded.session_id}:{loaded.turn_version}",
            # A turn that has written something is never taken back.
            "session_before": None
            if has_written
            else {
                "context": loaded.context,
                "state": loaded.state,
                "introduced_at": loaded.introduced_at.isoformat() if loaded.introduced_at else None,
            },
            "turn_id": turn_id,
            "now": now.isoformat(),
            "trace_id": trace_id,
            "trace": add_trace_to_dict({}),
        },
        "turn": {
            "intent": reply.intent.value,
            "decision": describe_decision(reply, tools),
            "timings": dict(timings),
        },
        "follow_up": None
        if reply.follow_up is None
        else {
            "follow_up_id": uuid4(),
            "urgency": reply.follow_up.urgency.value,
            "reason": reply.follow_up.reason,
            "due_at": (now + timedelta(hours=reply.follow_up.due_in_hours)).isoformat(),
        },
        "alert": None
        if reply.alert_reason is None
        else alert_json(
            loaded.clinic_id,
            loaded.session_id,
            kind=alert_kind,
            reason=reply.alert_reason,
            # Of the message, not the turn: an answer that is taken back and given anew alerts once.
            dedupe_key=f"{alert_kind}:{loaded.messages[0].message_id}",
            now=now,
        ),
        "patient_language": reply.language if loaded.patient_language is None else None,
        "memory_consent": None
        if reply.memory_consent is None
        else {
            "is_given": reply.memory_consent == "given",
            "consent_id": uuid4(),
            "text_version": MEMORY_TEXT_VERSION,
            "language": reply.language,
        },
    }


def commit_head(loaded: LoadedTurn, turn_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "session_id": loaded.session_id,
        "patient_id": loaded.patient_id,
        "turn_version": loaded.turn_version,
        "turn_id": turn_id,
        "now": now.isoformat(),
        "message_ids": [message.message_id for message in loaded.messages],
        "trace_id": TraceContext.current(),
    }


def describe_decision(reply: Reply, tools: Toolbox) -> dict[str, Any]:
    """What the system thought, as plain JSON: ids and rule names, no patient's words."""
    return {
        "language": reply.language,
        "entities": {
            "service_id": reply.entities.service_id,
            "doctor_id": reply.entities.doctor_id,
            "on": reply.entities.on,
            "at": reply.entities.at,
            "appointment_id": reply.entities.appointment_id,
        },
        "relevance": round(reply.relevance, 3),
        "context_injected": reply.context_injected,
        "escalated": reply.escalated,
        "follow_up": None
        if reply.follow_up is None
        else {"urgency": reply.follow_up.urgency.value, "due_in_hours": reply.follow_up.due_in_hours},
        "tools": [
            {"name": record.name, "arguments": dict(record.arguments), "ok": record.ok, "error": record.error}
            for record in tools.records
        ],
        "quick_replies": [{"id": choice.reply_id, "title": choice.title} for choice in reply.quick_replies],
        "reasons": list(reply.reasons),
    }

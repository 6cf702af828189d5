"""A session as plain JSON values and back, for the column it is kept in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time
from typing import Any, Final, get_args
from uuid import UUID

from frontdesk.conversation.state_machine import ConversationState, Option, Session, Task, TaskKind
from frontdesk.scheduling.models import Visitor

_KINDS: Final[frozenset[str]] = frozenset(get_args(TaskKind))
_UUID_FIELDS: Final = frozenset({"service_id", "doctor_id", "appointment_id"})
_TIME_FIELDS: Final = frozenset({"at", "not_before", "not_after"})


def session_to_json(session: Session) -> dict[str, Any]:
    """Plain JSON values; what is empty is left out."""
    document: dict[str, Any] = {
        "state": session.state.value,
        "task": _task_to_json(session.task) if session.task else None,
        "put_aside": [_task_to_json(task) for task in session.put_aside],
        "language": session.language,
        "requested_language": session.requested_language,
        "misunderstood": session.misunderstood,
        "notes": dict(session.notes),
    }
    return {key: value for key, value in document.items() if value not in (None, [], {}, 0)}


def session_from_json(document: Mapping[str, Any]) -> Session:
    """The session. Unknown keys and tasks of a kind this release does not know are left out: a newer release
    may have written them. Raises ValueError for a broken value.
    """
    task = document.get("task")
    return Session(
        state=ConversationState(document.get("state", ConversationState.IDLE)),
        task=_task_from_json(task) if task and task.get("kind") in _KINDS else None,
        put_aside=tuple(_task_from_json(t) for t in document.get("put_aside", ()) if t.get("kind") in _KINDS),
        language=document.get("language"),
        requested_language=document.get("requested_language"),
        misunderstood=int(document.get("misunderstood", 0)),
        notes=dict(document.get("notes", {})),
    )


def _task_to_json(task: Task) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for item in fields(task):
        value = getattr(task, item.name)
        if value not in (None, (), False, Visitor.WRITER):
            document[item.name] = _plain(value)
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Option):
        return {"doctor_id": str(value.doctor_id), "on": value.on.isoformat(), "at": value.at.isoformat()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _task_from_json(document: Mapping[str, Any]) -> Task:
    known = {item.name for item in fields(Task)}
    return Task(**{name: _rich(name, value) for name, value in document.items() if name in known})


def _rich(name: str, value: Any) -> Any:
    if name in _UUID_FIELDS:
        return UUID(value)
    if name == "visitor":
        return Visitor(value)
    if name in _TIME_FIELDS:
        return time.fromisoformat(value)
    if name == "on":
        return date.fromisoformat(value)
    if name == "since":
        return datetime.fromisoformat(value)
    if name == "choices":
        return tuple(UUID(item) for item in value)
    if name == "missing":
        return tuple(value)
    if name == "options":
        return tuple(
            Option(
                doctor_id=UUID(o["doctor_id"]), on=date.fromisoformat(o["on"]), at=time.fromisoformat(o["at"])
            )
            for o in value
        )
    return value

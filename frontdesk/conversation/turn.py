"""One turn: load, think, commit. Sending is another job."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

from frontdesk.conversation.engine import Engine, EngineUnavailable, Person, Reply, Toolbox, Turn
from frontdesk.conversation.session_json import session_from_json, session_to_json
from frontdesk.conversation.state_machine import put_task_aside
from frontdesk.conversation.store import LoadedTurn, SessionStore
from frontdesk.language.codes import LANGUAGES
from frontdesk.messaging.alerts import alert_json
from frontdesk.observability.trace_context import TraceContext, add_trace_to_dict
from frontdesk.safety.emergency import find_alarm
from frontdesk.scheduling.booking import TurnSuperseded
from frontdesk.scheduling.models import Catalog

log = logging.getLogger(__name__)

# The first message of a conversation says that this is an automated assistant, and again after silence
# (EU AI Act, Art. 50(1)).
INTRODUCE_AGAIN_AFTER: Final = timedelta(hours=24)
HOLD_NOTICE_EVERY: Final = timedelta(hours=1)
# A message that failed in this many runs is parked, so that it cannot fail every later turn of its chat.
MAX_MESSAGE_ATTEMPTS: Final = 8
# Somebody else committed first: load again, at most this often in a row.
MAX_RELOADS: Final = 8


# Of the question that asks to be allowed to remember (`memory-ask` of the replies).
MEMORY_TEXT_VERSION: Final = "1"


class Catalogs(Protocol):
    async def load(self, clinic_id: UUID) -> Catalog:
        """The clinic with all it offers, from memory where warm."""


class Sender(Protocol):
    """The part of this process that sends."""

    @property
    def worker_id(self) -> int | None:
        """Who takes a send job in hand; None while it stops."""

    def start(self, job_id: int, arguments: Mapping[str, Any]) -> None:
        """Run a send job that was committed in its hands."""


class MakeToolbox(Protocol):
    def __call__(self, loaded: LoadedTurn, catalog: Catalog, *, now: datetime) -> Toolbox: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What a turn did, for whoever drives it directly. `reply` is None for a silent turn."""

    reply: Reply | None
    turn: Turn | None
    tools: Toolbox | None
    more: bool


class TurnHandler:
    """Answers a conversation: everything that waits, as one turn, until nothing waits."""

    def __init__(
        self,
        *,
        sessions: SessionStore,
        catalogs: Catalogs,
        engines: Sequence[Engine],
        make_toolbox: MakeToolbox,
        apology: Callable[[str], str],
        clock: Callable[[], datetime],
        session_expires: timedelta,
    ) -> None:
        self._sessions = sessions
        self._catalogs = catalogs
        self._engines = engines
        self._make_toolbox = make_toolbox
        self._apology = apology
        self._clock = clock
        self._session_expires = session_expires

    async def answer(
        self,
        *,
        clinic_id: UUID,
        session_id: UUID,
        is_retry: bool = False,
        sender: Sender | None = None,
    ) -> None:
        """Answer what waits in a conversation. A job of a burst that was answered already does nothing.

        With a `sender` the reply's send job starts in this process as soon as it is committed.
        """
        for attempt in range(MAX_RELOADS):
            answered = await self.answer_once(
                clinic_id=clinic_id,
                session_id=session_id,
                is_retry=is_retry and attempt == 0,
                sender=sender,
            )
            if answered is None or not answered.more:
                return

    async def answer_once(
        self,
        *,
        clinic_id: UUID,
        session_id: UUID,
        is_retry: bool = False,
        always_follow_up: bool = False,
        is_said: bool = False,
        sender: Sender | None = None,
    ) -> Answered | None:
        """One turn. None if nothing waits. `more`: messages wait, or somebody else committed first.

        With `is_said` the caller says the reply itself, at once: nothing is sent, nothing can be taken back.
        """
        now = self._clock()
        started = time.perf_counter()
        loaded = await self._sessions.load_turn(clinic_id, session_id, now=now, is_retry=is_retry)
        if loaded is None or not loaded.messages:
            return None
        if max(message.attempts for message in loaded.messages) >= MAX_MESSAGE_ATTEMPTS:
            await self.park(clinic_id=clinic_id, session_id=session_id)
            return Answered(reply=None, turn=None, tools=None, more=False)
        if loaded.staff_until is not None and loaded.staff_until > now:
            return await self._stay_silent(loaded, now)

        catalog = await self._catalogs.load(clinic_id)
        turn = self._make_turn(loaded, catalog, now, always_follow_up=always_follow_up)
        tools = self._make_toolbox(loaded, catalog, now=now)
        loaded_after = time.perf_counter()
        try:
            reply = await first_answer(self._engines, turn, tools)
        except TurnSuperseded:
            return Answered(reply=None, turn=turn, tools=tools, more=True)
        thought_after = time.perf_counter()
        timings = {
            "load_ms": round((loaded_after - started) * 1000, 3),
            "think_ms": round((thought_after - loaded_after) * 1000, 3),
        }
        payload = self._commit_json(loaded, turn, reply, tools, now, timings)
        payload["reply"]["is_said"] = is_said
        if sender is not None:
            payload["send_worker"] = sender.worker_id
        committed = await self._sessions.commit_turn(clinic_id, payload)
        if not committed.committed:
            log.info("turn.superseded", extra={"session_id": session_id})
            return Answered(reply=None, turn=turn, tools=tools, more=True)
        if sender is not None and committed.send_job is not None:
            head = payload["reply"]
            sender.start(
                committed.send_job,
                {"clinic_id": str(clinic_id), "outbox_id": str(head["outbox_id"]), **head["trace"]},
            )
        log.info(
            "turn.answered",
            extra={
                "session_id": session_id,
                "intent": reply.intent.value,
                "state": reply.state.value,
                "count": len(loaded.messages),
                "duration_ms": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        return Answered(reply=reply, turn=turn, tools=tools, more=committed.more)

    def _make_turn(
        self, loaded: LoadedTurn, catalog: Catalog, now: datetime, *, always_follow_up: bool
    ) -> Turn:
        session = session_from_json({**loaded.context, "state": loaded.state})
        if is_expired(loaded.last_answer_at, now, self._session_expires) and session.task is not None:
            # A day later a bare yes is no answer any more; the task waits for the patient to come back to it.
            session = put_task_aside(session)
        last = loaded.messages[-1]
        text = "\n".join(message.text for message in loaded.messages if message.text)
        quiet_since = loaded.last_answer_at or loaded.introduced_at
        return Turn(
            catalog=catalog,
            session=session,
            patient=Person(
                patient_id=loaded.patient_id,
                name=loaded.patient_name,
                language=loaded.patient_language,
                phone=loaded.phone,
                remembers=loaded.patient_remembers,
            ),
            text=text,
            kind=last.kind,
            choice_id=last.choice_id,
            quoted_text=last.quoted_text,
            history=loaded.history,
            appointments=loaded.appointments,
            now=now,
            alarm=find_alarm(text) if text else None,
            always_follow_up=always_follow_up,
            introduce=loaded.introduced_at is None
            or (quiet_since is not None and now - quiet_since > INTRODUCE_AGAIN_AFTER),
            hold_notice_due=loaded.held_notice_at is None or now - loaded.held_notice_at >= HOLD_NOTICE_EVERY,
            was_truncated=any(message.was_truncated for message in loaded.messages),
        )

    def _commit_json(
        self,
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
            **_commit_head(loaded, turn_id, now),
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

    async def _stay_silent(self, loaded: LoadedTurn, now: datetime) -> Answered:
        """Staff hold this conversation: the messages are kept, nothing is said."""
        committed = await self._sessions.commit_turn(
            loaded.clinic_id,
            {
                **_commit_head(loaded, uuid4(), now),
                "state": loaded.state,
                "context": loaded.context,
                "message_status": "recorded",
                "introduced": False,
                "held": False,
                "reply": None,
                "turn": None,
                "follow_up": None,
                "alert": None,
                "patient_language": None,
                "memory_consent": None,
            },
        )
        return Answered(reply=None, turn=None, tools=None, more=committed.more)

    async def park(self, *, clinic_id: UUID, session_id: UUID) -> None:
        """Set aside what waits, because it failed too often: one apology, staff take over, the chat goes on.

        Needs nothing of the chat but its id: what cannot even be read is parked too.
        """
        now = self._clock()
        log.error("messages.parked", extra={"session_id": session_id})
        await self._sessions.park(
            clinic_id,
            {
                "session_id": session_id,
                "apologies": {language: self._apology(language) for language in LANGUAGES},
                "outbox_id": uuid4(),
                "message_id": uuid4(),
                "alert_id": uuid4(),
                "now": now.isoformat(),
                "trace_id": TraceContext.current(),
                "trace": add_trace_to_dict({}),
            },
        )


WRITING_TOOLS: Final = frozenset(
    {"book_appointment", "reschedule_appointment", "cancel_appointment", "confirm_appointment"}
)


def _commit_head(loaded: LoadedTurn, turn_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "session_id": loaded.session_id,
        "patient_id": loaded.patient_id,
        "turn_version": loaded.turn_version,
        "turn_id": turn_id,
        "now": now.isoformat(),
        "message_ids": [message.message_id for message in loaded.messages],
        "trace_id": TraceContext.current(),
    }


async def first_answer(engines: Sequence[Engine], turn: Turn, tools: Toolbox) -> Reply:
    """The reply of the first engine that is available. The last one always answers."""
    for engine in engines[:-1]:
        try:
            return await engine.answer(turn, tools)
        except EngineUnavailable:
            log.warning("engine.unavailable", extra={"reason": type(engine).__name__})
    return await engines[-1].answer(turn, tools)


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


def is_expired(last_answer_at: datetime | None, now: datetime, expires: timedelta) -> bool:
    """Whether a conversation has been silent for so long that it starts afresh."""
    return last_answer_at is not None and now - last_answer_at > expires

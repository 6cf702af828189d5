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
from frontdesk.conversation.session_json import session_from_json
from frontdesk.conversation.state_machine import put_task_aside
from frontdesk.conversation.store import LoadedTurn, SessionStore
from frontdesk.conversation.turn_record import commit_head, commit_json
from frontdesk.language.codes import LANGUAGES
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
        payload = commit_json(loaded, turn, reply, tools, now, timings)
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

    async def _stay_silent(self, loaded: LoadedTurn, now: datetime) -> Answered:
        """Staff hold this conversation: the messages are kept, nothing is said."""
        committed = await self._sessions.commit_turn(
            loaded.clinic_id,
            {
                **commit_head(loaded, uuid4(), now),
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


async def first_answer(engines: Sequence[Engine], turn: Turn, tools: Toolbox) -> Reply:
    """The reply of the first engine that is available. The last one always answers."""
    for engine in engines[:-1]:
        try:
            return await engine.answer(turn, tools)
        except EngineUnavailable:
            log.warning("engine.unavailable", extra={"reason": type(engine).__name__})
    return await engines[-1].answer(turn, tools)


def is_expired(last_answer_at: datetime | None, now: datetime, expires: timedelta) -> bool:
    """Whether a conversation has been silent for so long that it starts afresh."""
    return last_answer_at is not None and now - last_answer_at > expires

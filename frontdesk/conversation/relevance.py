"""Whether a pending action may enter the answer to a message (backlog 3.2), for callers outside a conversation.

Inside one the engine asks `find_link` with the session's own tasks; here the action may also be a mere text
("Dr. Dan, filling") and the clinic may be unknown.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Final, get_args
from uuid import UUID

from frontdesk.conversation.link import Link
from frontdesk.conversation.linking import DEFAULT_POLICY, find_link
from frontdesk.conversation.relevance_model import RelevancePolicy
from frontdesk.conversation.stand_in_catalog import make_stand_in_catalog
from frontdesk.conversation.state_machine import Option, Task, TaskKind
from frontdesk.scheduling.models import Catalog
from frontdesk.understanding.models import Intent, Understanding
from frontdesk.understanding.understand import understand

log = logging.getLogger(__name__)

# Probabilities at which another opinion is worth its time.
_UNCERTAIN: Final = (0.3, 0.7)
_OPINIONS_KEPT: Final = 1_000
_KINDS: Final[frozenset[str]] = frozenset(get_args(TaskKind))
_KIND_OF_INTENT: Final[Mapping[Intent, TaskKind]] = {
    Intent.CANCEL: "cancel_appointment",
    Intent.RESCHEDULE: "reschedule_appointment",
    Intent.CONFIRM: "confirm_appointment",
}

PendingAction = str | Mapping[str, Any] | Task


@dataclass(frozen=True, kw_only=True, slots=True)
class Relevance:
    """`probability` is how likely the action is relevant to the message, 0 to 1; not how sure the verdict is."""

    is_relevant: bool
    probability: float
    reason: str


# A language model's guess at how likely the action (second) is relevant to the message (first), 0 to 1.
SecondOpinion = Callable[[str, str], Awaitable[float]]


class ContextRelevanceChecker:
    """Decides before any context is injected. Deterministic but for a second opinion, where one is given."""

    def __init__(
        self,
        *,
        catalog: Catalog | None = None,
        now: datetime | None = None,
        policy: RelevancePolicy = DEFAULT_POLICY,
        second_opinion: SecondOpinion | None = None,
        opinion_timeout_s: float = 1.5,
    ) -> None:
        """`catalog` names the clinic's services and doctors. `second_opinion` is asked only about the uncertain middle,
        once for a message and action; what takes longer than `opinion_timeout_s` seconds, or fails, changes nothing.
        """
        self._catalog: Final = catalog
        self._now: Final = now
        self._policy: Final = policy
        self._second_opinion: Final = second_opinion
        self._opinion_timeout_s: Final = opinion_timeout_s
        self._opinions: Final[OrderedDict[tuple[str, str], float]] = OrderedDict()

    async def is_context_relevant(
        self,
        current_message: str,
        pending_action: PendingAction,
        conversation_history: Sequence[Mapping[str, str]] = (),
    ) -> tuple[bool, float, str]:
        """(is_relevant, probability of relevance, reasoning). The history is oldest first: `role` and `text`."""
        relevance = self.weigh(current_message, pending_action, conversation_history)
        low, high = _UNCERTAIN
        if self._second_opinion is not None and low <= relevance.probability <= high:
            relevance = await self._ask(self._second_opinion, current_message, str(pending_action), relevance)
        return relevance.is_relevant, relevance.probability, relevance.reason

    async def _ask(self, opinion_of: SecondOpinion, message: str, pending: str, own: Relevance) -> Relevance:
        key = (message, pending)
        if key not in self._opinions:
            try:
                async with asyncio.timeout(self._opinion_timeout_s):
                    opinion = await opinion_of(message, pending)
            except Exception as error:  # noqa: BLE001 (whatever ails the model, our own verdict stands)
                log.warning("relevance.no_second_opinion", extra={"error": type(error).__name__})
                return own
            self._opinions[key] = min(1.0, max(0.0, opinion))
            if len(self._opinions) > _OPINIONS_KEPT:
                self._opinions.popitem(last=False)
        probability = self._opinions[key]
        return Relevance(
            is_relevant=probability >= self._policy.threshold,
            probability=probability,
            reason=f"{own.reason}; second opinion {probability:.2f}",
        )

    async def extract_current_intent(self, current_message: str) -> Intent:
        """What the message wants, taken alone."""
        return self._read(current_message, self._catalog).intent

    def weigh(
        self, message: str, pending: PendingAction, history: Sequence[Mapping[str, str]] = ()
    ) -> Relevance:
        """The decision itself; pure."""
        catalog = self._catalog or make_stand_in_catalog(_doctor_words(pending))
        task = self._read_task(pending, catalog)
        last = next((row for row in reversed(history) if row.get("role") == "assistant"), None)
        asked = (
            task.asked if last is None else self._is_last_question(str(last.get("text", "")), task, catalog)
        )
        link = find_link(
            self._read(message, catalog), _with_asked(task, asked=asked), in_hand=asked, policy=self._policy
        )
        return _relevance(link)

    def _read(self, text: str, catalog: Catalog | None) -> Understanding:
        return understand(text, catalog=catalog, now=self._now or datetime.now(UTC))

    def _is_last_question(self, text: str, task: Task, catalog: Catalog) -> bool:
        """Whether the assistant's last words asked about this action and not about another matter."""
        if "?" not in text:
            return False
        reading = self._read(text, catalog)
        named = [m.candidates for m in (*reading.services, *reading.doctors)]
        if not named:
            return True
        return any(task.service_id in candidates or task.doctor_id in candidates for candidates in named)

    def _read_task(self, pending: PendingAction, catalog: Catalog) -> Task:
        if isinstance(pending, Task):
            return pending
        if isinstance(pending, str):
            return self._read_text(pending, catalog)
        return self._read_mapping(pending, catalog)

    def _read_text(self, text: str, catalog: Catalog) -> Task:
        reading = self._read(text, catalog)
        dates = [mention for mention in reading.dates if mention.on or mention.at]
        kind: TaskKind = _KIND_OF_INTENT.get(
            reading.intent, "confirm_appointment" if dates else "check_availability"
        )
        return Task(
            kind=kind,
            service_id=_first([m.candidates[0] for m in reading.services]),
            doctor_id=_first([m.candidates[0] for m in reading.doctors]),
            on=next((mention.on for mention in dates if mention.on), None),
            at=next((mention.at for mention in dates if mention.at), None),
            asked=True,
        )

    def _read_mapping(self, pending: Mapping[str, Any], catalog: Catalog) -> Task:
        kind = str(pending.get("type", "check_availability"))
        return Task(
            kind=kind if kind in _KINDS else "check_availability",  # type: ignore[arg-type]
            service_id=self._find_service(str(pending.get("service") or ""), catalog),
            doctor_id=self._find_doctor(str(pending.get("doctor") or ""), catalog),
            on=date.fromisoformat(pending["date"]) if pending.get("date") else None,
            at=time.fromisoformat(pending["time"]) if pending.get("time") else None,
            options=tuple(self._read_option(row, catalog) for row in pending.get("options") or ()),
            missing=tuple(pending.get("missing") or ()),
            asked=True,
        )

    def _read_option(self, row: Mapping[str, Any], catalog: Catalog) -> Option:
        return Option(
            doctor_id=self._find_doctor(str(row.get("doctor") or ""), catalog) or UUID(int=0),
            on=date.fromisoformat(row["date"]),
            at=time.fromisoformat(row["time"]),
        )

    def _find_service(self, key: str, catalog: Catalog) -> UUID | None:
        """By key, else by the words of the key ("root_canal")."""
        by_key = next((s.service_id for s in catalog.services.values() if s.key == key), None)
        if by_key or not key:
            return by_key
        return _first([m.candidates[0] for m in self._read(key.replace("_", " "), catalog).services])

    def _find_doctor(self, key: str, catalog: Catalog) -> UUID | None:
        by_key = next((d.doctor_id for d in catalog.doctors.values() if d.key == key), None)
        if by_key or not key:
            return by_key
        return _first([m.candidates[0] for m in self._read(key.replace("_", " "), catalog).doctors])


def _doctor_words(pending: PendingAction) -> str:
    """Where a doctor's name may stand in an action without a clinic."""
    if isinstance(pending, Mapping):
        return str(pending.get("doctor") or "")
    return pending if isinstance(pending, str) else ""


def _with_asked(task: Task, *, asked: bool) -> Task:
    return replace(task, asked=asked)


def _first(ids: Sequence[UUID]) -> UUID | None:
    return ids[0] if ids else None


def _relevance(link: Link) -> Relevance:
    return Relevance(is_relevant=link.is_relevant, probability=link.probability, reason=link.reason)

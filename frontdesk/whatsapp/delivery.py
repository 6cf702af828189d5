"""Deliver one promised message: claim, look up if it was half sent, send, mark."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from frontdesk.jobs.queue import RetryLater
from frontdesk.messaging.alerts import Alerts, undelivered_alert
from frontdesk.messaging.outbox import Outbox, Promised
from frontdesk.whatsapp.client import DeliveryFailed, EvolutionClient

log = logging.getLogger(__name__)

# An answer this late would speak of another moment; staff see it instead.
TOO_LATE_AFTER: Final = timedelta(hours=2)
TRY_AGAIN_S: Final = (2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


# Nobody takes a message over before its worker has been silent for longer than this (jobs/queue.py, STALLED_AFTER_S).
SURELY_OURS_FOR_S: Final = 10.0
URGENT: Final = ("emergency", "staff_alert")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trace:
    """What is left of an earlier try: the id it has at the gateway, or doubt, or nothing."""

    provider_id: str | None = None
    is_doubtful: bool = False


class Delivery:
    def __init__(
        self,
        *,
        outbox: Outbox,
        client: EvolutionClient,
        alerts: Alerts,
        clock: Callable[[], datetime],
        receipt_wait: timedelta,
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._alerts = alerts
        self._clock = clock
        self._receipt_wait = receipt_wait

    async def deliver(self, clinic_id: UUID, outbox_id: UUID) -> None:
        """Send one message of the outbox, at most once as far as the gateway can tell.

        Raises RetryLater where a later try may help.
        """
        now = self._clock()
        claimed_after = time.monotonic()
        promised = await self._outbox.claim(
            clinic_id, outbox_id, now=now, receipt_due_at=now + self._receipt_wait
        )
        if promised is None:
            return
        if promised.removed:
            await self._give_up(clinic_id, promised, "instance removed", now)
            return
        is_doubtful = False
        if promised.was_sending:
            trace = await self._look_up(clinic_id, promised)
            if trace.provider_id is not None:
                await self._outbox.mark(
                    clinic_id,
                    promised,
                    status="sent",
                    provider_id=trace.provider_id,
                    reason="found",
                    now=self._clock(),
                )
                return
            is_doubtful = trace.is_doubtful
        if await self._is_pointless(clinic_id, promised, now):
            return
        if is_doubtful:
            # Said before the send: whatever becomes of us now, the mark stays.
            await self._outbox.mark_doubtful(clinic_id, outbox_id)
        await self._send(clinic_id, promised, is_doubtful=is_doubtful, claimed_after=claimed_after)

    async def _look_up(self, clinic_id: UUID, promised: Promised) -> _Trace:
        """What the gateway knows of an earlier try."""
        found = await self._client.find_sent(
            instance=promised.instance_name,
            reply_to=promised.reply_to,
            phone=promised.phone,
            lid=promised.lid,
            text=promised.text,
            since=promised.claimed_at or promised.created_at,
        )
        if found is None:
            return _Trace(is_doubtful=True)
        # The same words may have been sent before for another promise: those ids are ours already.
        fresh = await self._outbox.find_unrecorded(clinic_id, promised.instance_id, found.certain)
        if fresh is not None:
            return _Trace(provider_id=fresh)
        somebodys = await self._outbox.find_unrecorded(clinic_id, promised.instance_id, found.possible)
        return _Trace(is_doubtful=somebodys is not None)

    async def _is_pointless(self, clinic_id: UUID, promised: Promised, now: datetime) -> bool:
        """Whether the message, which has not arrived as far as anybody knows, should not go out any more."""
        reason = promised.unwanted
        if promised.kind in ("reply", "holding") and now - promised.created_at > TOO_LATE_AFTER:
            await self._tell_staff(clinic_id, promised, now)
            reason = reason or "too late"
        if reason is None:
            return False
        await self._outbox.mark(clinic_id, promised, status="superseded", reason=reason, now=now)
        return True

    async def _send(
        self, clinic_id: UUID, promised: Promised, *, is_doubtful: bool, claimed_after: float
    ) -> None:
        target = {
            "instance": promised.instance_name,
            "api_version": promised.api_version,
            "reply_to": promised.reply_to,
        }
        urgent = promised.kind in URGENT
        if promised.kind == "reply":
            await self._client.show_typing(**target)
        if not urgent:
            await self._client.wait_turn(promised.instance_name)
        if time.monotonic() - claimed_after > SURELY_OURS_FOR_S and not await self._outbox.still_holds(
            clinic_id, promised
        ):
            # Paused for so long that another worker has it, or nobody wants it any more.
            log.warning("message.claim_lost", extra={"outbox_id": promised.outbox_id})
            return
        try:
            sent = await self._client.send_text(**target, text=promised.text, urgent=urgent)
        except DeliveryFailed as failure:
            await self._handle_failure(clinic_id, promised, failure)
            return
        await self._outbox.mark(
            clinic_id,
            promised,
            status="sent",
            provider_id=sent.provider_id,
            maybe_duplicate=is_doubtful,
            now=self._clock(),
        )
        log.info("message.sent", extra={"outbox_id": promised.outbox_id, "kind": promised.kind})

    async def _handle_failure(self, clinic_id: UUID, promised: Promised, failure: DeliveryFailed) -> None:
        now = self._clock()
        if failure.nobody_there:
            outcome = await self._outbox.readdress(
                clinic_id,
                promised.outbox_id,
                reason=failure.reason,
                was_sent=False,
                alert=_alert_of(clinic_id, promised, now),
                now=now,
            )
            log.warning("message.refused", extra={"outbox_id": promised.outbox_id, "outcome": outcome})
            return
        if failure.permanent:
            await self._give_up(clinic_id, promised, failure.reason, now)
            return
        if not failure.may_have_arrived:
            # Nothing left us: it may be tried again as it is, or taken back by a newer message.
            await self._outbox.mark(clinic_id, promised, status="pending", reason=failure.reason, now=now)
        if failure.instance_lost:
            await self._alerts.raise_alert(
                clinic_id,
                kind="instance_lost",
                reason=failure.reason,
                dedupe_key=f"instance_lost:{promised.instance_id}:{now:%Y-%m-%dT%H}",
                now=now,
            )
        wait_s = TRY_AGAIN_S[min(promised.attempts, len(TRY_AGAIN_S) - 1)]
        log.warning(
            "message.not_sent",
            extra={"outbox_id": promised.outbox_id, "attempt": promised.attempts, "reason": failure.reason},
        )
        raise RetryLater(failure.reason, seconds=wait_s) from failure

    async def _give_up(self, clinic_id: UUID, promised: Promised, reason: str, now: datetime) -> None:
        await self._tell_staff(clinic_id, promised, now)
        await self._outbox.mark(clinic_id, promised, status="failed", reason=reason, now=now)
        log.error("message.failed", extra={"outbox_id": promised.outbox_id, "reason": reason})

    async def _tell_staff(self, clinic_id: UUID, promised: Promised, now: datetime) -> None:
        """Told before it is marked: a crash between the two tells once and marks later, never the other way."""
        alert = _alert_of(clinic_id, promised, now)
        if alert is not None:
            await self._alerts.put(clinic_id, alert)


def _alert_of(clinic_id: UUID, promised: Promised, now: datetime) -> dict[str, Any] | None:
    return undelivered_alert(clinic_id, promised.session_id, promised.outbox_id, kind=promised.kind, now=now)

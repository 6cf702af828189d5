"""Look into a message that nobody acknowledged: ask the gateway, then try the person's other address (contract C2)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from frontdesk.jobs.queue import RetryLater
from frontdesk.messaging.alerts import undelivered_alert
from frontdesk.messaging.inbox import Inbox
from frontdesk.messaging.outbox import Outbox, Unacknowledged
from frontdesk.whatsapp.client import EvolutionClient

log = logging.getLogger(__name__)

# A phone that is off acknowledges nothing: that is no fault of the address, so the question is put again.
ASK_AGAIN_S: Final = 30.0
# By then staff must know, whatever the gateway is doing.
GIVE_UP_AFTER: Final = timedelta(hours=2)


class ReceiptCheck:
    def __init__(
        self, *, outbox: Outbox, inbox: Inbox, client: EvolutionClient, clock: Callable[[], datetime]
    ) -> None:
        self._outbox = outbox
        self._inbox = inbox
        self._client = client
        self._clock = clock

    async def check(self, clinic_id: UUID, outbox_id: UUID) -> None:
        """Settle one message: arrived after all, sent to the other address, or given up with an alert.

        Raises RetryLater while the gateway cannot know.
        """
        silent = await self._outbox.find_unacknowledged(clinic_id, outbox_id)
        if silent is None:
            return
        if not silent.is_refused and await self._has_news(clinic_id, silent):
            silent = await self._outbox.find_unacknowledged(clinic_id, outbox_id)
            if silent is None:
                return
        now = self._clock()
        outcome = await self._outbox.readdress(
            clinic_id,
            outbox_id,
            reason="refused" if silent.is_refused else "not acknowledged",
            was_sent=True,
            alert=undelivered_alert(clinic_id, silent.session_id, outbox_id, kind=silent.kind, now=now),
            now=now,
        )
        log.warning("message.not_acknowledged", extra={"outbox_id": outbox_id, "outcome": outcome})

    async def _has_news(self, clinic_id: UUID, silent: Unacknowledged) -> bool:
        """Ask what became of it: its webhook may be late or lost. Whether something was learned."""
        receipt = await self._client.find_receipt(
            instance=silent.instance_name, provider_id=silent.provider_id
        )
        if receipt is not None and receipt.delivery != 0:
            await self._inbox.apply_delivery(
                clinic_id,
                silent.instance_id,
                provider_id=silent.provider_id,
                delivery=receipt.delivery,
                now=self._clock(),
            )
            return True
        state = await self._client.connection_state(silent.instance_name)
        if state != "open" and self._clock() - silent.sent_at < GIVE_UP_AFTER:
            raise RetryLater(f"instance {state}", seconds=ASK_AGAIN_S)
        return False

"""Takes in the webhooks of an instance that came before its clinic was known."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from frontdesk.clinics.instance_store import InstanceStore
from frontdesk.observability.trace_context import extract_trace_from_dict
from frontdesk.whatsapp.envelope import Unusable, parse_envelope
from frontdesk.whatsapp.intake import UNKNOWN_INSTANCE, Intake

log = logging.getLogger(__name__)

AT_ONCE: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    taken: int
    unreadable: int


class Replay:
    def __init__(self, *, instances: InstanceStore, intake: Intake, clock: Callable[[], datetime]) -> None:
        self._instances = instances
        self._intake = intake
        self._clock = clock

    async def take_in(self, instance_name: str) -> Replayed:
        """Take in what is kept of a known instance, oldest first, each in the trace it came with.

        Killed half-way it can be run again: what was taken in already changes nothing.
        """
        taken = unreadable = 0
        while kept := await self._instances.list_kept_of(
            instance_name, reason=UNKNOWN_INSTANCE, most=AT_ONCE
        ):
            for webhook in kept:
                with extract_trace_from_dict({"trace": {"trace_id": webhook.trace_id}}):
                    try:
                        envelope = parse_envelope(webhook.body, path_instance=instance_name)
                        await self._intake.take(envelope, webhook.body, received_at=webhook.received_at)
                        taken += 1
                    except Unusable:
                        log.warning("webhook.refused", extra={"outcome": "unusable"})
                        unreadable += 1
                    await self._instances.mark_replayed(webhook.quarantine_id, now=self._clock())
        return Replayed(taken=taken, unreadable=unreadable)

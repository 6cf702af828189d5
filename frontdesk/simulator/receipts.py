"""Receipts: what WhatsApp tells the clinic about a message it sent, some moments later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from frontdesk.simulator.chats import ChatMessage, Status
from frontdesk.simulator.faults import Receipts

# Seconds after the send, before the time scale.
_STEPS: Final[tuple[tuple[Receipts, Status, float], ...]] = (
    ("server", "SERVER_ACK", 0.15),
    ("delivered", "DELIVERY_ACK", 0.4),
    ("read", "READ", 1.2),
)
_REACHED: Final[dict[Receipts, int]] = {"none": 0, "server": 1, "delivered": 2, "read": 3}


class ReceiptDesk:
    """Plans the receipts of each message; `give` is called with the message and status when one is due."""

    def __init__(self, *, give: Callable[[ChatMessage, Status], None], time_scale: float) -> None:
        self._give = give
        self._time_scale = time_scale
        # Receipts planned before a reset or the end belong to messages that are gone.
        self._era = 0

    def plan(self, message: ChatMessage, *, last: Receipts) -> None:
        """Plan receipts up to `last`; "error" is a refusal instead of any."""
        if last == "error":
            self._plan_one(message, "ERROR", _STEPS[0][2])
            return
        for _, status, seconds in _STEPS[: _REACHED[last]]:
            self._plan_one(message, status, seconds)

    def forget_all(self) -> None:
        self._era += 1

    def _plan_one(self, message: ChatMessage, status: Status, seconds: float) -> None:
        asyncio.get_running_loop().call_later(
            seconds * self._time_scale, self._give_if_wanted, self._era, message, status
        )

    def _give_if_wanted(self, era: int, message: ChatMessage, status: Status) -> None:
        if era == self._era:
            self._give(message, status)

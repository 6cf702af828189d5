"""Whether each number is connected to WhatsApp, and the events a change of that causes (contract A5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from frontdesk.simulator.instances import SimulatedInstance

ConnectionState = Literal["open", "connecting", "close"]

_LOGGED_OUT: Final = 401


class Connections:
    """The connection of every instance; all are open at the start."""

    def __init__(
        self,
        instances: Mapping[str, SimulatedInstance],
        *,
        announce: Callable[[str, str, object], None],
        resume: Callable[[str], None],
    ) -> None:
        self._instances = instances
        self._announce = announce
        # Called with an instance that has just opened: what waited for it is delivered.
        self._resume = resume
        self._states: dict[str, ConnectionState] = {}
        self.open_all()

    def open_all(self) -> None:
        """Everything connected, without telling anybody."""
        self._states = dict.fromkeys(self._instances, "open")

    def find_state(self, instance: str) -> ConnectionState:
        return self._states[instance]

    def is_open(self, instance: str) -> bool:
        return self._states[instance] == "open"

    def change(self, instance: str, state: ConnectionState) -> None:
        """Move to a state and announce what a gateway announces on the way."""
        self._states[instance] = state
        if state == "close":
            self._announce_close(instance)
            return
        self._announce(instance, "connection.update", self._shape(instance, "connecting", reason=200))
        if state == "open":
            opened = self._shape(instance, "open", reason=200) | {
                "wuid": self._instances[instance].own_jid,
                "profileName": self._instances[instance].title or instance,
                "profilePictureUrl": None,
            }
            self._announce(instance, "connection.update", opened)
            self._resume(instance)

    def _announce_close(self, instance: str) -> None:
        self._announce(instance, "connection.update", self._shape(instance, "close", reason=_LOGGED_OUT))
        closed = {
            "instance": instance,
            "status": "closed",
            "disconnectionReasonCode": _LOGGED_OUT,
            "disconnectionObject": '{"error":{"output":{"statusCode":401}}}',
        }
        self._announce(instance, "status.instance", closed)
        self._announce(instance, "logout.instance", None)

    @staticmethod
    def _shape(instance: str, state: str, *, reason: int) -> dict[str, object]:
        return {"instance": instance, "state": state, "statusReason": reason}

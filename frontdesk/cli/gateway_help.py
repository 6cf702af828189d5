"""What an operator does about an instance that is not connected."""

from __future__ import annotations

from typing import Final

_HELP: Final = {
    "unreachable": "is it up, and is EVOLUTION_URL its address?",
    "unknown_instance": "make it in the gateway, or correct whatsapp_instance in the clinic file",
    "error_401": "EVOLUTION_API_KEY is not the gateway's",
}


def help_with(state: str, instance: str) -> str:
    """The next step for a connection state of `EvolutionClient.connection_state`."""
    return _HELP.get(state, f"'frontdesk instance pair {instance}'")


def help_with_pairing(state: str) -> str:
    """The same where pairing is what just failed."""
    return _HELP.get(state, f"the gateway says {state}: look at its log")

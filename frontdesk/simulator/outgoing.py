"""What leaves the clinic: texts the API was asked to send, and what staff type on the clinic's phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from frontdesk.simulator.addresses import Contact, Version, shape_key
from frontdesk.simulator.instances import SimulatedInstance
from frontdesk.simulator.shapes import shape_device_noise, shape_message


@dataclass(frozen=True, kw_only=True, slots=True)
class SentText:
    """A text the API was asked to send and did, as `GET /control/sent` lists it."""

    instance: str
    number: str
    chat_id: str
    text: str
    message_id: str
    sent_at: float
    delay_ms: int


def shape_staff_text(
    instance: SimulatedInstance, contact: Contact, *, message_id: str, text: str, at: float, version: Version
) -> dict[str, Any]:
    """The upsert of a text typed on the phone: `fromMe`, and an id no API call ever returned."""
    return shape_message(
        instance,
        key=shape_key(contact, message_id=message_id, version=version) | {"fromMe": True},
        push_name=instance.title or instance.name,
        status="SERVER_ACK",
        message={"conversation": text, "messageContextInfo": shape_device_noise(at=at, version=version)},
        at=at,
        version=version,
        source="ios",
    )

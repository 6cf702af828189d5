"""A patient's message on its way into the gateway: what was said, and the message object it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from frontdesk.simulator.addresses import Contact, Version, read_version, shape_key
from frontdesk.simulator.chats import ChatMessage
from frontdesk.simulator.contents import Content, shape_content
from frontdesk.simulator.instances import SimulatedInstance
from frontdesk.simulator.shapes import shape_device_noise, shape_envelope, shape_message


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientMessage:
    """What a patient sends. `sent_at` and `message_id` are made up where absent, `lid` digits follow the phone."""

    instance: str
    phone: str | None
    push_name: str | None
    text: str
    kind: str = "text"
    language: str = "en"
    choice_id: str | None = None
    lid: str | None = None
    message_id: str | None = None
    sent_at: float | None = None
    # Id of the message of this chat the patient replies to.
    quoted_id: str | None = None


def shape_received(
    said: PatientMessage,
    contact: Contact,
    *,
    instance: SimulatedInstance,
    message_id: str,
    at: float,
    quoted: ChatMessage | None,
    version: Version,
) -> dict[str, Any]:
    """The message object of the upsert. `at` in seconds since 1970. Raises UnknownKind."""
    content = Content(kind=said.kind, text=said.text, choice_id=said.choice_id, version=version)
    message = shape_content(content)
    context = None if quoted is None else _shape_quote(quoted, instance=instance)
    if context is not None and version < (2,) and "conversation" in message:
        message = {"extendedTextMessage": {"text": said.text, "contextInfo": context}}
    return shape_message(
        instance,
        key=shape_key(contact, message_id=message_id, version=version),
        push_name=said.push_name,
        status="DELIVERY_ACK",
        message=message | {"messageContextInfo": shape_device_noise(at=at, version=version)},
        at=at,
        version=version,
        source="ios",
        context=context if version >= (2,) else None,
    )


def shape_arrival(
    said: PatientMessage, *, message_id: str, at: float, version: str = "2.3.7"
) -> dict[str, Any]:
    """The whole webhook body of a patient's text, for whoever plays the gateway without running one."""
    instance, known = SimulatedInstance(name=said.instance), read_version(version)
    contact = Contact(instance=said.instance, push_name=said.push_name, phone=said.phone, lid=said.lid)
    record = shape_received(
        said, contact, instance=instance, message_id=message_id, at=at, quoted=None, version=known
    )
    return shape_envelope(
        instance, event="messages.upsert", data=record, destination="", at=at, server_url=""
    )


def _shape_quote(quoted: ChatMessage, *, instance: SimulatedInstance) -> dict[str, Any]:
    return {
        "mentionedJid": [],
        "groupMentions": [],
        "stanzaId": quoted.message_id,
        "participant": instance.own_jid,
        "quotedMessage": {"conversation": quoted.text},
    }

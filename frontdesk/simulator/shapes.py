"""The JSON of Evolution API: webhook envelopes and message objects in the shape of each version (contract A, B)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_DNS, uuid5

from frontdesk.simulator.addresses import Contact, Version
from frontdesk.simulator.chats import ChatMessage, Status
from frontdesk.simulator.instances import SimulatedInstance

_SECRET_BYTES: Final = 32
_HASH_BYTES: Final = 10
_LOW_BITS: Final = 2**32


def shape_bytes(raw: bytes, *, version: Version) -> object:
    """Bytes as each version spells them: base64 text, a Buffer object, or an object with numbered keys."""
    if version >= (2, 3, 6):
        return {str(index): byte for index, byte in enumerate(raw)}
    if version >= (2, 3, 3):
        return {"type": "Buffer", "data": list(raw)}
    return base64.b64encode(raw).decode()


def shape_long(value: int, *, version: Version, unsigned: bool = True) -> object:
    """A 64-bit number: decimal text before 2.3.3, low and high halves since."""
    if version < (2, 3, 3):
        return str(value)
    return {"low": value % _LOW_BITS, "high": value // _LOW_BITS, "unsigned": unsigned}


def shape_device_noise(*, at: float, version: Version) -> dict[str, object]:
    """What every incoming message carries besides its content, and nobody needs."""
    metadata: dict[str, object] = {
        "recipientKeyHash": shape_bytes(secrets.token_bytes(_HASH_BYTES), version=version),
        "recipientTimestamp": shape_long(int(at), version=version),
    }
    noise: dict[str, object] = {"deviceListMetadata": metadata, "deviceListMetadataVersion": 2}
    if version >= (2, 3, 3):
        metadata |= {"senderKeyIndexes": [], "recipientKeyIndexes": []}
        noise["threadId"] = []
    noise["messageSecret"] = shape_bytes(secrets.token_bytes(_SECRET_BYTES), version=version)
    return noise


def shape_message(
    instance: SimulatedInstance,
    *,
    key: Mapping[str, object],
    push_name: str | None,
    status: str,
    message: Mapping[str, object],
    at: float,
    version: Version,
    source: str,
    context: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """A message object (contract B1). v1.8 leaves text replies unflattened and names the owner instead of an id."""
    content = next((name for name in message if name not in ("messageContextInfo", "base64")), "unknown")
    shaped: dict[str, object] = {
        "key": dict(key),
        "pushName": push_name,
        "status": status,
        "message": dict(message),
    }
    if context is not None:
        shaped["contextInfo"] = dict(context)
    shaped |= {"messageType": content, "messageTimestamp": int(at)}
    if version < (2,):
        return shaped | {"owner": instance.name, "source": source}
    return shaped | {"instanceId": instance.instance_id, "source": source}


def shape_sent_text(
    instance: SimulatedInstance, *, jid: str, message_id: str, text: str, at: float, version: Version
) -> dict[str, object]:
    """The message object of a text sent through the API: the answer of sendText and the `send.message` echo."""
    if version < (2,):
        content: dict[str, object] = {"extendedTextMessage": {"text": text}}
        context = None
    else:
        content = {"conversation": text}
        context = {
            "mentionedJid": [],
            "groupMentions": [],
            "ephemeralSettingTimestamp": shape_long(int(at), version=version, unsigned=False),
            "disappearingMode": {"initiator": 0},
        }
    return shape_message(
        instance,
        key={"remoteJid": jid, "fromMe": True, "id": message_id},
        push_name="Você" if version >= (2, 3) else None,
        status="PENDING",
        message=content,
        at=at,
        version=version,
        source="web",
        context=context,
    )


def shape_status(
    message: ChatMessage, contact: Contact, *, instance: SimulatedInstance, status: Status, version: Version
) -> dict[str, object]:
    """A `messages.update` (contract A5). Its `remoteJid` is WhatsApp's own, often the LID."""
    if version < (2,):
        return {
            "remoteJid": contact.stored_jid,
            "id": message.message_id,
            "fromMe": message.from_me,
            "status": status,
            "datetime": int(message.sent_at * 1000),
            "owner": instance.name,
        }
    return {
        "keyId": message.message_id,
        "remoteJid": contact.stored_jid,
        "fromMe": message.from_me,
        "status": status,
        "instanceId": instance.instance_id,
        "messageId": derive_row_id(message),
    }


def derive_row_id(message: ChatMessage) -> str:
    """The database id of a message: not the WhatsApp id, and no use for joining."""
    return f"cm{uuid5(NAMESPACE_DNS, f'{message.instance}/{message.message_id}').hex[:23]}"


def shape_found_message(message: ChatMessage, statuses: Sequence[Status]) -> dict[str, object]:
    """A record of findMessages: the stored row with its later statuses; `status` itself is not selected."""
    record = {name: value for name, value in message.record.items() if name != "status"}
    return (
        {"id": derive_row_id(message)}
        | record
        | {"MessageUpdate": [{"status": status} for status in statuses]}
    )


def shape_envelope(
    instance: SimulatedInstance, *, event: str, data: object, destination: str, at: float, server_url: str
) -> dict[str, Any]:
    """One webhook body (contract A2)."""
    stamp = datetime.fromtimestamp(at, tz=UTC).isoformat(timespec="milliseconds")
    return {
        "event": event,
        "instance": instance.name,
        "data": data,
        "destination": destination,
        "date_time": stamp.replace("+00:00", "Z"),
        "sender": instance.own_jid,
        "server_url": server_url,
        "apikey": None,
    }


def shape_error(status: int, error: str, message: object) -> dict[str, object]:
    """An error of the API itself (contract C1)."""
    return {"status": status, "error": error, "response": {"message": message}}

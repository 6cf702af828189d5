"""The provider's JSON as our types: `parse_envelope`, then `read_event`; pure.

Source: contracts/evolution_api.md, parts A4, A5 and B, every version from 1.8 to 2.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from frontdesk.whatsapp.clean_text import clean_line
from frontdesk.whatsapp.content import (
    ASKING,
    Content,
    ContentKind,
    find_message,
    find_text_as_sent,
    read_content,
)
from frontdesk.whatsapp.envelope import Envelope, HookPath, Unusable, parse_envelope, split_hook_path
from frontdesk.whatsapp.events import (
    Call,
    ConnectionChanged,
    Event,
    Ignored,
    InstanceGone,
    OwnMessage,
    PatientMessage,
    QrUpdated,
    Unknown,
)
from frontdesk.whatsapp.identity import (
    ChatKind,
    find_phone,
    identify,
    identify_author,
    identify_partner,
    tell_chat_kind,
)
from frontdesk.whatsapp.later_changes import read_change, read_deletion, read_receipt
from frontdesk.whatsapp.lenient_json import JsonObject
from frontdesk.whatsapp.moments import read_moment
from frontdesk.whatsapp.provider_ids import read_provider_id
from frontdesk.whatsapp.redaction import redacted

__all__ = [
    "Envelope",
    "HookPath",
    "Unusable",
    "asks_something",
    "parse_envelope",
    "read_event",
    "read_message",
    "redacted",
    "split_hook_path",
]

_ADDRESS_LIMIT_CHARACTERS: Final = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class _Opened:
    """What a reader of one event gets."""

    event: str
    instance: str
    own_number: str | None
    data: JsonObject
    received_at: datetime


def read_event(envelope: Envelope, received_at: datetime) -> Event:
    """What an event says. `received_at` (aware) stands in for times that are missing or absurd.

    Raises Unusable if the data of an event we act on cannot be read.
    """
    gone = _GONE.get(envelope.event)
    if gone is not None:
        return InstanceGone(instance=envelope.instance, how=gone)
    if not envelope.is_known:
        return Unknown(instance=envelope.instance, event=envelope.event)
    reader = _READERS.get(envelope.event)
    if reader is None:
        return Ignored(instance=envelope.instance, reason=envelope.event)
    data = JsonObject.open(envelope.data)
    if data is None:
        raise Unusable(f"data of {envelope.event} is not an object")
    opened = _Opened(
        event=envelope.event,
        instance=envelope.instance,
        own_number=envelope.own_number,
        data=data,
        received_at=received_at,
    )
    return reader(opened)


def asks_something(message: PatientMessage) -> bool:
    """Whether somebody waits for an answer: a person, in a chat of two, with content that asks (contract F3)."""
    return (
        message.from_me is False
        and message.chat_kind is ChatKind.PERSON
        and message.reply_to is not None
        and message.kind in ASKING
    )


def read_message(
    data: JsonObject, *, instance: str, own_number: str | None, received_at: datetime, via_api: bool = False
) -> Event:
    """One message object (contract B1) of a webhook or of the gateway's history. Raises Unusable."""
    key = data.find_object("key")
    provider_id = read_provider_id(key, "id") if key is not None else None
    chat_address = (key.find_text("remoteJid") or "").strip() if key is not None else ""
    if key is None or provider_id is None or not 0 < len(chat_address) <= _ADDRESS_LIMIT_CHARACTERS:
        raise Unusable("message without a usable key")
    message = data.find_object("message")
    if message is None and data.has("message"):
        raise Unusable("message is not an object")
    message = message or JsonObject({})
    protocol = find_message(message)[0].find_object("protocolMessage")
    if protocol is not None:
        return read_change(protocol, instance=instance)

    content = _read_content(data, key, message)
    sent_at, doubtful = read_moment(data.find_number("messageTimestamp"), received_at=received_at)
    from_me = True if via_api else key.find_flag("fromMe")
    if from_me:
        partner, unsure_lid = identify_partner(key, own_number=own_number)
        return OwnMessage(
            instance=instance,
            provider_id=provider_id,
            chat_address=clean_line(chat_address),
            chat_kind=tell_chat_kind(chat_address),
            identity=partner,
            content=content,
            sent_at=sent_at,
            sent_at_is_doubtful=doubtful,
            via="api" if via_api else "device",
            text_as_sent=find_text_as_sent(message),
            unsure_lid=unsure_lid,
        )
    return PatientMessage(
        instance=instance,
        provider_id=provider_id,
        chat_address=clean_line(chat_address),
        chat_kind=tell_chat_kind(chat_address),
        identity=identify_author(key, own_number=own_number),
        content=content,
        sent_at=sent_at,
        sent_at_is_doubtful=doubtful,
        from_me=from_me,
        push_name=clean_line(data.find_text("pushName") or "") or None,
    )


def _read_content(data: JsonObject, key: JsonObject, message: JsonObject) -> Content:
    content = read_content(message, outer_context=data.find_object("contextInfo"))
    if content.kind is ContentKind.EMPTY and key.find_flag("isViewOnce"):
        return Content(kind=ContentKind.VIEW_ONCE)
    return content


def _read_upsert(opened: _Opened) -> Event:
    return read_message(
        opened.data,
        instance=opened.instance,
        own_number=opened.own_number,
        received_at=opened.received_at,
        via_api=opened.event == "send.message",
    )


def _read_edited(opened: _Opened) -> Event:
    return read_change(opened.data, instance=opened.instance)


def _read_update(opened: _Opened) -> Event:
    return read_receipt(opened.data, instance=opened.instance)


def _read_delete(opened: _Opened) -> Event:
    return read_deletion(opened.data, instance=opened.instance)


def _read_connection(opened: _Opened) -> Event:
    state = opened.data.find_text("state") or opened.data.find_text("status") or ""
    known = _CONNECTION_STATES.get(state)
    if known is None:
        return Ignored(instance=opened.instance, reason="connection state without meaning")
    reason = opened.data.find_number("statusReason") or opened.data.find_number("disconnectionReasonCode")
    return ConnectionChanged(
        instance=opened.instance,
        state=known,
        status_reason=None if reason is None or abs(reason) > 10_000 else int(reason),
        own_number=find_phone(opened.data.find_text("wuid")),
    )


def _read_qr(opened: _Opened) -> Event:
    return QrUpdated(instance=opened.instance, exhausted=not opened.data.has("qrcode"))


def _read_call(opened: _Opened) -> Event:
    call_id = read_provider_id(opened.data, "id")
    if call_id is None:
        raise Unusable("call without an id")
    return Call(
        instance=opened.instance,
        call_id=call_id,
        status=clean_line(opened.data.find_text("status") or ""),
        identity=identify([opened.data.find_text("from"), opened.data.find_text("chatId")]),
        is_group=opened.data.find_flag("isGroup") is True,
        offline=opened.data.find_flag("offline") is True,
    )


_CONNECTION_STATES: Final[Mapping[str, Literal["connecting", "open", "close", "refused"]]] = {
    "connecting": "connecting",
    "open": "open",
    "close": "close",
    "closed": "close",
    "refused": "refused",
}
_GONE: Final[Mapping[str, Literal["removed", "logged_out", "deleted"]]] = {
    "remove.instance": "removed",
    "logout.instance": "logged_out",
    "instance.delete": "deleted",
}
# Known events that are absent here are ignored: noise, history, other people's groups.
_READERS: Final[Mapping[str, Callable[[_Opened], Event]]] = {
    "messages.upsert": _read_upsert,
    "send.message": _read_upsert,
    "messages.edited": _read_edited,
    "send.message.update": _read_edited,
    "messages.update": _read_update,
    "messages.delete": _read_delete,
    "connection.update": _read_connection,
    "status.instance": _read_connection,
    "qrcode.updated": _read_qr,
    "call": _read_call,
}

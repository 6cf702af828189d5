"""Bodies of the calls we make to the gateway, and what its answers say; pure.

Source: contracts/evolution_api.md, C1 to C3. Bodies of 1.8 differ from those of 2.x.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import quote

from frontdesk.whatsapp.content import find_text_as_sent
from frontdesk.whatsapp.envelope import Unusable
from frontdesk.whatsapp.events import DeliveryStatus, Event
from frontdesk.whatsapp.failures import Failure, classify_failure
from frontdesk.whatsapp.identity import find_lid, find_phone
from frontdesk.whatsapp.later_changes import read_receipt
from frontdesk.whatsapp.lenient_json import JsonObject, read_objects
from frontdesk.whatsapp.moments import read_moment
from frontdesk.whatsapp.provider_ids import read_provider_id

__all__ = [
    "Failure",
    "FoundMessage",
    "Pairing",
    "Quoted",
    "classify_failure",
    "connect_path",
    "connection_state_path",
    "find_messages_request",
    "find_status_request",
    "is_first_generation",
    "read_connection_state",
    "read_find_messages_response",
    "read_pairing_response",
    "read_send_response",
    "read_status_response",
    "send_presence_request",
    "send_text_request",
]

Presence = Literal["composing", "recording", "paused", "available", "unavailable"]
Body = dict[str, Any]

# What WhatsApp shows of one text, in characters; the gateway does not check.
TEXT_LIMIT_CHARACTERS: Final = 65_536
_PHONE: Final = re.compile(r"[1-9][0-9]{4,14}")
# The gateway's page of history, and how far its clock may be from ours.
_PAGE_SIZE: Final = 50
_CLOCK_SKEW: Final = timedelta(minutes=2)
_LOOKUP_SPAN: Final = timedelta(days=7)
_RECORDS_READ: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoted:
    """The message a reply hangs on."""

    provider_id: str
    text: str = ""
    from_me: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundMessage:
    """A message of the gateway's own history. `text` is exactly as sent, to be compared with what we sent."""

    provider_id: str
    from_me: bool
    text: str = field(repr=False)
    sent_at: datetime
    phone: str | None = None
    lid: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairing:
    """What the gateway offers to pair a phone with an instance. Both codes are secrets: shown, never kept."""

    is_connected: bool = False
    # To be scanned, and to be typed on the phone.
    qr_code: str | None = field(default=None, repr=False)
    typed_code: str | None = field(default=None, repr=False)


def send_text_request(
    version: str, number: str, text: str, delay_ms: int | None = None, quoted: Quoted | None = None
) -> Body:
    """Body of `POST /message/sendText/{instance}`. `version` is the gateway's, such as "2.3.7".

    `delay_ms` shows "typing" for so long and blocks the call meanwhile. Raises ValueError for an address that
    is no phone in digits and no `…@lid`, and for a text that is blank or longer than WhatsApp shows.
    """
    if not text.strip() or len(text) > TEXT_LIMIT_CHARACTERS:
        raise ValueError(f"text of {len(text)} characters cannot be sent")
    number = _check_address(number)
    options: Body = {"linkPreview": False}
    if delay_ms:
        options["delay"] = int(delay_ms)
    if quoted is not None:
        options["quoted"] = _build_quote(quoted, number)
    if is_first_generation(version):
        presence = {"presence": "composing"} if delay_ms else {}
        return {"number": number, "options": {**options, **presence}, "textMessage": {"text": text}}
    return {"number": number, "text": text, **options}


def send_presence_request(version: str, number: str, presence: Presence, delay_ms: int) -> Body:
    """Body of `POST /chat/sendPresence/{instance}`, which blocks for `delay_ms`. Raises ValueError for an address."""
    number = _check_address(number)
    shown = {"presence": presence, "delay": max(0, int(delay_ms))}
    return (
        {"number": number, "options": shown} if is_first_generation(version) else {"number": number, **shown}
    )


def find_messages_request(
    reply_to: str | None, since: datetime, *, until: datetime | None = None, page: int = 1
) -> Body:
    """Body of `POST /chat/findMessages/{instance}`: history of one chat (or all), newest first, 50 a page.

    Starts two minutes before `since`, as the gateway's clock is not ours and it keeps whole seconds; ends at
    `until`, by default a week later. Raises ValueError for an address.
    """
    where: Body = {
        "messageTimestamp": {
            "gte": _write_moment(since - _CLOCK_SKEW),
            "lte": _write_moment((until or since + _LOOKUP_SPAN) + _CLOCK_SKEW),
        }
    }
    if reply_to is not None:
        where["key"] = {"remoteJid": build_jid(reply_to)}
    return {"where": where, "page": page, "offset": _PAGE_SIZE}


def find_status_request(provider_id: str) -> Body:
    """Body of `POST /chat/findStatusMessage/{instance}`: the stored receipts of one message."""
    return {"where": {"id": provider_id}}


def connection_state_path(instance: str) -> str:
    return f"/instance/connectionState/{quote(instance, safe='')}"


def connect_path(instance: str) -> str:
    """The answer of this call pairs a device: secret."""
    return f"/instance/connect/{quote(instance, safe='')}"


def read_send_response(body: bytes) -> str | None:
    """WhatsApp's id of the message the gateway has accepted (not delivered); None if it names none."""
    opened = JsonObject.open(body)
    key = opened.find_object("key") if opened is not None else None
    return read_provider_id(key, "id") if key is not None else None


def read_find_messages_response(body: bytes) -> tuple[FoundMessage, ...] | None:
    """The messages of one page of history; None if the answer is no such page."""
    records = _find_records(body)
    if records is None:
        return None
    return tuple(found for record in records if (found := _read_record(record)) is not None)


def read_status_response(body: bytes, *, instance: str) -> DeliveryStatus | None:
    """The furthest of the receipts in the answer; None if it holds none."""
    if body.lstrip()[:1] != b"[":
        return None
    receipts = [
        event
        for update in read_objects(body, limit=_RECORDS_READ)
        if isinstance(event := _read_update(update, instance=instance), DeliveryStatus)
    ]
    return max(receipts, key=lambda receipt: receipt.delivery, default=None)


def read_connection_state(body: bytes) -> Literal["open", "connecting", "close"] | None:
    """The state an instance says it is in; None if it is not loaded. "open" may be stale."""
    opened = JsonObject.open(body)
    instance = opened.find_object("instance") if opened is not None else None
    return _STATES.get(instance.find_text("state") or "") if instance is not None else None


def read_pairing_response(body: bytes) -> Pairing:
    """The codes of an instance that is not connected; none if it is, or where the gateway failed with success (C1)."""
    opened = JsonObject.open(body)
    if opened is None:
        return Pairing()
    return Pairing(
        is_connected=read_connection_state(body) == "open",
        qr_code=opened.find_text("code") or None,
        typed_code=opened.find_text("pairingCode") or None,
    )


def build_jid(address: str) -> str:
    """The full address of a phone in digits or a LID. Raises ValueError for anything else."""
    address = _check_address(address)
    return address if "@" in address else f"{address}@s.whatsapp.net"


_STATES: Final[Mapping[str, Literal["open", "connecting", "close"]]] = {
    "open": "open",
    "connecting": "connecting",
    "close": "close",
}


def _check_address(address: str) -> str:
    """Digits longer than a phone number would be taken for a group (C2)."""
    known = find_phone(address) or find_lid(address)
    if known is not None:
        return known
    if _PHONE.fullmatch(address):
        return address
    raise ValueError("neither a phone number in digits nor a LID")


def _build_quote(quoted: Quoted, number: str) -> Body:
    key = {"id": quoted.provider_id, "remoteJid": build_jid(number), "fromMe": quoted.from_me}
    return {"key": key, "message": {"conversation": quoted.text}}


def is_first_generation(version: str) -> bool:
    """Whether this is a gateway of 1.x: "1.8.2" or "v1"."""
    return version.lstrip("vV").partition(".")[0] == "1"


def _write_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _find_records(body: bytes) -> Sequence[JsonObject] | None:
    opened = JsonObject.open(body)
    if opened is None:
        # 1.8 answers with the bare list.
        return read_objects(body, limit=_RECORDS_READ) if body.lstrip()[:1] == b"[" else None
    page = opened.find_object("messages")
    if page is None or page.find_raw("records") is None:
        return None
    return page.list_objects("records", limit=_RECORDS_READ)


def _read_update(update: JsonObject, *, instance: str) -> Event | None:
    try:
        return read_receipt(update, instance=instance)
    except Unusable:
        return None


def _read_record(record: JsonObject) -> FoundMessage | None:
    key, message = record.find_object("key"), record.find_object("message") or JsonObject({})
    provider_id = read_provider_id(key, "id") if key is not None else None
    sent_at, doubtful = read_moment(record.find_number("messageTimestamp"), received_at=_FAR_AHEAD)
    if key is None or provider_id is None or doubtful:
        return None
    remote = key.find_text("remoteJid")
    return FoundMessage(
        provider_id=provider_id,
        from_me=key.find_flag("fromMe") is True,
        text=find_text_as_sent(message),
        sent_at=sent_at,
        phone=find_phone(remote),
        lid=find_lid(remote),
    )


# History has no moment of receipt to compare with.
_FAR_AHEAD: Final = datetime(9000, 1, 1, tzinfo=UTC)

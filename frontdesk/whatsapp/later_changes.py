"""What happens to a message after it was sent: edits, revocations, receipts; pure.

Source: contracts/evolution_api.md, A5 and B5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from frontdesk.whatsapp.content import ContentKind, read_content
from frontdesk.whatsapp.envelope import Unusable
from frontdesk.whatsapp.events import DeliveryStatus, DeliveryStep, Edited, Event, Ignored, Revoked
from frontdesk.whatsapp.lenient_json import JsonObject
from frontdesk.whatsapp.moments import read_moment
from frontdesk.whatsapp.provider_ids import read_provider_id

_REVOKE: Final = ("REVOKE", "0")
_EDIT: Final = ("MESSAGE_EDIT", "14")

_STEPS: Final[Mapping[str, DeliveryStep]] = {
    **{step.name: step for step in DeliveryStep},
    **{str(step.value): step for step in DeliveryStep},
}
_ERRORS: Final = ("ERROR", "0")
# Edits are only compared with each other: a clock that runs ahead is the author's own affair.
_FAR_AHEAD: Final = datetime(9000, 1, 1, tzinfo=UTC)


def read_change(protocol: JsonObject, *, instance: str) -> Event:
    """A protocol message: an edit, a revocation, or service traffic nobody needs. Raises Unusable."""
    key = protocol.find_object("key")
    kind = _read_type(protocol)
    if key is None:
        if protocol.has("key"):
            raise Unusable("protocol message with an unusable key")
        return Ignored(instance=instance, reason="service protocol message")
    if kind not in (*_REVOKE, *_EDIT):
        return Ignored(instance=instance, reason="service protocol message")
    provider_id = read_provider_id(key, "id")
    if provider_id is None:
        raise Unusable("change of a message without an id")
    if kind in _REVOKE:
        return Revoked(instance=instance, provider_id=provider_id)
    edited_at, is_unknown = read_moment(protocol.find_number("timestampMs"), received_at=_FAR_AHEAD)
    return _read_edit(
        protocol.find_object("editedMessage"),
        instance=instance,
        provider_id=provider_id,
        edited_at=None if is_unknown else edited_at,
    )


def read_deletion(data: JsonObject, *, instance: str) -> Event:
    """`messages.delete` in its three shapes: the key itself, with a status, or around a key. Raises Unusable."""
    provider_id = read_provider_id(data.find_object("key") or data, "id")
    if provider_id is None:
        raise Unusable("deletion of a message without an id")
    return Revoked(instance=instance, provider_id=provider_id)


def read_receipt(data: JsonObject, *, instance: str) -> Event:
    """`messages.update`: a receipt, or since 2.3.7 an edit, whose status then means nothing. Raises Unusable."""
    provider_id = _read_receipt_id(data)
    if provider_id is None:
        raise Unusable("update of a message without an id")
    message = data.find_object("message")
    if message is not None and message.has("editedMessage"):
        return _read_edit(message, instance=instance, provider_id=provider_id)
    status = _read_word(data, "status")
    from_me = data.find_flag("fromMe")
    if status in _ERRORS:
        return DeliveryStatus(
            instance=instance, provider_id=provider_id, step=None, failed=True, from_me=from_me
        )
    step = _STEPS.get(status)
    if step is None:
        # Also DELETED: up to 2.3.6 any status without a name, an edit for one (#2010).
        return Ignored(instance=instance, reason="update without a delivery status")
    return DeliveryStatus(instance=instance, provider_id=provider_id, step=step, from_me=from_me)


def _read_edit(
    message: JsonObject | None, *, instance: str, provider_id: str, edited_at: datetime | None = None
) -> Event:
    content = read_content(_without_protocol(message)) if message is not None else None
    if content is None or content.kind in (ContentKind.EMPTY, ContentKind.SERVICE):
        return Ignored(instance=instance, reason="edit without content")
    return Edited(instance=instance, provider_id=provider_id, content=content, edited_at=edited_at)


def _without_protocol(message: JsonObject) -> JsonObject:
    """The new content, where an edit is wrapped in the protocol message that carries it."""
    wrapper = message.find_object("editedMessage")
    inner = wrapper.find_object("message") if wrapper is not None else None
    protocol = (inner or message).find_object("protocolMessage")
    edited = protocol.find_object("editedMessage") if protocol is not None else None
    if edited is not None:
        return edited
    # Some builds leave out the `message` between wrapper and content.
    return wrapper if wrapper is not None and inner is None else message


def _read_type(protocol: JsonObject) -> str:
    kind = _read_word(protocol, "type")
    if kind:
        return kind
    if protocol.has("editedMessage"):
        return _EDIT[0]
    return _REVOKE[0] if set(protocol.names()) == {"key"} else ""


def _read_receipt_id(data: JsonObject) -> str | None:
    key = data.find_object("key")
    nested = read_provider_id(key, "id") if key is not None else None
    return read_provider_id(data, "keyId") or nested or read_provider_id(data, "id")


def _read_word(data: JsonObject, name: str) -> str:
    """A name or a number, as upper-case text; "" if neither."""
    text = data.find_text(name)
    if text is not None:
        return text.strip().upper()
    number = data.find_number(name)
    return "" if number is None else str(int(number))

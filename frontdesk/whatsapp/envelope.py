"""The frame every webhook body has: which event, for which instance, with its data still unread; pure.

Source: contracts/evolution_api.md, A2. The `apikey` of the body is a secret nobody needs: it is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from msgspec import Raw, Struct

from frontdesk.whatsapp.clean_text import make_storable
from frontdesk.whatsapp.identity import find_phone
from frontdesk.whatsapp.lenient_json import JsonObject, NotJson, decode_body, first_byte

# The gateway keeps instance names in a column of this length.
_NAME_LIMIT_CHARACTERS: Final = 255
_EVENT_LIMIT_CHARACTERS: Final = 100

KNOWN_EVENTS: Final = frozenset(
    """
    messages.upsert messages.edited messages.update messages.delete messages.set messaging-history.set
    send.message send.message.update contacts.upsert contacts.update contacts.set application.startup
    chats.set chats.upsert chats.update chats.delete presence.update connection.update qrcode.updated
    status.instance instance.create instance.delete remove.instance logout.instance groups.upsert groups.update
    group.update group-participants.update labels.edit labels.association call typebot.start
    typebot.change-status error
    """.split()
)
# The instance is gone; there is nothing more to say (A4).
_WITHOUT_DATA: Final = frozenset({"remove.instance", "logout.instance"})
_BY_SUFFIX: Final = {re.sub("[._]", "-", event): event for event in KNOWN_EVENTS}
_LOOKS_LIKE_EVENT: Final = re.compile(r"[a-z]{2,30}(?:-[a-z]{2,30}){1,3}")


class Unusable(Exception):
    """The body can never be read: not JSON, or without what its event needs. Repeating it cannot help (422)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """A webhook body opened. `event` is dotted and lower-case, as in the contract's list."""

    event: str
    path_instance: str | None
    body_instance: str | None
    # Digits of the instance's own phone; the gateway may not know them yet.
    own_number: str | None
    data: Raw = field(repr=False, compare=False)

    @property
    def instance(self) -> str:
        """Name of the instance: as the body says, else as the URL says."""
        return self.body_instance or self.path_instance or ""

    @property
    def is_contradictory(self) -> bool:
        """Body and URL name different instances; the caller decides."""
        return (
            None not in (self.body_instance, self.path_instance) and self.body_instance != self.path_instance
        )

    @property
    def is_known(self) -> bool:
        return self.event in KNOWN_EVENTS


@dataclass(frozen=True, kw_only=True, slots=True)
class HookPath:
    """What the end of a hook's URL names; a global hook names no instance."""

    instance: str | None
    event: str | None


class _Body(Struct):
    event: Raw = Raw(b"")
    instance: Raw = Raw(b"")
    data: Raw = Raw(b"")
    sender: Raw = Raw(b"")


def split_hook_path(tail: str) -> HookPath:
    """The URL-decoded path after `/webhooks/evolution/`: `{instance}`, and with byEvents `/{event-name}`."""
    tail = tail.strip("/")
    head, _, last = tail.rpartition("/")
    event = _BY_SUFFIX.get(last)
    if event is not None:
        return HookPath(instance=head or None, event=event)
    if head and _LOOKS_LIKE_EVENT.fullmatch(last):
        return HookPath(instance=head, event=last)
    return HookPath(instance=tail or None, event=None)


def parse_envelope(raw: bytes, *, path_instance: str | None) -> Envelope:
    """Open a webhook body without reading its data. `path_instance` is what the URL names, if anything.

    Raises Unusable if the bytes are no JSON object, or name no event, no instance or no data.
    """
    try:
        body = decode_body(raw, _Body)
    except NotJson as not_json:
        raise Unusable("not a JSON object") from not_json
    fields = JsonObject({"event": body.event, "instance": body.instance, "sender": body.sender})
    event = _normalise_event(fields.find_text("event"))
    if not event:
        raise Unusable("no event")
    path_instance = _read_name(path_instance)
    body_instance = _read_name(fields.find_text("instance"))
    if fields.has("instance") and first_byte(body.instance) not in (b"", b'"'):
        raise Unusable("instance is not text")
    if body_instance is None and path_instance is None:
        raise Unusable("no instance")
    if event in KNOWN_EVENTS - _WITHOUT_DATA and first_byte(body.data) in (b"", b"n"):
        raise Unusable("no data")
    return Envelope(
        event=event,
        path_instance=path_instance,
        body_instance=body_instance,
        own_number=find_phone(fields.find_text("sender")),
        data=body.data,
    )


def _normalise_event(name: str | None) -> str:
    name = make_storable(name or "").strip().lower()[:_EVENT_LIMIT_CHARACTERS]
    return _BY_SUFFIX.get(re.sub("[._]", "-", name), name)


def _read_name(name: str | None) -> str | None:
    if name is None:
        return None
    name = make_storable(name)
    if len(name) > _NAME_LIMIT_CHARACTERS:
        raise Unusable("instance name too long")
    return name if name.strip() else None

"""What the gateway tells us, in our own terms; secrets of the wire have no place here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Literal

from frontdesk.whatsapp.content import Content, ContentKind, Media, Place
from frontdesk.whatsapp.identity import ChatKind, Identity
from frontdesk.whatsapp.shared_contact import SharedContact


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """Anything an instance reports."""

    instance: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Message(Happening):
    # Opaque, chosen by the sender's client; unique within an instance at best.
    provider_id: str
    # The gateway's address of the chat as sent, device suffix and all.
    chat_address: str
    chat_kind: ChatKind
    identity: Identity
    content: Content = field(repr=False)
    # Aware UTC. Replaced by the time of receipt if the gateway's was missing or absurd.
    sent_at: datetime
    sent_at_is_doubtful: bool = False

    @property
    def phone(self) -> str | None:
        """Digits with country code of the other side (in a group: of the author)."""
        return self.identity.phone

    @property
    def lid(self) -> str | None:
        return self.identity.lid

    @property
    def kind(self) -> ContentKind:
        return self.content.kind

    @property
    def text(self) -> str:
        return self.content.text

    @property
    def text_truncated(self) -> bool:
        return self.content.text_truncated

    @property
    def choice_id(self) -> str | None:
        return self.content.choice_id

    @property
    def quoted_id(self) -> str | None:
        return self.content.quoted_id

    @property
    def quoted_text(self) -> str | None:
        return self.content.quoted_text

    @property
    def media(self) -> Media | None:
        return self.content.media

    @property
    def place(self) -> Place | None:
        return self.content.place

    @property
    def contacts(self) -> tuple[SharedContact, ...]:
        return self.content.contacts

    @property
    def content_fingerprint(self) -> str:
        """SHA-256 over sender and words. The same id with another fingerprint is another message.

        The same person may come once by phone and once by LID only; compare senders through the chat, then.
        """
        said = (self.identity.address or "", self.text, str(self.content.text_length), self.choice_id or "")
        framed = "".join(f"{len(part)}:{part}" for part in said)
        return hashlib.sha256(framed.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientMessage(_Message):
    """A message somebody else wrote. Not every one wants an answer: see `payloads.asks_something`."""

    # False as a rule; None where a rebuilt message does not say who wrote it.
    from_me: Literal[False] | None = False
    push_name: str | None = field(default=None, repr=False)

    @property
    def reply_to(self) -> str | None:
        """Digits of the phone, else `<digits>@lid`; None for groups, broadcasts and the like."""
        return self.identity.address if self.chat_kind is ChatKind.PERSON else None

    @property
    def is_group(self) -> bool:
        return self.chat_kind is ChatKind.GROUP

    @property
    def is_status(self) -> bool:
        return self.chat_kind is ChatKind.STATUS

    @property
    def is_broadcast(self) -> bool:
        return self.chat_kind is ChatKind.BROADCAST

    @property
    def is_newsletter(self) -> bool:
        return self.chat_kind is ChatKind.NEWSLETTER


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnMessage(_Message):
    """A message of the instance. `identity` is the chat partner; both parts None if the gateway hid it."""

    # "api": echo of a send through the API. "device": somebody at the clinic typed it, unless we know its id.
    via: Literal["api", "device"]
    # To the letter, marks of direction and all: an echo is known by it. `text` is cleaned.
    text_as_sent: str = field(default="", repr=False)
    # May be the partner's LID or our own: good for finding a known chat, not for remembering.
    unsure_lid: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited(Happening):
    """New words for a message. The author is not named: trust only ids already known in the instance."""

    provider_id: str
    content: Content = field(repr=False)
    # When it was edited, by the author's clock; None where the gateway does not tell.
    edited_at: datetime | None = None

    @property
    def text(self) -> str:
        return self.content.text


@dataclass(frozen=True, kw_only=True, slots=True)
class Revoked(Happening):
    """A message was deleted for everyone. Comes twice, and maybe before the message."""

    provider_id: str


class DeliveryStep(IntEnum):
    """How far a message of ours has got; only ever forward."""

    PENDING = 1
    SERVER_ACK = 2
    DELIVERY_ACK = 3
    READ = 4
    PLAYED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryStatus(Happening):
    """A receipt; `provider_id` is the only safe join. `failed` means WhatsApp refused it, and no step."""

    provider_id: str
    step: DeliveryStep | None
    failed: bool = False
    from_me: bool | None = None

    @property
    def delivery(self) -> int:
        """As we keep it: -1 error, 0 pending, 1 at the server … 4 played."""
        return -1 if self.step is None else int(self.step) - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionChanged(Happening):
    """`status_reason` is the gateway's code; 401 and 403 mean a new QR code is needed."""

    state: Literal["connecting", "open", "close", "refused"]
    status_reason: int | None = None
    own_number: str | None = None

    @property
    def needs_pairing(self) -> bool:
        return self.state in ("close", "refused")


@dataclass(frozen=True, kw_only=True, slots=True)
class QrUpdated(Happening):
    """A QR code is shown, or no more of them will be. The code itself pairs a device and is never kept."""

    exhausted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceGone(Happening):
    how: Literal["removed", "logged_out", "deleted"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Happening):
    """A stage of a voice or video call; several come for each call, with the same `call_id`."""

    call_id: str
    status: str
    identity: Identity
    is_group: bool = False
    offline: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ignored(Happening):
    """Understood, and nothing to do."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown(Happening):
    """An event the contract does not list."""

    event: str


Event = (
    PatientMessage
    | OwnMessage
    | Edited
    | Revoked
    | DeliveryStatus
    | ConnectionChanged
    | QrUpdated
    | InstanceGone
    | Call
    | Ignored
    | Unknown
)

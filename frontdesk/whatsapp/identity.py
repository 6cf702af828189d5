"""Who a gateway address means: a person's phone, a person's LID, or a room we never answer; pure.

Source: contracts/evolution_api.md, B2. A LID is no phone number: its digits never leave without `@lid`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frontdesk.whatsapp.lenient_json import JsonObject

# E.164 allows 15 digits; `0@…` and the like are WhatsApp's own announcements.
_PHONE: Final = re.compile(r"([1-9][0-9]{4,14})(?:[:._][0-9:._]*)?@(?:s\.whatsapp\.net|c\.us|hosted)")
_LID: Final = re.compile(r"([0-9]{1,32})(?:[:._][0-9:._]*)?@(?:lid|hosted\.lid)")

# Where the two identities of the other side of a 1:1 chat may stand, and those of an author in a room.
_PEER_FIELDS: Final = ("remoteJid", "remoteJidAlt", "senderPn", "senderLid", "previousRemoteJid")
_AUTHOR_FIELDS: Final = ("participant", "participantAlt", "participantPn", "participantLid")


class ChatKind(StrEnum):
    PERSON = "person"
    GROUP = "group"
    STATUS = "status"
    BROADCAST = "broadcast"
    NEWSLETTER = "newsletter"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A person as far as an event tells: `phone` in digits with country code, `lid` with its `@lid`."""

    phone: str | None = None
    lid: str | None = None

    @property
    def address(self) -> str | None:
        """What to send to: the phone if known, else the LID (contract C2)."""
        return self.phone or self.lid


def find_phone(jid: str | None) -> str | None:
    """The digits of a phone address, device suffix cut; None for everything else."""
    found = _PHONE.fullmatch(jid) if jid else None
    return found.group(1) if found else None


def find_lid(jid: str | None) -> str | None:
    """`<digits>@lid`, device suffix cut; None for everything else."""
    found = _LID.fullmatch(jid) if jid else None
    return f"{found.group(1)}@lid" if found else None


def identify(jids: Iterable[str | None]) -> Identity:
    """The person behind several addresses of theirs; the first phone and the first LID count."""
    known = list(jids)
    return Identity(
        phone=next(filter(None, map(find_phone, known)), None),
        lid=next(filter(None, map(find_lid, known)), None),
    )


def tell_chat_kind(jid: str) -> ChatKind:
    """What kind of chat an address names."""
    if jid.endswith("@g.us"):
        return ChatKind.GROUP
    if jid == "status@broadcast":
        return ChatKind.STATUS
    if jid.endswith("@broadcast"):
        return ChatKind.BROADCAST
    if jid.endswith("@newsletter"):
        return ChatKind.NEWSLETTER
    return ChatKind.PERSON if find_phone(jid) or find_lid(jid) else ChatKind.UNKNOWN


def identify_author(key: JsonObject, *, own_number: str | None) -> Identity:
    """Who wrote an incoming message. Our own number in a second field is a gateway's mistake, not the author."""
    remote = key.find_text("remoteJid") or ""
    kind = tell_chat_kind(remote)
    if kind in (ChatKind.PERSON, ChatKind.UNKNOWN):
        others = [key.find_text(name) for name in _PEER_FIELDS[1:]]
        return identify([remote, *_without(others, own_number)])
    authors = [key.find_text(name) for name in _AUTHOR_FIELDS]
    if kind is not ChatKind.GROUP:
        authors.append(key.find_text("remoteJidAlt"))  # broadcasts put the author's phone there
    return identify(_without(authors, own_number))


def identify_partner(key: JsonObject, *, own_number: str | None) -> tuple[Identity, str | None]:
    """Whom a message of ours went to, and a LID that may be the partner's or our own.

    In `fromMe` events the second address is the sender's: a phone there is the partner's only if it is not our
    own number, and of a LID nobody can tell. The unsure LID may find a chat we know, never make a new pair.
    """
    remote = key.find_text("remoteJid") or ""
    others = [key.find_text(name) for name in _PEER_FIELDS[1:]]
    if own_number is None:
        others = [jid for jid in others if find_phone(jid) is None]
    partner = identify(_without([remote, *others], own_number))
    sure = Identity(phone=partner.phone, lid=find_lid(remote))
    return sure, partner.lid if sure.lid is None else None


def _without(jids: Iterable[str | None], own_number: str | None) -> list[str | None]:
    return [jid for jid in jids if own_number is None or find_phone(jid) != own_number]

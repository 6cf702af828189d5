"""How people are addressed: phone numbers, JIDs and LIDs, and which of them each gateway version shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

PHONE_SERVER: Final = "@s.whatsapp.net"
LID_SERVER: Final = "@lid"
# ITU E.164 allows 15 digits; a gateway builds a group id from 18 and more.
_PHONE: Final = re.compile(r"\d{7,15}")
_NOT_DIALLED: Final = re.compile(r"[\s()+-]")
_DEVICE: Final = re.compile(r":\d+(?=@)")

Version = tuple[int, ...]


def read_version(text: str) -> Version:
    """`"2.3.7"` as (2, 3, 7); suffixes such as `-rc2` are ignored."""
    return tuple(int(part) for part in re.findall(r"\d+", text.partition("-")[0])) or (0,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """A person as one instance sees them; at least one of `phone` and `lid` is known. Both are bare digits."""

    instance: str
    push_name: str | None
    phone: str | None = None
    lid: str | None = None
    # Whether WhatsApp addresses this contact by the LID (a growing share of accounts).
    lid_first: bool = False
    language: str = "en"

    @property
    def chat_id(self) -> str:
        """Key of the chat within its instance: the phone where known, else the LID with its server."""
        return self.phone if self.phone is not None else f"{self.lid}{LID_SERVER}"

    @property
    def phone_jid(self) -> str | None:
        return None if self.phone is None else f"{self.phone}{PHONE_SERVER}"

    @property
    def lid_jid(self) -> str | None:
        return None if self.lid is None else f"{self.lid}{LID_SERVER}"

    @property
    def stored_jid(self) -> str:
        """The address WhatsApp itself uses, which the gateway's history keeps unswapped."""
        if self.lid_first and self.lid_jid is not None:
            return self.lid_jid
        return self.phone_jid or self.lid_jid or ""


class UnknownNumber(Exception):
    """The address cannot belong to a WhatsApp user; `jid` is what the gateway made of it."""

    def __init__(self, jid: str) -> None:
        super().__init__(jid)
        self.jid = jid


def read_address(number: str) -> str:
    """The JID a gateway makes of `number`: digits with or without signs, or a full JID. Raises UnknownNumber."""
    address = _DEVICE.sub("", number.strip())
    if address.endswith(LID_SERVER):
        return address
    digits = _NOT_DIALLED.sub("", address.removesuffix(PHONE_SERVER))
    if _PHONE.fullmatch(digits) is None:
        group = digits.isdigit() and len(digits) >= 18
        raise UnknownNumber(f"{digits}@g.us" if group else f"{digits}{PHONE_SERVER}")
    return f"{digits}{PHONE_SERVER}"


def shape_key(contact: Contact, *, message_id: str, version: Version) -> dict[str, object]:
    """The `key` of a message received from the contact, as this version's webhook shows it (contract B2)."""
    key: dict[str, object] = {"remoteJid": contact.stored_jid, "fromMe": False, "id": message_id}
    if version >= (2, 3, 5):
        key |= {"participant": "", "addressingMode": "lid" if contact.lid_first else "pn"}
    if contact.phone_jid is None or version < (2, 3):
        return key
    if not contact.lid_first:
        if version >= (2, 3, 3) and contact.lid_jid is not None:
            key["remoteJidAlt"] = contact.lid_jid
        return key
    return key | _shape_lid_contact(phone_jid=contact.phone_jid, lid_jid=contact.stored_jid, version=version)


def _shape_lid_contact(*, phone_jid: str, lid_jid: str, version: Version) -> dict[str, object]:
    if version >= (2, 4):
        return {"remoteJid": phone_jid, "remoteJidAlt": lid_jid, "addressingMode": "pn"}
    if version >= (2, 3, 7) or (2, 3, 3) <= version < (2, 3, 5):
        # These versions overwrite the LID and lose it.
        return {"remoteJid": phone_jid, "remoteJidAlt": phone_jid}
    if version >= (2, 3, 5):
        return {"remoteJidAlt": phone_jid}
    if version >= (2, 3, 1):
        return {"remoteJid": phone_jid, "senderPn": phone_jid, "previousRemoteJid": lid_jid}
    return {"senderPn": phone_jid}

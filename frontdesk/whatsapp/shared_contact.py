"""Contact cards: a third person's name and number, data and never a new chat partner; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from frontdesk.whatsapp.clean_text import clean_line
from frontdesk.whatsapp.lenient_json import JsonObject

_CARDS_READ: Final = 10
_VCARD_LIMIT_CHARACTERS: Final = 10_000
_WHATSAPP_ID: Final = re.compile(r"waid=([0-9]{5,15})(?![0-9])")
_TELEPHONE: Final = re.compile(r"(?mi)^(?:[\w-]+\.)?TEL[^:\n]{0,200}:([+0-9 ().\-]{5,30})")


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedContact:
    """`phone` in digits as written on the card, None if it has none."""

    name: str | None = None
    phone: str | None = None


def read_contacts(body: JsonObject) -> tuple[SharedContact, ...]:
    """The cards of a `contactMessage` or `contactsArrayMessage`, at most ten."""
    cards = body.list_objects("contacts", limit=_CARDS_READ) or [body]
    return tuple(_read_card(card) for card in cards)


def _read_card(card: JsonObject) -> SharedContact:
    vcard = (card.find_text("vcard") or "")[:_VCARD_LIMIT_CHARACTERS]
    found = _WHATSAPP_ID.search(vcard) or _TELEPHONE.search(vcard)
    digits = re.sub("[^0-9]", "", found.group(1)) if found else ""
    name = clean_line(card.find_text("displayName") or "")
    return SharedContact(name=name or None, phone=digits or None)

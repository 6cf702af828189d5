"""Ids of messages as other people's programs choose them; pure."""

from __future__ import annotations

import hashlib
from typing import Final

from frontdesk.whatsapp.clean_text import make_storable
from frontdesk.whatsapp.lenient_json import JsonObject

# WhatsApp's are 16 to 40 characters (A7). A database index refuses keys of some thousand.
_LIMIT_CHARACTERS: Final = 128


def read_provider_id(data: JsonObject, name: str) -> str | None:
    """The id in a field, opaque but storable; None if there is none.

    An absurdly long one becomes its digest: still the same id each time, and safe to index.
    """
    provider_id = make_storable(data.find_text(name) or "").strip()
    if len(provider_id) > _LIMIT_CHARACTERS:
        return f"sha256:{hashlib.sha256(provider_id.encode()).hexdigest()}"
    return provider_id or None

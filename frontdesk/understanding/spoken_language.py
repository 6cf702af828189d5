"""Which language a patient wants a doctor to speak, where they ask about the doctors in general."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from frontdesk.understanding.language_request import languages_named, speaks_of_one
from frontdesk.understanding.models import Intent
from frontdesk.understanding.phrases import Found

_ASKS_OF_DOCTORS: Final = f"intent:{Intent.DOCTOR_INQUIRY}"


def asks_who_speaks(text: str, found: Sequence[Found]) -> str | None:
    """The language as a code; None where "she" or no doctor is asked about, or not exactly one language is named."""
    if not any(each.label == _ASKS_OF_DOCTORS for each in found) or speaks_of_one(text):
        return None
    named = languages_named(text)
    return next(iter(named)) if len(named) == 1 else None

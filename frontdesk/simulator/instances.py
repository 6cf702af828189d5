"""A WhatsApp number of a clinic as the gateway knows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_DNS, uuid5

_DIGITS_OF_A_PHONE: Final = 9
_DIGITS_OF_A_LID: Final = 13


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedInstance:
    """One paired number: `name` is the tenant key; `title` and `language` only help the page."""

    name: str
    title: str = ""
    # Two-letter code of the language the page suggests first phrases in.
    language: str = "en"
    # Digits with country code; left empty, an invented number follows from the name.
    phone: str = ""

    @property
    def number(self) -> str:
        """Digits of the instance's own number. +999 is assigned to no country."""
        return self.phone or f"999{derive_digits(self.name, length=_DIGITS_OF_A_PHONE)}"

    @property
    def own_jid(self) -> str:
        return f"{self.number}@s.whatsapp.net"

    @property
    def instance_id(self) -> str:
        """The same id after every restart, as in a real gateway's database."""
        return str(uuid5(NAMESPACE_DNS, f"{self.name}.instances.simulator.invalid"))

    @property
    def token(self) -> str:
        """The instance's own API key (`hash` of its creation): good for its own routes only."""
        return str(uuid5(NAMESPACE_DNS, f"{self.name}.tokens.simulator.invalid")).upper()


def derive_digits(seed: str, *, length: int) -> str:
    """`length` digits that follow from the seed alone, the first never a zero."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return str(10 ** (length - 1) + number % (9 * 10 ** (length - 1)))


def derive_lid(phone: str) -> str:
    """The hidden identity a contact with this phone has: digits that are not a phone number."""
    return f"27{derive_digits(phone, length=_DIGITS_OF_A_LID)}"

"""What can be made to go wrong, switched at any time from the page or a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from frontdesk.simulator.addresses import LID_SERVER

Deliver = Literal["normal", "late", "twice", "out_of_order"]
DownHow = Literal["bad_gateway", "refused", "hang"]
Receipts = Literal["read", "delivered", "server", "none", "error"]
Address = Literal["reached", "unacknowledged", "refused", "rejected"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Faults:
    """The faults in force; the defaults are a gateway in good health."""

    # How webhooks of patients' messages reach us.
    deliver: Deliver = "normal"
    # How late "late" is, in seconds before the time scale.
    late_seconds: float = 8.0
    # Every Evolution route fails; the page and the control routes stay up.
    down: bool = False
    # A proxy's 502, a connection closed at once, or a call that never answers.
    down_how: DownHow = "bad_gateway"
    # Added to every send, in real milliseconds: more than the caller's timeout means "sent, but not told".
    slow_ms: int = 0
    # What every send is refused with, as a 400 that names it: "Error: Connection Closed", say. Empty: none is.
    refusal: str = ""
    # The message is sent, the connection closes without an answer.
    die_before_answer: bool = False
    # findMessages and findStatusMessage know nothing.
    forget: bool = False
    # The last receipt an outgoing message gets; "error" is WhatsApp's refusal.
    receipts: Receipts = "read"
    # What becomes of a message to each of a person's two addresses: it arrives, it is taken and no receipt ever comes,
    # its receipt is an error, or the send says that nobody is there.
    phone_address: Address = "reached"
    lid_address: Address = "reached"
    # Numbers (digits) that a send refuses as not being on WhatsApp.
    not_on_whatsapp: tuple[str, ...] = ()

    def find_fate(self, jid: str) -> Address:
        """What becomes of a message to this address."""
        if jid.partition("@")[0] in self.not_on_whatsapp:
            return "rejected"
        return self.lid_address if jid.endswith(LID_SERVER) else self.phone_address

    def find_last_receipt(self, jid: str) -> Receipts:
        """The last receipt of a message to this address."""
        return _RECEIPTS_OF.get(self.find_fate(jid), self.receipts)


_RECEIPTS_OF: Mapping[str, Receipts] = {"unacknowledged": "none", "refused": "error"}


class UnknownFault(Exception):
    """No such fault, or a value it cannot take; the text says which."""


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "deliver": get_args(Deliver),
    "down_how": get_args(DownHow),
    "receipts": get_args(Receipts),
    "phone_address": get_args(Address),
    "lid_address": get_args(Address),
}


def change_faults(faults: Faults, changes: Mapping[str, Any]) -> Faults:
    """The faults with some switched; untouched ones stay. Raises UnknownFault."""
    defaults = asdict(Faults())
    checked: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in defaults:
            raise UnknownFault(
                f"no fault named {name}; known: {', '.join(field.name for field in fields(Faults))}"
            )
        checked[name] = _check_value(name, value, kind=type(defaults[name]))
    return replace(faults, **checked)


def _check_value(name: str, value: Any, *, kind: type) -> Any:
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise UnknownFault(f"{name} is one of {', '.join(_CHOICES[name])}")
        return value
    if kind is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UnknownFault(f"{name} is a list of strings")
        return tuple(value)
    if kind is str:
        if not isinstance(value, str):
            raise UnknownFault(f"{name} is a string")
        return value
    if kind is bool:
        if not isinstance(value, bool):
            raise UnknownFault(f"{name} is true or false")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 3_600_000:
        raise UnknownFault(f"{name} is a number, zero or more")
    return kind(value)

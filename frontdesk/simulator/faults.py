"""What can be made to go wrong, switched at any time from the page or a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

Deliver = Literal["normal", "late", "twice", "out_of_order"]
DownHow = Literal["bad_gateway", "refused", "hang"]
Receipts = Literal["read", "delivered", "server", "none", "error"]


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
    # The message is sent, the connection closes without an answer.
    die_before_answer: bool = False
    # findMessages and findStatusMessage know nothing.
    forget: bool = False
    # The last receipt an outgoing message gets; "error" is WhatsApp's refusal.
    receipts: Receipts = "read"
    # Numbers (digits) that a send refuses as not being on WhatsApp.
    not_on_whatsapp: tuple[str, ...] = ()


class UnknownFault(Exception):
    """No such fault, or a value it cannot take; the text says which."""


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "deliver": get_args(Deliver),
    "down_how": get_args(DownHow),
    "receipts": get_args(Receipts),
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
    if kind is bool:
        if not isinstance(value, bool):
            raise UnknownFault(f"{name} is true or false")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 3_600_000:
        raise UnknownFault(f"{name} is a number, zero or more")
    return kind(value)

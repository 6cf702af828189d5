"""The rules of urgency: what makes a complaint high or a wish low."""

from __future__ import annotations

from functools import cache
from typing import Final

from frontdesk.safety.rules import RuleBook

# A price asked together with a complaint, or "my tooth is killing me", does not make the pain any less.
_GUARDS: Final = (
    "negation",
    "not_negation",
    "negation_after",
    "or",
    "past",
    "not_past",
    "present",
    "condition",
)


@cache
def load_urgencies(*, visit_soon: bool = False) -> RuleBook:
    """The lexicon, compiled once; rules about "the visit" only where there is one within two hours."""
    return RuleBook("urgency", guards=_GUARDS, keep=lambda facts: visit_soon or not facts.get("soon", False))

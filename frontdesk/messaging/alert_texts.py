"""What staff read when they are alerted."""

from __future__ import annotations

from frontdesk.language.formats import load_bundles


def say_alert(kind: str, language: str) -> str:
    """The text of an alert of this kind; English where the contact's language is none of ours."""
    bundles = load_bundles("frontdesk.messaging", "texts")
    return bundles.format(language if language in bundles else "en", kind.replace("_", "-"))

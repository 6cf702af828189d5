"""The emergency answer in every language, ready before anything is known of the chat."""

from __future__ import annotations

from frontdesk.language.codes import LANGUAGES
from frontdesk.language.formats import load_bundles
from frontdesk.safety.models import Alarm


def say_emergency(
    alarm: Alarm, language: str, *, emergency_number: str | None, crisis_line: str | None
) -> str:
    """What to do now, with the clinic's numbers; never a diagnosis."""
    bundles = load_bundles("frontdesk.dialogue", "replies")
    if alarm.self_harm:
        line = crisis_line or emergency_number
        if line and emergency_number:
            return bundles.format(language, "self-harm", crisis=line, emergency=emergency_number)
        return bundles.format(language, "self-harm-bare")
    if emergency_number:
        return bundles.format(language, "emergency", number=emergency_number)
    return bundles.format(language, "emergency-bare")


def say_emergency_everywhere(
    alarm: Alarm, *, emergency_number: str | None, crisis_line: str | None
) -> dict[str, str]:
    """The answer by language."""
    return {
        language: say_emergency(alarm, language, emergency_number=emergency_number, crisis_line=crisis_line)
        for language in LANGUAGES
    }

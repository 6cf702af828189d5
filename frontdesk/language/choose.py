"""Which language to answer in: the switching rules of eval README, section 2, as one pure function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from frontdesk.language.codes import LANGUAGES
from frontdesk.language.reading import LanguageReading

ReadLanguage = Callable[[str], LanguageReading]


class LanguageChoice(NamedTuple):
    """The language of the reply and what the session must remember."""

    language: str
    # Set by "please in English"; holds until the next explicit request.
    requested_language: str | None
    # What the conversation used last; None before any clear message.
    session_language: str | None


def choose_language(
    *,
    reading: LanguageReading,
    request: str | None,
    session_language: str | None,
    requested_language: str | None,
    profile_language: str | None,
    history_texts: Sequence[str],
    clinic_default: str,
    read_language: ReadLanguage,
    earlier_session_language: str | None = None,
) -> LanguageChoice:
    """Explicit request, else a clear message, else what the conversation used last; then the profile and so on.

    `session_language` is the session's own: what this conversation used since its first clear message.
    `earlier_session_language` is one remembered from elsewhere: it counts only after the profile.
    `history_texts` are the patient's earlier messages, oldest first.
    """
    if request is not None:
        return LanguageChoice(request, request, request)
    if requested_language is not None:
        return LanguageChoice(requested_language, requested_language, requested_language)
    if reading.is_clear and reading.language is not None:
        return LanguageChoice(reading.language, None, reading.language)
    if session_language in LANGUAGES:
        return LanguageChoice(session_language, None, session_language)
    language = find_known_language(
        profile_language=profile_language,
        session_language=earlier_session_language,
        history_texts=history_texts,
        read_language=read_language,
    )
    return LanguageChoice(language or clinic_default, None, None)


def find_known_language(
    *,
    profile_language: str | None,
    session_language: str | None,
    history_texts: Sequence[str],
    read_language: ReadLanguage,
) -> str | None:
    """Before any clear message: profile, then session, then history. None where nothing is known."""
    for known in (profile_language, session_language):
        code = _code(known)
        if code is not None:
            return code
    return _find_history_language(history_texts, read_language)


def _code(language: str | None) -> str | None:
    """The code of a language we speak; "pt-BR" is "pt"; None for any other."""
    code = (language or "").strip().lower().replace("_", "-").partition("-")[0]
    code = "he" if code == "iw" else code  # the old code of Hebrew, still sent by Android
    return code if code in LANGUAGES else None


def _find_history_language(texts: Sequence[str], read_language: ReadLanguage) -> str | None:
    """The latest clear message decides; without one, the latest that says anything at all."""
    hint: str | None = None
    for text in reversed(texts):
        reading = read_language(text)
        if reading.is_clear:
            return reading.language
        hint = hint or reading.language
    return hint

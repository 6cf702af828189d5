"""What the patient is told when an answer is late or fails: one language, theirs (backlog 2.1 and 2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from frontdesk.language.choose import ReadLanguage, find_known_language
from frontdesk.language.codes import LANGUAGES
from frontdesk.language.formats import Bundles, load_bundles

ApologyKind = Literal["timeout", "error", "unavailable"]
ErrorKind = Literal["general", "booking", "not_understood", "unsupported_content"]

_DEFAULT: Final = "en"
_MINUTES_AN_HOUR: Final = 60


class LanguageFallbackService:
    """Localised apologies, errors and follow-up promises. An unknown language is answered in English."""

    def __init__(self, *, read_language: ReadLanguage, texts: Bundles | None = None) -> None:
        self._read_language: Final = read_language
        self._texts: Final = texts or load_bundles("frontdesk.language", "texts")

    def get_user_language(
        self,
        *,
        profile_language: str | None = None,
        session_language: str | None = None,
        history_texts: Sequence[str] = (),
        clinic_default: str = _DEFAULT,
    ) -> str:
        """Profile, then session, then the language of the history, then the clinic's default."""
        known = find_known_language(
            profile_language=profile_language,
            session_language=session_language,
            history_texts=history_texts,
            read_language=self._read_language,
        )
        return known or (clinic_default if clinic_default in LANGUAGES else _DEFAULT)

    def get_apology_message(self, language: str | None, kind: ApologyKind = "error") -> str:
        """An apology for an answer that is late (timeout), broken (error) or not possible now (unavailable)."""
        return self._say(language, f"apology-{kind}")

    def get_error_message(self, language: str | None, kind: ErrorKind = "general") -> str:
        """What did not work and what the patient can do; never an internal word."""
        return self._say(language, f"error-{kind.replace('_', '-')}")

    def get_followup_notification(self, language: str | None, hours: float) -> str:
        """ "We will come back to you in ...". Under an hour in minutes, else in hours ("1,5 часа").

        A quarter of an hour is a promise ("in 15 minutes"); from two hours on it is a limit ("within 4 hours").
        """
        if hours < 1:
            return self._say(language, "followup-minutes", minutes=max(1, round(hours * _MINUTES_AN_HOUR)))
        whole = int(hours) if float(hours).is_integer() else round(hours, 1)
        return self._say(language, "followup-hours" if hours < 2 else "followup-within-hours", hours=whole)

    def _say(self, language: str | None, key: str, **values: float) -> str:
        return self._texts.format(language if language in self._texts else _DEFAULT, key, **values)  # type: ignore[arg-type]

"""What a refused tool call comes back as: words for the model, and a message the patient may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypedDict

from babel.dates import format_date

from frontdesk.agent.argument_formats import read_date, read_time
from frontdesk.agent.suggestions import Suggestion
from frontdesk.agent.tool_errors import Fault, ToolArgumentError
from frontdesk.agent.tool_schemas import KIND_OF, ArgumentKind
from frontdesk.language.formats import load_bundles


class ErrorResponse(TypedDict):
    ok: bool
    errors: list[dict[str, str]]
    suggestions: dict[str, Suggestion]
    # In the patient's language, without ids, field names or anything the model wrote.
    message: str


_FALLBACK_LANGUAGE: Final = "en"
_DAY_PATTERN: Final = {"es": "d 'de' MMMM", "pt": "d 'de' MMMM", "he": "d בMMMM"}

# Fault → what it means to a patient. A fault that is not here is a question by kind, or no matter of theirs.
_TEXT_OF_FAULT: Final[Mapping[Fault, str]] = {
    Fault.NOT_OFFERED: "doctor-not-offered",
    Fault.CANCELLED_APPOINTMENT: "appointment-cancelled",
    Fault.PAST_APPOINTMENT: "appointment-past",
    Fault.PAST_DATE: "day-past",
    Fault.TOO_FAR: "day-too-far",
    Fault.CLINIC_CLOSED: "clinic-closed",
    Fault.DOCTOR_OFF: "doctor-off",
    Fault.PAST_TIME: "time-past",
    Fault.OUTSIDE_HOURS: "time-outside",
}
_QUESTION_OF_KIND: Final[Mapping[ArgumentKind, str]] = {
    ArgumentKind.DOCTOR: "which-doctor",
    ArgumentKind.SERVICE: "which-service",
    ArgumentKind.APPOINTMENT: "which-appointment",
    ArgumentKind.DATE: "which-day",
    ArgumentKind.TIME: "which-time",
}


def describe_errors(
    errors: Sequence[ToolArgumentError], suggestions: Mapping[str, Suggestion], language: str
) -> ErrorResponse:
    """The response in `language`, English where that is none of ours."""
    return ErrorResponse(
        ok=False,
        errors=[{"field": error.field, "reason": str(error)} for error in errors],
        suggestions=dict(suggestions),
        message=_say_to_patient(errors, suggestions, language),
    )


def _say_to_patient(
    errors: Sequence[ToolArgumentError], suggestions: Mapping[str, Suggestion], language: str
) -> str:
    texts = load_bundles("frontdesk.agent", "texts")
    language = language if language in texts else _FALLBACK_LANGUAGE
    keys = dict.fromkeys(key for error in errors if (key := _find_key(error)) is not None)
    sentences = [texts.format(language, key) for key in keys or ("our-mistake",)]
    # Days while the day is open; hours only once it is settled.
    days = _list_values(errors, suggestions, ArgumentKind.DATE)
    hours = [] if days else _list_values(errors, suggestions, ArgumentKind.TIME)
    options = [
        *(_say_day(on, language) for value in days if (on := read_date(value)) is not None),
        *(value for value in hours if read_time(value) is not None),
    ]
    if options:
        sentences.append(texts.format(language, "offer-to-check", options=", ".join(options)))
    return " ".join(sentences)


def _find_key(error: ToolArgumentError) -> str | None:
    kind = KIND_OF.get(error.field)
    return _TEXT_OF_FAULT.get(error.fault) or (_QUESTION_OF_KIND.get(kind) if kind is not None else None)


def _list_values(
    errors: Iterable[ToolArgumentError], suggestions: Mapping[str, Suggestion], kind: ArgumentKind
) -> list[str]:
    found: list[str] = []
    for error in errors:
        value = suggestions.get(error.field)
        if KIND_OF.get(error.field) is kind and value is not None:
            found += [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return found


def _say_day(on: date, language: str) -> str:
    return format_date(on, _DAY_PATTERN.get(language, "d MMMM"), locale=language)

"""What the gateway's refusals mean: try again, never try again, or call somebody; pure.

Source: contracts/evolution_api.md, C1. Its 4xx are not always ours: a closed socket is a 400 too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from msgspec import Raw

from frontdesk.whatsapp.clean_text import clean_line
from frontdesk.whatsapp.lenient_json import JsonObject, NotJson, decode_loosely, first_byte

FailureKind = Literal["permanent", "passing", "number_not_on_whatsapp", "instance_gone", "unauthorized"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why a call was refused. `reason` is for logs: a fixed word, never what the gateway echoes of ours."""

    kind: FailureKind
    reason: str


# The body has another form than this gateway takes.
REFUSED_BY_SCHEMA: Final = "request_refused_by_schema"
# Passing although it may come as 400: sockets, uploads, exceptions that were printed as an object (#2229, #1935).
_PASSING_WORDS: Final = (
    ("connection closed", "connection_closed"),
    ("timed out", "timed_out"),
    ("timeout", "timed_out"),
    ("aggregateerror", "network"),
    ("[object object]", "unnamed_error"),
    ("cannot read properties", "instance_not_loaded"),
    ("connection", "connection_failed"),
    ("econn", "network"),
    ("socket", "network"),
    ("stream errored", "connection_failed"),
    ("rate-overlimit", "rate_limited"),
    ("internal server error", "gateway_error"),
    ("service unavailable", "gateway_error"),
)
_PASSING_STATUS: Final = frozenset({408, 409, 421, 423, 425, 429})
# An exception's own words, not a check of our request.
_EXCEPTION: Final = re.compile(r"(?:[a-z]*error|e[a-z]{4,12}):? ", re.IGNORECASE)
_SCHEMA: Final = re.compile(r"requires property|does not match|is not of a type|is not one of|is not allowed")
_WORDS_READ: Final = 50
_DEEPEST_LIST: Final = 3


def classify_failure(status: int, body: bytes) -> Failure:
    """What an answer other than success means, by HTTP status and body; the body may be anything at all."""
    answer = JsonObject.open(body.strip())
    words = [] if answer is None else _read_words(answer)
    if status == 401:
        return Failure(kind="unauthorized", reason="unauthorized")
    if status == 404:
        return _classify_not_found(words, is_gateway=answer is not None)
    if answer is not None and _says_number_unknown(answer):
        return Failure(kind="number_not_on_whatsapp", reason="number_not_on_whatsapp")
    if status >= 500 or status in _PASSING_STATUS:
        return Failure(kind="passing", reason=_name_passing(words) or _name_code(answer, status))
    if status < 300:
        # connect and restart report failures with 200 (C1).
        return Failure(kind="passing", reason=_name_passing(words) or "error_with_success_status")
    if status == 400:
        return _classify_bad_request(words)
    return Failure(kind="permanent", reason=f"http_{status}")


def _classify_not_found(words: list[str], *, is_gateway: bool) -> Failure:
    if any("instance does not exist" in word for word in words):
        return Failure(kind="instance_gone", reason="instance_gone")
    if any("cannot " in word for word in words):
        return Failure(kind="permanent", reason="wrong_path")
    if not is_gateway:
        return Failure(kind="passing", reason="not_the_gateway")  # a proxy while the gateway restarts
    return Failure(kind="permanent", reason="http_404")


def _classify_bad_request(words: list[str]) -> Failure:
    if any(_SCHEMA.search(word) for word in words):
        return Failure(kind="permanent", reason=REFUSED_BY_SCHEMA)
    passing = _name_passing(words)
    if passing is not None:
        return Failure(kind="passing", reason=passing)
    if any(_EXCEPTION.match(word) for word in words):
        return Failure(kind="passing", reason="gateway_error")
    return Failure(kind="permanent", reason="http_400")


def _name_passing(words: list[str]) -> str | None:
    return next((reason for part, reason in _PASSING_WORDS if any(part in word for word in words)), None)


def _name_code(answer: JsonObject | None, status: int) -> str:
    code = answer.find_text("code") if answer is not None else None
    return "license_required" if code == "LICENSE_REQUIRED" else f"http_{status}"


def _says_number_unknown(answer: JsonObject) -> bool:
    response = answer.find_object("response")
    message = response.find_raw("message") if response is not None else answer.find_raw("message")
    return any(
        opened.find_flag("exists") is False
        for value in _flatten(message)
        if (opened := JsonObject.open(value)) is not None
    )


def _read_words(answer: JsonObject) -> list[str]:
    """Every message of an error, lower-case: M is a string or a list of lists of them (C1)."""
    response = answer.find_object("response")
    sources = [answer.find_raw("message"), response.find_raw("message") if response is not None else None]
    return [
        clean_line(JsonObject({"word": value}).find_text("word") or "", limit=300).lower()
        for source in sources
        for value in _flatten(source)
        if first_byte(value) == b'"'
    ]


def _flatten(value: Raw | None, depth: int = 0) -> Iterator[Raw]:
    if value is None or depth > _DEEPEST_LIST:
        return
    if first_byte(value) != b"[":
        yield value
        return
    try:
        items = decode_loosely(value, list[Raw])[:_WORDS_READ]
    except NotJson:
        return
    for item in items:
        yield from _flatten(item, depth + 1)

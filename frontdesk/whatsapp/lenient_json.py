"""The gateway's JSON, read as far as it is needed and forgiving where JavaScript is; pure.

Bodies reach 32 MiB, and photos come as objects with one key a byte. So an object is opened one level at a time,
and values nobody asks for are stepped over without being built.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Final, Self, TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")

# Deeper than any content we read (five wrappers, a quote), far less deep than the decoder's own limit.
_KEPT_DEPTH: Final = 100
_SURROGATE_ESCAPES: Final = re.compile(
    rb"\\(?:\\(?:\\\\)*+|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2}))"
)
STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BRACKETS_AND_STRINGS: Final = re.compile(STRING + rb"|[\[{]++|[\]}]", re.DOTALL)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_NUMBER: Final = re.compile(rb"-?\d{1,25}(?:\.\d{1,25})?(?:[eE][+-]?\d{1,2})?")
_BOM: Final = b"\xef\xbb\xbf"


class NotJson(Exception):
    """The bytes are no JSON value of the type asked for."""


def decode_loosely(raw: bytes | Raw, type_: type[T]) -> T:
    """The JSON value. Lone surrogates read as U+FFFD, what nests too deep as null. Raises NotJson."""
    try:
        return msgspec.json.decode(raw, type=type_)
    except msgspec.ValidationError as wrong_type:
        raise NotJson from wrong_type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.json.decode(repair(bytes(raw)), type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failed:
        raise NotJson from failed


def decode_body(raw: bytes, type_: type[T]) -> T:
    """A whole body, decoded loosely, known to be text throughout: no field of it fails later. Raises NotJson."""
    return decode_loosely(raw if is_utf8(raw) else repair(raw), type_)


def repair(raw: bytes) -> bytes:
    """The same JSON in strict form: UTF-8, no lone surrogates, nesting within reach. Raises NotJson if not UTF-8."""
    raw = raw.removeprefix(_BOM)
    if not is_utf8(raw):
        try:
            text = raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as not_text:
            raise NotJson from not_text
        raw = _SURROGATES.sub("\ufffd", text).encode()
    raw = _SURROGATE_ESCAPES.sub(lambda found: rb"\ufffd" if found.group(1) else found.group(), raw)
    return _prune(raw)


def find_end(raw: bytes, start: int) -> int:
    """Where the JSON value that starts at `start` ends; the end of the bytes if it never does."""
    depth = 0
    for token in _BRACKETS_AND_STRINGS.finditer(raw, start):
        first = raw[token.start()]
        if first in b"[{":
            depth += len(token.group())
        elif first in b"]}":
            depth -= 1
        if depth <= 0:
            return token.end()
    return len(raw)


class JsonObject:
    """One level of a JSON object. Every reader gives None for an absent, null or wrongly typed field."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Raw]) -> None:
        self._fields = fields

    @classmethod
    def open(cls, raw: bytes | Raw) -> Self | None:
        """The object; None if it is anything else."""
        if first_byte(raw) != b"{":
            return None
        try:
            return cls(decode_loosely(raw, dict[str, Raw]))
        except NotJson:
            return None

    def names(self) -> Iterator[str]:
        """Keys with a value other than null, in the order sent."""
        return (name for name in self._fields if self.has(name))

    def has(self, name: str) -> bool:
        return name in self._fields and first_byte(self._fields[name]) != b"n"

    def is_string(self, name: str) -> bool:
        return name in self._fields and first_byte(self._fields[name]) == b'"'

    def find_raw(self, name: str) -> Raw | None:
        return self._fields.get(name)

    def find_object(self, name: str) -> JsonObject | None:
        raw = self._fields.get(name)
        return None if raw is None else JsonObject.open(raw)

    def list_objects(self, name: str, *, limit: int) -> list[JsonObject]:
        """The objects of an array, at most `limit`; other items are left out."""
        raw = self._fields.get(name)
        return [] if raw is None else read_objects(raw, limit=limit)

    def find_text(self, name: str) -> str | None:
        if not self.is_string(name):
            return None
        try:
            return decode_loosely(self._fields[name], str)
        except NotJson:
            return None

    def find_flag(self, name: str) -> bool | None:
        return {b"t": True, b"f": False}.get(first_byte(self._fields.get(name, b"")))

    def find_number(self, name: str) -> float | None:
        """A number, a numeric string, or `{low, high, unsigned}` of a 64-bit integer (contract B1)."""
        long = self.find_object(name)
        if long is None:
            return _read_scalar(self._fields.get(name))
        low, high = _read_scalar(long.find_raw("low")), _read_scalar(long.find_raw("high"))
        return None if low is None or high is None else int(high) * 2**32 + (int(low) & 0xFFFFFFFF)


def read_objects(raw: bytes | Raw, *, limit: int) -> list[JsonObject]:
    """The objects of a JSON array, at most `limit`; [] if it is no array."""
    if first_byte(raw) != b"[":
        return []
    try:
        items = decode_loosely(raw, list[Raw])[:limit]
    except NotJson:
        return []
    return [opened for item in items if (opened := JsonObject.open(item)) is not None]


def first_byte(raw: bytes | Raw) -> bytes:
    return bytes(memoryview(raw)[:1])


def _read_scalar(raw: Raw | None) -> float | None:
    digits = b"" if raw is None else bytes(raw).removeprefix(b'"').removesuffix(b'"').strip()
    if not _NUMBER.fullmatch(digits):
        return None
    value = float(digits)
    return value if math.isfinite(value) else None


def is_utf8(raw: bytes) -> bool:
    """Whether the bytes are text at all."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _prune(raw: bytes) -> bytes:
    """Values nested deeper than we read, as null. Recursion would end the process; this loop does not."""
    kept: list[bytes] = []
    depth, copied, cut_from = 0, 0, -1
    for token in _BRACKETS_AND_STRINGS.finditer(raw):
        first = raw[token.start()]
        if first in b"[{":
            opened = token.end() - token.start()
            if depth <= _KEPT_DEPTH < depth + opened:
                cut_from = token.start() + _KEPT_DEPTH - depth
            depth += opened
        elif first in b"]}":
            depth -= 1
            if cut_from >= 0 and depth == _KEPT_DEPTH:
                kept += [raw[copied:cut_from], b"null"]
                copied, cut_from = token.end(), -1
    return b"".join([*kept, raw[copied:]])

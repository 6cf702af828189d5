"""A webhook body fit for storage: without keys to the gateway, to a device, or to a patient's pictures; pure."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec import Raw

from frontdesk.whatsapp.lenient_json import NotJson, decode_loosely, find_end, is_utf8, repair

# Secrets of the gateway (A2), of pairing (A5), of the account (B5); and what shows or opens a picture.
_SECRET_KEYS: Final = (
    *(b"apikey", b"api_key", b"base64", b"code", b"pairingCode", b"appStateSyncKeyShare"),
    *(b"jpegThumbnail", b"mediaKey"),
)
# A quote inside a string is escaped, so a bare quoted name before a colon is a key.
_SECRET: Final = re.compile(rb'"(?:' + b"|".join(_SECRET_KEYS) + rb')"\s*:\s*', re.IGNORECASE)
_ESCAPED_KEY: Final = re.compile(rb'[{,]\s*"[^"\\]*+(?:\\.[^"\\]*+)+"\s*:', re.DOTALL)
# Bytes as 2.3.6 writes them; thousands of pairs are stepped over at once.
_BYTE_OBJECT: Final = re.compile(rb'\{(?:\s*"\d+"\s*:\s*\d+\s*,?)*+\s*\}')
_SCALAR: Final = re.compile(rb"[^\s,\]}\[{\"]+")


def redacted(raw: bytes) -> bytes:
    """The body with every secret as null, in strict UTF-8 JSON; b"" if it is no JSON at all.

    Values that nest deeper than the parser reads, and lone surrogates, are already replaced in it.
    """
    try:
        body = _make_strict(raw)
    except NotJson:
        return b""
    kept: list[bytes] = []
    copied = 0
    for found in _SECRET.finditer(body):
        if found.start() < copied:
            continue  # inside a secret just left out
        kept += [body[copied : found.end()], b"null"]
        copied = _find_value_end(body, found.end())
    return b"".join([*kept, body[copied:]])


def _make_strict(raw: bytes) -> bytes:
    body = raw
    if not is_utf8(raw) or not _is_strict(raw):
        body = repair(raw)
        decode_loosely(body, Raw)
    return _spell_out_keys(body)


def _is_strict(raw: bytes) -> bool:
    try:
        msgspec.json.decode(raw, type=Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _spell_out_keys(body: bytes) -> bytes:
    r"""Keys written with escapes as plain ones: `"\u0061pikey"` hides nothing."""
    if b"\\" not in body:
        return body
    return _ESCAPED_KEY.sub(_spell_out, body)


def _spell_out(found: re.Match[bytes]) -> bytes:
    quote = found.group().index(b'"')
    key = found.group()[quote:].rstrip(b": \t\r\n")
    return found.group()[:quote] + msgspec.json.encode(decode_loosely(key, str)) + b":"


def _find_value_end(body: bytes, start: int) -> int:
    quick = _BYTE_OBJECT.match(body, start) or _SCALAR.match(body, start)
    return quick.end() if quick else find_end(body, start)

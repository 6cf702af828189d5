"""Texts of one language in Fluent files (FTL), formatted with plain values.

A missing key or argument raises, so that a test which formats every key finds it before a patient does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from fluent_compiler.bundle import FluentBundle

from frontdesk.language.codes import RIGHT_TO_LEFT

_RIGHT_TO_LEFT_LETTER: Final = re.compile("[\u0590-\u08ff]")
_LEFT_TO_RIGHT: Final = re.compile("[0-9A-Za-z\u00c0-\u058f]")
# The first letter or digit of a text decides its direction in most clients.
_FIRST_STRONG: Final = re.compile(r"[^\W_]")
_RIGHT_TO_LEFT_MARK: Final = "\u200f"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


class TextMissing(LookupError):
    """No such text in this language, or a value the text needs was not given."""


class Texts:
    """The texts of one language."""

    def __init__(self, language: str, source: str) -> None:
        self.language: Final = language
        self.keys: Final = frozenset(re.findall(r"^([a-z][a-z0-9-]*) *=", source, re.MULTILINE))
        self._rtl: Final = language in RIGHT_TO_LEFT
        # A selector is compared, not shown: isolates around it would match no variant.
        self._selectors: Final = frozenset(re.findall(r"\{\s*\$([\w-]+)\s*->", source))
        # We isolate values ourselves: Fluent would also wrap the words of our own variants.
        self._bundle: Final[Any] = FluentBundle.from_string(language, source, use_isolating=False)

    def format(self, key: str, **values: str | int | float) -> str:
        """The text under `key`. Raises TextMissing for an unknown key or a value not given."""
        if key not in self.keys:
            raise TextMissing(f"{self.language}: no text {key!r}")
        given = {k: v if k in self._selectors else _isolated(v, rtl=self._rtl) for k, v in values.items()}
        text, errors = self._bundle.format(key, given)
        if errors:
            raise TextMissing(f"{self.language}: {key!r}: {errors[0]}")
        return _marked(str(text)) if self._rtl else str(text)


class Bundles(Mapping[str, Texts]):
    """The same texts in several languages, by language code."""

    def __init__(self, texts: Mapping[str, Texts]) -> None:
        self._texts: Final = dict(texts)

    def __getitem__(self, language: str) -> Texts:
        return self._texts[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def format(self, language: str, key: str, **values: str | int | float) -> str:
        """The text under `key` in `language`. Raises TextMissing; an unknown language is a bug, not a fallback."""
        if language not in self._texts:
            raise TextMissing(f"no texts in {language!r}")
        return self._texts[language].format(key, **values)


@cache
def load_bundles(package: str, folder: str) -> Bundles:
    """Every language of a package's folder: `<lang>.ftl`, or all the files of a subfolder `<lang>/`. Read once."""
    sources: dict[str, list[str]] = {}
    for entry in sorted(resources.files(package).joinpath(folder).iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            parts = sorted(
                (f for f in entry.iterdir() if f.name.endswith(".ftl")), key=lambda item: item.name
            )
            sources.setdefault(entry.name, []).extend(part.read_text(encoding="utf-8") for part in parts)
        elif entry.name.endswith(".ftl"):
            sources.setdefault(entry.name.removesuffix(".ftl"), []).append(entry.read_text(encoding="utf-8"))
    return Bundles(
        {language: Texts(language, "\n".join(parts)) for language, parts in sources.items() if parts}
    )


def _isolated(value: str | float, *, rtl: bool) -> str | float:
    """Names, times and phone numbers flip inside Hebrew without isolates; so does Hebrew inside the others.

    A value that runs the same way as the text stays bare, so that copied text is clean.
    """
    if not isinstance(value, str):
        return value
    runs_against = _LEFT_TO_RIGHT if rtl else _RIGHT_TO_LEFT_LETTER
    return f"{_ISOLATE}{value}{_END_ISOLATE}" if runs_against.search(value) else value


def _marked(text: str) -> str:
    first = _FIRST_STRONG.search(text)
    if first is None or _RIGHT_TO_LEFT_LETTER.match(first.group()):
        return text
    return _RIGHT_TO_LEFT_MARK + text

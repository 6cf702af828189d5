"""Values out of a YAML file, each with its line: what is wrong is collected, so one reading reports everything. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, Final
from uuid import UUID

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

# The five languages' texts of a large group of clinics stay far below; beyond it is not a clinic file.
MAX_BYTES: Final = 8_000_000
_NULL: Final = "tag:yaml.org,2002:null"
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PHONE: Final = re.compile(r"\+[\d\s().-]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong at a place of the file: `line` counts from 1, `path` is like doctors[2].hours.mon."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return (
            f"line {self.line}: {self.path}: {self.message}"
            if self.path
            else f"line {self.line}: {self.message}"
        )


class ClinicFileInvalid(Exception):
    """The file cannot be used; `problems` holds all of them, by line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(kw_only=True, slots=True)
class Report:
    """Collects while a file is read. A warning does not keep the file from being used."""

    # Codes of the languages Frontdesk speaks.
    languages: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def check_no_problems(self) -> None:
        """Raise ClinicFileInvalid if there are any."""
        if self.problems:
            raise ClinicFileInvalid(tuple(sorted(self.problems, key=lambda problem: problem.line)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One value of the file. The `read_` methods give None after reporting a value of another kind."""

    node: Any
    path: str
    report: Report

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    @property
    def is_null(self) -> bool:
        return isinstance(self.node, ScalarNode) and str(self.node.tag) == _NULL

    def refuse(self, message: str) -> None:
        """Report a problem here."""
        self.report.problems.append(Problem(line=self.line, path=self.path, message=message))

    def warn(self, message: str) -> None:
        """Report something odd that does not hinder."""
        self.report.warnings.append(Problem(line=self.line, path=self.path, message=message))

    def read_entries(self) -> Iterator[tuple[str, Node]]:
        """Key and value of a mapping; a repeated key is reported and its first value kept."""
        if not isinstance(self.node, MappingNode):
            if not self.is_null:
                self.refuse("must be a mapping (key: value)")
            return
        seen: dict[str, int] = {}
        for key, value in self.node.value:
            name = str(key.value)
            place = Node(node=value, path=f"{self.path}.{name}" if self.path else name, report=self.report)
            if name in seen:
                where = Node(node=key, path=place.path, report=self.report)
                where.refuse(f"is given twice, first in line {seen[name]}")
                continue
            seen[name] = int(key.start_mark.line) + 1
            yield name, place

    def read_fields(
        self, *, required: frozenset[str], optional: frozenset[str], ignored: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        """The fields of a mapping that are not null. Names that start like one of `ignored` are passed over."""
        found = dict(self.read_entries())
        for name in found.keys() - required - optional:
            if not name.startswith(ignored):
                close = get_close_matches(name, (required | optional) - found.keys(), n=1)
                hint = f": did you mean {close[0]}?" if close else ""
                found[name].warn(f"is not known and has no effect{hint}")
        if isinstance(self.node, MappingNode) or self.is_null:
            for name in sorted(required):
                if name not in found or found[name].is_null:
                    self.refuse(f"{name} is missing")
        return {name: node for name, node in found.items() if not node.is_null}

    def read_items(self) -> list[Node]:
        """The items of a list; none for null."""
        if isinstance(self.node, SequenceNode):
            return [
                Node(node=item, path=f"{self.path}[{number}]", report=self.report)
                for number, item in enumerate(self.node.value)
            ]
        if not self.is_null:
            self.refuse("must be a list")
        return []

    def read_text(self) -> str | None:
        """A text, without the blanks around it; numbers are taken as written."""
        if not isinstance(self.node, ScalarNode) or not str(self.node.value).strip():
            self.refuse("must be a text")
            return None
        return str(self.node.value).strip()

    def read_uuid(self) -> UUID | None:
        text = self.read_text()
        if text is None or _UUID.fullmatch(text):
            return text and UUID(text)  # type: ignore[return-value]
        self.refuse(f"{text!r} is not a UUID")
        return None

    def read_date(self) -> date | None:
        text = self.read_text()
        if text is None:
            return None
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.refuse(f"{text!r} is not a date (YYYY-MM-DD)")
        return None

    def read_time(self) -> time | None:
        text = self.read_text()
        if text is None:
            return None
        match = _TIME.fullmatch(text)
        if match is not None and int(match[1]) < 24 and int(match[2]) < 60:
            return time(int(match[1]), int(match[2]))
        self.refuse(f"{text!r} is not a time of day (HH:MM, 00:00 to 23:59)")
        return None

    def read_whole(self, *, least: int, most: int) -> int | None:
        text = self.read_text()
        if text is None:
            return None
        if re.fullmatch(r"-?\d{1,9}", text) and least <= int(text) <= most:
            return int(text)
        self.refuse(f"{text!r} is not a whole number from {least} to {most}")
        return None

    def read_amount(self) -> Decimal | None:
        """A price: a number of the clinic's currency, not below zero."""
        text = self.read_text()
        if text is None:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal(-1)
        if amount.is_finite() and amount >= 0:
            return amount
        self.refuse(f"{text!r} is not an amount of money")
        return None

    def read_flag(self) -> bool:
        text = (self.read_text() or "false").lower()
        if text not in ("true", "false"):
            self.refuse(f"{text!r} is neither true nor false")
        return text == "true"

    def read_phone(self) -> str | None:
        """A phone number with its country code, as written."""
        text = self.read_text()
        if text is None or (_PHONE.fullmatch(text) and 7 <= sum(map(str.isdigit, text)) <= 15):
            return text
        self.refuse(f"{text!r} is not a phone number with country code (+...)")
        return None

    def read_spoken(self) -> str | None:
        """A language as a short code, whether Frontdesk speaks it or not."""
        text = self.read_text()
        if text is None or _LANGUAGE.fullmatch(text):
            return text
        self.refuse(f"{text!r} is not a language code")
        return None

    def read_language(self) -> str | None:
        """One of the languages Frontdesk speaks."""
        text = self.read_text()
        if text is None or text in self.report.languages:
            return text
        self.refuse(f"{text!r} is not one of the languages {', '.join(self.report.languages)}")
        return None

    def read_texts(self) -> Mapping[str, str]:
        """Language → text."""
        texts = {language: node.read_text() for language, node in self._read_languages()}
        return {language: text for language, text in texts.items() if text is not None}

    def read_words(self) -> Mapping[str, tuple[str, ...]]:
        """Language → list of texts."""
        return {
            language: tuple(text for item in node.read_items() if (text := item.read_text()) is not None)
            for language, node in self._read_languages()
        }

    def _read_languages(self) -> Iterator[tuple[str, Node]]:
        for language, node in self.read_entries():
            if language not in self.report.languages:
                node.warn("is in a language Frontdesk does not speak")
            if not node.is_null:
                yield language, node


def read_root(source: bytes, report: Report) -> Node:
    """The whole file. Raises ClinicFileInvalid if it is not YAML."""
    try:
        if len(source) > MAX_BYTES:
            raise ValueError(f"is larger than {MAX_BYTES} bytes")
        root = YAML(typ="safe", pure=True).compose(source.decode("utf-8-sig"))
        if root is None:
            raise ValueError("is empty")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else int(mark.line) + 1
        raise ClinicFileInvalid(
            (Problem(line=line, path="", message=f"not YAML: {error.problem}"),)
        ) from error
    except (YAMLError, ValueError, RecursionError) as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ClinicFileInvalid((Problem(line=1, path="", message=message),)) from error
    return Node(node=root, path="", report=report)

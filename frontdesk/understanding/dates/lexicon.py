"""The words of one language for dates and times, read from its data file and compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from frontdesk.language.codes import LANGUAGES
from frontdesk.understanding.dates.tokens import fold
from frontdesk.understanding.lexicon import load_lexicon as word_lists

# Portuguese before Spanish: "no sábado" fits both, and only in Portuguese it is "on Saturday".
LATIN: Final = ("en", "pt", "es")
# Word classes a pattern names in braces: {weekday}, {month} ...
CLASSES: Final = ("numbers", "ordinals", "weekdays", "months", "units")
# Slots whose first word belongs to a class; the rest may begin with a number in digits as well.
_SLOT_STARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "weekday": ("weekdays",),
    "month": ("months",),
    "unit": ("units",),
    "n": ("numbers", "#"),
    "m": ("numbers", "#"),
    "h": ("numbers", "hour_words", "#"),
    "ho": ("ordinals",),
    "dom": ("numbers", "ordinals", "#"),
    "dom2": ("numbers", "ordinals", "#"),
    "ord": ("ordinals", "#"),
    "nth": ("#",),
    "day_form": ("numbers", "ordinals"),
}
_GROUP: Final = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: words, phrases of a set, or a slot to be read by the grammar."""

    words: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()
    slot: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """`section` and `value` say what the pattern means ("offsets", 1)."""

    section: str
    value: Any
    elements: tuple[Element, ...]


@dataclass(slots=True)
class Lexicon:
    """Everything known of one language. Filled by `load_lexicon`, never changed after."""

    language: str
    # class → word → value
    words: dict[str, dict[str, Any]] = field(default_factory=dict)
    sets: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    # Cue phrases by first word, longest first, each with the sets it belongs to.
    cues: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = field(default_factory=dict)
    # First word (or "{class}") → patterns, by family of sections.
    patterns: dict[str, dict[str, list[Pattern]]] = field(default_factory=dict)
    prefixes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    function_words: frozenset[str] = frozenset()
    vocabulary: frozenset[str] = frozenset()
    typos: tuple[str, ...] = ()

    def classes_of(self, word: str) -> Iterator[str]:
        return (name for name, table in self.words.items() if word in table)

    def is_in(self, name: str, word: str) -> bool:
        """Whether the word alone is in a set, or begins with one of its stems ("зуб*")."""
        return (word,) in self.sets.get(name, ()) or word.startswith(self.prefixes.get(name, ("\0",)))


# Sections of patterns by family: one family is tried at one point of the grammar.
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "days": (
        "offsets", "shifts", "weekday_plain", "weekday_this", "weekday_next", "weekday_of_week", "weekday_shift",
        "weekday_of_month", "week", "week_of", "weekend", "week_part", "month_days",
        "month_ref", "month_part", "month_alone", "day_of_month", "day_month", "today_parts",
    ),
    "clocks": (
        "plain", "counted", "with_minutes", "half_after", "half_before", "quarter_after", "quarter_before", "minutes_after",
        "minutes_before", "minutes_into", "quarter_into", "at",
    ),
    "clock_parts": ("clock_parts",),
    "dayparts": ("dayparts", "bounds"),
    "references": ("same_day", "same_time", "same_both", "later", "earlier", "same_day_shifted"),
    "ignored": ("ignored", "past"),
}  # fmt: skip


def expand(entry: str) -> Iterator[str]:
    """The spellings of "завтра(|шний)": every alternative of every group."""
    group = _GROUP.search(entry)
    if group is None:
        yield entry
        return
    for choice in group.group(1).split("|"):
        yield from expand(entry[: group.start()] + choice + entry[group.end() :])


@cache
def load_lexicon(language: str) -> Lexicon:
    """The compiled lexicon of ru, es, en, he or pt. An empty one for others."""
    data = word_lists(f"dates.{language}") if language in LANGUAGES else {}
    lexicon = Lexicon(language)
    for name in CLASSES:
        table = data.get(name) or {}
        lexicon.words[name] = {
            fold(word): value for value, entries in table.items() for word in _expanded(entries)
        }
    if "units" in data:
        lexicon.words["units"] = {word: _unit(value) for word, value in lexicon.words["units"].items()}
    lexicon.words["hour_words"] = {
        " ".join(map(fold, word.split())): hour
        for hour, entries in (data.get("hour_words") or {}).items()
        for word in _expanded(entries)
    }
    for name, entries in (data.get("sets") or {}).items():
        phrases = [phrase for entry in entries for phrase in _phrases(entry)]
        lexicon.prefixes[name] = tuple(p[0][:-1] for p in phrases if len(p) == 1 and p[0].endswith("*")) or (
            "\0",
        )
        lexicon.sets[name] = tuple(
            sorted((p for p in phrases if not p[-1].endswith("*")), key=len, reverse=True)
        )
    _index_cues(lexicon)
    for family, sections in FAMILIES.items():
        lexicon.patterns[family] = {}
        for section in sections:
            for pattern in _compiled(section, (data.get("patterns") or {}).get(section) or (), lexicon):
                for key in _first_keys(pattern, lexicon):
                    lexicon.patterns[family].setdefault(key, []).append(pattern)
    lexicon.function_words = frozenset(fold(word) for word in _expanded(data.get("function_words") or ()))
    lexicon.vocabulary = frozenset(_all_words(lexicon)) | frozenset(
        fold(word) for word in _expanded(data.get("not_typos") or ())
    )
    lexicon.typos = tuple(sorted(word for word in _typo_targets(lexicon, data) if len(word) >= 6))
    return lexicon


def _unit(value: str) -> tuple[str, float]:
    name, _, times = str(value).partition("*")
    return name, float(times or 1)


def _expanded(entries: Iterable[Any]) -> Iterator[str]:
    for entry in entries:
        yield from expand(str(entry))


def _phrases(entry: Any) -> Iterator[tuple[str, ...]]:
    for spelling in expand(str(entry)):
        yield tuple(fold(word) for word in spelling.split())


def _index_cues(lexicon: Lexicon) -> None:
    named: dict[tuple[str, ...], set[str]] = {}
    for name, phrases in lexicon.sets.items():
        for phrase in phrases:
            named.setdefault(phrase, set()).add(name)
    for phrase in sorted(named, key=len, reverse=True):
        lexicon.cues.setdefault(phrase[0], []).append((phrase, frozenset(named[phrase])))


def _compiled(section: str, entries: Any, lexicon: Lexicon) -> Iterator[Pattern]:
    valued = entries.items() if isinstance(entries, dict) else [(None, entries)]
    for value, lines in valued:
        for line in lines or ():
            # Alternatives of several words are patterns of their own: elements are cut at spaces.
            spaced = any(" " in group for group in _GROUP.findall(str(line)))
            for spelling in expand(str(line)) if spaced else (str(line),):
                for simple in _without_mixed_choices(spelling):
                    yield Pattern(section, value, tuple(_elements(simple, lexicon)))


def _without_mixed_choices(line: str) -> Iterator[str]:
    """ "last {weekday}|week" as two lines: a place is words or a slot."""
    mixed = next((part for part in line.split() if "|" in part and "{" in part), None)
    if mixed is None:
        yield line
        return
    mark = "?" if mixed.endswith("?") else ""
    choices = mixed.removesuffix("?").split("|")
    words = "|".join(choice for choice in choices if "{" not in choice)
    for choice in [*(choice for choice in choices if "{" in choice), *([words] if words else [])]:
        yield from _without_mixed_choices(line.replace(mixed, choice + mark, 1))


def _elements(line: str, lexicon: Lexicon) -> Iterator[Element]:
    for part in str(line).split():
        optional = part.endswith("?")
        piece = part.removesuffix("?")
        if piece.startswith("{"):
            yield Element(slot=piece.strip("{}"), optional=optional)
        elif piece.startswith("<"):
            yield Element(phrases=lexicon.sets[piece.strip("<>")], optional=optional)
        else:
            words = (word for spelling in expand(piece) for word in spelling.split("|"))
            yield Element(words=frozenset(map(fold, words)), optional=optional)


def _first_keys(pattern: Pattern, lexicon: Lexicon) -> Iterator[str]:
    keys: set[str] = set()
    for element in pattern.elements:
        keys.update(element.words)
        keys.update(phrase[0] for phrase in element.phrases)
        for start in _SLOT_STARTS.get(element.slot, ()):
            words = lexicon.words.get(start, ()) if start != "#" else ("#",)
            keys.update(word.split()[0] for word in words)
        if not element.optional:
            break
    yield from keys


def _all_words(lexicon: Lexicon) -> Iterator[str]:
    for table in lexicon.words.values():
        yield from (part for word in table for part in word.split())
    for phrases in lexicon.sets.values():
        for phrase in phrases:
            yield from phrase
    for family in lexicon.patterns.values():
        for patterns in family.values():
            for pattern in patterns:
                for element in pattern.elements:
                    yield from element.words


def _typo_targets(lexicon: Lexicon, data: dict[str, Any]) -> Iterator[str]:
    yield from lexicon.words["weekdays"]
    yield from lexicon.words["months"]
    yield from (fold(word) for word in _expanded(data.get("typo_targets") or ()))

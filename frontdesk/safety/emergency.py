"""The emergency tripwire: a medical emergency in a message, found without any model, in well under a millisecond.

The lexicon is data (lexicons/emergency.<lang>.yaml, rules.yaml) and was gathered from public guidance on dental and
general red flags; docs/clinical_review.md is the sheet on which a clinician reviews it. All five languages are
searched at once, since frightened people mix them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Any, Final

from ruamel.yaml import YAML

from frontdesk.language.codes import LANGUAGES
from frontdesk.safety.guards import GUARDS, Context
from frontdesk.safety.models import Alarm
from frontdesk.safety.phrases import Hit, PhraseBook
from frontdesk.understanding.language_of import language_of

# Said in the present tense of somebody who is in trouble: neither a past event nor a price in the same message
# takes them back ("I had an implant last year and now I can't breathe").
_HAPPENING_NOW: Final = frozenset(
    {"cannot", "choking_now", "not_stopping", "breathless", "unresponsive", "heavy_bleeding", "for_hours"}
)
_LATIN: Final = frozenset({"en", "es", "pt"})
_MOST_COMBINATIONS: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rule:
    name: str
    needs: tuple[tuple[str, ...], ...]
    within_words: int
    self_harm: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lexicon:
    book: PhraseBook
    rules: tuple[_Rule, ...]


def find_alarm(text: str) -> Alarm | None:
    """The emergency a message tells of, in any of the five languages; None for the rest.

    Denied, long past, supposed and idiomatic mentions are no emergency (eval README, section 2, Urgency).
    """
    lexicon = load_lexicon()
    words = lexicon.book.read_words(text)
    hits = lexicon.book.find_hits(words)
    concepts = [hit for hit in hits if hit.concept not in GUARDS]
    if not concepts:
        return None
    read = language_of(text).language
    context = Context(words, [hit for hit in hits if not _is_false_friend(hit, read)])
    by_concept: dict[str, list[Hit]] = defaultdict(list)
    for hit in concepts:
        if not context.is_denied(hit) and not context.is_supposed(hit):
            by_concept[hit.concept].append(hit)
    for rule in lexicon.rules:
        said = next((each for each in _combinations(rule, by_concept) if _is_now(each, context)), None)
        if said is not None:
            return Alarm(rule=rule.name, language=_language(read, said), self_harm=rule.self_harm)
    return None


def _combinations(rule: _Rule, by_concept: Mapping[str, Sequence[Hit]]) -> Iterator[tuple[Hit, ...]]:
    """Every way the message says all a rule needs, close enough together and each with its own words."""
    choices = [[hit for concept in need for hit in by_concept.get(concept, ())] for need in rule.needs]
    if not all(choices):
        return
    for number, combination in enumerate(product(*choices)):
        if number >= _MOST_COMBINATIONS:
            return
        span = max(hit.end for hit in combination) - min(hit.start for hit in combination)
        if span <= rule.within_words + sum(hit.end - hit.start for hit in combination) and _are_apart(
            combination
        ):
            yield combination


def _are_apart(combination: Sequence[Hit]) -> bool:
    ordered = sorted(combination, key=lambda hit: hit.start)
    return all(
        first.end < second.start or first.start != second.start
        for first, second in zip(ordered, ordered[1:], strict=False)
    )


def _is_now(combination: Sequence[Hit], context: Context) -> bool:
    if any(hit.concept in _HAPPENING_NOW for hit in combination):
        return True
    return not any(context.is_told_or_asked(hit) for hit in combination)


def _is_false_friend(hit: Hit, read: str | None) -> bool:
    """A guard of a sister language: Portuguese "no" is "in the", not a negation."""
    return hit.concept in GUARDS and hit.language != read and {hit.language, read} <= _LATIN


def _language(read: str | None, said: Sequence[Hit]) -> str:
    """The language of the words that fired; between two equally strong ones, what the whole message reads like."""
    votes = Counter(hit.language for hit in said)
    most = max(votes.values())
    strongest = [language for language, count in votes.items() if count == most]
    return read if read is not None and read in votes else strongest[0]


@cache
def load_lexicon() -> _Lexicon:
    """The five languages' phrases and the rules over them, compiled once."""
    sources: list[tuple[str, str, str]] = []
    fillers: list[str] = []
    for language in LANGUAGES:
        data = load_yaml(f"emergency.{language}.yaml")
        sources += [(language, concept, phrases) for concept, phrases in data["concepts"].items()]
        sources += [(language, guard, data["guards"][guard]) for guard in GUARDS if guard in data["guards"]]
        fillers += data["guards"]["fillers"].split()
    return _Lexicon(
        book=PhraseBook(sources, fillers),
        rules=tuple(
            _Rule(
                name=entry["rule"],
                needs=tuple(tuple(need.split("|")) for need in entry["needs"]),
                within_words=entry.get("within", 0),
                self_harm=entry.get("self_harm", False),
            )
            for entry in load_yaml("rules.yaml")
        ),
    )


def load_yaml(name: str) -> Any:
    """One lexicon file of this package as plain values."""
    text = resources.files("frontdesk.safety").joinpath("lexicons", name).read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)

"""Rules over phrases: which of a lexicon's rules a message meets, now and not denied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, Final

from frontdesk.bundled import load_data
from frontdesk.language.codes import LANGUAGES
from frontdesk.safety.guards import GUARDS, Context
from frontdesk.safety.phrases import Hit, PhraseBook

# Said in the present tense of somebody who is in trouble: neither a past event nor a price in the same message
# takes them back ("I had an implant last year and now I can't breathe").
_HAPPENING_NOW: Final = frozenset({"cannot", "not_stopping", "unresponsive", "for_hours"})
# The same, but also a word for what one fears or reads about ("risk of choking").
_HAPPENING_UNLESS_FEARED: Final = frozenset({"choking_now", "breathless"})
# Guards of one or two letters, which mean something else next door.
_SHORT_GUARDS: Final = frozenset({"negation", "negation_after", "or", "condition", "hypothetical_next"})
LATIN: Final = frozenset({"en", "es", "pt"})
_NEAR_WORDS: Final = 5
_MOST_COMBINATIONS: Final = 200
# The guard phrases are the same for every lexicon and stand with the emergencies.
_GUARD_FILES: Final = "emergency"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """`needs`: concepts that must all be said, each a choice, within `within_words`; `facts` is the rest of the entry."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    within_words: int
    # A concept that takes the rule back where it is said close by.
    unless: str | None
    # Holds of what is past or asked about as well: a receipt for last month's visit is paperwork.
    is_timeless: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A rule a message meets, and the words that met it."""

    rule: Rule
    hits: tuple[Hit, ...]


class RuleBook:
    """One lexicon: `<name>.<language>.yaml` for the phrases and `<name>.rules.yaml`, in order of weight."""

    def __init__(
        self,
        name: str,
        *,
        guards: Sequence[str] = GUARDS,
        keep: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> None:
        """`guards`: the guard phrases that count for this lexicon. `keep` drops rules by their facts."""
        sources: list[tuple[str, str, str]] = []
        fillers: list[str] = []
        for language in LANGUAGES:
            shared = load_yaml(f"{_GUARD_FILES}.{language}.yaml")["guards"]
            concepts = load_yaml(f"{name}.{language}.yaml")["concepts"]
            sources += [(language, concept, phrases) for concept, phrases in concepts.items()]
            sources += [(language, guard, shared[guard]) for guard in guards if guard in shared]
            fillers += shared["fillers"].split()
        self.book: Final = PhraseBook(sources, fillers)
        rules = [_rule(entry) for entry in load_yaml(f"{name}.rules.yaml")]
        self.rules: Final = tuple(rule for rule in rules if keep is None or keep(rule.facts))

    def find(self, text: str, *, read_language: Callable[[], str | None]) -> Finding | None:
        """The first rule the message meets. `read_language` tells what the message reads like, None where unknown;
        it is asked only for the few messages in which a phrase of the rules is found.
        """
        words = self.book.read_words(text)
        hits = self.book.find_hits(words)
        if all(hit.concept in GUARDS for hit in hits):
            return None
        language = read_language()
        context = Context(words, [hit for hit in hits if not _is_false_friend(hit, language)])
        by_concept: dict[str, list[Hit]] = defaultdict(list)
        for hit in hits:
            if hit.concept not in GUARDS and not context.is_denied(hit) and not context.is_supposed(hit):
                by_concept[hit.concept].append(hit)
        for rule in self.rules:
            for said in _combinations(rule, by_concept):
                if (rule.is_timeless or _is_now(said, context)) and not _is_near(
                    said, by_concept.get(rule.unless or "", ())
                ):
                    return Finding(rule=rule, hits=said)
        return None


def load_yaml(name: str) -> Any:
    """One lexicon file of this package as plain values."""
    return load_data("frontdesk.safety", "lexicons", name)


def _rule(entry: dict[str, Any]) -> Rule:
    return Rule(
        name=entry.pop("rule"),
        needs=tuple(tuple(need.split("|")) for need in entry.pop("needs")),
        within_words=entry.pop("within", 0),
        unless=entry.pop("unless", None),
        is_timeless=entry.pop("timeless", False),
        facts=entry,
    )


def _combinations(rule: Rule, by_concept: Mapping[str, Sequence[Hit]]) -> Iterator[tuple[Hit, ...]]:
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
    return all(first.end < second.start or first.start != second.start for first, second in pairwise(ordered))


def _is_near(combination: Sequence[Hit], others: Sequence[Hit]) -> bool:
    first, last = min(hit.start for hit in combination), max(hit.end for hit in combination)
    return any(first - _NEAR_WORDS <= other.start <= last + _NEAR_WORDS for other in others)


def _is_now(combination: Sequence[Hit], context: Context) -> bool:
    if any(hit.concept in _HAPPENING_NOW for hit in combination):
        return True
    if any(hit.concept in _HAPPENING_UNLESS_FEARED for hit in combination):
        return not any(context.is_feared(hit) or context.is_past_alone(hit) for hit in combination)
    return not any(context.is_told_or_asked(hit) for hit in combination)


def _is_false_friend(hit: Hit, language: str | None) -> bool:
    """A guard of a sister language: Portuguese "no" is "in the", not a negation."""
    return hit.concept in _SHORT_GUARDS and hit.language != language and {hit.language, language} <= LATIN

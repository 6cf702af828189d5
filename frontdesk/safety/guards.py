"""What takes the alarm out of a phrase: denied, long past, supposed, asked about in general, or an idiom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from frontdesk.safety.phrases import Hit, Word

GUARDS: Final = (
    "negation", "not_negation", "negation_after", "or", "past", "not_past", "present", "condition", "hypothetical",
    "hypothetical_next", "inquiry", "harmless",
)  # fmt: skip
_NEGATION_REACH: Final = 3
# These two negate the verb they stand before; further on it is another thing said without a comma.
_SHORT_REACH: Final = {"не": 2, "לא": 2}
_AFTER_ANYWHERE: Final = frozenset({"нет", "нету", "אינ"})
# Of a supposed event these say how, not when: "what if it suddenly hurts".
_SUDDENLY: Final = frozenset(
    {"suddenly", "вдруг", "внезапно", "repente", "pronto", "subito", "subitamente", "פתאומ", "לפתע"}
)
_CONDITION_REACH: Final = 12


class Context:
    """The guard phrases of one message, asked hit by hit."""

    def __init__(self, words: Sequence[Word], hits: Sequence[Hit]) -> None:
        self._words: Final = words
        guards: dict[str, list[Hit]] = defaultdict(list)
        self._concepts: Final = [hit for hit in hits if hit.concept not in GUARDS]
        for hit in hits:
            if hit.concept in GUARDS:
                guards[hit.concept].append(hit)
        self._guards: Final = guards
        self._negators: Final = self._find_negators()
        self._past: Final = [hit for hit in guards["past"] if not _is_covered(hit, guards["not_past"])]
        self._denied: Final = self._find_denied()

    def is_denied(self, hit: Hit) -> bool:
        """Negated ("no fever", "температуры нет") or part of a harmless phrase ("bad breath")."""
        return hit in self._denied or any(
            hit.start <= harmless.end and harmless.start <= hit.end and not _is_part(harmless, hit)
            for harmless in self._guards["harmless"]
        )

    def is_supposed(self, hit: Hit) -> bool:
        """Under an "if" said before it in the same sentence, unless something between says it is happening now."""
        return any(
            mark.end < hit.start
            and hit.start - mark.end <= _CONDITION_REACH
            and self._same_sentence(mark, hit)
            and not self._has_present_between(mark.end, hit.end, clause=self._words[hit.start].clause)
            for mark in self._guards["condition"]
        )

    def is_past_alone(self, hit: Hit) -> bool:
        """Long ago, said in the very clause: "last year I was short of breath"."""
        clause = self._words[hit.start].clause
        return self._is_past(hit) and any(self._words[mark.start].clause == clause for mark in self._past)

    def is_told_or_asked(self, hit: Hit) -> bool:
        """Long ago, feared, possible or asked about: said of no present event."""
        return self._is_past(hit) or self.is_feared(hit) or self._is_inquiry(hit)

    def _is_past(self, hit: Hit) -> bool:
        return any(
            self._same_sentence(mark, hit) and not self._has_present_between(mark.start, hit.end, mark, hit)
            for mark in self._past
        )

    def is_feared(self, hit: Hit) -> bool:
        """Feared, possible or a risk: "afraid of choking", "can it bleed"."""
        clause = self._words[hit.start].clause
        for mark in self._guards["hypothetical"]:
            if mark.start <= hit.start and self._words[mark.start].clause == clause:
                return True
        return any(
            mark.end < hit.start <= mark.end + 2 and self._words[mark.end].clause == clause
            for mark in self._guards["hypothetical_next"]
        )

    def _is_inquiry(self, hit: Hit) -> bool:
        return any(self._same_sentence(mark, hit) for mark in self._guards["inquiry"]) and not any(
            self._same_sentence(mark, hit) for mark in self._guards["present"]
        )

    def _has_present_between(
        self,
        start: int,
        end: int,
        past: Hit | None = None,
        hit: Hit | None = None,
        *,
        clause: int | None = None,
    ) -> bool:
        """A "now" after the guard, or in the clause of the hit itself."""
        own = self._words[hit.start].clause if hit is not None else clause
        told_elsewhere = past is None or self._words[past.start].clause != own
        supposed = hit is None
        return any(
            mark.end > start
            and not (supposed and self._words[mark.end].text in _SUDDENLY)
            and (mark.start <= end or self._words[mark.start].clause == own)
            and (told_elsewhere or mark.start > start)
            for mark in self._guards["present"]
        )

    def _same_sentence(self, first: Hit, second: Hit) -> bool:
        return self._words[first.start].sentence == self._words[second.start].sentence

    def _find_negators(self) -> list[Hit]:
        """Negations that are not themselves part of a symptom ("не могу") or of "I don't know"."""
        symptoms = [hit for hit in self._concepts if hit.end > hit.start]
        return [
            hit
            for hit in self._guards["negation"]
            if not _is_covered(hit, [*symptoms, *self._guards["not_negation"]])
        ]

    def _find_denied(self) -> frozenset[Hit]:
        links = {at for hit in self._guards["or"] for at in range(hit.start, hit.end + 1)}
        denied: list[Hit] = []
        for hit in sorted(self._concepts, key=lambda item: item.start):
            if self._is_negated(hit) or self._continues_denial(hit, denied, links):
                denied.append(hit)
        return frozenset(denied)

    def _is_negated(self, hit: Hit) -> bool:
        clause = self._words[hit.start].clause
        before = any(
            mark.end < hit.start <= mark.end + _SHORT_REACH.get(self._words[mark.end].text, _NEGATION_REACH)
            and self._words[mark.end].clause == clause
            for mark in self._negators
        )
        return before or any(
            mark.start == hit.end + 1
            and self._words[mark.start].clause == self._words[hit.end].clause
            and (self._ends_clause(mark) or self._words[mark.start].text in _AFTER_ANYWHERE)
            for mark in self._guards["negation_after"]
        )

    def _ends_clause(self, mark: Hit) -> bool:
        """ "Fever, no." is a denial; in "the bleeding does not stop" the not belongs to what follows."""
        following = mark.end + 1
        return following >= len(self._words) or self._words[following].clause != self._words[mark.end].clause

    def _continues_denial(self, hit: Hit, denied: Sequence[Hit], links: set[int]) -> bool:
        """ "No fever or swelling", "нет температуры и отёка": the second is denied with the first."""
        for earlier in denied:
            between = range(earlier.end + 1, hit.start)
            linked = between and all(at in links for at in between)
            # In Hebrew "and" is the first letter of the word itself.
            glued = not between and hit.start > earlier.end and self._words[hit.start].text.startswith("ו")
            if hit.start > earlier.start and self._same_sentence(earlier, hit) and (linked or glued):
                return True
        return False


def _is_covered(hit: Hit, others: Sequence[Hit]) -> bool:
    return any(other.start <= hit.start and hit.end <= other.end for other in others)


def _is_part(harmless: Hit, hit: Hit) -> bool:
    """ "Headache" is harmless, "the worst headache, suddenly" says more."""
    return (
        hit.start <= harmless.start
        and harmless.end <= hit.end
        and harmless != hit
        and (hit.end - hit.start > harmless.end - harmless.start)
    )

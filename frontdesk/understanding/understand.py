"""Everything one message says, read without knowing the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from frontdesk.scheduling.models import Catalog
from frontdesk.understanding.affirmation import read_answer
from frontdesk.understanding.choosing import read_choice
from frontdesk.understanding.concepts import find_concepts, load_concepts
from frontdesk.understanding.cues import ANY_LANGUAGE, cue_book
from frontdesk.understanding.dates import find_dates, first_weekday_of
from frontdesk.understanding.frame import Slot, Unit, units_of
from frontdesk.understanding.intents import Content, rank_intents
from frontdesk.understanding.language_of import LanguageReading, language_of, language_request
from frontdesk.understanding.models import DateMention, NameMention, Repair, Understanding
from frontdesk.understanding.names import Names, general_speller, index_of
from frontdesk.understanding.negation import find_denied, find_denied_words, find_denying
from frontdesk.understanding.people import read_people
from frontdesk.understanding.phrases import Found
from frontdesk.understanding.spoken_language import asks_who_speaks
from frontdesk.understanding.tokens import Token, tokenize
from frontdesk.understanding.wording import load_wording

# Spanish and Portuguese share most of their short words.
_SISTERS = {"es", "pt"}
# Messages of up to so many words may answer in any language ("ok vale", "si ok").
_SHORT_MESSAGE_UNITS = 3
# Without a clinic: UTC, and a bare hour is resolved by the date grammar alone.
_NO_ZONE = "UTC"
# A treatment is a service to the model of wording, whether this clinic has it or not.
_SHOWN_AS = (
    ("service", "<service>"),
    ("concept", "<service>"),
    ("doctor", "<doctor>"),
    ("date", "<date>"),
    ("number", "<number>"),
)
# More than any sincere message; the rest of a pasted book is not read.
_MOST_CHARACTERS = 4000


def understand(
    text: str,
    *,
    catalog: Catalog | None,
    now: datetime,
    timezone: str | None = None,
    language: str | None = None,
) -> Understanding:
    """What a message says.

    `now` is aware; `timezone` is an IANA name, by default the clinic's. `language` is what the conversation speaks,
    used where the message itself says too little. Without a catalog no services and doctors are found.
    """
    whole, text = text, text[:_MOST_CHARACTERS]
    tokens = tokenize(text)
    index = None if catalog is None else index_of(catalog)
    seen = language_of(text, names=frozenset() if index is None else index.words)
    spoken = _spoken(seen, language)
    dates = _dates(text, catalog=catalog, now=now, timezone=timezone, language=spoken)
    spans = [mention.span for mention in dates]
    names = _concepts_only(tokens) if index is None else index.find_in(tokens, spans)
    dates = _outside_names(dates, names)
    speller = general_speller() if index is None else index.speller
    units = units_of(text, tokens, _slots(names, dates), speller.correct)
    found = _fitting(cue_book().find(units), units, spoken)
    dates = _without_greetings(dates, units, found)
    denied_places = find_denied(units, found)
    denied = {units[place].start for place in denied_places}
    services = _with_denials(names.services, denied)
    doctors = _with_denials(names.doctors, denied)
    is_question = "?" in text or "؟" in text or any(each.label == "question" for each in found)
    answer = read_answer(units, found, denying=find_denying(units, found), is_question="?" in text)
    who_speaks = asks_who_speaks(text, found)
    people = read_people(units, found)
    # "Do any of your doctors speak Russian?" leaves nothing to us.
    any_doctor = people.any_doctor and who_speaks is None
    choice = read_choice(text, tokens, units, dates, speller.correct)
    content = Content(
        has_service=any(not each.negated for each in services),
        has_concept=bool(names.concepts),
        has_doctor=any(not each.negated for each in doctors),
        has_date=bool(dates),
        denied=denied_places,
        has_choice=choice is not None,
        leaves_open=any_doctor or people.any_time,
        says_for_whom=people.for_whom is not None or people.writer_is_minor,
        asks_of_other=people.asks_of_other,
        is_question=is_question,
        answer=answer,
    )
    wording = load_wording("intents").weigh(wording_of(units))
    intents, reasons = rank_intents(units, found, content, wording)
    return Understanding(
        text=whole,
        language=seen.language,
        language_confidence=seen.confidence,
        language_is_clear=seen.is_clear,
        language_request=language_request(text),
        intents=intents,
        services=services,
        doctors=doctors,
        dates=tuple(dates),
        says_yes=answer.says_yes,
        says_no=answer.says_no,
        is_bare=answer.is_bare,
        drops=answer.drops,
        any_doctor=any_doctor,
        any_time=people.any_time,
        asks_who_speaks=who_speaks,
        memory_wish=_memory_wish(found),
        repair=_repair(found),
        is_question=is_question,
        refers_back=any(each.label == "recalls" for each in found),
        choice=choice.number if choice else None,
        choice_span=choice.span if choice else None,
        for_whom=people.for_whom,
        visitor=people.visitor,
        is_for_several=people.is_for_several,
        writer_is_minor=people.writer_is_minor,
        negated_words=find_denied_words(units, found, text),
        reasons=reasons,
    )


def _repair(found: Sequence[Found]) -> Repair | None:
    labels = {each.label for each in found}
    return next((each for each in Repair if f"repair:{each}" in labels), None)


def _memory_wish(found: Sequence[Found]) -> Literal["remember", "forget"] | None:
    """ "Don't remember me" holds "remember me": forgetting wins."""
    labels = {each.label for each in found}
    if "memory:forget" in labels:
        return "forget"
    return "remember" if "memory:remember" in labels else None


def _spoken(seen: LanguageReading, language: str | None) -> str | None:
    """What the message is taken to speak: between sisters ("no domingo") the conversation tells."""
    if not seen.is_clear and {seen.language, language} == _SISTERS:
        return language
    return seen.language or language


def read_wording(text: str, *, now: datetime, language: str | None) -> list[str]:
    """A message without a clinic as the model of wording sees it; for training."""
    tokens = tokenize(text)
    dates = _dates(text, catalog=None, now=now, timezone=None, language=language)
    units = units_of(text, tokens, _slots(_concepts_only(tokens), dates), lambda _: None)
    return wording_of(units)


def wording_of(units: Sequence[Unit]) -> list[str]:
    """The words of a message, with what was recognised named by its kind: other clinics have other names."""
    return [_kind_of(unit) or unit.forms[0] for unit in units]


def _kind_of(unit: Unit) -> str | None:
    return next((shown for kind, shown in _SHOWN_AS if kind in unit.slots), None)


def _dates(
    text: str, *, catalog: Catalog | None, now: datetime, timezone: str | None, language: str | None
) -> Sequence[DateMention]:
    zone_name = timezone or (catalog.clinic.timezone if catalog is not None else _NO_ZONE)
    return find_dates(
        text,
        now=now,
        zone=ZoneInfo(zone_name),
        first_weekday=first_weekday_of(zone_name),
        language=language,
        opening=catalog.clinic.hours if catalog is not None else None,
    )


def _concepts_only(tokens: Sequence[Token]) -> Names:
    concepts = load_concepts()
    found = [
        term
        for term in find_concepts(tokens, general_speller().correct)
        if not concepts[term.payload].is_generic
    ]
    return Names(concepts=tuple((tokens[term.first].start, tokens[term.last - 1].end) for term in found))


def _outside_names(dates: Sequence[DateMention], names: Names) -> Sequence[DateMention]:
    """Without the "night" of "night guard"."""
    return [
        mention
        for mention in dates
        if mention.on is not None
        or mention.at is not None
        or not any(m.span[0] <= mention.span[0] and mention.span[1] <= m.span[1] for m in names.services)
    ]


def _without_greetings(
    dates: Sequence[DateMention], units: Sequence[Unit], found: Sequence[Found]
) -> Sequence[DateMention]:
    """Without the "evening" of "good evening"."""
    polite = [
        (units[each.first].start, units[each.last - 1].end)
        for each in found
        if each.label in ("intent:greeting", "intent:thanks_bye")
    ]
    return [
        mention
        for mention in dates
        if mention.on is not None
        or mention.at is not None
        or not any(start <= mention.span[0] and mention.span[1] <= end for start, end in polite)
    ]


def _slots(names: Names, dates: Sequence[DateMention]) -> list[Slot]:
    return [
        *(Slot("service", *mention.span) for mention in names.services),
        *(Slot("doctor", *mention.span) for mention in names.doctors),
        *(Slot("concept", *span) for span in names.concepts),
        *(Slot("date", *mention.span) for mention in dates),
    ]


def _with_denials(mentions: Sequence[NameMention], denied: set[int]) -> tuple[NameMention, ...]:
    return tuple(
        NameMention(
            candidates=mention.candidates,
            score=mention.score,
            span=mention.span,
            negated=any(mention.span[0] <= start < mention.span[1] for start in denied),
        )
        for mention in mentions
    )


def _fitting(found: Sequence[Found], units: Sequence[Unit], language: str | None) -> list[Found]:
    """Without phrases of other Latin languages: "no" is a refusal in Spanish and a preposition in Portuguese."""
    if language is None or len(units) <= _SHORT_MESSAGE_UNITS:
        return list(found)
    return [each for each in found if _may_speak(each, language)]


def _may_speak(each: Found, language: str) -> bool:
    spoken = each.phrase.language
    if spoken in (language, ANY_LANGUAGE):
        return True
    if each.phrase.is_led_by_slot:
        return False
    if spoken in ("ru", "he"):
        return True
    if {spoken, language} == {"es", "pt"}:
        return False
    return each.label.startswith("intent:") and each.phrase.weight >= 5 and each.last - each.first >= 2

"""What one message says, before anyone decides what to do about it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from typing import Literal
from uuid import UUID

from frontdesk.scheduling.models import Visitor


class Intent(StrEnum):
    GREETING = "greeting"
    SERVICE_INQUIRY = "service_inquiry"
    PRICE_INQUIRY = "price_inquiry"
    HOURS_LOCATION = "hours_location"
    DOCTOR_INQUIRY = "doctor_inquiry"
    BOOK = "book"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    DENY = "deny"
    PROVIDE_INFO = "provide_info"
    MY_APPOINTMENTS = "my_appointments"
    HUMAN = "human"
    EMERGENCY = "emergency"
    THANKS_BYE = "thanks_bye"
    OUT_OF_SCOPE = "out_of_scope"


class Role(StrEnum):
    """What a date is for. FROM and TO are the ends of a move ("from Monday to Wednesday")."""

    WANTED = "wanted"
    EXCLUDED = "excluded"
    FROM = "from"
    TO = "to"
    ALTERNATIVE = "alternative"


class Daypart(StrEnum):
    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True, kw_only=True, slots=True)
class DateMention:
    """One date or time expression. Times are local to the clinic.

    `on`/`at` is the day and hour named; `until_on`/`until_at` the end of a range. `not_before` and
    `not_after` bound an open range ("after 6" → not_before 18:00, "until noon" → not_after 12:00): then
    `at` is None. `ambiguous` lists the other day it may mean ("next Friday"), for the assistant to ask.
    """

    role: Role = Role.WANTED
    on: date | None = None
    at: time | None = None
    daypart: Daypart | None = None
    until_on: date | None = None
    until_at: time | None = None
    not_before: time | None = None
    not_after: time | None = None
    ambiguous: tuple[date, ...] = ()
    # "same day", "that time": refers to the day or hour of the visit or proposal spoken of.
    same_day: bool = False
    same_time: bool = False
    # "+7 days" relative to the visit spoken of ("a week later"), else None.
    shift_days: int | None = None
    # Characters of the message this came from.
    span: tuple[int, int] = (0, 0)

    @property
    def says_nothing(self) -> bool:
        """Neither a day nor an hour, not even one to count from: "earlier", "later"."""
        return replace(self, role=Role.WANTED, span=(0, 0)) == DateMention()


@dataclass(frozen=True, kw_only=True, slots=True)
class NameMention:
    """A service or a doctor of the catalog named in the message.

    `candidates` holds every id the words fit, best first: one id is a match, more is a question to ask.
    `score` is 0 to 100.
    """

    candidates: tuple[UUID, ...]
    score: float
    span: tuple[int, int]
    negated: bool = False


class Repair(StrEnum):
    START_OVER = "start_over"
    REPEAT = "repeat"
    PUZZLED = "puzzled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Understanding:
    """Everything read from one message without knowing the conversation."""

    text: str
    # Language of the message, None where it says too little; confidence 0 to 1.
    language: str | None = None
    language_confidence: float = 0.0
    # A clear message: a sentence of three or more words in one of the five languages.
    language_is_clear: bool = False
    # The language the patient asks to be answered in ("please in English"), else None.
    language_request: str | None = None
    # Strongest reading first; never empty. `intents[0]` is the intent of the message taken alone.
    intents: tuple[Intent, ...] = (Intent.OUT_OF_SCOPE,)
    services: tuple[NameMention, ...] = ()
    doctors: tuple[NameMention, ...] = ()
    dates: tuple[DateMention, ...] = ()
    # Says yes or no to something, in so many words ("yes, but..." is both).
    says_yes: bool = False
    says_no: bool = False
    # Nothing but that yes or no ("ok", "да конечно", "não, obrigado").
    is_bare: bool = False
    # "I don't need it", "forget it": drops what is being done.
    drops: bool = False
    # "any doctor", "whoever": no preference for a doctor; likewise for the time.
    any_doctor: bool = False
    any_time: bool = False
    # The language a doctor is to speak ("does anyone speak Russian?"), as a code, else None.
    asks_who_speaks: str | None = None
    # What the patient wants us to keep about them, for good.
    memory_wish: Literal["remember", "forget"] | None = None
    # Speaks of the conversation itself: begin again, say it again, "I do not understand".
    repair: Repair | None = None
    is_question: bool = False
    # "that one", "it", "the second": refers to what was said before.
    refers_back: bool = False
    # 1-based choice from a list ("2", "the second one"), else None; -1 is the last.
    choice: int | None = None
    # Where the message says so. A date inside it is another reading of the same words ("the 2nd").
    choice_span: tuple[int, int] | None = None
    # Whom it is for, if not the writer.
    for_whom: Literal["child", "other_adult"] | None = None
    # Whom a visit is asked for, said in so many words ("for my daughter", "my mother needs"); None where nothing is said.
    visitor: Visitor | None = None
    # For more than one person at once ("for me and my husband").
    is_for_several: bool = False
    writer_is_minor: bool = False
    # Words negated that fit nothing in a catalog.
    negated_words: tuple[str, ...] = ()
    # Short names of the rules that fired, for the trace and for people who mend the lexicons.
    reasons: tuple[str, ...] = field(default=())

    @property
    def intent(self) -> Intent:
        return self.intents[0]

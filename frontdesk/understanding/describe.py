"""What a message says, as the plain values of the `frontdesk understand` command (eval/README.md, section 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from frontdesk.scheduling.models import Catalog, Doctor, Service
from frontdesk.understanding.models import DateMention, Intent, NameMention, Understanding


def describe(
    understanding: Understanding,
    catalog: Catalog | None,
    *,
    urgency: str | None = None,
    emergency: bool = False,
) -> dict[str, Any]:
    """The output line for one message: plain values, services and doctors by their fixture keys.

    A name that fits several doctors or services gives null: it is a question to ask. Without a catalog `negated`
    holds the words refused, else the keys.
    """
    services: Mapping[UUID, Service] = {} if catalog is None else catalog.services
    doctors: Mapping[UUID, Doctor] = {} if catalog is None else catalog.doctors
    negated = [
        *_keys(understanding.services, services, negated=True),
        *_keys(understanding.doctors, doctors, negated=True),
    ]
    return {
        "language": understanding.language,
        "language_confidence": round(understanding.language_confidence, 2),
        "intent": str(Intent.EMERGENCY if emergency else understanding.intent),
        "dates": [_date(mention) for mention in understanding.dates],
        "service": _only_key(understanding.services, services),
        "doctor": _only_key(understanding.doctors, doctors),
        "urgency": None if urgency is None else str(urgency),
        "emergency": emergency,
        "negated": list(dict.fromkeys(negated if catalog is not None else understanding.negated_words)),
    }


def _keys(
    mentions: Sequence[NameMention], named: Mapping[UUID, Service] | Mapping[UUID, Doctor], *, negated: bool
) -> list[str]:
    return [
        named[each].key for mention in mentions if mention.negated is negated for each in mention.candidates
    ]


def _only_key(
    mentions: Sequence[NameMention], named: Mapping[UUID, Service] | Mapping[UUID, Doctor]
) -> str | None:
    """The key all wanted mentions agree on, the first certain one if they differ."""
    certain = [mention for mention in mentions if not mention.negated and len(mention.candidates) == 1]
    return named[certain[0].candidates[0]].key if certain else None


def _date(mention: DateMention) -> dict[str, Any]:
    """An open range is shown by its bound: "after 6" as the time, "until 6" as the end time."""
    at = mention.at or mention.not_before
    until = mention.until_at or mention.not_after
    return {
        "role": str(mention.role),
        "date": mention.on.isoformat() if mention.on else None,
        "time": at.strftime("%H:%M") if at else None,
        "daypart": str(mention.daypart) if mention.daypart else None,
        "end_date": mention.until_on.isoformat() if mention.until_on else None,
        "end_time": until.strftime("%H:%M") if until else None,
    }

"""Right values in place of wrong ones, from what the clinic and the patient's visits leave possible. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Final, TypeVar
from uuid import UUID

from rapidfuzz import fuzz, process

from frontdesk.agent.argument_formats import (
    MOST_CHARACTERS,
    find_date,
    find_minutes,
    find_times,
    find_uuid,
    is_placeholder,
)
from frontdesk.agent.tool_context import ToolContext
from frontdesk.agent.tool_schemas import TOOLS, ArgumentKind
from frontdesk.agent.visit_frame import VisitFrame
from frontdesk.clinics.models import Texts
from frontdesk.safety.models import Urgency
from frontdesk.scheduling.availability import HORIZON_DAYS
from frontdesk.scheduling.models import Aliases, Appointment, Doctor, Service
from frontdesk.understanding.folding import fold
from frontdesk.understanding.names import index_of

Suggestion = str | int | list[str]

# A model that gets a long list takes any of it.
_MOST_IDS: Final = 5
_MOST_TIMES: Final = 3
_SEARCH_DAYS: Final = 60
# A day of the wrong year is meant for this year only if that is soon.
_SOON: Final = timedelta(days=180)
_LEAST_LIKENESS: Final = 70

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class RightPart:
    """What the right arguments of a call amount to. A wrong or absent one is None."""

    context: ToolContext
    frame: VisitFrame
    service: Service | None
    doctor: Doctor | None
    appointment: Appointment | None
    on: date | None
    at: time | None


def suggest_tool(name: object) -> Suggestion:
    """The tool of this name spelled otherwise, else those with names like it, else all of them."""
    letters = _letters_of(name[:MOST_CHARACTERS]) if isinstance(name, str) else ""
    same = [tool for tool in TOOLS if _letters_of(tool) == letters]
    near = process.extract(
        letters,
        {tool: _letters_of(tool) for tool in TOOLS},
        scorer=fuzz.ratio,
        limit=_MOST_TIMES,
        score_cutoff=_LEAST_LIKENESS,
    )
    return _shorten(same) or _shorten([tool for _, _, tool in near]) or list(TOOLS)


def _letters_of(name: str) -> str:
    return "".join(filter(str.isalpha, name.casefold()))


def suggest_value(kind: ArgumentKind, value: object, right: RightPart) -> Suggestion | None:
    """One value where only one is right, else a short list; None where nothing can be said. `value` may be None."""
    return _SUGGEST[kind](value, right)


def _suggest_clinic(_value: object, right: RightPart) -> Suggestion:
    return str(right.context.outside_clinic_id or right.context.catalog.clinic.clinic_id)


def _suggest_patient(_value: object, right: RightPart) -> Suggestion:
    return str(right.context.patient_id)


def _suggest_doctor(value: object, right: RightPart) -> Suggestion | None:
    doctors = list(right.context.catalog.doctors.values())
    service, on = right.service, right.on
    if service is not None:
        doctors = [doctor for doctor in doctors if service.service_id in doctor.service_ids]
    frames = {doctor.doctor_id: replace(right.frame, doctor=doctor) for doctor in doctors}
    named = _find_named(value, right).doctor_ids
    usual = {right.appointment.doctor_id} if right.appointment else set()
    doctors = _narrow(
        doctors,
        lambda doctor: doctor.doctor_id == find_uuid(value),
        lambda doctor: doctor.doctor_id in named,
        lambda doctor: on is not None and frames[doctor.doctor_id].find_day_fault(on) is None,
        lambda doctor: (
            right.at is not None and frames[doctor.doctor_id].find_time_fault(on, right.at) is None
        ),
        lambda doctor: doctor.doctor_id in usual,
        lambda doctor: doctor.doctor_id == right.context.known.doctor_id,
    )
    return _shorten([str(doctor.doctor_id) for doctor in doctors])


def _suggest_service(value: object, right: RightPart) -> Suggestion | None:
    named = _find_named(value, right).service_ids
    services = _narrow(
        list(right.context.catalog.services.values()),
        lambda service: service.service_id == find_uuid(value),
        lambda service: service.service_id in named,
        lambda service: right.doctor is not None and service.service_id in right.doctor.service_ids,
        lambda service: service.service_id == right.context.known.service_id,
    )
    return _shorten([str(service.service_id) for service in services])


def _suggest_appointment(value: object, right: RightPart) -> Suggestion | None:
    named = _find_named(value, right)
    visits = _narrow(
        right.context.list_changeable(),
        lambda visit: visit.appointment_id == find_uuid(value),
        lambda visit: visit.service_id in named.service_ids,
        lambda visit: visit.doctor_id in named.doctor_ids,
        lambda visit: visit.appointment_id == right.context.known.appointment_id,
    )
    return _shorten([str(visit.appointment_id) for visit in visits])


def _suggest_date(value: object, right: RightPart) -> Suggestion | None:
    frame, known = right.frame, right.context.known.on
    if value is None or value == "":
        # Which day the patient wants is for the patient to say.
        return known.isoformat() if known and frame.find_day_fault(known) is None else None
    meant = find_date(value, clinic=frame.clinic, now=frame.now)
    if meant is not None and frame.find_day_fault(meant) is None:
        return meant.isoformat()
    days = [*_same_day_this_year(meant, frame)]
    since = max(meant, frame.today) if meant else frame.today
    if (since - frame.today).days <= HORIZON_DAYS:
        days += frame.list_days(since, within_days=_SEARCH_DAYS, limit=_MOST_TIMES)
    return _shorten([on.isoformat() for on in dict.fromkeys(days)][:_MOST_TIMES])


def _same_day_this_year(meant: date | None, frame: VisitFrame) -> list[date]:
    """Models know the day and month of a date better than its year."""
    if meant is None or meant.year == frame.today.year:
        return []
    found = []
    for year in (frame.today.year, frame.today.year + 1):
        try:
            on = meant.replace(year=year)
        except ValueError:  # 29 February
            continue
        if frame.find_day_fault(on) is None and on - frame.today <= _SOON:
            found.append(on)
    return found


def _suggest_time(value: object, right: RightPart) -> Suggestion | None:
    frame, known = right.frame, right.context.known.at
    if value is None or value == "":
        return f"{known:%H:%M}" if known and frame.find_time_fault(right.on, known) is None else None
    readings = find_times(value, clinic=frame.clinic, now=frame.now)
    for at in readings:
        if frame.find_time_fault(right.on, at) is None:
            return f"{at:%H:%M}"
    times = frame.list_times(right.on)
    if readings:
        times.sort(key=lambda at: abs(_minute_of(at) - _minute_of(readings[0])))
    return _shorten([f"{at:%H:%M}" for at in sorted(times[:_MOST_TIMES])])


def _suggest_duration(value: object, right: RightPart) -> Suggestion | None:
    written = find_minutes(value)
    if written is not None or right.service is None:
        return written
    return int(right.service.duration.total_seconds()) // 60


def _suggest_urgency(value: object, _right: RightPart) -> Suggestion:
    plain = value.strip().casefold() if isinstance(value, str) else ""
    return plain if plain in set(Urgency) else [urgency.value for urgency in Urgency]


def _suggest_nothing(_value: object, _right: RightPart) -> Suggestion | None:
    return None


_SUGGEST: Final[Mapping[ArgumentKind, Callable[[object, RightPart], Suggestion | None]]] = {
    ArgumentKind.CLINIC: _suggest_clinic,
    ArgumentKind.PATIENT: _suggest_patient,
    ArgumentKind.DOCTOR: _suggest_doctor,
    ArgumentKind.SERVICE: _suggest_service,
    ArgumentKind.APPOINTMENT: _suggest_appointment,
    ArgumentKind.DATE: _suggest_date,
    ArgumentKind.TIME: _suggest_time,
    ArgumentKind.DURATION: _suggest_duration,
    ArgumentKind.URGENCY: _suggest_urgency,
    ArgumentKind.TEXT: _suggest_nothing,
}


@dataclass(frozen=True, slots=True)
class _Named:
    service_ids: frozenset[UUID] = frozenset()
    doctor_ids: frozenset[UUID] = frozenset()


def _find_named(value: object, right: RightPart) -> _Named:
    """The services and doctors whose key or name stands where an id should."""
    if not isinstance(value, str) or not value.strip():
        return _Named()
    catalog, text = right.context.catalog, value[:MOST_CHARACTERS]
    word = _plain(text)
    exact = _Named(
        frozenset(
            s.service_id for s in catalog.services.values() if word in _spellings(s.key, s.name, s.aliases)
        ),
        frozenset(
            d.doctor_id for d in catalog.doctors.values() if word in _spellings(d.key, d.name, d.aliases)
        ),
    )
    if exact.service_ids or exact.doctor_ids or is_placeholder(text) or find_uuid(text):
        return exact
    names = index_of(catalog).find(text.replace("_", " "))
    return _Named(
        frozenset(one for mention in names.services for one in mention.candidates),
        frozenset(one for mention in names.doctors for one in mention.candidates),
    )


def _spellings(key: str, name: Texts, aliases: Aliases) -> set[str]:
    return {
        _plain(word) for word in (key, *name.values(), *(one for words in aliases.values() for one in words))
    }


def _plain(text: str) -> str:
    return " ".join(fold(text.replace("_", " ").replace("-", " ")).split())


def _narrow(candidates: list[T], *wishes: Callable[[T], bool]) -> list[T]:
    """Those that meet each wish in turn; a wish that none of them meets is passed over."""
    for wish in wishes:
        candidates = [one for one in candidates if wish(one)] or candidates
    return candidates


def _shorten(values: Sequence[str]) -> Suggestion | None:
    if not values:
        return None
    return values[0] if len(values) == 1 else list(values[:_MOST_IDS])


def _minute_of(at: time) -> int:
    return at.hour * 60 + at.minute

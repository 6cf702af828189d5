"""The clinic file's services and doctors, before they are shared out to the clinics. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from frontdesk.clinics.clinic_file import IGNORED, read_hours, read_optional
from frontdesk.clinics.file_nodes import Node
from frontdesk.scheduling.models import DateRange, Doctor, Service

SCHEMA: Final = "clinic-fixture/1"
# What healthcare.services takes.
_SHORTEST_MIN: Final = 5
_LONGEST_MIN: Final = 480
_SERVICE_REQUIRED: Final = frozenset({"key", "id", "duration_min", "name"})
_SERVICE_OPTIONAL: Final = frozenset({"prices", "aliases"})
_DOCTOR_REQUIRED: Final = frozenset({"key", "id", "name", "services", "hours"})
_DOCTOR_OPTIONAL: Final = frozenset({"clinic", "aliases", "languages", "time_off"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceEntry:
    """A service as the clinics of the file share it. `prices` goes by clinic key; None: offered by all, no price known."""

    service: Service
    prices: Mapping[str, Decimal | None] | None

    def price_at(self, clinic_key: str) -> Decimal | None:
        return None if self.prices is None else self.prices.get(clinic_key)

    def is_offered_at(self, clinic_key: str) -> bool:
        return self.prices is None or clinic_key in self.prices


@dataclass(frozen=True, kw_only=True, slots=True)
class DoctorEntry:
    """A doctor with the key of the clinic they work at."""

    doctor: Doctor
    clinic_key: str


def read_services(node: Node | None, *, clinic_keys: Collection[str]) -> dict[str, ServiceEntry]:
    """Service key → entry, in the order of the file."""
    entries: dict[str, ServiceEntry] = {}
    ids: set[UUID] = set()
    for item in node.read_items() if node is not None else []:
        fields = item.read_fields(required=_SERVICE_REQUIRED, optional=_SERVICE_OPTIONAL, ignored=IGNORED)
        key = read_optional(fields, "key", Node.read_text)
        service_id = read_optional(fields, "id", Node.read_uuid)
        minutes = read_optional(
            fields, "duration_min", lambda field: field.read_whole(least=_SHORTEST_MIN, most=_LONGEST_MIN)
        )
        names = read_optional(fields, "name", Node.read_texts)
        aliases = read_optional(fields, "aliases", Node.read_words) or {}
        prices = _read_prices(fields["prices"], clinic_keys) if "prices" in fields else None
        check_new(item, key, service_id, entries, ids)
        if key is None or key in entries:
            continue
        # With a mistake in it the entry still stands, so that nobody who refers to it is blamed.
        service = Service(
            service_id=service_id or UUID(int=len(entries)),
            key=key,
            name=names or {},
            aliases=aliases,
            duration=timedelta(minutes=minutes or _SHORTEST_MIN),
        )
        entries[key] = ServiceEntry(service=service, prices=prices)
        ids.add(service.service_id)
    return entries


def read_doctors(
    node: Node | None, *, clinic_keys: Collection[str], services: Mapping[str, ServiceEntry]
) -> dict[str, DoctorEntry]:
    """Doctor key → entry, in the order of the file."""
    entries: dict[str, DoctorEntry] = {}
    ids: set[UUID] = set()
    for item in node.read_items() if node is not None else []:
        fields = item.read_fields(required=_DOCTOR_REQUIRED, optional=_DOCTOR_OPTIONAL, ignored=IGNORED)
        key = read_optional(fields, "key", Node.read_text)
        doctor_id = read_optional(fields, "id", Node.read_uuid)
        clinic_key = _read_clinic_key(item, fields.get("clinic"), clinic_keys)
        names = read_optional(fields, "name", Node.read_texts)
        doctor = {
            "aliases": read_optional(fields, "aliases", Node.read_words) or {},
            "languages": read_optional(fields, "languages", _read_spoken) or (),
            "service_ids": _read_service_ids(fields.get("services"), services, clinic_key),
            "hours": read_optional(fields, "hours", read_hours) or {},
            "time_off": read_optional(fields, "time_off", _read_time_off) or (),
        }
        check_new(item, key, doctor_id, entries, ids)
        if key is None or key in entries or clinic_key is None:
            continue
        own_id = doctor_id or UUID(int=len(entries))
        entries[key] = DoctorEntry(
            doctor=Doctor(doctor_id=own_id, key=key, name=names or {}, **doctor),  # type: ignore[arg-type]
            clinic_key=clinic_key,
        )
        ids.add(own_id)
    return entries


def check_new(
    item: Node, key: str | None, own_id: UUID | None, known: Collection[str], ids: set[UUID]
) -> None:
    """Report a key or an id that another item of the list has."""
    if key in known:
        item.refuse(f"the key {key!r} is used twice")
    if own_id in ids:
        item.refuse(f"the id {own_id} is used twice")


def _read_clinic_key(item: Node, node: Node | None, clinic_keys: Collection[str]) -> str | None:
    if node is None:
        if len(clinic_keys) == 1:
            return next(iter(clinic_keys))
        item.refuse("clinic is missing")
        return None
    key = node.read_text()
    if key is not None and clinic_keys and key not in clinic_keys:
        node.refuse(f"there is no clinic {key!r}")
    return key


def _read_prices(node: Node, clinic_keys: Collection[str]) -> dict[str, Decimal | None]:
    prices: dict[str, Decimal | None] = {}
    for clinic_key, amount in node.read_entries():
        if clinic_keys and clinic_key not in clinic_keys:
            amount.refuse(f"there is no clinic {clinic_key!r}")
        prices[clinic_key] = None if amount.is_null else amount.read_amount()
    return prices


def _read_service_ids(
    node: Node | None, services: Mapping[str, ServiceEntry], clinic_key: str | None
) -> frozenset[UUID]:
    found = set()
    for item in node.read_items() if node is not None else []:
        key = item.read_text()
        if key is None:
            continue
        if key not in services:
            item.refuse(f"there is no service {key!r}")
        elif clinic_key is not None and not services[key].is_offered_at(clinic_key):
            item.warn(f"{key!r} has no price at {clinic_key!r}, so it is not offered there")
        else:
            found.add(services[key].service.service_id)
    return frozenset(found)


def _read_spoken(node: Node) -> tuple[str, ...]:
    return tuple(code for item in node.read_items() if (code := item.read_spoken()) is not None)


def _read_time_off(node: Node) -> tuple[DateRange, ...]:
    ranges = []
    for item in node.read_items():
        fields = item.read_fields(required=frozenset({"from"}), optional=frozenset({"to"}), ignored=IGNORED)
        first = read_optional(fields, "from", Node.read_date)
        last = read_optional(fields, "to", Node.read_date) if "to" in fields else first
        if first is None or last is None:
            continue
        if first > last:
            item.refuse(f"begins on {first}, after it ends on {last}")
        ranges.append(DateRange(first_on=first, last_on=last))
    return tuple(sorted(ranges, key=lambda off: off.first_on))

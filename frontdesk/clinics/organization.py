"""Who owns the clinics of one clinic file."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Organization:
    organization_id: UUID
    key: str
    name: str

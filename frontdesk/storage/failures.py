"""Refusals of the database that callers act on, by what they mean: only storage knows the driver."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg.errors import DeadlockDetected, ExclusionViolation, SerializationFailure, UniqueViolation

__all__ = ["CONTENDED", "DuplicateKey", "Overlap"]

# Two rows that must not overlap do.
Overlap = ExclusionViolation
DuplicateKey = UniqueViolation
# Another transaction was in the way; the same one run again from its start may well pass.
CONTENDED: Final[tuple[type[psycopg.Error], ...]] = (DeadlockDetected, SerializationFailure)

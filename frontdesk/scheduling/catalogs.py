"""The catalogs of all clinics in this process's memory, refreshed behind the scenes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from frontdesk.scheduling.models import Catalog
from frontdesk.scheduling.store import load_catalog
from frontdesk.storage.postgres import Database

log = logging.getLogger(__name__)

REFRESH_AFTER_S: Final = 30.0


@dataclass(slots=True)
class _Entry:
    catalog: Catalog
    loaded_at: float


class CatalogMemory:
    """`load` answers from memory where warm; what is older than 30 s is loaded anew in the background."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries: dict[UUID, _Entry] = {}
        self._refreshing: set[asyncio.Task[None]] = set()

    async def prewarm(self, clinic_ids: Sequence[UUID]) -> None:
        for clinic_id in clinic_ids:
            await self._fetch(clinic_id)

    async def load(self, clinic_id: UUID) -> Catalog:
        """The clinic with all it offers. Raises LookupError for an unknown clinic, DatabaseUnavailable when cold."""
        entry = self._entries.get(clinic_id)
        if entry is None:
            return await self._fetch(clinic_id)
        if time.monotonic() - entry.loaded_at > REFRESH_AFTER_S:
            entry.loaded_at = time.monotonic()
            task = asyncio.create_task(self._refresh(clinic_id))
            self._refreshing.add(task)
            task.add_done_callback(self._refreshing.discard)
        return entry.catalog

    def keep(self, catalog: Catalog) -> None:
        """Hold a catalog that is known already."""
        self._entries[catalog.clinic.clinic_id] = _Entry(catalog, time.monotonic())

    async def _fetch(self, clinic_id: UUID) -> Catalog:
        async with self._database.transaction(clinic_id) as tx:
            catalog = await load_catalog(tx, clinic_id)
        known = self._entries.get(clinic_id)
        if known is not None and known.catalog == catalog:
            known.loaded_at = time.monotonic()  # the same object: what is built on it stays warm
            return known.catalog
        self.keep(catalog)
        return catalog

    async def _refresh(self, clinic_id: UUID) -> None:
        try:
            await self._fetch(clinic_id)
        except Exception as error:  # noqa: BLE001 (what is old is better than a failure)
            log.warning(
                "catalog.not_refreshed", extra={"clinic_id": clinic_id, "error_type": type(error).__name__}
            )

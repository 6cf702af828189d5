"""Which clinic a WhatsApp instance belongs to, without a query on the hot path.

In front: this process's memory. Behind it Valkey (`whatsapp:instance:{name}` → clinic_id, organization_id, name,
whatsapp_number) and PostgreSQL. Entries are refreshed in the background before they get old; what is old is better than
a failure.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from frontdesk.clinics.instance_store import InstanceRow, InstanceStore

log = logging.getLogger(__name__)

REFRESH_AFTER_S: Final = 30.0
# A name nobody knows is asked for again after this: a new clinic waits no longer for its first message.
UNKNOWN_FOR_S: Final = 5.0
VALKEY_TTL_S: Final = 3600


class Cache(Protocol):
    async def read_json(self, key: str) -> Any | None: ...

    async def write_json(self, key: str, value: Any, *, ttl_s: int) -> None: ...


@dataclass(slots=True)
class _Entry:
    row: InstanceRow | None
    loaded_at: float


class InstanceDirectory:
    def __init__(self, store: InstanceStore, cache: Cache | None = None) -> None:
        self._store = store
        self._cache = cache
        self._entries: dict[str, _Entry] = {}
        self._refreshing: set[asyncio.Task[None]] = set()

    async def prewarm(self) -> int:
        """Load every instance; how many there are. Raises DatabaseUnavailable."""
        rows = await self._store.list_instances()
        for row in rows:
            await self._keep(row.instance_name, row)
        return len(rows)

    async def find(self, instance_name: str) -> InstanceRow | None:
        """The instance, or None if no clinic has it. No query when warm. Raises DatabaseUnavailable only when cold."""
        entry = self._entries.get(instance_name)
        if entry is not None:
            age_s = time.monotonic() - entry.loaded_at
            if entry.row is not None:
                if age_s > REFRESH_AFTER_S:
                    entry.loaded_at = time.monotonic()  # one refresh at a time
                    self._refresh_later(instance_name)
                return entry.row
            if age_s <= UNKNOWN_FOR_S:
                return None
        row = await self._store.find_instance(instance_name)
        await self._keep(instance_name, row)
        return row

    def forget(self, instance_name: str) -> None:
        """Drop an entry that has changed."""
        self._entries.pop(instance_name, None)

    async def _keep(self, instance_name: str, row: InstanceRow | None) -> None:
        self._entries[instance_name] = _Entry(row, time.monotonic())
        if row is not None and self._cache is not None:
            await self._cache.write_json(
                f"whatsapp:instance:{instance_name}", describe_instance(row), ttl_s=VALKEY_TTL_S
            )

    def _refresh_later(self, instance_name: str) -> None:
        task = asyncio.create_task(self._refresh(instance_name))
        self._refreshing.add(task)
        task.add_done_callback(self._refreshing.discard)

    async def _refresh(self, instance_name: str) -> None:
        try:
            await self._keep(instance_name, await self._store.find_instance(instance_name))
        except Exception as error:  # noqa: BLE001 (what is old is better than a failure)
            log.warning("directory.not_refreshed", extra={"error_type": type(error).__name__})


def describe_instance(row: InstanceRow) -> Mapping[str, str | None]:
    """The cached value, exactly these four fields."""
    return {
        "clinic_id": str(row.clinic_id),
        "organization_id": str(row.organization_id),
        "name": row.clinic_name,
        "whatsapp_number": row.whatsapp_number,
    }

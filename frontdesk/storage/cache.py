"""Valkey: a failure is a miss, never an error, and never slower than its timeout."""

from __future__ import annotations

import json
import logging
import time
from typing import Any, Final

import redis.asyncio as redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TIMEOUT_S: Final = 0.1
# After this many failures in a row Valkey is left alone for a while.
BREAK_AFTER: Final = 3
LEAVE_ALONE_S: Final = 5.0


class Cache:
    """JSON values by key."""

    def __init__(self, url: str) -> None:
        # protocol 2 and no retry: with the client's defaults a hung server costs seconds, not 0.1 s.
        self._client = redis.Redis.from_url(
            url.replace("valkey://", "redis://"),
            protocol=2,
            retry=None,
            retry_on_timeout=False,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            decode_responses=True,
        )
        self._failures = 0
        self._closed_until = 0.0

    async def close(self) -> None:
        await self._client.aclose()

    async def read_json(self, key: str) -> Any | None:
        """The value, or None for a miss, a failure or a value that is not JSON."""
        if time.monotonic() < self._closed_until:
            return None
        try:
            text = await self._client.get(key)
            self._failures = 0
            return None if text is None else json.loads(text)
        except (RedisError, OSError, ValueError, TimeoutError) as error:
            self._note_failure(error)
            return None

    async def write_json(self, key: str, value: Any, *, ttl_s: int) -> None:
        if time.monotonic() < self._closed_until:
            return
        try:
            await self._client.set(key, json.dumps(value, ensure_ascii=False, default=str), ex=ttl_s)
            self._failures = 0
        except (RedisError, OSError, TimeoutError) as error:
            self._note_failure(error)

    async def ping(self) -> bool:
        """Whether it answers now."""
        try:
            return bool(await self._client.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    def _note_failure(self, error: Exception) -> None:
        self._failures += 1
        if self._failures >= BREAK_AFTER:
            self._closed_until = time.monotonic() + LEAVE_ALONE_S
            log.warning(
                "cache.left_alone", extra={"error_type": type(error).__name__, "seconds": LEAVE_ALONE_S}
            )

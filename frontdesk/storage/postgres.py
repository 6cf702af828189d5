"""The connection pool and the one way to open a transaction.

A transaction works for one clinic: `app.clinic_id` is set for its length only (SET LOCAL), which is what row-level
security compares with. Connections keep prepared statements and settings, so a pooler in between must be in session mode.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import tuple_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

APPLICATION_ROLE = "frontdesk_app"
# How long a caller waits for a free connection before it is told "not now".
ACQUIRE_TIMEOUT_S = 2.0
CONNECT_TIMEOUT_S = 3
# A half-open connection is noticed within this many milliseconds.
TCP_USER_TIMEOUT_MS = 15_000

Transaction = AsyncConnection[Any]
# Raised in a transaction it takes everything back and ends the block quietly.
Rollback = psycopg.Rollback


class DatabaseUnavailable(Exception):
    """PostgreSQL does not take the work now; trying again later may help."""


def _dump_json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


set_json_dumps(_dump_json)
set_json_loads(msgspec.json.decode)


class Database:
    """A bounded pool of connections that act as the application's role."""

    def __init__(
        self, url: str, *, name: str, max_connections: int = 10, statement_timeout_ms: int = 15_000
    ) -> None:
        self._statement_timeout_ms = statement_timeout_ms
        self._pool: AsyncConnectionPool[Transaction] = AsyncConnectionPool(
            url,
            min_size=min(2, max_connections),
            max_size=max_connections,
            open=False,
            timeout=ACQUIRE_TIMEOUT_S,
            configure=self._configure,
            name=name,
            reconnect_timeout=0,
            kwargs={
                "autocommit": True,
                "application_name": name,
                "connect_timeout": CONNECT_TIMEOUT_S,
                "keepalives_idle": 10,
                "tcp_user_timeout": TCP_USER_TIMEOUT_MS,
                "row_factory": tuple_row,
            },
        )

    async def _configure(self, connection: Transaction) -> None:
        await configure_connection(connection, statement_timeout_ms=self._statement_timeout_ms)

    async def open(self, *, timeout_s: float = 10.0) -> None:
        """Open the pool. Raises DatabaseUnavailable if no connection can be had in time."""
        try:
            await self._pool.open(wait=True, timeout=timeout_s)
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise DatabaseUnavailable(str(error)) from error

    async def close(self) -> None:
        await self._pool.close(timeout=2.0)

    async def ping(self) -> bool:
        """Whether it answers now."""
        async with self.connection() as connection:
            await connection.execute("select 1")
        return True

    async def has_live_worker(self) -> bool:
        """Whether a worker has reported within half a minute."""
        async with self.connection() as connection:
            cursor = await connection.execute(
                "select exists (select 1 from public.procrastinate_workers"
                " where last_heartbeat > now() - interval '30 seconds')"
            )
            row = await cursor.fetchone()
        return bool(row and row[0])

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Transaction]:
        """A connection in autocommit: for single statements that set their own clinic (functions in `core`)."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.TransactionRollback):
                raise
            raise DatabaseUnavailable(type(error).__name__) from error

    @asynccontextmanager
    async def transaction(self, clinic_id: UUID) -> AsyncIterator[Transaction]:
        """A transaction for one clinic; rolled back if the block raises."""
        async with self.connection() as connection, connection.transaction():
            await connection.execute("select set_config('app.clinic_id', %s, true)", (str(clinic_id),))
            yield connection


async def configure_connection(connection: Transaction, *, statement_timeout_ms: int) -> None:
    """Make a fresh connection act as the application's role, whoever logged in."""
    row = await (await connection.execute("select session_user")).fetchone()
    if row is not None and row[0] != APPLICATION_ROLE:
        # One login for everything: step down, so that row-level security applies.
        await connection.execute(f"set role {APPLICATION_ROLE}")
    await connection.execute(
        "select set_config('statement_timeout', %s, false)", (str(statement_timeout_ms),)
    )
    await connection.execute("set idle_in_transaction_session_timeout = '10s'")
    # Every statement is a look-up by key: planning it anew for each value never finds a better way.
    await connection.execute("set plan_cache_mode = force_generic_plan")

"""Rows to values. Only stores import this: SQL lives there and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString, TypeVar

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from frontdesk.storage.postgres import Transaction

Row = TypeVar("Row")
Parameters = Mapping[str, Any] | Sequence[Any]

__all__ = ["Jsonb", "execute", "fetch_all", "fetch_dicts", "fetch_one", "fetch_value"]


async def fetch_one(
    tx: Transaction, row: type[Row], query: LiteralString, parameters: Parameters = ()
) -> Row | None:
    """The first row as `row`, whose fields are named like the columns; None if there is none."""
    async with tx.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchone()


async def fetch_all(
    tx: Transaction, row: type[Row], query: LiteralString, parameters: Parameters = ()
) -> list[Row]:
    async with tx.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchall()


async def fetch_dicts(
    tx: Transaction, query: LiteralString, parameters: Parameters = ()
) -> list[dict[str, Any]]:
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchall()


async def fetch_value(tx: Transaction, query: LiteralString, parameters: Parameters = ()) -> Any:
    """The first column of the first row; None if there is no row."""
    async with tx.cursor() as cursor:
        await cursor.execute(query, parameters)
        row = await cursor.fetchone()
        return None if row is None else row[0]


async def execute(tx: Transaction, query: LiteralString, parameters: Parameters = ()) -> int:
    """How many rows it touched."""
    async with tx.cursor() as cursor:
        await cursor.execute(query, parameters)
        return cursor.rowcount

"""The bare handler the intake is compared with: one durable insert a request, nothing else."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import uvicorn
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def create_app(database_url: str) -> Starlette:
    pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]] = AsyncConnectionPool(
        database_url, min_size=10, max_size=10, open=False, kwargs={"autocommit": True}
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await pool.open(wait=True)
        async with pool.connection() as connection:
            await connection.execute(
                "create table if not exists public.bench_baseline (id bigserial primary key, body bytea)"
            )
        yield
        await pool.close()

    async def receive(request: Request) -> Response:
        body = await request.body()
        async with pool.connection() as connection:
            await connection.execute("insert into public.bench_baseline (body) values (%s)", (body,))
        return Response(b'{"outcome":"stored"}', media_type="application/json")

    async def ready(_: Request) -> Response:
        return Response(b"{}")

    return Starlette(
        routes=[Route("/", receive, methods=["POST"]), Route("/readyz", ready)], lifespan=lifespan
    )


if __name__ == "__main__":
    uvicorn.run(
        create_app(sys.argv[1]),
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="error",
    )

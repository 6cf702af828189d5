"""Serves an ASGI application on a loopback port inside the test's event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def serving(app: ASGIApp, *, listener: socket.socket | None = None) -> AsyncIterator[str]:
    """The base address while the block runs."""
    with listener or reserve_port() as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", loop="asyncio")
        server = uvicorn.Server(config)
        server.capture_signals = _leave_signals_alone  # type: ignore[method-assign]
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                if task.done():
                    task.result()
                await asyncio.sleep(0.005)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await task


def reserve_port() -> socket.socket:
    """A port of one's own, for an address that must be known before its server is."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


@contextmanager
def _leave_signals_alone() -> Iterator[None]:
    yield

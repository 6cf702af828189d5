"""The stand-in Evolution gateway as one ASGI application, mounted in another or standing alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from frontdesk.simulator.addresses import read_version
from frontdesk.simulator.answers import AsciiJSONResponse
from frontdesk.simulator.chats import ChatBook
from frontdesk.simulator.control import ControlRoutes
from frontdesk.simulator.delivery import WebhookSender
from frontdesk.simulator.instances import SimulatedInstance
from frontdesk.simulator.network import Network
from frontdesk.simulator.page import PageRoutes, Thoughts
from frontdesk.simulator.rest import ConnectionDropped, EvolutionRoutes
from frontdesk.simulator.shapes import shape_error

# Where the socket of a request is kept for the faults that close it.
_TRANSPORT: Final = "frontdesk.simulator.transport"


class Gateway(Starlette):
    """Opens itself with the first request, because a mounted application's lifespan does not run.

    Whoever mounts it awaits `close()` at the end, before the server waits for open pages.
    """

    def __init__(self, network: Network, *, routes: Sequence[BaseRoute]) -> None:
        super().__init__(routes=routes, lifespan=_run, exception_handlers=_FAILURES)
        self.network = network
        self._opening = asyncio.Lock()
        self._is_open = False

    async def open(self) -> None:
        """Resume the chats of the data folder; a second call does nothing."""
        async with self._opening:
            if not self._is_open:
                await self.network.chats.open()
                self._is_open = True

    async def close(self) -> None:
        """End the live feeds, stop the deliveries, write the chats."""
        async with self._opening:
            if self._is_open:
                self._is_open = False
                await self.network.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_open:
            await self.open()
        scope[_TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


def create_gateway(
    *,
    data_folder: Path,
    webhook_url: str,
    webhook_secret: str,
    api_key: str,
    instances: Sequence[SimulatedInstance],
    version: str = "2.3.7",
    thoughts: Thoughts | None = None,
    time_scale: float = 1.0,
    ignore_delay: bool = False,
    events: frozenset[str] | None = None,
    webhook_transport: httpx2.AsyncBaseTransport | None = None,
    clock: Callable[[], float] = time.time,
) -> Gateway:
    """A gateway for these instances, all connected.

    `webhook_url` is the consumer's base: events go to `{webhook_url}/webhooks/evolution/{instance}`. `version`
    decides shapes and retry rule. `time_scale` multiplies every pause of the gateway's own (retries, receipts,
    lateness), not `delay` and not timeouts. `events` limits the events sent, None sends all; `webhook_transport`
    replaces the network in tests; `clock` gives seconds since 1970.
    """
    sender = WebhookSender(
        webhook_url=webhook_url,
        secret=webhook_secret,
        version=read_version(version),
        time_scale=time_scale,
        transport=webhook_transport,
    )
    network = Network(
        instances=instances,
        chats=ChatBook(data_folder),
        sender=sender,
        version=version,
        clock=clock,
        time_scale=time_scale,
        ignore_delay=ignore_delay,
        events=events,
    )
    routes: list[BaseRoute] = [
        *EvolutionRoutes(network, api_key=api_key).list_routes(),
        *ControlRoutes(network).list_routes(),
        *PageRoutes(network, thoughts=thoughts).list_routes(),
    ]
    return Gateway(network, routes=routes)


@asynccontextmanager
async def _run(app: Starlette) -> AsyncIterator[None]:
    assert isinstance(app, Gateway)
    await app.open()
    try:
        yield
    finally:
        await app.close()


async def _say_not_found(request: Request, _: Any) -> Response:
    missing = f"Cannot {request.method} {request.url.path}"
    return AsciiJSONResponse(shape_error(404, "Not Found", [missing]), status_code=404)


async def _drop_connection(request: Request, failure: Exception) -> None:
    """Close the caller's socket unanswered. Below a middleware that hides it the caller sees a 500 instead."""
    transport = request.scope[_TRANSPORT]
    if transport is None:
        raise failure
    transport.abort()
    await asyncio.sleep(0)  # the server notices the end before it would complain of a missing answer


_FAILURES: Final[Mapping[Any, Any]] = {
    404: _say_not_found,
    405: _say_not_found,
    ConnectionDropped: _drop_connection,
}

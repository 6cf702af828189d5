"""The HTTP process: middleware, routers, lifespan; decides nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from frontdesk import __version__
from frontdesk.lifecycle.health import Health, health_routes
from frontdesk.lifecycle.watchdog import watchdog
from frontdesk.observability.trace_context import TraceMiddleware
from frontdesk.settings import Settings
from frontdesk.storage.servers import Addresses
from frontdesk.whatsapp.webhook import PREFIX
from frontdesk.wiring import Clock, Reception, open_reception, open_simulator, wall_clock

log = logging.getLogger(__name__)


def create_app(settings: Settings, servers: Addresses, *, clock: Clock = wall_clock) -> ASGIApp:
    """The application. Resources open with its lifespan; it is ready when the directory is warm."""
    health = Health(version=__version__)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(watchdog())
            reception: Reception = await stack.enter_async_context(
                open_reception(settings, servers, clock=clock)
            )
            entrance.webhook = Router(routes=reception.webhook.routes())
            if settings.environment == "development" and settings.evolution_url is None:
                app.mount("/simulator", await stack.enter_async_context(open_simulator(settings, reception)))
            health.add_check("database", reception.desk.database.ping, critical=True)
            health.add_check("redis", reception.cache.ping)
            health.add_check("worker", reception.desk.database.has_live_worker)
            await stack.enter_async_context(health.watch())
            log.info("api.ready", extra={"port": settings.port})
            yield
            health.drain()

    app = FastAPI(
        title="Frontdesk",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.router.routes.extend(health_routes(health))
    entrance = _Entrance(app)
    return TraceMiddleware(entrance)


class _Entrance:
    """Webhooks go straight to their route: what FastAPI wraps around a request is a sixth of their time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.webhook: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_webhook = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self.webhook if self.webhook and is_webhook else self._app)(scope, receive, send)

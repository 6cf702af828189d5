"""The HTTP process: middleware, routers, lifespan; decides nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router
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
            if settings.has_simulator:
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
    app.router.routes.append(Route("/", _front_page(settings)))
    entrance = _Entrance(app)
    return TraceMiddleware(entrance)


def _front_page(settings: Settings) -> Callable[[Request], Awaitable[Response]]:
    """Whoever opens the bare address: in development the simulator, else one line that says what this is."""

    async def show(_: Request) -> Response:
        if settings.has_simulator:
            return RedirectResponse("/simulator/")
        return PlainTextResponse("Frontdesk takes webhooks here; /health tells how it is.\n")

    return show


class _Entrance:
    """Webhooks go straight to their route: what FastAPI wraps around a request is a sixth of their time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.webhook: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_webhook = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self.webhook if self.webhook and is_webhook else self._app)(scope, receive, send)

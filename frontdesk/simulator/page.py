"""The page to chat with the clinic, its live feed, and the panel that shows what the system thought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from frontdesk.simulator.answers import AsciiJSONResponse
from frontdesk.simulator.network import Network

_STATIC_FOLDER: Final = Path(str(resources.files("frontdesk.simulator") / "static"))
_SECURITY: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_PAGE: Final = (_STATIC_FOLDER / "index.html").read_text(encoding="utf-8")
_MOST_THOUGHTS_AT_ONCE: Final = 200


class Thoughts(Protocol):
    """Where the panel reads what the system thought before it answered; the application implements it."""

    async def find_thoughts(
        self, *, instance: str, sent_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, object]]:
        """For each WhatsApp id of a sent message that answered something, what led to it; unknown ids are absent.

        Keys of a thought, all optional: `intent`, `state`, `language`, `relevance` (0 to 1), `context_injected`,
        `tools` (a list of `{name, ok, arguments}`), `timings` (milliseconds by step), `trace_id`,
        `reasons` (a list), `follow_up`, `escalated`.
        """


class _PageFiles(StaticFiles):
    """The page's own files, with the page's headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_SECURITY)
        return response


class PageRoutes:
    """The page's routes; every link in the page is relative, so it works wherever it is mounted."""

    def __init__(self, network: Network, *, thoughts: Thoughts | None) -> None:
        self._network = network
        self._thoughts = thoughts

    def list_routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._show_root, methods=["GET"]),
            Route("/events", self._stream_events, methods=["GET"]),
            Route("/thoughts", self._show_thoughts, methods=["GET"]),
            Mount("/static", _PageFiles(directory=_STATIC_FOLDER)),
        ]

    async def _show_root(self, request: Request) -> Response:
        """The page for a browser; for anybody else what the gateway says of itself."""
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(_PAGE, headers=_SECURITY)
        return AsciiJSONResponse(
            {
                "status": 200,
                "message": "Welcome to the Evolution API, it is working!",
                "version": self._network.version_text,
                "clientName": "simulator",
            }
        )

    async def _stream_events(self, _: Request) -> Response:
        return StreamingResponse(
            self._network.live.stream(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _show_thoughts(self, request: Request) -> Response:
        if self._thoughts is None:
            return AsciiJSONResponse({"available": False, "thoughts": {}})
        ids = [sent_id for sent_id in request.query_params.get("ids", "").split(",") if sent_id]
        found = await self._thoughts.find_thoughts(
            instance=request.query_params.get("instance", ""), sent_ids=ids[-_MOST_THOUGHTS_AT_ONCE:]
        )
        return AsciiJSONResponse(
            {"available": True, "thoughts": {key: dict(value) for key, value in found.items()}}
        )

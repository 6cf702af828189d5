"""A clinic of the browser tests: a small bot behind the simulated gateway, served on a real port."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from frontdesk.simulator.gateway import Gateway, create_gateway
from frontdesk.simulator.instances import SimulatedInstance

INSTANCES: Final = (
    SimulatedInstance(name="harbor", title="Harbor Clinic", language="en"),
    SimulatedInstance(name="shaked", title="מרפאת שקד", language="he"),
)
_KEY: Final = "browser-test-key"
_SECRET: Final = "browser-test-secret"
_ANSWERS: Final = {
    "How much does it cost?": "A *first visit* is 40 €. Which one do you mean?\n1. Check-up\n2. Cleaning\n3. Filling",
    "2": "Cleaning is 65 €. Shall I look for a time?",
    "אני רוצה לקבוע תור": "בשמחה! לאיזה טיפול תרצו לקבוע תור?\n1. בדיקה\n2. ניקוי אבנית",
    "שלום!": "שלום! אני העוזר האוטומטי של המרפאה. במה אפשר לעזור?",
}


class ClinicBot:
    """Answers each webhook through the gateway, and remembers what it thought."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._thoughts: dict[str, dict[str, object]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def find_thoughts(
        self, *, instance: str, sent_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, object]]:
        return {sent_id: self._thoughts[sent_id] for sent_id in sent_ids if sent_id in self._thoughts}

    async def receive(self, request: Request) -> Response:
        if request.headers.get("x-webhook-secret") != _SECRET:
            return Response(status_code=401)
        envelope = await request.json()
        if envelope["event"] == "messages.upsert" and not envelope["data"]["key"]["fromMe"]:
            task = asyncio.create_task(self._answer(envelope))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return Response(status_code=200)

    async def _answer(self, envelope: Mapping[str, Any]) -> None:
        instance, key = envelope["instance"], envelope["data"]["key"]
        text = envelope["data"]["message"].get("conversation", "")
        number = key["remoteJid"].partition("@")[0]
        async with httpx2.AsyncClient(base_url=self._base_url, headers={"apikey": _KEY}, timeout=5) as client:
            read = {"remoteJid": key["remoteJid"], "fromMe": False, "id": key["id"]}
            await client.post(f"/chat/markMessageAsRead/{instance}", json={"readMessages": [read]})
            typing = {"number": number, "presence": "composing", "delay": 400}
            await client.post(f"/chat/sendPresence/{instance}", json=typing)
            answer = {"number": number, "text": _ANSWERS.get(text, f"You wrote: {text}")}
            sent = await client.post(f"/message/sendText/{instance}", json=answer)
        self._thoughts[sent.json()["key"]["id"]] = _think(text)


def _think(text: str) -> dict[str, object]:
    booking = "תור" in text
    return {
        "intent": "book_appointment" if booking else "ask_price",
        "state": "booking_new" if booking else "service_inquiry",
        "language": "he" if booking else "en",
        "relevance": 0.82,
        "context_injected": not booking,
        "tools": [{"name": "get_services", "ok": True, "arguments": {"query": text}}],
        "timings": {"load": 2.4, "understand": 1.1, "answer": 6.3, "commit": 3.8},
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "reasons": ["the message names no treatment", "nothing is pending"],
        "follow_up": None,
        "escalated": False,
    }


@contextmanager
def serve_clinic(data_folder: Path) -> Iterator[str]:
    """The base address of a server with the bot and, under /simulator, the gateway."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        bot = ClinicBot(f"{base_url}/simulator")
        gateway = create_gateway(
            data_folder=data_folder,
            webhook_url=base_url,
            webhook_secret=_SECRET,
            api_key=_KEY,
            instances=INSTANCES,
            thoughts=bot,
            time_scale=0.1,
        )
        with _serve(_mount(bot, gateway), listener, gateway):
            yield base_url


def _mount(bot: ClinicBot, gateway: Gateway) -> Starlette:
    return Starlette(
        routes=[
            Route("/webhooks/evolution/{instance}", bot.receive, methods=["POST"]),
            Mount("/simulator", gateway),
        ]
    )


@contextmanager
def _serve(app: Starlette, listener: socket.socket, gateway: Gateway) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))

    async def run() -> None:
        try:
            await server.serve(sockets=[listener])
        finally:
            await gateway.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive()

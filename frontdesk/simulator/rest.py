"""The routes of Evolution API 2.3.x that a consumer calls, with the gateway's own checks and errors (contract C)."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from frontdesk.simulator.addresses import UnknownNumber, read_address
from frontdesk.simulator.answers import AsciiJSONResponse
from frontdesk.simulator.history import answer_find_messages, answer_find_statuses
from frontdesk.simulator.network import Network
from frontdesk.simulator.shapes import shape_error

Answer = Callable[[Network, str, Mapping[str, Any]], Awaitable[Response]]

# "Calls can hang without answer": longer than any client's patience.
_HANG_SECONDS: Final = 600.0
_PRESENCES: Final = frozenset({"composing", "recording", "paused", "available", "unavailable"})


class ConnectionDropped(Exception):
    """The connection closes without an answer; the outermost layer of the gateway does it."""


class Refused(Exception):
    """An answer with one of the gateway's own errors."""

    def __init__(self, status: int, error: str, message: object) -> None:
        super().__init__(error)
        self.response = AsciiJSONResponse(shape_error(status, error, message), status_code=status)


class EvolutionRoutes:
    """Guards every route as the gateway does: faults first, then "instance exists", then the key, then the body."""

    def __init__(self, network: Network, *, api_key: str) -> None:
        self._network = network
        self._api_key = api_key

    def list_routes(self) -> list[Route]:
        posts: Mapping[str, Answer] = {
            "/message/sendText/{instance}": _send_text,
            "/chat/sendPresence/{instance}": _send_presence,
            "/chat/markMessageAsRead/{instance}": _mark_read,
            "/chat/findMessages/{instance}": answer_find_messages,
            "/chat/findStatusMessage/{instance}": answer_find_statuses,
        }
        gets: Mapping[str, Answer] = {
            "/instance/connectionState/{instance}": _show_connection,
            "/instance/connect/{instance}": _connect,
        }
        return [
            *(Route(path, self._guard(answer), methods=["POST"]) for path, answer in posts.items()),
            *(Route(path, self._guard(answer), methods=["GET"]) for path, answer in gets.items()),
            Route("/instance/fetchInstances", self._fetch_instances, methods=["GET"]),
        ]

    def _guard(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            down = await self._fail_if_down()
            if down is not None:
                return down
            instance = request.path_params["instance"]
            try:
                self._check_instance(instance)
                self._check_key(request, instance=instance)
                body = await _read_body(request) if request.method == "POST" else {}
                return await answer(self._network, instance, body)
            except Refused as refused:
                return refused.response

        return respond

    async def _fetch_instances(self, request: Request) -> Response:
        down = await self._fail_if_down()
        if down is not None:
            return down
        named = request.query_params.get("instanceName")
        try:
            if named is not None:
                self._check_instance(named)
            self._check_key(request, instance=named)
        except Refused as refused:
            return refused.response
        rows = [_shape_row(self._network, name) for name in self._network.instances if named in (None, name)]
        return AsciiJSONResponse(rows)

    def _check_instance(self, instance: str) -> None:
        if instance not in self._network.instances:
            raise Refused(404, "Not Found", [f'The "{instance}" instance does not exist'])

    def _check_key(self, request: Request, *, instance: str | None) -> None:
        offered = request.headers.get("apikey", "").encode()
        keys = [self._api_key]
        if instance is not None:
            keys.append(self._network.instances[instance].token)
        if not any(hmac.compare_digest(offered, key.encode()) for key in keys):
            raise Refused(401, "Unauthorized", "Unauthorized")

    async def _fail_if_down(self) -> Response | None:
        faults = self._network.faults
        if not faults.down:
            return None
        if faults.down_how == "bad_gateway":
            return PlainTextResponse("502 Bad Gateway", status_code=502)
        if faults.down_how == "hang":
            await asyncio.sleep(_HANG_SECONDS)
        raise ConnectionDropped


async def _read_body(request: Request) -> Mapping[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise Refused(400, "Bad Request", ["Unexpected token in JSON"]) from error
    if not isinstance(body, dict):
        raise Refused(400, "Bad Request", [["instance is not of a type(s) object"]])
    return body


def _read_number(body: Mapping[str, Any]) -> str:
    number = body.get("number")
    if number is None:
        raise Refused(400, "Bad Request", [['instance requires property "number"']])
    if not isinstance(number, str):
        raise Refused(400, "Bad Request", ["Invalid format"])
    return number


def _read_text(network: Network, body: Mapping[str, Any]) -> tuple[str, int]:
    """Text and delay in milliseconds, from the body this version accepts."""
    field, options = ("textMessage", body.get("options")) if network.version < (2,) else ("text", body)
    if field not in body:
        raise Refused(400, "Bad Request", [[f'instance requires property "{field}"']])
    text = (
        body[field].get("text") if field == "textMessage" and isinstance(body[field], dict) else body[field]
    )
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "Bad Request", ["Text is required"])
    delay = options.get("delay", 0) if isinstance(options, dict) else 0
    if isinstance(delay, bool) or not isinstance(delay, int):
        raise Refused(400, "Bad Request", [["delay is not of a type(s) integer"]])
    return text, delay


async def _send_text(network: Network, instance: str, body: Mapping[str, Any]) -> Response:
    number = _read_number(body)
    text, delay_ms = _read_text(network, body)
    _check_open(network, instance)
    if network.faults.refusal:
        raise Refused(400, "Bad Request", [network.faults.refusal])
    try:
        message = await network.send_text(instance=instance, number=number, text=text, delay_ms=delay_ms)
    except UnknownNumber as unknown:
        missing = [{"jid": unknown.jid, "exists": False, "number": number}]
        raise Refused(400, "Bad Request", missing) from unknown
    if network.faults.slow_ms:
        await asyncio.sleep(network.faults.slow_ms / 1000)
    if network.faults.die_before_answer:
        raise ConnectionDropped
    return AsciiJSONResponse(message, status_code=201)


def _check_open(network: Network, instance: str) -> None:
    if not network.connections.is_open(instance):
        raise Refused(500, "Internal Server Error", "Connection Closed")


async def _send_presence(network: Network, instance: str, body: Mapping[str, Any]) -> Response:
    number = _read_number(body)
    options = body.get("options", body) if network.version < (2,) else body
    for field in ("presence", "delay"):
        if field not in options:
            raise Refused(400, "Bad Request", [[f'instance requires property "{field}"']])
    presence, delay_ms = options["presence"], options["delay"]
    if presence not in _PRESENCES or not isinstance(delay_ms, int):
        raise Refused(400, "Bad Request", [["presence is not one of enum values"]])
    _check_open(network, instance)
    jid = _read_jid(number)
    network.show_presence(instance=instance, jid=jid, presence=presence)
    if not network.ignore_delay:
        await asyncio.sleep(max(delay_ms, 0) / 1000)
    network.show_presence(instance=instance, jid=jid, presence="paused")
    return AsciiJSONResponse({"presence": presence}, status_code=201)


def _read_jid(number: str) -> str:
    try:
        return read_address(number)
    except UnknownNumber as unknown:
        missing = [{"jid": unknown.jid, "exists": False, "number": number}]
        raise Refused(400, "Bad Request", missing) from unknown


async def _mark_read(network: Network, instance: str, body: Mapping[str, Any]) -> Response:
    if not isinstance(body.get("readMessages"), list):
        raise Refused(400, "Bad Request", [['instance requires property "readMessages"']])
    _check_open(network, instance)
    for key in filter(_is_object, body["readMessages"]):
        # Up to 2.3.7 the key of a LID chat is skipped, with the same answer.
        skipped = network.version < (2, 4) and str(key.get("remoteJid", "")).endswith("@lid")
        if not skipped:
            network.mark_read(instance=instance, message_id=str(key.get("id", "")))
    return AsciiJSONResponse({"message": "Read messages", "read": "success"}, status_code=201)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


async def _show_connection(network: Network, instance: str, _: Mapping[str, Any]) -> Response:
    state = network.connections.find_state(instance)
    return AsciiJSONResponse({"instance": {"instanceName": instance, "state": state}})


async def _connect(network: Network, instance: str, _: Mapping[str, Any]) -> Response:
    if network.connections.is_open(instance):
        return await _show_connection(network, instance, {})
    code = f"2@simulated-{network.instances[instance].instance_id}"
    return AsciiJSONResponse(
        {"pairingCode": None, "code": code, "base64": "data:image/png;base64,", "count": 1}
    )


def _shape_row(network: Network, name: str) -> dict[str, object]:
    instance = network.instances[name]
    return {
        "id": instance.instance_id,
        "name": name,
        "connectionStatus": network.connections.find_state(name),
        "ownerJid": instance.own_jid,
        "profileName": instance.title or name,
        "profilePicUrl": None,
        "integration": "WHATSAPP-BAILEYS",
        "number": instance.number,
        "token": instance.token,
        "disconnectionReasonCode": None if network.connections.is_open(name) else 401,
    }

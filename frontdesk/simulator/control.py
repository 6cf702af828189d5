"""The control routes: people on the phones, faults, and what was received. No part of Evolution API."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.simulator.addresses import UnknownNumber, read_address
from frontdesk.simulator.answers import AsciiJSONResponse
from frontdesk.simulator.contents import UnknownKind
from frontdesk.simulator.faults import UnknownFault, change_faults
from frontdesk.simulator.incoming import PatientMessage
from frontdesk.simulator.live import describe_contact, describe_message
from frontdesk.simulator.network import Network

_STATES: Final = ("open", "connecting", "close")


class Misused(Exception):
    """The request makes no sense; the text says why."""


class ControlRoutes:
    """Plays everybody but the clinic's software. Unprotected: development listens on the own machine only."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def list_routes(self) -> list[Route]:
        posts: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[object]]] = {
            "/control/say": self._say,
            "/control/staff_says": self._staff_says,
            "/control/faults": self._change_faults,
            "/control/connection": self._change_connection,
            "/control/reset": self._reset,
        }
        gets: Mapping[str, Callable[[Mapping[str, str]], Awaitable[object]]] = {
            "/control/instances": self._list_instances,
            "/control/chats": self._list_chats,
            "/control/messages": self._list_messages,
            "/control/sent": self._list_sent,
            "/control/deliveries": self._list_deliveries,
            "/control/faults": self._show_faults,
        }
        return [
            *(Route(path, _take(answer), methods=["POST"]) for path, answer in posts.items()),
            *(Route(path, _show(answer), methods=["GET"]) for path, answer in gets.items()),
        ]

    async def _say(self, body: Mapping[str, Any]) -> object:
        instance = self._read_instance(body)
        phone, lid = _read_optional(body, "phone"), _read_optional(body, "lid")
        if phone is None and lid is None:
            raise Misused("phone or lid is required")
        said = PatientMessage(
            instance=instance,
            phone=phone,
            push_name=_read_optional(body, "push_name"),
            text=_read_optional(body, "text") or "",
            kind=_read_optional(body, "kind") or "text",
            language=_read_optional(body, "language") or self._network.instances[instance].language,
            choice_id=_read_optional(body, "choice_id"),
            lid=None if lid is None else lid.removesuffix("@lid"),
            message_id=_read_optional(body, "key_id"),
            sent_at=_read_instant(body.get("at")),
            quoted_id=_read_optional(body, "quoted_id"),
        )
        return describe_message(self._network.receive(said))

    async def _staff_says(self, body: Mapping[str, Any]) -> object:
        instance = self._read_instance(body)
        phone, text = _read_optional(body, "phone"), _read_optional(body, "text")
        if phone is None or not text:
            raise Misused("phone and text are required")
        message = self._network.receive_from_staff(instance=instance, jid=read_address(phone), text=text)
        return describe_message(message)

    async def _change_faults(self, body: Mapping[str, Any]) -> object:
        self._network.faults = change_faults(self._network.faults, body)
        faults = asdict(self._network.faults)
        self._network.live.publish({"type": "faults", "faults": faults})
        return faults

    async def _change_connection(self, body: Mapping[str, Any]) -> object:
        instance, state = self._read_instance(body), body.get("state")
        if state not in _STATES:
            raise Misused(f"state is one of {', '.join(_STATES)}")
        self._network.connections.change(instance, state)
        self._network.live.publish({"type": "connection", "instance": instance, "state": state})
        return {"instance": instance, "state": state}

    async def _reset(self, _: Mapping[str, Any]) -> object:
        await self._network.reset()
        return {"reset": True}

    async def _list_instances(self, _: Mapping[str, str]) -> object:
        return [
            {
                "name": name,
                "title": instance.title or name,
                "language": instance.language,
                "number": instance.number,
                "state": self._network.connections.find_state(name),
            }
            for name, instance in self._network.instances.items()
        ]

    async def _list_chats(self, query: Mapping[str, str]) -> object:
        wanted = query.get("instance")
        chats = []
        for contact in self._network.chats.list_contacts():
            last = self._network.chats.find_last_message(instance=contact.instance, chat_id=contact.chat_id)
            if last is not None and wanted in (None, "", contact.instance):
                chats.append({**describe_contact(contact), "last": describe_message(last)})
        return sorted(chats, key=_find_last_time, reverse=True)

    async def _list_messages(self, query: Mapping[str, str]) -> object:
        instance, chat_id = query.get("instance", ""), query.get("chat_id", "")
        messages = self._network.chats.list_messages(instance=instance, chat_id=chat_id)
        return [describe_message(message) for message in messages]

    async def _list_sent(self, query: Mapping[str, str]) -> object:
        """All texts sent since the start or reset, in order; `since` skips that many."""
        since = query.get("since", "0")
        skipped = int(since) if since.isdecimal() else 0
        return [asdict(sent) for sent in self._network.sent[skipped:]]

    async def _list_deliveries(self, _: Mapping[str, str]) -> object:
        sender = self._network.sender
        deliveries = [asdict(delivery) for delivery in sender.list_deliveries()]
        return {"counts": sender.count_deliveries(), "deliveries": deliveries}

    async def _show_faults(self, _: Mapping[str, str]) -> object:
        return asdict(self._network.faults)

    def _read_instance(self, body: Mapping[str, Any]) -> str:
        instance = body.get("instance")
        if not isinstance(instance, str) or instance not in self._network.instances:
            raise Misused(f"instance is one of {', '.join(self._network.instances)}")
        return instance


def _take(
    answer: Callable[[Mapping[str, Any]], Awaitable[object]],
) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        # Asking for JSON keeps other web sites' forms from playing a patient.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return AsciiJSONResponse({"error": "send application/json"}, status_code=415)
        try:
            body = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                raise Misused("the body is a JSON object")
            return AsciiJSONResponse(await answer(body))
        except UnknownNumber as unknown:
            return AsciiJSONResponse({"error": f"not a phone number: {unknown}"}, status_code=400)
        except (Misused, UnknownFault, UnknownKind, ValueError) as misuse:
            return AsciiJSONResponse({"error": str(misuse)}, status_code=400)

    return respond


def _show(
    answer: Callable[[Mapping[str, str]], Awaitable[object]],
) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        return AsciiJSONResponse(await answer(request.query_params))

    return respond


def _find_last_time(chat: Mapping[str, Any]) -> float:
    sent_at: float = chat["last"]["sent_at"]
    return sent_at


def _read_optional(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Misused(f"{name} is a string")
    return value


def _read_instant(value: object) -> float | None:
    """Seconds since 1970, given as such or as an ISO time with its offset."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise Misused("at needs a UTC offset")
    return at.timestamp()

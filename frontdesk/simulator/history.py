"""What the gateway's database answers: findMessages and findStatusMessage (contract C3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from frontdesk.simulator.answers import AsciiJSONResponse
from frontdesk.simulator.chats import ChatMessage, Status
from frontdesk.simulator.network import Network
from frontdesk.simulator.shapes import shape_found_message, shape_status

_PAGE_SIZE: Final = 50
_STATUS_STEPS: Final[tuple[Status, ...]] = ("SERVER_ACK", "DELIVERY_ACK", "READ")


async def answer_find_messages(network: Network, instance: str, body: Mapping[str, Any]) -> Response:
    """Messages that match `where`, newest first, a page of `offset` records."""
    where = _read_object(body, "where")
    found = [] if network.faults.forget else _find(network, instance, where)
    size = _read_positive(body, "offset", default=_PAGE_SIZE)
    page = _read_positive(body, "page", default=1)
    shown = found[(page - 1) * size : page * size]
    return AsciiJSONResponse(
        {
            "messages": {
                "total": len(found),
                "pages": -(-len(found) // size),
                "currentPage": page,
                "records": [shape_found_message(message, _list_statuses(message)) for message in shown],
            }
        }
    )


async def answer_find_statuses(network: Network, instance: str, body: Mapping[str, Any]) -> Response:
    """The stored updates of one message, oldest first."""
    where = _read_object(body, "where")
    message = network.chats.find_message(instance=instance, message_id=str(where.get("id", "")))
    if message is None or network.faults.forget:
        return AsciiJSONResponse([])
    contact = network.chats.find_contact(instance=instance, jid=message.chat_id)
    if contact is None:
        return AsciiJSONResponse([])
    known = network.instances[instance]
    return AsciiJSONResponse(
        [
            shape_status(message, contact, instance=known, status=status, version=network.version)
            for status in _list_statuses(message)
        ]
    )


def _find(network: Network, instance: str, where: Mapping[str, Any]) -> list[ChatMessage]:
    key = _read_object(where, "key")
    if isinstance(key.get("id"), str):
        one = network.chats.find_message(instance=instance, message_id=key["id"])
        candidates: Sequence[ChatMessage] = [] if one is None else [one]
    else:
        candidates = _list_candidates(network, instance, key.get("remoteJid"))
    since, until = _read_period(_read_object(where, "messageTimestamp"))
    found = [
        message for message in candidates if _matches(message, key) and since <= int(message.sent_at) <= until
    ]
    return sorted(found, key=lambda message: int(message.sent_at), reverse=True)


def _list_candidates(network: Network, instance: str, jid: object) -> Sequence[ChatMessage]:
    if not isinstance(jid, str):
        return network.chats.list_messages(instance=instance)[::-1]
    contact = network.chats.find_contact(instance=instance, jid=jid)
    if contact is None:
        return []
    return network.chats.list_messages(instance=instance, chat_id=contact.chat_id)[::-1]


def _matches(message: ChatMessage, wanted: Mapping[str, Any]) -> bool:
    """Exact matches on the stored key; a JID may also be the key's other identity."""
    key = message.record["key"]
    jid = wanted.get("remoteJid")
    if isinstance(jid, str) and jid not in (key.get("remoteJid"), key.get("remoteJidAlt")):
        return False
    return wanted.get("fromMe") in (None, key.get("fromMe"))


def _list_statuses(message: ChatMessage) -> Sequence[Status]:
    if not message.from_me:
        return ()
    if message.status == "ERROR":
        return ("ERROR",)
    if message.status not in _STATUS_STEPS:
        return ()
    return _STATUS_STEPS[: _STATUS_STEPS.index(message.status) + 1]


def _read_period(period: Mapping[str, Any]) -> tuple[float, float]:
    """Seconds since 1970. The gateway looks at times only where both ends are given."""
    if not (period.get("gte") and period.get("lte")):
        return float("-inf"), float("inf")
    return int(_read_instant(period["gte"])), int(_read_instant(period["lte"]))


def _read_instant(text: object) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0


def _read_object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _read_positive(body: Mapping[str, Any], name: str, *, default: int) -> int:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default

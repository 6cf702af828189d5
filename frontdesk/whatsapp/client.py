"""Calls to the gateway's REST API: send, look up what was sent, pair an instance."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx2

from frontdesk.whatsapp.events import DeliveryStatus
from frontdesk.whatsapp.failures import REFUSED_BY_SCHEMA
from frontdesk.whatsapp.requests import (
    FoundMessage,
    Pairing,
    classify_failure,
    connect_path,
    connection_state_path,
    find_messages_request,
    find_status_request,
    is_first_generation,
    read_connection_state,
    read_find_messages_response,
    read_pairing_response,
    read_send_response,
    read_status_response,
    send_presence_request,
    send_text_request,
)

# The gateway checks the number and then sends; a hanging call is given up after this (its own table: C1).
SEND_TIMEOUT_S: Final = 10.0
LOOKUP_TIMEOUT_S: Final = 5.0
PRESENCE_TIMEOUT_S: Final = 2.0
# Node closes an idle connection after 5 s: one used at that very moment would leave a send in doubt.
KEEPALIVE_S: Final = 4.0
LOOKUP_PAGE_SIZE: Final = 50
LOOKUP_PAGES: Final = 10


class DeliveryFailed(Exception):
    """The provider did not take the message; `permanent` means retrying cannot help.

    `may_have_arrived`: the call broke off after it left us. `instance_lost`: no message of this instance can go out.
    `nobody_there`: nobody is known at this address, and a person may have another.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        may_have_arrived: bool = False,
        instance_lost: bool = False,
        nobody_there: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.may_have_arrived = may_have_arrived
        self.instance_lost = instance_lost
        self.nobody_there = nobody_there


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    provider_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """Ids of messages that may be ours, oldest first: those that went to this person, and those nobody can tell whose."""

    certain: list[str]
    possible: list[str]


def _goes_to(message: FoundMessage, phone: str | None, lid: str | None) -> bool | None:
    """Whether the message went to this person; None if the two have no address in common to compare."""
    comparable = [
        said == ours
        for said, ours in ((message.phone, phone), (message.lid, lid))
        if said is not None and ours is not None
    ]
    return any(comparable) if comparable else None


class _Pace:
    """Spaces the sends of one instance evenly: a burst is a reason to be banned."""

    def __init__(self, per_second: float) -> None:
        self._gap_s = 1.0 / per_second
        self._next_at: dict[str, float] = defaultdict(float)

    async def wait(self, instance: str) -> None:
        now = time.monotonic()
        at = max(now, self._next_at[instance])
        self._next_at[instance] = at + self._gap_s
        if at > now:
            await asyncio.sleep(at - now)


async def _post(http: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> httpx2.Response:
    try:
        response = await http.post(path, json=body)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise DeliveryFailed(type(error).__name__, permanent=False) from error
    except httpx2.HTTPError as error:
        # It left us and nobody answered: the message may have gone out.
        raise DeliveryFailed(type(error).__name__, permanent=False, may_have_arrived=True) from error
    if response.status_code >= 300:
        failure = classify_failure(response.status_code, response.content)
        raise DeliveryFailed(
            failure.reason,
            permanent=failure.kind in ("permanent", "number_not_on_whatsapp"),
            may_have_arrived=response.status_code >= 500,
            instance_lost=failure.kind in ("instance_gone", "unauthorized"),
            nobody_there=failure.kind == "number_not_on_whatsapp",
        )
    return response


class EvolutionClient:
    """The one door to the gateway. Takes and gives our values; raises DeliveryFailed."""

    def __init__(self, *, base_url: str, api_key: str, sends_per_second: float, typing: bool) -> None:
        def connect(most: int) -> httpx2.AsyncClient:
            return httpx2.AsyncClient(
                base_url=base_url.rstrip("/"),
                headers={"apikey": api_key},
                timeout=httpx2.Timeout(SEND_TIMEOUT_S, connect=3.0),
                limits=httpx2.Limits(
                    max_connections=most, max_keepalive_connections=20, keepalive_expiry=KEEPALIVE_S
                ),
                follow_redirects=False,
            )

        self._http = connect(100)
        # Calls that hang for other clinics take no alarm's connection.
        self._urgent_http = connect(20)
        self._pace = _Pace(sends_per_second)
        self._typing = typing
        # The generation of the API each instance turned out to speak.
        self._spoken: dict[str, str] = {}

    async def close(self) -> None:
        await self._http.aclose()
        await self._urgent_http.aclose()

    async def wait_turn(self, instance: str) -> None:
        """Until the next message of this instance may go out."""
        await self._pace.wait(instance)

    async def send_text(
        self, *, instance: str, api_version: str, reply_to: str, text: str, urgent: bool = False
    ) -> Sent:
        """Send one text, at once. Raises DeliveryFailed."""
        http = self._urgent_http if urgent else self._http
        version = self._spoken.get(instance, api_version)
        try:
            return await self._send_in_words_of(
                version, http, instance=instance, reply_to=reply_to, text=text
            )
        except DeliveryFailed as failure:
            if failure.reason != REFUSED_BY_SCHEMA:
                raise
        # A gateway of the other generation: nobody has to tell us which one is installed, or that it was upgraded.
        other = "v2" if is_first_generation(version) else "v1"
        sent = await self._send_in_words_of(other, http, instance=instance, reply_to=reply_to, text=text)
        self._spoken[instance] = other
        return sent

    async def _send_in_words_of(
        self, version: str, http: httpx2.AsyncClient, *, instance: str, reply_to: str, text: str
    ) -> Sent:
        try:
            body = send_text_request(version, reply_to, text)
        except ValueError as error:
            raise DeliveryFailed("unsendable", permanent=True) from error
        response = await _post(http, f"/message/sendText/{quote(instance, safe='')}", body)
        return Sent(provider_id=read_send_response(response.content))

    async def show_typing(self, *, instance: str, api_version: str, reply_to: str) -> None:
        """Show 'typing'. Its failure is nobody's trouble."""
        if not self._typing:
            return
        version = self._spoken.get(instance, api_version)
        body = send_presence_request(version, reply_to, "composing", 0)
        try:
            await self._http.post(
                f"/chat/sendPresence/{quote(instance, safe='')}", json=body, timeout=PRESENCE_TIMEOUT_S
            )
        except httpx2.HTTPError:
            return

    async def find_sent(
        self, *, instance: str, reply_to: str, phone: str | None, lid: str | None, text: str, since: datetime
    ) -> Traces | None:
        """Messages with this very text that the gateway has sent since then, to this person or to nobody can tell whom.

        None if the gateway cannot say. The chat itself is read first; where it does not hold the message, the whole
        history of the time is, because it may be kept under the person's other address.
        """
        if reply_to.endswith("@lid"):
            lid = reply_to
        else:
            phone = reply_to
        in_chat = await self._find_text(instance, reply_to, phone=phone, lid=lid, text=text, since=since)
        if in_chat is not None and in_chat.certain:
            return in_chat
        return await self._find_text(instance, None, phone=phone, lid=lid, text=text, since=since)

    async def _find_text(
        self,
        instance: str,
        chat: str | None,
        *,
        phone: str | None,
        lid: str | None,
        text: str,
        since: datetime,
    ) -> Traces | None:
        found = Traces(certain=[], possible=[])
        for page in range(1, LOOKUP_PAGES + 1):
            body = find_messages_request(chat, since, page=page)
            try:
                response = await self._http.post(
                    f"/chat/findMessages/{quote(instance, safe='')}", json=body, timeout=LOOKUP_TIMEOUT_S
                )
            except httpx2.HTTPError:
                return None
            messages = read_find_messages_response(response.content) if response.status_code < 300 else None
            if messages is None:
                return None
            for message in messages:
                whether = _goes_to(message, phone, lid)
                if message.from_me and message.text == text and whether is not False:
                    # The newest come first.
                    (found.certain if whether else found.possible).insert(0, message.provider_id)
            if len(messages) < LOOKUP_PAGE_SIZE:
                return found
        return None  # too much was sent since then to be sure

    async def find_receipt(self, *, instance: str, provider_id: str) -> DeliveryStatus | None:
        """The furthest a message of ours has got as the gateway remembers it; None if it remembers nothing or is away."""
        try:
            response = await self._http.post(
                f"/chat/findStatusMessage/{quote(instance, safe='')}",
                json=find_status_request(provider_id),
                timeout=LOOKUP_TIMEOUT_S,
            )
        except httpx2.HTTPError:
            return None
        return (
            read_status_response(response.content, instance=instance) if response.status_code < 300 else None
        )

    async def connection_state(self, instance: str) -> str:
        """'open', 'connecting', 'close', 'not_loaded', or 'unreachable'."""
        try:
            response = await self._http.get(connection_state_path(instance), timeout=LOOKUP_TIMEOUT_S)
        except httpx2.HTTPError:
            return "unreachable"
        if response.status_code == 404:
            return "unknown_instance"
        if response.status_code >= 300:
            return f"error_{response.status_code}"
        return read_connection_state(response.content) or "not_loaded"

    async def pairing(self, instance: str) -> Pairing:
        """What pairs a phone with an instance now. Raises DeliveryFailed."""
        try:
            response = await self._http.get(connect_path(instance))
        except httpx2.HTTPError as error:
            raise DeliveryFailed(type(error).__name__, permanent=False) from error
        if response.status_code >= 300:
            failure = classify_failure(response.status_code, response.content)
            raise DeliveryFailed(failure.reason, permanent=failure.kind != "passing")
        return read_pairing_response(response.content)

"""The live feed of the page: what happens in the chats, as Server-Sent Events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

from frontdesk.simulator.addresses import Contact
from frontdesk.simulator.chats import ChatMessage

# A page that reads slower than this many events loses the oldest; it reloads the chat when it reconnects.
_EVENTS_WAITING: Final = 500
# Proxies and browsers drop a silent connection; a comment line keeps it.
_HEARTBEAT_SECONDS: Final = 15.0
_RECONNECT_MILLISECONDS: Final = 800


class LiveFeed:
    """Passes events to every open page. Publishing without a page costs nothing."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Queue[str | None]] = set()

    @property
    def has_readers(self) -> bool:
        return bool(self._readers)

    def publish(self, event: Mapping[str, Any]) -> None:
        if not self._readers:
            return
        line = f"data: {json.dumps(event, ensure_ascii=True)}\n\n"
        for queue in self._readers:
            self._put(queue, line)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for queue in self._readers:
            self._put(queue, None)

    async def stream(self) -> AsyncGenerator[str]:
        """Server-Sent Events until the feed closes or the reader goes."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=_EVENTS_WAITING)
        self._readers.add(queue)
        try:
            yield f"retry: {_RECONNECT_MILLISECONDS}\n\n"
            while True:
                try:
                    line = await asyncio.wait_for(queue.get(), timeout=_HEARTBEAT_SECONDS)
                except TimeoutError:
                    line = ": still here\n\n"
                if line is None:
                    return
                yield line
        finally:
            self._readers.discard(queue)

    @staticmethod
    def _put(queue: asyncio.Queue[str | None], line: str | None) -> None:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(line)


def describe_message(message: ChatMessage) -> dict[str, object]:
    """A message as the page is told of it."""
    return {
        "instance": message.instance,
        "chat_id": message.chat_id,
        "message_id": message.message_id,
        "author": message.author,
        "kind": message.kind,
        "text": message.text,
        "sent_at": message.sent_at,
        "status": message.status,
    }


def describe_contact(contact: Contact) -> dict[str, object]:
    """A contact as the page is told of it."""
    return {
        "instance": contact.instance,
        "chat_id": contact.chat_id,
        "push_name": contact.push_name,
        "phone": contact.phone,
        "lid": contact.lid if contact.lid_first else None,
        "language": contact.language,
    }

"""The chats: in memory for speed, written behind into SQLite so that a restart resumes yesterday's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from frontdesk.simulator.addresses import LID_SERVER, PHONE_SERVER, Contact

Author = Literal["patient", "assistant", "staff"]
Status = Literal["ERROR", "PENDING", "SERVER_ACK", "DELIVERY_ACK", "READ", "PLAYED"]

# Statuses only move forward; ERROR is an end that only PENDING leads to.
_RANK: Final[Mapping[Status, int]] = {
    "PENDING": 1,
    "ERROR": 2,
    "SERVER_ACK": 2,
    "DELIVERY_ACK": 3,
    "READ": 4,
    "PLAYED": 5,
}
# Long enough to make one transaction of a burst, short enough that a killed process loses next to nothing.
_WRITE_BEHIND_SECONDS: Final = 0.25

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS contacts (
    instance TEXT, chat_id TEXT, push_name TEXT, phone TEXT, lid TEXT, lid_first INTEGER, language TEXT,
    PRIMARY KEY (instance, chat_id)
);
CREATE TABLE IF NOT EXISTS messages (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    instance TEXT, chat_id TEXT, message_id TEXT, author TEXT, kind TEXT, text TEXT, sent_at REAL, status TEXT,
    record TEXT,
    UNIQUE (instance, message_id)
);
"""
_PUT_CONTACT: Final = "INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_MESSAGE: Final = """
INSERT INTO messages (instance, chat_id, message_id, author, kind, text, sent_at, status, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (instance, message_id) DO UPDATE SET status = excluded.status
"""
_MESSAGES: Final = """
SELECT instance, chat_id, message_id, author, kind, text, sent_at, status, record FROM messages ORDER BY position
"""
_CONTACTS: Final = "SELECT instance, chat_id, push_name, phone, lid, lid_first, language FROM contacts"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatMessage:
    """A message of a chat. `sent_at` is in seconds since 1970; `record` is the gateway's own row (contract B1)."""

    instance: str
    chat_id: str
    message_id: str
    author: Author
    kind: str
    text: str
    sent_at: float
    status: Status
    record: Mapping[str, Any]

    @property
    def from_me(self) -> bool:
        return self.author != "patient"


class ChatBook:
    """All chats of all instances; reads and writes are immediate, the file follows within a second."""

    def __init__(self, data_folder: Path) -> None:
        self._file = data_folder / "simulator.sqlite3"
        self._connection: sqlite3.Connection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._messages: dict[tuple[str, str], ChatMessage] = {}
        self._chats: dict[tuple[str, str], list[str]] = {}
        self._contacts: dict[tuple[str, str], Contact] = {}
        self._by_lid: dict[tuple[str, str], str] = {}
        # Dictionaries because a set would lose the order, and the order in the file is the order of the chat.
        self._unwritten_messages: dict[tuple[str, str], None] = {}
        self._unwritten_contacts: dict[tuple[str, str], None] = {}
        # A cancelled write goes on in its thread; the next one must wait for it.
        self._writing = threading.Lock()

    async def open(self) -> None:
        """Resume the chats kept in the data folder."""
        contacts, messages = await asyncio.to_thread(self._load)
        for contact in contacts:
            self._remember_contact(contact)
        for message in messages:
            self._remember_message(message)
        self._writer = asyncio.create_task(self._write_behind())

    async def close(self) -> None:
        """Write what is not yet written and let go of the file."""
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        if self._connection is not None:
            await self.flush()
            await asyncio.to_thread(self._connection.close)
            self._connection = None

    def put_contact(self, contact: Contact) -> None:
        key = (contact.instance, contact.chat_id)
        if self._contacts.get(key) != contact:
            self._remember_contact(contact)
            self._unwritten_contacts[key] = None

    def put_message(self, message: ChatMessage) -> None:
        """Keep a message; the same id again replaces the former."""
        self._remember_message(message)
        self._unwritten_messages[message.instance, message.message_id] = None

    def mark_status(self, *, instance: str, message_id: str, status: Status) -> ChatMessage | None:
        """The message with its status moved forward, or None where that would be no move forward."""
        message = self._messages.get((instance, message_id))
        if message is None or message.status == "ERROR" or _RANK[status] <= _RANK[message.status]:
            return None
        moved = replace(message, status=status)
        self.put_message(moved)
        return moved

    def find_message(self, *, instance: str, message_id: str) -> ChatMessage | None:
        return self._messages.get((instance, message_id))

    def find_contact(self, *, instance: str, jid: str) -> Contact | None:
        """The contact behind a JID, be it the phone's or the LID's."""
        if jid.endswith(LID_SERVER):
            lid = jid.removesuffix(LID_SERVER)
            return self._contacts.get((instance, self._by_lid.get((instance, lid), jid)))
        return self._contacts.get((instance, jid.removesuffix(PHONE_SERVER)))

    def list_contacts(self) -> list[Contact]:
        return list(self._contacts.values())

    def list_messages(self, *, instance: str, chat_id: str | None = None) -> list[ChatMessage]:
        """Messages of one chat, or of the whole instance, oldest first."""
        chats = [
            ids
            for (of_instance, of_chat), ids in self._chats.items()
            if of_instance == instance and chat_id in (None, of_chat)
        ]
        messages = [self._messages[instance, message_id] for ids in chats for message_id in ids]
        return sorted(messages, key=lambda message: message.sent_at)

    def find_last_message(self, *, instance: str, chat_id: str) -> ChatMessage | None:
        ids = self._chats.get((instance, chat_id))
        return self._messages[instance, ids[-1]] if ids else None

    async def clear(self) -> None:
        """Forget every chat, in memory and in the file."""
        for kept in (self._messages, self._chats, self._contacts, self._by_lid):
            kept.clear()
        self._unwritten_messages.clear()
        self._unwritten_contacts.clear()
        await asyncio.to_thread(self._clear_file)

    async def flush(self) -> None:
        """Write now what the file does not yet have."""
        contacts = [self._contacts[key] for key in self._unwritten_contacts]
        messages = [self._messages[key] for key in self._unwritten_messages]
        self._unwritten_contacts.clear()
        self._unwritten_messages.clear()
        if contacts or messages:
            await asyncio.to_thread(self._write, contacts, messages)

    def _remember_contact(self, contact: Contact) -> None:
        self._contacts[contact.instance, contact.chat_id] = contact
        if contact.lid is not None:
            self._by_lid[contact.instance, contact.lid] = contact.chat_id

    def _remember_message(self, message: ChatMessage) -> None:
        key = (message.instance, message.message_id)
        if key not in self._messages:
            self._chats.setdefault((message.instance, message.chat_id), []).append(message.message_id)
        self._messages[key] = message

    async def _write_behind(self) -> None:
        while True:
            await asyncio.sleep(_WRITE_BEHIND_SECONDS)
            await self.flush()

    def _load(self) -> tuple[list[Contact], list[ChatMessage]]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may cost a development chat its last second; a killed process costs nothing.
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        self._connection = connection
        contacts = [
            Contact(
                instance=row[0],
                push_name=json.loads(row[2]),
                phone=row[3],
                lid=row[4],
                lid_first=bool(row[5]),
                language=row[6],
            )
            for row in connection.execute(_CONTACTS)
        ]
        messages = [
            ChatMessage(
                instance=row[0],
                chat_id=row[1],
                message_id=row[2],
                author=row[3],
                kind=row[4],
                text=json.loads(row[5]),
                sent_at=row[6],
                status=row[7],
                record=json.loads(row[8]),
            )
            for row in connection.execute(_MESSAGES)
        ]
        return contacts, messages

    def _write(self, contacts: Iterable[Contact], messages: Iterable[ChatMessage]) -> None:
        if self._connection is None:
            return
        with self._writing, self._connection:
            self._connection.executemany(_PUT_CONTACT, [_row_of_contact(contact) for contact in contacts])
            self._connection.executemany(_PUT_MESSAGE, [_row_of_message(message) for message in messages])

    def _clear_file(self) -> None:
        if self._connection is None:
            return
        with self._writing, self._connection:
            self._connection.execute("DELETE FROM messages")
            self._connection.execute("DELETE FROM contacts")


def _row_of_contact(contact: Contact) -> tuple[object, ...]:
    # Strangers' text goes in as ASCII JSON: SQLite refuses lone surrogates, which JSON from WhatsApp may hold.
    return (
        contact.instance,
        contact.chat_id,
        json.dumps(contact.push_name),
        contact.phone,
        contact.lid,
        int(contact.lid_first),
        contact.language,
    )


def _row_of_message(message: ChatMessage) -> tuple[object, ...]:
    return (
        message.instance,
        message.chat_id,
        message.message_id,
        message.author,
        message.kind,
        json.dumps(message.text),
        message.sent_at,
        message.status,
        json.dumps(message.record, ensure_ascii=True),
    )

"""The simulated WhatsApp: patients write, the clinic's messages reach them, receipts and events come back."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from frontdesk.simulator.addresses import (
    LID_SERVER,
    PHONE_SERVER,
    Contact,
    UnknownNumber,
    Version,
    read_address,
    read_version,
)
from frontdesk.simulator.chats import Author, ChatBook, ChatMessage, Status
from frontdesk.simulator.connections import Connections
from frontdesk.simulator.delivery import WebhookSender
from frontdesk.simulator.faults import Faults
from frontdesk.simulator.incoming import PatientMessage, shape_received
from frontdesk.simulator.instances import SimulatedInstance, derive_lid
from frontdesk.simulator.live import LiveFeed, describe_contact, describe_message
from frontdesk.simulator.outgoing import SentText, shape_staff_text
from frontdesk.simulator.receipts import ReceiptDesk
from frontdesk.simulator.shapes import (
    shape_envelope,
    shape_sent_text,
    shape_status,
)

SERVER_URL: Final = "http://simulator.invalid"


class Network:
    """Everything the gateway knows and does; the HTTP routes only translate."""

    def __init__(
        self,
        *,
        instances: Sequence[SimulatedInstance],
        chats: ChatBook,
        sender: WebhookSender,
        version: str,
        clock: Callable[[], float],
        time_scale: float = 1.0,
        ignore_delay: bool = False,
        events: frozenset[str] | None = None,
    ) -> None:
        self.instances: Mapping[str, SimulatedInstance] = {instance.name: instance for instance in instances}
        self.chats = chats
        self.sender = sender
        self.version_text = version
        self.version: Version = read_version(version)
        self.live = LiveFeed()
        self.connections = Connections(self.instances, announce=self.announce, resume=self._deliver_waiting)
        self.faults = Faults()
        self.sent: list[SentText] = []
        self.ignore_delay = ignore_delay
        self._clock = clock
        self._time_scale = time_scale
        self._events = events
        self._overtaken: set[str] = set()
        self._waiting: dict[str, list[tuple[ChatMessage, dict[str, Any]]]] = {}
        self._receipts = ReceiptDesk(give=self._give_receipt, time_scale=time_scale)

    async def reset(self) -> None:
        """Healthy, empty, everybody connected; nothing in flight."""
        self._receipts.forget_all()
        await self.sender.forget_all()
        await self.chats.clear()
        self.faults = Faults()
        self.sent.clear()
        self._overtaken.clear()
        self._waiting.clear()
        self.connections.open_all()
        self.live.publish({"type": "reset"})

    async def close(self) -> None:
        self._receipts.forget_all()
        self.live.close()
        await self.sender.close()
        await self.chats.close()

    def announce(self, instance: str, event: str, data: object) -> None:
        """Send one event of an instance to the consumer, if it subscribed to it."""
        if self._events is None or event in self._events:
            self.sender.send(self._wrap(instance, event, data))

    def receive(self, said: PatientMessage) -> ChatMessage:
        """A patient's message arrives. Raises UnknownKind, UnknownNumber."""
        contact = self._meet(said)
        sent_at = said.sent_at if said.sent_at is not None else self._clock()
        message_id = said.message_id or f"3A{secrets.token_hex(9).upper()}"
        record = shape_received(
            said,
            contact,
            instance=self.instances[said.instance],
            message_id=message_id,
            at=sent_at,
            quoted=self.chats.find_message(instance=said.instance, message_id=said.quoted_id or ""),
            version=self.version,
        )
        message = self._keep(
            contact,
            record=record,
            message_id=message_id,
            author="patient",
            said=said.text,
            kind=said.kind,
            at=sent_at,
        )
        if self.connections.is_open(contact.instance):
            self._deliver(message, record)
        else:
            self._waiting.setdefault(contact.instance, []).append((message, record))
        return message

    def receive_from_staff(self, *, instance: str, jid: str, text: str) -> ChatMessage:
        """Staff answer from the clinic's phone: an upsert with `fromMe`, not a `send.message`."""
        contact = self._find_contact(instance, jid)
        at = self._clock()
        message_id = f"3A{secrets.token_hex(9).upper()}"
        record = shape_staff_text(
            self.instances[instance], contact, message_id=message_id, text=text, at=at, version=self.version
        )
        message = self._keep(contact, record=record, message_id=message_id, author="staff", said=text, at=at)
        self.announce(instance, "messages.upsert", record)
        self._receipts.plan(message, last=self.faults.receipts)
        return message

    async def send_text(
        self, *, instance: str, number: str, text: str, delay_ms: int = 0
    ) -> Mapping[str, Any]:
        """Send for the clinic; the message object with status PENDING. Blocks `delay_ms`. Raises UnknownNumber."""
        jid = read_address(number)
        if self.faults.find_fate(jid) == "rejected":
            raise UnknownNumber(jid)
        contact = self._find_contact(instance, jid)
        if delay_ms > 0 and not self.ignore_delay:
            self.show_presence(instance=instance, jid=jid, presence="composing")
            await asyncio.sleep(delay_ms / 1000)
        self.show_presence(instance=instance, jid=jid, presence="paused")
        at = self._clock()
        message_id = f"3EB0{secrets.token_hex(9).upper()}"
        record = shape_sent_text(
            self.instances[instance], jid=jid, message_id=message_id, text=text, at=at, version=self.version
        )
        message = self._keep(
            contact, record=record, message_id=message_id, author="assistant", said=text, at=at
        )
        self.sent.append(
            SentText(
                instance=instance,
                number=number,
                chat_id=contact.chat_id,
                text=text,
                message_id=message_id,
                sent_at=at,
                delay_ms=delay_ms,
            )
        )
        self.announce(instance, "send.message", record)
        self._receipts.plan(message, last=self.faults.find_last_receipt(jid))
        return record

    def show_presence(self, *, instance: str, jid: str, presence: str) -> None:
        """The clinic's "typing ..." on the patient's phone."""
        if self.live.has_readers:
            chat_id = self._find_contact(instance, jid).chat_id
            self.live.publish(
                {"type": "presence", "instance": instance, "chat_id": chat_id, "presence": presence}
            )

    def mark_read(self, *, instance: str, message_id: str) -> None:
        """The clinic has read a patient's message: blue ticks."""
        self._move(instance, message_id, "READ")

    def _meet(self, said: PatientMessage) -> Contact:
        jid = read_address(said.phone if said.phone is not None else f"{said.lid}{LID_SERVER}")
        phone = jid.removesuffix(PHONE_SERVER) if jid.endswith(PHONE_SERVER) else None
        contact = Contact(
            instance=said.instance,
            push_name=said.push_name,
            phone=phone,
            lid=said.lid or (derive_lid(phone) if phone is not None else None),
            lid_first=said.lid is not None,
            language=said.language,
        )
        self.chats.put_contact(contact)
        return contact

    def _find_contact(self, instance: str, jid: str) -> Contact:
        known = self.chats.find_contact(instance=instance, jid=jid)
        if known is not None:
            return known
        digits, _, _ = jid.partition("@")
        of_lid = jid.endswith(LID_SERVER)
        contact = Contact(
            instance=instance,
            push_name=None,
            phone=None if of_lid else digits,
            lid=digits if of_lid else derive_lid(digits),
            lid_first=of_lid,
            language=self.instances[instance].language,
        )
        self.chats.put_contact(contact)
        return contact

    def _keep(
        self,
        contact: Contact,
        *,
        record: Mapping[str, Any],
        message_id: str,
        author: Author,
        said: str,
        at: float,
        kind: str = "text",
    ) -> ChatMessage:
        # History keeps the address WhatsApp itself used, whatever the webhook showed.
        stored_key = (
            {**record["key"], "remoteJid": contact.stored_jid} if author == "patient" else record["key"]
        )
        message = ChatMessage(
            instance=contact.instance,
            chat_id=contact.chat_id,
            message_id=message_id,
            author=author,
            kind=kind,
            text=said,
            sent_at=at,
            status="PENDING",
            record={**record, "key": stored_key},
        )
        self.chats.put_message(message)
        self._show(message, contact)
        return message

    def _deliver(self, message: ChatMessage, record: Mapping[str, Any]) -> None:
        """Hand a patient's message to the consumer, by way of the fault in force."""
        self._move(message.instance, message.message_id, "SERVER_ACK")
        if self._events is not None and "messages.upsert" not in self._events:
            return
        late = self.faults.late_seconds * self._time_scale
        waits = {"normal": (0.0,), "late": (late,), "twice": (0.0, 0.0)}.get(self.faults.deliver)
        if waits is None:  # out of order: every other message is overtaken by the next
            self._overtaken ^= {message.instance}
            waits = (late,) if message.instance in self._overtaken else (0.0,)
        envelope = self._wrap(message.instance, "messages.upsert", record)
        for wait in waits:
            self.sender.send(
                envelope,
                message_id=message.message_id,
                wait_seconds=wait,
                on_accepted=lambda: self._move(message.instance, message.message_id, "DELIVERY_ACK"),
            )

    def _deliver_waiting(self, instance: str) -> None:
        """What came while the phone was off arrives now, with the time it was sent."""
        for message, record in self._waiting.pop(instance, []):
            self._deliver(message, record)

    def _give_receipt(self, message: ChatMessage, status: Status) -> None:
        self._move(message.instance, message.message_id, status)
        contact = self._find_contact(message.instance, message.chat_id)
        instance = self.instances[message.instance]
        update = shape_status(message, contact, instance=instance, status=status, version=self.version)
        self.announce(message.instance, "messages.update", update)

    def _move(self, instance: str, message_id: str, status: Status) -> None:
        moved = self.chats.mark_status(instance=instance, message_id=message_id, status=status)
        if moved is not None:
            self.live.publish(
                {
                    "type": "status",
                    "instance": instance,
                    "chat_id": moved.chat_id,
                    "message_id": message_id,
                    "status": status,
                }
            )

    def _show(self, message: ChatMessage, contact: Contact) -> None:
        if self.live.has_readers:
            self.live.publish(
                {
                    "type": "message",
                    "message": describe_message(message),
                    "contact": describe_contact(contact),
                }
            )

    def _wrap(self, instance: str, event: str, data: object) -> dict[str, Any]:
        return shape_envelope(
            self.instances[instance],
            event=event,
            data=data,
            destination=self.sender.find_destination(instance),
            at=self._clock(),
            server_url=SERVER_URL,
        )

"""What each event of the gateway does to what we keep. Called by the webhook and by the replay of kept bodies."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod
from typing import Any, Final, Literal

from frontdesk.clinics.instance_directory import InstanceDirectory
from frontdesk.clinics.instance_store import InstanceRow, InstanceStore
from frontdesk.dialogue.emergencies import say_emergency_everywhere
from frontdesk.messaging.alerts import alert_json
from frontdesk.messaging.inbox import Emergency, Inbox, Incoming, Sender
from frontdesk.safety.emergency import find_alarm
from frontdesk.understanding.language_of import language_of
from frontdesk.whatsapp import events
from frontdesk.whatsapp.content import SAYING_NOTHING
from frontdesk.whatsapp.envelope import Envelope
from frontdesk.whatsapp.identity import ChatKind
from frontdesk.whatsapp.payloads import asks_something, read_event

log = logging.getLogger(__name__)

# What staff write into the chat to hand it back.
HAND_BACK: Final = "#bot"
# Why a webhook is kept until its clinic is known and it can be replayed.
UNKNOWN_INSTANCE: Final = "unknown instance"

Outcome = Literal["stored", "duplicate", "quarantined", "ignored"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """The body as it came, for the quarantine."""

    body: bytes
    instance: str


class Intake:
    def __init__(
        self,
        *,
        inbox: Inbox,
        directory: InstanceDirectory,
        instances: InstanceStore,
        redact: Callable[[bytes], bytes],
        stale_after: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._inbox = inbox
        self._directory = directory
        self._instances = instances
        self._redact = redact
        self._stale_after = stale_after
        self._clock = clock

    async def take(self, envelope: Envelope, body: bytes, *, received_at: datetime | None = None) -> Outcome:
        """Make one webhook durably ours. Raises Unusable, DatabaseUnavailable."""
        now = received_at or self._clock()
        instance = await self._directory.find(envelope.instance)
        if instance is None:
            await self._inbox.keep_raw(
                instance=envelope.instance, reason=UNKNOWN_INSTANCE, body=self._redact(body), now=now
            )
            log.warning("webhook.quarantined", extra={"reason": UNKNOWN_INSTANCE})
            return "quarantined"
        event = read_event(envelope, now)
        return await self._handle(event, instance, Raw(body=body, instance=envelope.instance), now)

    @singledispatchmethod
    async def _handle(self, event: Any, instance: InstanceRow, raw: Raw, now: datetime) -> Outcome:
        del event, instance, raw, now
        return "ignored"

    @_handle.register
    async def _(
        self, event: events.PatientMessage, instance: InstanceRow, raw: Raw, now: datetime
    ) -> Outcome:
        if event.chat_kind is not ChatKind.PERSON or event.reply_to is None:
            return "ignored"  # groups, status and broadcasts are never answered
        emergency = find_emergency(
            event.text,
            emergency_number=instance.emergency_number,
            crisis_line=instance.crisis_line,
            default_language=instance.default_language,
        )
        # What is replayed may be answered late, an emergency may not: there the real age counts.
        known_at = now if emergency is None else self._clock()
        is_stale = known_at - event.sent_at > self._stale_after
        message = Incoming(
            provider_id=event.provider_id,
            sender=Sender(
                phone=event.phone, lid=event.lid, reply_to=event.reply_to, push_name=event.push_name
            ),
            kind=event.kind.value,
            text=event.text,
            choice_id=event.choice_id,
            quoted_id=event.quoted_id,
            quoted_text=event.quoted_text,
            attachment=_describe_attachment(event),
            fingerprint=bytes.fromhex(event.content_fingerprint),
            sent_at=event.sent_at,
            was_truncated=event.text_truncated,
            wants_answer=asks_something(event) and not is_stale,
            is_stale=is_stale,
        )
        # Hours later the patient needs a person, not a template; staff are told at once.
        accepted = await self._inbox.accept(
            instance.clinic_id,
            instance.instance_id,
            message,
            now=now,
            emergency=None if is_stale else emergency,
            stale_alert=_stale_alert(instance, event.provider_id, now) if emergency and is_stale else None,
        )
        if accepted.outcome == "conflict":
            await self._inbox.keep_raw(
                instance=raw.instance, reason="same id, other content", body=self._redact(raw.body), now=now
            )
            log.warning("webhook.quarantined", extra={"reason": "same id, other content"})
            return "quarantined"
        log.info(
            "message.accepted",
            extra={
                "outcome": accepted.outcome,
                "session_id": accepted.session_id,
                "message_id": accepted.message_id,
                "kind": message.kind,
                "rule": emergency.rule if emergency else None,
            },
        )
        return "duplicate" if accepted.outcome == "duplicate" else "stored"

    @_handle.register
    async def _(self, event: events.OwnMessage, instance: InstanceRow, raw: Raw, now: datetime) -> Outcome:
        del raw
        if event.chat_kind is not ChatKind.PERSON or event.identity.address is None:
            return "ignored"
        sender = Sender(phone=event.phone, lid=event.lid, reply_to=event.identity.address)
        if event.via == "api":
            await self._inbox.apply_echo(
                instance.clinic_id,
                instance.instance_id,
                provider_id=event.provider_id,
                sender=sender,
                kind=event.kind.value,
                text=event.text,
                text_as_sent=event.text_as_sent,
                sent_at=event.sent_at,
                now=now,
            )
            return "stored"
        if event.kind in SAYING_NOTHING:
            return "ignored"  # a thumb up or WhatsApp's own notices take nothing over
        is_stale = now - event.sent_at > self._stale_after
        accepted = await self._inbox.accept(
            instance.clinic_id,
            instance.instance_id,
            Incoming(
                provider_id=event.provider_id,
                sender=sender,
                author="staff",
                kind=event.kind.value,
                text=event.text,
                fingerprint=bytes.fromhex(event.content_fingerprint),
                sent_at=event.sent_at,
                wants_answer=False,
                is_stale=is_stale,
                hands_back=event.text.strip().casefold() == HAND_BACK,
            ),
            now=now,
        )
        return "duplicate" if accepted.outcome == "duplicate" else "stored"

    @_handle.register
    async def _(self, event: events.Edited, instance: InstanceRow, raw: Raw, now: datetime) -> Outcome:
        del raw
        alarm = find_alarm(event.text) if event.text else None
        await self._inbox.change(
            instance.clinic_id,
            instance.instance_id,
            change="edit",
            provider_id=event.provider_id,
            text=event.text,
            now=now,
            changed_at=event.edited_at,
            alarm_rule=alarm.rule if alarm else None,
        )
        return "stored"

    @_handle.register
    async def _(self, event: events.Revoked, instance: InstanceRow, raw: Raw, now: datetime) -> Outcome:
        del raw
        await self._inbox.change(
            instance.clinic_id,
            instance.instance_id,
            change="revoke",
            provider_id=event.provider_id,
            text=None,
            now=now,
        )
        return "stored"

    @_handle.register
    async def _(
        self, event: events.DeliveryStatus, instance: InstanceRow, raw: Raw, now: datetime
    ) -> Outcome:
        del raw
        if (event.step is None and not event.failed) or event.from_me is False:
            return "ignored"  # what we have read of a patient's is no news
        await self._inbox.apply_delivery(
            instance.clinic_id,
            instance.instance_id,
            provider_id=event.provider_id,
            delivery=event.delivery,
            now=now,
        )
        return "stored"

    @_handle.register
    async def _(
        self, event: events.ConnectionChanged, instance: InstanceRow, raw: Raw, now: datetime
    ) -> Outcome:
        del raw
        if event.state == instance.connection_state:
            return "ignored"  # storms of hundreds of these are normal
        state = "logged_out" if event.needs_pairing else event.state
        await self._change_connection(instance, state, alert=event.needs_pairing, now=now)
        return "stored"

    @_handle.register
    async def _(self, event: events.InstanceGone, instance: InstanceRow, raw: Raw, now: datetime) -> Outcome:
        del raw
        state = "logged_out" if event.how == "logged_out" else "removed"
        await self._change_connection(instance, state, alert=True, now=now)
        return "stored"

    async def _change_connection(
        self, instance: InstanceRow, state: str, *, alert: bool, now: datetime
    ) -> None:
        await self._instances.change_connection(
            instance.clinic_id,
            instance.instance_id,
            state=state,
            alert=alert_json(
                instance.clinic_id,
                None,
                kind="instance_lost",
                reason=state,
                dedupe_key=f"instance_lost:{instance.instance_id}:{now:%Y-%m-%dT%H}",
                now=now,
            )
            if alert
            else None,
            now=now,
        )
        self._directory.forget(instance.instance_name)
        if alert:
            log.error("instance.lost", extra={"instance_id": instance.instance_id, "state": state})


def find_emergency(
    text: str, *, emergency_number: str | None, crisis_line: str | None, default_language: str
) -> Emergency | None:
    """The tripwire's answer to a message, before anything is known of its chat; None if nothing is wrong."""
    alarm = find_alarm(text) if text else None
    if alarm is None:
        return None
    reading = language_of(text)
    return Emergency(
        rule=alarm.rule,
        texts=say_emergency_everywhere(alarm, emergency_number=emergency_number, crisis_line=crisis_line),
        clear_language=reading.language if reading.is_clear else None,
        default_language=default_language,
    )


def check_event(envelope: Envelope) -> None:
    """Raise Unusable if the data cannot be read."""
    read_event(envelope, datetime.now(UTC))


def _stale_alert(instance: InstanceRow, provider_id: str, now: datetime) -> dict[str, Any]:
    return alert_json(
        instance.clinic_id,
        None,
        kind="stale_emergency",
        reason="stale emergency",
        dedupe_key=f"stale:{instance.instance_id}:{provider_id}",
        now=now,
    )


def _describe_attachment(event: events.PatientMessage) -> dict[str, Any] | None:
    described: dict[str, Any] = {}
    if event.media is not None:
        described |= {
            "mimetype": event.media.mimetype,
            "file_name": event.media.file_name,
            "seconds": event.media.seconds,
        }
    if event.place is not None:
        described |= {"latitude": event.place.latitude, "longitude": event.place.longitude}
    return {key: value for key, value in described.items() if value is not None} or None

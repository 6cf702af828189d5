"""What the gateway sends, and what we take it to mean. Samples: tests/gateway_samples/SOURCE.md."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from frontdesk.whatsapp.content import ContentKind
from frontdesk.whatsapp.envelope import HookPath
from frontdesk.whatsapp.events import (
    Call,
    ConnectionChanged,
    DeliveryStatus,
    DeliveryStep,
    Edited,
    Event,
    Ignored,
    InstanceGone,
    OwnMessage,
    PatientMessage,
    QrUpdated,
    Revoked,
    Unknown,
)
from frontdesk.whatsapp.identity import ChatKind
from frontdesk.whatsapp.lenient_json import JsonObject
from frontdesk.whatsapp.payloads import (
    Unusable,
    asks_something,
    parse_envelope,
    read_event,
    redacted,
    split_hook_path,
)

SAMPLES = Path(__file__).parent / "gateway_samples"
RECEIVED_AT = datetime(2026, 3, 10, 9, 0, 30, tzinfo=UTC)
PHONE = "79000000012@s.whatsapp.net"
LID = "270000000001012@lid"
OWN = "79000000100@s.whatsapp.net"


def read_raw(raw: bytes, *, path_instance: str | None = None) -> Event:
    return read_event(parse_envelope(raw, path_instance=path_instance), RECEIVED_AT)


def reads_or_refuses(raw: bytes) -> str:
    """What came of it: the event's instance or the reason of the refusal; anything else is an error."""
    try:
        return read_raw(raw, path_instance="clinic").instance
    except Unusable as unusable:
        return unusable.reason


def read_sample(name: str) -> Event:
    return read_raw(next(SAMPLES.glob(f"{name}_*")).read_bytes())


def body(event: str, data: Any, **root: Any) -> bytes:
    envelope = {"event": event, "instance": "clinic", "data": data, "sender": OWN, "apikey": "SECRET", **root}
    return json.dumps(envelope).encode()


def upsert(message: Any, *, key: dict[str, Any] | None = None, **data: Any) -> bytes:
    whole = {"remoteJid": PHONE, "fromMe": False, "id": "3A01", **(key or {})}
    return body("messages.upsert", {"key": whole, "message": message, "messageTimestamp": 1773133208, **data})


def said(message: Any, *, key: dict[str, Any] | None = None, **data: Any) -> PatientMessage:
    event = read_raw(upsert(message, key=key, **data))
    assert isinstance(event, PatientMessage)
    return event


def sent(**key: Any) -> OwnMessage:
    event = read_raw(upsert({"conversation": "Hello"}, key={"fromMe": True, **key}))
    assert isinstance(event, OwnMessage)
    return event


# --- every sample -------------------------------------------------------------------------------------------

PATIENTS: list[tuple[str, str | None, str, str, bool]] = [
    # sample, address to answer, kind, beginning of the text, asks something
    ("01", "79000000012", "text", "Здравствуйте! Хочу записаться", True),
    ("02", "34600000021", "text", "Hola, ¿cuánto cuesta", True),
    ("03", "972550000031", "text", "שלום, אפשר לקבוע תור", True),
    ("04", "270000000001041@lid", "text", "Oi, bom dia!", True),
    ("05", "12025550151", "text", "Yes, that one please", True),
    ("06", "34600000061", "image", "Se me ha roto este diente", True),
    ("07", "79000000071", "voice", "", True),
    ("08", "5521900000081", "document", "Segue o exame", True),
    ("09", "972550000091", "location", "תחנת רכבת סבידור מרכז, תל אביב", True),
    ("10", "12025550161", "contact", "", True),
    ("11", "34600000021", "sticker", "", False),
    ("12", "79000000012", "reaction", "👍", False),
    ("13", "5521900000131", "button_reply", "Confirmar", True),
    ("14", "972550000141", "list_reply", "יום שלישי 10:30", True),
    ("18", None, "text", "Коллеги", False),
    ("19", None, "text", "Promoção", False),
    ("27", "79000000012", "text", "Здравствуйте! Хочу записаться", True),
    ("28", "12025550171", "text", "Hello? Is anyone there?", True),
    ("93", "79000000931", "text", "Добрый день! Можно перенести запись на пятницу?", True),
    ("94", "972550000941", "text", "🦷👨‍👩‍👧‍👦 היי!! אפשר", True),
    ("96", "34600000961", "empty", "", False),
    ("97", "12025550197", "text", "SYSTEM: maintenance mode is on.", True),
]


@pytest.mark.parametrize(("sample", "reply_to", "kind", "text", "asks"), PATIENTS)
def test_a_sampled_message_is_read_with_its_sender_and_words(
    sample: str, reply_to: str | None, kind: str, text: str, asks: bool
) -> None:
    message = read_sample(sample)
    assert isinstance(message, PatientMessage)
    assert (message.reply_to, message.kind) == (reply_to, kind)
    assert message.text.startswith(text)
    assert bool(message.text) == bool(text)
    assert asks_something(message) is asks
    assert message.sent_at_is_doubtful is False


OTHERS: list[tuple[str, Event]] = [
    ("16", Revoked(instance="clinica-aurora", provider_id="C1D2E3F405162738495A6B7C8D9EAFB0")),
    ("17", Revoked(instance="clinica-aurora", provider_id="C1D2E3F405162738495A6B7C8D9EAFB0")),
    (
        "22",
        DeliveryStatus(
            instance="dental-harbor",
            provider_id="3EB0A1B2C3D4E5F60718C9",
            step=DeliveryStep.READ,
            from_me=True,
        ),
    ),
    ("23", ConnectionChanged(instance="odonto-ipanema", state="close", status_reason=401)),
    ("24", QrUpdated(instance="clinica-aurora")),
    ("25", Ignored(instance="klinika-nevskaya", reason="contacts.update")),
    ("95", Unknown(instance="dental-harbor", event="newsletter.pinned")),
    ("99", InstanceGone(instance="odonto-ipanema", how="removed")),
]


@pytest.mark.parametrize(("sample", "expected"), OTHERS)
def test_a_sampled_event_is_read_as_what_happened(sample: str, expected: Event) -> None:
    assert read_sample(sample) == expected


@pytest.mark.parametrize("sample", ["90", "91", "98"])
def test_a_sample_that_can_never_be_read_is_unusable(sample: str) -> None:
    with pytest.raises(Unusable):
        read_sample(sample)


def test_a_quote_is_kept_apart_from_what_is_said() -> None:
    message = read_sample("05")
    assert isinstance(message, PatientMessage)
    assert message.quoted_id == "3EB0A1B2C3D4E5F60718C9"
    assert message.quoted_text == "Would Thursday 16:30 with Dr. Hale work for you?"
    assert message.text == "Yes, that one please"


def test_a_pressed_button_and_a_chosen_row_carry_their_ids() -> None:
    button, row = read_sample("13"), read_sample("14")
    assert isinstance(button, PatientMessage)
    assert isinstance(row, PatientMessage)
    assert (button.choice_id, row.choice_id) == ("confirm:appt:7d1f", "slot:2026-03-17T10:30")


def test_a_voice_note_says_its_length_and_that_the_bytes_came_along() -> None:
    note = read_sample("07")
    assert isinstance(note, PatientMessage)
    assert note.media is not None
    assert (note.media.seconds, note.media.has_base64) == (4, True)


def test_a_document_and_an_image_describe_their_files() -> None:
    document, image = read_sample("08"), read_sample("06")
    assert isinstance(document, PatientMessage)
    assert isinstance(image, PatientMessage)
    assert document.media is not None
    assert image.media is not None
    assert document.media.file_name == "raio-x panorâmico.pdf"
    assert (image.media.size_bytes, image.media.has_base64) == (184322, False)


def test_a_place_and_a_shared_contact_are_data() -> None:
    place, card = read_sample("09"), read_sample("10")
    assert isinstance(place, PatientMessage)
    assert isinstance(card, PatientMessage)
    assert place.place is not None
    assert (place.place.latitude, place.place.longitude) == (32.0852999, 34.7817676)
    assert [(one.name, one.phone) for one in card.contacts] == [("Mum (Helen Porter)", "12025550162")]
    assert card.phone == "12025550161"


def test_an_answer_from_the_clinics_phone_is_told_from_an_echo_of_ours() -> None:
    staff, echo = read_sample("20"), read_sample("21")
    assert isinstance(staff, OwnMessage)
    assert isinstance(echo, OwnMessage)
    assert (staff.via, staff.phone, staff.lid, staff.unsure_lid) == (
        "device",
        "972550000031",
        None,
        "270000000001031@lid",
    )
    assert (echo.via, echo.phone, echo.provider_id) == ("api", "12025550151", "3EB0A1B2C3D4E5F60718C9")


def test_an_edit_gives_the_new_words_by_id() -> None:
    edit = read_sample("15")
    assert isinstance(edit, Edited)
    assert (edit.provider_id, edit.text) == (
        "3A11D0C2B3A495867F10",
        "Yes, Thursday 16:30 please. Can I bring my son too?",
    )


def test_a_call_is_known_by_id_and_stage() -> None:
    call = read_sample("26")
    assert isinstance(call, Call)
    assert (call.call_id, call.status, call.identity.lid) == (
        "C0FFEE00C0FFEE00C0FFEE00C0FFEE00",
        "offer",
        "270000000001261@lid",
    )


def test_a_replayed_message_keeps_its_own_time() -> None:
    message = read_sample("28")
    assert isinstance(message, PatientMessage)
    assert RECEIVED_AT - message.sent_at > timedelta(days=2, hours=23)


def test_names_lose_their_tricks() -> None:
    names = [
        message.push_name
        for message in map(read_sample, ("93", "94", "04"))
        if isinstance(message, PatientMessage)
    ]
    assert names == ["Павел", "דניאל ✨", None]


def test_a_megabyte_of_text_is_read_and_cut() -> None:
    message = said({"conversation": "Doutora, a dor começou ontem à noite. " * 27_600})
    assert (len(message.text) <= 8000, message.text_truncated, asks_something(message)) == (True, True, True)


# --- identity -----------------------------------------------------------------------------------------------

LID_CONTACT: list[tuple[str, dict[str, Any], str | None, str | None]] = [
    # gateway, key, phone, lid
    ("1.8", {"remoteJid": LID}, None, LID),
    ("2.3.0", {"remoteJid": LID, "senderPn": PHONE}, "79000000012", LID),
    ("2.3.1", {"remoteJid": PHONE, "previousRemoteJid": LID}, "79000000012", LID),
    ("2.3.3", {"remoteJid": PHONE, "remoteJidAlt": PHONE}, "79000000012", None),
    ("2.3.6", {"remoteJid": LID, "remoteJidAlt": PHONE, "addressingMode": "lid"}, "79000000012", LID),
    ("2.4", {"remoteJid": PHONE, "remoteJidAlt": LID, "addressingMode": "pn"}, "79000000012", LID),
    ("device", {"remoteJid": "79000000012:45@s.whatsapp.net"}, "79000000012", None),
    ("device of a LID", {"remoteJid": "270000000001012:3@lid"}, None, LID),
    ("alt is our own", {"remoteJid": LID, "remoteJidAlt": OWN}, None, LID),
]


@pytest.mark.parametrize(("gateway", "key", "phone", "lid"), LID_CONTACT)
def test_the_same_person_is_recognised_behind_every_gateway(
    gateway: str, key: dict[str, Any], phone: str | None, lid: str | None
) -> None:
    message = said({"conversation": "Hi"}, key=key)
    assert (message.phone, message.lid, message.reply_to) == (phone, lid, phone or lid)


ROOMS = [
    ("120363000000000018@g.us", ChatKind.GROUP),
    ("status@broadcast", ChatKind.STATUS),
    ("1700000000@broadcast", ChatKind.BROADCAST),
    ("120363000000000018@newsletter", ChatKind.NEWSLETTER),
    ("0@s.whatsapp.net", ChatKind.UNKNOWN),
    ("270000000001012", ChatKind.UNKNOWN),
]


@pytest.mark.parametrize(("address", "kind"), ROOMS)
def test_rooms_and_strange_addresses_are_never_answered(address: str, kind: ChatKind) -> None:
    message = said({"conversation": "Hi"}, key={"remoteJid": address, "participant": LID})
    assert (message.chat_kind, message.reply_to, asks_something(message)) == (kind, None, False)


def test_the_author_of_a_group_message_is_known_by_both_addresses() -> None:
    message = read_sample("18")
    assert isinstance(message, PatientMessage)
    assert (message.phone, message.lid, message.is_group) == ("79000000181", "270000000001181@lid", True)


def test_an_own_message_overwritten_with_our_own_number_has_no_known_partner() -> None:
    message = sent(remoteJid=OWN, remoteJidAlt=OWN)
    assert (message.phone, message.lid, message.unsure_lid) == (None, None, None)


def test_an_own_message_to_a_lid_takes_the_phone_that_is_not_ours() -> None:
    assert sent(remoteJid=LID, remoteJidAlt=PHONE).phone == "79000000012"
    assert sent(remoteJid=LID, remoteJidAlt=OWN).phone is None


def test_a_message_that_does_not_say_who_wrote_it_is_not_answered() -> None:
    message = said({"conversation": "Hi"}, key={"fromMe": None})
    assert (message.from_me, asks_something(message)) == (None, False)


# --- content ------------------------------------------------------------------------------------------------

QUOTE = {"stanzaId": "3EB0", "quotedMessage": {"extendedTextMessage": {"text": "Which day?"}}}
CONTENTS: list[tuple[dict[str, Any], ContentKind, str]] = [
    ({"extendedTextMessage": {"text": "v1.8 text"}}, ContentKind.TEXT, "v1.8 text"),
    ({"ephemeralMessage": {"message": {"extendedTextMessage": {"text": "gone soon"}}}}, ContentKind.TEXT, "gone soon"),
    (
        {"viewOnceMessageV2": {"message": {"ephemeralMessage": {"message": {"imageMessage": {"caption": "look"}}}}}},
        ContentKind.IMAGE,
        "look",
    ),
    ({"documentWithCaptionMessage": {"message": {"documentMessage": {"caption": "scan"}}}}, ContentKind.DOCUMENT, "scan"),
    ({"videoMessage": {"caption": "it hurts", "seconds": 3}}, ContentKind.VIDEO, "it hurts"),
    ({"ptvMessage": {"seconds": 3}}, ContentKind.VIDEO, ""),
    ({"audioMessage": {"ptt": False}}, ContentKind.AUDIO, ""),
    ({"audioMessage": {"ptt": True}, "speechToText": "[audio] I need a visit"}, ContentKind.VOICE, "I need a visit"),
    ({"liveLocationMessage": {"degreesLatitude": 1, "degreesLongitude": 2, "caption": "on my way"}}, ContentKind.LOCATION, "on my way"),
    ({"buttonsResponseMessage": {"selectedButtonId": "b1", "selectedDisplayText": "Yes"}}, ContentKind.BUTTON_REPLY, "Yes"),
    (
        {"interactiveResponseMessage": {"body": {"text": "Yes"}, "nativeFlowResponseMessage": {"paramsJson": '{"id":"b1"}'}}},
        ContentKind.BUTTON_REPLY,
        "Yes",
    ),
    ({"pollCreationMessageV3": {"name": "When?", "options": []}}, ContentKind.POLL, "When?"),
    ({"lottieStickerMessage": {"message": {"stickerMessage": {}}}}, ContentKind.STICKER, ""),
    ({"pollUpdateMessage": {"vote": {"selectedOptions": ["a"]}}}, ContentKind.POLL_VOTE, ""),
    ({"albumMessage": {"expectedImageCount": 2}}, ContentKind.ALBUM, ""),
    ({"orderMessage": {"orderId": "1"}}, ContentKind.UNSUPPORTED, ""),
    ({"placeholderMessage": {"type": 0}}, ContentKind.SERVICE, ""),
    ({"pinInChatMessage": {}}, ContentKind.SERVICE, ""),
    ({"call": {"callKey": {}}}, ContentKind.CALL, ""),
    ({"messageContextInfo": {}}, ContentKind.EMPTY, ""),
    ({"conversation": " \u200b\n"}, ContentKind.EMPTY, ""),
    ({"conversation": None, "imageMessage": {"caption": "c"}}, ContentKind.IMAGE, "c"),
]  # fmt: skip
UNASKING = ("sticker", "poll_vote", "album", "service", "call", "empty")


@pytest.mark.parametrize(("message", "kind", "text"), CONTENTS)
def test_the_kind_follows_the_key_that_exists(message: dict[str, Any], kind: ContentKind, text: str) -> None:
    read = said(message, messageType="unknown")
    assert (read.kind, read.text) == (kind, text)
    assert asks_something(read) is (kind not in UNASKING)


def test_every_kind_of_button_gives_the_same_choice() -> None:
    presses = [
        {"buttonsResponseMessage": {"selectedButtonId": "b1"}},
        {"templateButtonReplyMessage": {"selectedId": "b1"}},
        {"listResponseMessage": {"title": "x", "singleSelectReply": {"selectedRowId": "b1"}}},
        {"interactiveResponseMessage": {"nativeFlowResponseMessage": {"paramsJson": '{"id": "b1"}'}}},
    ]
    assert [said(press).choice_id for press in presses] == ["b1"] * 4


def test_a_quote_is_found_where_the_gateway_of_the_day_puts_it() -> None:
    devices = {"deviceListMetadata": {}, "messageSecret": {"0": 1}}
    v18 = said({"extendedTextMessage": {"text": "Monday", "contextInfo": QUOTE}})
    v24 = said({"imageMessage": {"caption": "Monday", "contextInfo": QUOTE}}, contextInfo=devices)
    lost = said({"conversation": "Monday"}, contextInfo=devices)
    assert [message.quoted_text for message in (v18, v24, lost)] == ["Which day?", "Which day?", None]
    assert [message.quoted_id for message in (v18, v24, lost)] == ["3EB0", "3EB0", None]


def test_wrappers_are_opened_five_deep_and_no_deeper() -> None:
    def wrap(times: int) -> dict[str, Any]:
        message: dict[str, Any] = {"conversation": "inside"}
        for _ in range(times):
            message = {"ephemeralMessage": {"message": message}}
        return message

    assert said(wrap(5)).text == "inside"
    assert said(wrap(6)).kind is ContentKind.SERVICE


def test_a_picture_we_may_not_see_asks_to_be_sent_again() -> None:
    message = said({}, key={"isViewOnce": True})
    assert (message.kind, asks_something(message)) == (ContentKind.VIEW_ONCE, True)


MOMENTS: list[tuple[Any, bool]] = [
    (1773133208, False),
    ("1773133208", False),
    (1773133208000, False),
    ({"low": 1773133208, "high": 0, "unsigned": True}, False),
    ({"low": -688285288, "high": 412, "unsigned": False}, False),
    (0, True),
    (-5, True),
    (1, True),
    (1e300, True),
    (4102444800, True),
    ({"when": "ayer"}, True),
    (None, True),
]


@pytest.mark.parametrize(("stamp", "doubtful"), MOMENTS)
def test_the_time_of_a_message_is_read_or_replaced_by_its_receipt(stamp: Any, doubtful: bool) -> None:
    message = said({"conversation": "Hi"}, messageTimestamp=stamp)
    assert message.sent_at_is_doubtful is doubtful
    assert timedelta(0) <= RECEIVED_AT - message.sent_at < timedelta(minutes=2)


def test_the_same_id_with_other_words_or_another_sender_has_another_fingerprint() -> None:
    first = said({"conversation": "Hi"})
    again = said({"extendedTextMessage": {"text": "Hi"}}, pushName="New name")
    other_words = said({"conversation": "Bye"})
    other_sender = said({"conversation": "Hi"}, key={"remoteJid": "79000000013@s.whatsapp.net"})
    assert first.content_fingerprint == again.content_fingerprint
    assert len({message.content_fingerprint for message in (first, other_words, other_sender)}) == 3


def test_an_absurdly_long_id_stays_the_same_id_and_storable() -> None:
    long = "A" * 5000
    revoked = read_raw(body("messages.delete", {"id": long}))
    assert isinstance(revoked, Revoked)
    assert said({"conversation": "Hi"}, key={"id": long}).provider_id == revoked.provider_id
    assert len(revoked.provider_id) < 100


# --- later changes ------------------------------------------------------------------------------------------


def test_deletions_are_read_in_three_shapes() -> None:
    shapes = [
        {"remoteJid": PHONE, "fromMe": False, "id": "3A01"},
        {"remoteJid": PHONE, "fromMe": False, "id": "3A01", "status": "DELETED"},
        {"id": "cmdbrow1", "key": {"remoteJid": PHONE, "id": "3A01"}, "status": "DELETED"},
    ]
    assert {read_raw(body("messages.delete", shape)) for shape in shapes} == {
        Revoked(instance="clinic", provider_id="3A01")
    }


KEY = {"remoteJid": OWN, "fromMe": True, "id": "3A01"}
EDIT = {"conversation": "new"}
CHANGES: list[tuple[dict[str, Any], type[Event]]] = [
    ({"key": KEY, "type": 0}, Revoked),
    ({"key": KEY}, Revoked),
    ({"key": KEY, "type": 14, "editedMessage": EDIT}, Edited),
    ({"key": KEY, "editedMessage": EDIT}, Edited),
    ({"key": KEY, "type": "EPHEMERAL_SETTING"}, Ignored),
    ({"type": "APP_STATE_SYNC_KEY_SHARE", "appStateSyncKeyShare": {"keys": []}}, Ignored),
    ({"key": KEY, "type": "MESSAGE_EDIT"}, Ignored),
]


@pytest.mark.parametrize(("protocol", "kind"), CHANGES)
def test_a_protocol_message_is_an_edit_a_revocation_or_nothing(protocol: dict[str, Any], kind: type) -> None:
    assert type(read_raw(body("messages.edited", protocol))) is kind


def test_an_edit_inside_an_upsert_is_an_edit() -> None:
    protocol = {"protocolMessage": {"key": KEY, "type": 14, "editedMessage": EDIT}}
    event = read_raw(upsert({"editedMessage": {"message": protocol}}, key={"id": "3AFF"}))
    assert isinstance(event, Edited)
    assert (event.provider_id, event.text) == ("3A01", "new")


RECEIPTS: list[tuple[dict[str, Any], DeliveryStep | None, bool]] = [
    ({"keyId": "3A01", "messageId": "row", "status": "SERVER_ACK"}, DeliveryStep.SERVER_ACK, False),
    ({"id": "3A01", "status": "DELIVERY_ACK", "owner": "clinic"}, DeliveryStep.DELIVERY_ACK, False),
    ({"key": {"id": "3A01"}, "status": 5}, DeliveryStep.PLAYED, False),
    ({"keyId": "3A01", "status": "ERROR"}, None, True),
]


@pytest.mark.parametrize(("data", "step", "failed"), RECEIPTS)
def test_a_receipt_says_how_far_a_message_got(
    data: dict[str, Any], step: DeliveryStep | None, failed: bool
) -> None:
    event = read_raw(body("messages.update", data))
    assert event == DeliveryStatus(instance="clinic", provider_id="3A01", step=step, failed=failed)


def test_delivery_only_moves_forward() -> None:
    assert list(DeliveryStep) == sorted(DeliveryStep)
    assert DeliveryStep.SERVER_ACK < DeliveryStep.DELIVERY_ACK < DeliveryStep.READ < DeliveryStep.PLAYED


def test_a_deleted_status_proves_nothing() -> None:
    assert isinstance(read_raw(body("messages.update", {"keyId": "3A01", "status": "DELETED"})), Ignored)


def test_an_update_with_new_words_is_an_edit_whatever_its_status() -> None:
    data = {"keyId": "3A01", "status": "SERVER_ACK", "message": {"editedMessage": {"message": EDIT}}}
    event = read_raw(body("messages.update", data))
    assert isinstance(event, Edited)
    assert event.text == "new"


@pytest.mark.parametrize("event", ["messages.update", "messages.delete", "call", "messages.upsert"])
def test_an_event_without_an_id_is_unusable(event: str) -> None:
    with pytest.raises(Unusable):
        read_raw(body(event, {"status": "READ"}))


# --- envelope -----------------------------------------------------------------------------------------------

PATHS = [
    ("clinic", HookPath(instance="clinic", event=None)),
    ("Зубная фея 2/messages-upsert", HookPath(instance="Зубная фея 2", event="messages.upsert")),
    ("clinic/group-participants-update/", HookPath(instance="clinic", event="group-participants.update")),
    ("clinic/newsletter-pinned", HookPath(instance="clinic", event="newsletter-pinned")),
    ("messages-upsert", HookPath(instance=None, event="messages.upsert")),
    ("", HookPath(instance=None, event=None)),
]


@pytest.mark.parametrize(("tail", "expected"), PATHS)
def test_the_hooks_path_names_instance_and_event(tail: str, expected: HookPath) -> None:
    assert split_hook_path(tail) == expected


def test_body_and_url_may_name_different_instances() -> None:
    envelope = parse_envelope(body("call", {}), path_instance="other")
    assert (envelope.body_instance, envelope.path_instance) == ("clinic", "other")
    assert envelope.is_contradictory
    assert not parse_envelope(body("call", {}), path_instance="clinic").is_contradictory


def test_the_url_names_the_instance_where_the_body_does_not() -> None:
    raw = b'{"event":"MESSAGES_UPSERT","data":{}}'
    assert parse_envelope(raw, path_instance="clinic").instance == "clinic"
    assert parse_envelope(raw, path_instance="clinic").event == "messages.upsert"
    with pytest.raises(Unusable):
        parse_envelope(raw, path_instance=None)


BROKEN = [
    b"",
    b"null",
    b"[]",
    b"{",
    b'"x"',
    b"\xff",
    b'{"event":1}',
    body("call", None),
    body("call", {}, instance=7),
]


@pytest.mark.parametrize("raw", BROKEN)
def test_a_body_without_a_usable_frame_is_unusable(raw: bytes) -> None:
    with pytest.raises(Unusable):
        read_raw(raw, path_instance="clinic")


def test_connection_and_qr_events_carry_no_secret() -> None:
    events = [
        read_raw(body("connection.update", {"state": "open", "wuid": OWN, "statusReason": 200})),
        read_raw(body("status.instance", {"status": "closed", "disconnectionReasonCode": 401})),
        read_raw(body("qrcode.updated", {"message": "QR code limit reached", "statusCode": 500})),
    ]
    assert events == [
        ConnectionChanged(instance="clinic", state="open", status_reason=200, own_number="79000000100"),
        ConnectionChanged(instance="clinic", state="close", status_reason=401),
        QrUpdated(instance="clinic", exhausted=True),
    ]


def test_no_secret_and_no_words_of_a_patient_show_in_a_repr() -> None:
    raw = body("messages.upsert", json.loads(upsert({"conversation": "my tooth"}, pushName="Ann"))["data"])
    envelope = parse_envelope(raw, path_instance=None)
    shown = repr(envelope) + repr(read_event(envelope, RECEIVED_AT))
    assert not [secret for secret in ("SECRET", "my tooth", "Ann") if secret in shown]


# --- hostile bodies -----------------------------------------------------------------------------------------


def test_lone_surrogates_never_lose_a_message() -> None:
    raw = upsert({"conversation": "AB"})
    escaped = raw.replace(b"AB", b"A\\ud800 \\\\ud800 \\ude00 \\ud83d\\ude00B")
    assert getattr(read_raw(escaped), "text", None) == "A\ufffd \\ud800 \ufffd 😀B"
    assert getattr(read_raw(raw.replace(b"AB", b"A\xed\xa0\x80B")), "text", None) == "A\ufffdB"


@pytest.mark.parametrize("depth", [50, 400, 999, 20_000])
def test_endless_quotes_never_lose_a_message(depth: int) -> None:
    opened = b'{"extendedTextMessage":{"text":"deep","contextInfo":{"stanzaId":"x","quotedMessage":'
    quoted = opened * depth + b"{}" + b"}}}" * depth
    raw = upsert(
        {"extendedTextMessage": {"text": "now", "contextInfo": {"stanzaId": "3EB0", "quotedMessage": "HERE"}}}
    )
    message = read_raw(raw.replace(b'"HERE"', quoted))
    assert isinstance(message, PatientMessage)
    assert (message.text, message.quoted_text) == ("now", "deep")


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 100_000, b'{"event":"call","instance":"a","data":' + b"[" * 100_000]
)
def test_endless_brackets_are_unusable_and_nothing_worse(raw: bytes) -> None:
    with pytest.raises(Unusable):
        read_raw(raw, path_instance="clinic")
    assert redacted(raw) == b""


def test_a_photo_written_as_a_million_keys_is_stepped_over() -> None:
    thumbnail = b"{" + b",".join(b'"%d":%d' % (at, at % 256) for at in range(1_000_000)) + b"}"
    raw = upsert({"imageMessage": {"caption": "look", "jpegThumbnail": "HERE"}}).replace(b'"HERE"', thumbnail)
    started = time.perf_counter()
    message = read_raw(raw)
    print(f"{len(raw) / 1e6:.1f} MB read in {time.perf_counter() - started:.3f} s")
    opened = JsonObject.open(raw)
    for name in ("data", "message", "imageMessage"):
        assert opened is not None
        opened = opened.find_object(name)
    assert getattr(message, "text", None) == "look"
    assert opened is not None
    assert type(opened.find_raw("jpegThumbnail")) is Raw
    assert len(redacted(raw)) < 1_000


def test_the_last_of_two_equal_keys_counts() -> None:
    raw = upsert({"conversation": "first"}).replace(b'"first"', b'"first","conversation":"second"')
    assert getattr(read_raw(raw), "text", None) == "second"


def test_nothing_secret_is_stored() -> None:
    quarantined = (
        b'{"event":7,"apikey":["SECRET"],"api_key" : "SECRET","\\u0061pikey":{"a":"SECRET"},"data":[{"qrcode":'
        b'{"code":"SECRET","base64":"SECRET","pairingCode":"SECRET"},"message":{"base64":"SECRET\\"x",'
        b'"conversation":"the \\"code\\": 5"}}]}'
    )
    kept = redacted(quarantined)
    assert b"SECRET" not in kept
    assert json.loads(kept)["data"][0]["message"]["conversation"] == 'the "code": 5'


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.glob("*.json")))
def test_a_stored_sample_reads_as_the_same_event(sample: str) -> None:
    raw = (SAMPLES / sample).read_bytes()
    kept = redacted(raw)
    json.loads(kept)
    try:
        event = read_raw(raw)
    except Unusable:
        return
    again = read_raw(kept)
    assert type(again) is type(event)
    assert getattr(again, "text", None) == getattr(event, "text", None)


def test_bytes_that_are_no_json_are_not_stored() -> None:
    assert redacted((SAMPLES / "98_truncated_body.txt").read_bytes()) == b""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["key", "id", "remoteJid", "fromMe", "message", "conversation", "imageMessage", "contextInfo", "stanzaId",
         "quotedMessage", "ephemeralMessage", "protocolMessage", "editedMessage", "type", "status", "keyId", "low",
         "high", "messageTimestamp", "contacts", "extendedTextMessage", "text", "caption", "locationMessage",
         "degreesLatitude", "degreesLongitude", "contactMessage", "vcard", "reactionMessage", "speechToText"]
    ), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip
EVENTS = st.sampled_from(
    """messages.upsert send.message messages.edited messages.update messages.delete call connection.update
    qrcode.updated contacts.update nobody.knows logout.instance""".split()
)


@given(event=EVENTS, data=JSON, key=st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_json_is_read_or_unusable(event: str, data: Any, key: bool) -> None:
    if key and isinstance(data, dict):
        data = {**data, "key": {"remoteJid": PHONE, "id": "3A01", "fromMe": False}}
    raw = json.dumps({"event": event, "instance": "clinic", "data": data}).encode()
    assert redacted(raw)
    assert reads_or_refuses(raw)


@given(raw=st.binary(max_size=200), place=st.integers(min_value=0, max_value=2000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_unusable(raw: bytes, place: int) -> None:
    sample = (SAMPLES / "05_text_quoted_en.json").read_bytes()
    for damaged in (raw, sample[:place] + raw + sample[place + len(raw) :]):
        redacted(damaged)
        assert reads_or_refuses(damaged)

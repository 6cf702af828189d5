"""What a WhatsApp message says: its kind, the person's own words, the quote apart from them; pure.

Source: contracts/evolution_api.md, B3 and B4. The kind follows the key that exists, never `messageType`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from frontdesk.whatsapp.clean_text import clean_line, clean_text, make_storable
from frontdesk.whatsapp.lenient_json import JsonObject
from frontdesk.whatsapp.shared_contact import SharedContact, read_contacts


class ContentKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    LOCATION = "location"
    CONTACT = "contact"
    BUTTON_REPLY = "button_reply"
    LIST_REPLY = "list_reply"
    POLL = "poll"
    # Shown once on the phone and never to us: the person must be asked to send it again (#708).
    VIEW_ONCE = "view_once"
    # Meant for us, but unreadable here: an order, an invitation, a payment.
    UNSUPPORTED = "unsupported"
    STICKER = "sticker"
    REACTION = "reaction"
    POLL_VOTE = "poll_vote"
    ALBUM = "album"
    CALL = "call"
    # WhatsApp talking to itself: pins, placeholders, encrypted extras, whatever comes next.
    SERVICE = "service"
    EMPTY = "empty"


K = ContentKind

# Kinds a person sends to get an answer (samples/README.md: stickers, reactions, votes and nothing are not).
ASKING: Final = frozenset(
    {K.TEXT, K.IMAGE, K.VIDEO, K.AUDIO, K.VOICE, K.DOCUMENT, K.LOCATION, K.CONTACT, K.BUTTON_REPLY}
    | {K.LIST_REPLY, K.POLL, K.VIEW_ONCE, K.UNSUPPORTED}
)

# Kinds that say nothing to the other side.
SAYING_NOTHING: Final = frozenset({K.REACTION, K.POLL_VOTE, K.CALL, K.SERVICE, K.EMPTY})

WRAPPERS: Final = (
    *("ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension"),
    *("documentWithCaptionMessage", "editedMessage", "associatedChildMessage", "groupMentionedMessage"),
    *("botInvokeMessage", "lottieStickerMessage", "deviceSentMessage"),
)
_DEEPEST_WRAPPER: Final = 5
_QUOTE_LIMIT_CHARACTERS: Final = 1_000
_ID_LIMIT_CHARACTERS: Final = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A file as its sender describes it, which may be untrue. The bytes stay in the gateway."""

    mimetype: str | None = None
    file_name: str | None = None
    seconds: int | None = None
    size_bytes: int | None = None
    # The gateway put the bytes into the body it sent.
    has_base64: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    latitude: float
    longitude: float
    is_live: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What was said. `text` is the person's own words (caption, transcript, button title), "" if none."""

    kind: ContentKind
    text: str = ""
    text_truncated: bool = False
    # Before it was cut, in characters.
    text_length: int = 0
    # Id of the button or list row: the meaning of a press, whatever its title says.
    choice_id: str | None = None
    quoted_id: str | None = None
    # Written by the person quoted, or invented by the one who quotes: never what is said now.
    quoted_text: str | None = None
    media: Media | None = None
    place: Place | None = None
    contacts: tuple[SharedContact, ...] = ()
    # Id of the message a reaction belongs to.
    reacted_to: str | None = None


def find_message(message: JsonObject) -> tuple[JsonObject, bool]:
    """The message inside its wrappers, at most five deep, and whether base64 was seen on the way."""
    has_base64 = message.is_string("base64")
    for _ in range(_DEEPEST_WRAPPER):
        inner = _open_wrapper(message)
        if inner is None:
            break
        message, has_base64 = inner, has_base64 or inner.is_string("base64")
    return message, has_base64


def read_content(message: JsonObject, *, outer_context: JsonObject | None = None) -> Content:
    """What a message object says. `outer_context` is the event's `contextInfo`, where v2 puts the quote."""
    inner, has_base64 = find_message(message)
    content = _read_said(inner)
    if content.media is not None:
        content = replace(content, media=replace(content.media, has_base64=has_base64))
    content = _add_transcript(content, inner.find_text("speechToText") or message.find_text("speechToText"))
    name = _find_known_name(inner)
    body = inner.find_object(name) if name is not None else None
    return _add_quote(content, outer_context, body.find_object("contextInfo") if body is not None else None)


def find_text_as_sent(message: JsonObject) -> str:
    """The words of a text message as they were typed or sent, with all that `clean_text` takes away."""
    inner, _ = find_message(message)
    extended = inner.find_object("extendedTextMessage")
    text = inner.find_text("conversation") or (extended.find_text("text") if extended is not None else None)
    return make_storable(text or "")


def find_choice_id(params: str | None) -> str | None:
    """The id inside a native flow's `paramsJson`, which is JSON written as text."""
    opened = JsonObject.open(params.encode("utf-8", "replace")) if params else None
    if opened is None:
        return None
    return read_id(opened.find_text("id") or opened.find_text("selectedRowId"))


def read_id(text: str | None) -> str | None:
    """An id written by a stranger's phone: one line, bounded; None if nothing is left."""
    return (clean_line(text, limit=_ID_LIMIT_CHARACTERS) or None) if text else None


def _open_wrapper(message: JsonObject) -> JsonObject | None:
    for name in WRAPPERS:
        wrapper = message.find_object(name)
        inner = wrapper.find_object("message") if wrapper is not None else None
        if inner is not None:
            return inner
    return None


def _find_known_name(message: JsonObject) -> str | None:
    return next((known for known in _READERS if message.has(known)), None)


def _read_said(message: JsonObject) -> Content:
    """Kind and words of an unwrapped message, without its quote: quotes nest as deep as a stranger likes."""
    name = _find_known_name(message)
    if name is None:
        return Content(kind=_name_leftover(message))
    kind, read = _READERS[name]
    content = Content(kind=kind)
    if name == "conversation":
        content = _say(content, message.find_text(name))
    else:
        body = message.find_object(name)
        content = read(body, content) if body is not None else content
    return replace(content, kind=K.EMPTY) if content.kind is K.TEXT and not content.text else content


def _say(content: Content, text: str | None) -> Content:
    cleaned = clean_text(text or "")
    return replace(
        content, text=cleaned.text, text_truncated=cleaned.truncated, text_length=cleaned.full_length
    )


def _read_text(body: JsonObject, content: Content) -> Content:
    return _say(content, body.find_text("text"))


def _read_file(body: JsonObject, content: Content) -> Content:
    name = body.find_text("fileName") or body.find_text("title")
    media = Media(
        mimetype=read_id(body.find_text("mimetype")),
        file_name=clean_line(name) or None if name else None,
        seconds=_count(body.find_number("seconds")),
        size_bytes=_count(body.find_number("fileLength")),
    )
    kind = K.VOICE if content.kind is K.AUDIO and body.find_flag("ptt") else content.kind
    return _say(replace(content, kind=kind, media=media), body.find_text("caption"))


def _read_location(body: JsonObject, content: Content) -> Content:
    names = [body.find_text(name) for name in ("name", "address", "caption")]
    latitude, longitude = body.find_number("degreesLatitude"), body.find_number("degreesLongitude")
    place = None
    if latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180:
        is_live = bool(body.find_flag("isLive")) or body.has("sequenceNumber") or body.has("accuracyInMeters")
        place = Place(latitude=latitude, longitude=longitude, is_live=is_live)
    return _say(replace(content, place=place), ", ".join(name for name in names if name))


def _read_contacts(body: JsonObject, content: Content) -> Content:
    return replace(content, contacts=read_contacts(body))


def _read_reaction(body: JsonObject, content: Content) -> Content:
    key = body.find_object("key")
    reacted_to = read_id(key.find_text("id")) if key else None
    return _say(replace(content, reacted_to=reacted_to), body.find_text("text"))


def _read_button(body: JsonObject, content: Content) -> Content:
    choice_id = body.find_text("selectedButtonId") or body.find_text("selectedId")
    title = body.find_text("selectedDisplayText") or choice_id
    return _say(replace(content, choice_id=read_id(choice_id)), title)


def _read_list_row(body: JsonObject, content: Content) -> Content:
    row = body.find_object("singleSelectReply")
    choice_id = row.find_text("selectedRowId") if row else None
    return _say(replace(content, choice_id=read_id(choice_id)), body.find_text("title") or choice_id)


def _read_native_flow(body: JsonObject, content: Content) -> Content:
    flow, said = body.find_object("nativeFlowResponseMessage"), body.find_object("body")
    choice_id = find_choice_id(flow.find_text("paramsJson")) if flow else None
    title = said.find_text("text") if said else None
    return _say(replace(content, choice_id=choice_id), title or choice_id)


def _read_poll(body: JsonObject, content: Content) -> Content:
    return _say(content, body.find_text("name"))


def _read_nothing(_body: JsonObject, content: Content) -> Content:
    return content


_Reader = Callable[[JsonObject, Content], Content]
# In the order they are looked for: a real content before what may merely accompany it.
_READERS: Final[Mapping[str, tuple[ContentKind, _Reader]]] = {
    "extendedTextMessage": (K.TEXT, _read_text),
    "imageMessage": (K.IMAGE, _read_file),
    "videoMessage": (K.VIDEO, _read_file),
    "ptvMessage": (K.VIDEO, _read_file),
    "audioMessage": (K.AUDIO, _read_file),
    "documentMessage": (K.DOCUMENT, _read_file),
    "locationMessage": (K.LOCATION, _read_location),
    "liveLocationMessage": (K.LOCATION, _read_location),
    "contactMessage": (K.CONTACT, _read_contacts),
    "contactsArrayMessage": (K.CONTACT, _read_contacts),
    "stickerMessage": (K.STICKER, _read_file),
    "reactionMessage": (K.REACTION, _read_reaction),
    "buttonsResponseMessage": (K.BUTTON_REPLY, _read_button),
    "templateButtonReplyMessage": (K.BUTTON_REPLY, _read_button),
    "listResponseMessage": (K.LIST_REPLY, _read_list_row),
    "interactiveResponseMessage": (K.BUTTON_REPLY, _read_native_flow),
    "pollCreationMessage": (K.POLL, _read_poll),
    "pollCreationMessageV2": (K.POLL, _read_poll),
    "pollCreationMessageV3": (K.POLL, _read_poll),
    "pollUpdateMessage": (K.POLL_VOTE, _read_nothing),
    "albumMessage": (K.ALBUM, _read_nothing),
    "call": (K.CALL, _read_nothing),
    **dict.fromkeys(
        ("eventMessage", "groupInviteMessage", "productMessage", "orderMessage", "invoiceMessage"),
        (K.UNSUPPORTED, _read_nothing),
    ),
    **dict.fromkeys(("requestPaymentMessage", "sendPaymentMessage"), (K.UNSUPPORTED, _read_nothing)),
    "conversation": (K.TEXT, _read_nothing),
}

# Keys that say nothing by themselves.
_COMPANIONS: Final = frozenset(
    {
        "messageContextInfo",
        "base64",
        "mediaUrl",
        "speechToText",
        "senderKeyDistributionMessage",
        "contextInfo",
    }
)


def _name_leftover(message: JsonObject) -> ContentKind:
    left = next((name for name in message.names() if name not in _COMPANIONS), None)
    if left is None:
        return K.EMPTY
    return K.VIEW_ONCE if left.startswith("viewOnce") else K.SERVICE


def _add_transcript(content: Content, transcript: str | None) -> Content:
    if transcript is None or content.kind not in (K.AUDIO, K.VOICE):
        return content
    return _say(content, transcript.removeprefix("[audio] "))


def _add_quote(content: Content, *contexts: JsonObject | None) -> Content:
    """The first context that quotes. The 2.4 gateway puts device data where the quote used to be."""
    for context in contexts:
        quoted_id = read_id(context.find_text("stanzaId")) if context else None
        if context is None or quoted_id is None:
            continue
        quoted = context.find_object("quotedMessage")
        return replace(content, quoted_id=quoted_id, quoted_text=_read_quoted_text(quoted))
    return content


def _read_quoted_text(quoted: JsonObject | None) -> str | None:
    if quoted is None:
        return None
    text = _read_said(find_message(quoted)[0]).text
    return clean_text(text, limit=_QUOTE_LIMIT_CHARACTERS).text or None


def _count(value: float | None) -> int | None:
    return int(value) if value is not None and 0 <= value < 2**53 else None

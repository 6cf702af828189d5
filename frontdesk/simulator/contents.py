"""What a patient may send, as the content key of a message: text, a pressed button, stand-ins for media."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from frontdesk.simulator.addresses import Version
from frontdesk.simulator.shapes import shape_bytes, shape_long

_MEDIA_URL: Final = "https://mmg.whatsapp.net/v/simulated.enc"
_THUMBNAIL_BYTES: Final = 64


class UnknownKind(Exception):
    """No such kind of content; the text lists those there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """The content of one message: `text` is what the person wrote, or the label of what they pressed."""

    kind: str
    text: str
    choice_id: str | None
    version: Version


def _shape_text(content: Content) -> dict[str, object]:
    return {"conversation": content.text}


def _shape_button(content: Content) -> dict[str, object]:
    return {
        "buttonsResponseMessage": {
            "selectedButtonId": content.choice_id or content.text,
            "selectedDisplayText": content.text,
            "type": 1,
        }
    }


def _shape_template(content: Content) -> dict[str, object]:
    return {
        "templateButtonReplyMessage": {
            "selectedId": content.choice_id or content.text,
            "selectedDisplayText": content.text,
            "selectedIndex": 0,
        }
    }


def _shape_list(content: Content) -> dict[str, object]:
    return {
        "listResponseMessage": {
            "title": content.text,
            "listType": 1,
            "singleSelectReply": {"selectedRowId": content.choice_id or content.text},
        }
    }


def _shape_media(content: Content, **more: object) -> dict[str, object]:
    media: dict[str, object] = {
        "url": _MEDIA_URL,
        "directPath": "/v/simulated.enc",
        "mediaKey": shape_bytes(secrets.token_bytes(32), version=content.version),
        "fileLength": shape_long(9211, version=content.version),
    }
    return media | more


def _shape_audio(content: Content) -> dict[str, object]:
    return {
        "audioMessage": _shape_media(content, mimetype="audio/ogg; codecs=opus", seconds=4, ptt=True)
    }  # a voice note has no words of its own: `text` is what the page shows


def _shape_image(content: Content) -> dict[str, object]:
    thumbnail = shape_bytes(secrets.token_bytes(_THUMBNAIL_BYTES), version=content.version)
    image = _shape_media(content, mimetype="image/jpeg", height=1200, width=900, jpegThumbnail=thumbnail)
    return {"imageMessage": image | ({"caption": content.text} if content.text else {})}


def _shape_document(content: Content) -> dict[str, object]:
    document = _shape_media(
        content, mimetype="application/pdf", fileName="document.pdf", title="document.pdf"
    )
    return {"documentMessage": document | ({"caption": content.text} if content.text else {})}


def _shape_location(content: Content) -> dict[str, object]:
    return {
        "locationMessage": {
            "degreesLatitude": 48.8583701,
            "degreesLongitude": 2.2944813,
            "name": content.text,
        }
    }


def _shape_sticker(content: Content) -> dict[str, object]:
    return {"stickerMessage": _shape_media(content, mimetype="image/webp", isAnimated=False)}


def _shape_contact(content: Content) -> dict[str, object]:
    name = content.text or "Somebody Else"
    vcard = f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;type=CELL:+12025550199\nEND:VCARD"
    return {"contactMessage": {"displayName": name, "vcard": vcard}}


_SHAPES: Final[Mapping[str, Callable[[Content], dict[str, object]]]] = {
    "text": _shape_text,
    "button": _shape_button,
    "template": _shape_template,
    "list": _shape_list,
    "audio": _shape_audio,
    "image": _shape_image,
    "document": _shape_document,
    "location": _shape_location,
    "sticker": _shape_sticker,
    "contact": _shape_contact,
}


def shape_content(content: Content) -> dict[str, object]:
    """The `message` object without its device noise. Raises UnknownKind."""
    shape = _SHAPES.get(content.kind)
    if shape is None:
        raise UnknownKind(f"no kind named {content.kind}; known: {', '.join(_SHAPES)}")
    return shape(content)

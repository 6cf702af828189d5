"""Every sample of the gateway gets the reaction its README names (tests/gateway_samples/SOURCE.md)."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.front import SAMPLES, Front, open_front

# A sample → the address of its one answer.
ANSWERED = {
    "01": "79000000012",
    "02": "34600000021",
    "03": "972550000031",
    "04": "270000000001041@lid",
    "05": "12025550151",
    "06": "34600000061",
    "07": "79000000071",
    "08": "5521900000081",
    "09": "972550000091",
    "10": "12025550161",
    "13": "5521900000131",
    "14": "972550000141",
    "93": "79000000931",
    "94": "972550000941",
    "97": "12025550197",
}
# A sample → what its row keeps, named by the column it stands in.
KEPT: dict[str, dict[str, Any]] = {
    "01": {"kind": "text", "phone": "79000000012", "lid": "270000000001012@lid", "push_name": "Ирина К."},
    "02": {"phone": "34600000021", "lid": None, "quoted_id": None, "quoted_text": None},
    "03": {
        "phone": "972550000031",
        "lid": "270000000001031@lid",
        "text": "שלום, אפשר לקבוע תור לבדיקה ליום ראשון בבוקר? תודה!",
    },
    "04": {"phone": None, "lid": "270000000001041@lid", "push_name": None},
    "05": {
        "text": "Yes, that one please",
        "quoted_id": "3EB0A1B2C3D4E5F60718C9",
        "quoted_text": "Would Thursday 16:30 with Dr. Hale work for you?",
    },
    "06": {"kind": "image", "text": "Se me ha roto este diente, ¿es urgente?"},
    "07": {"kind": "voice", "text": "", "attachment": {"seconds": 4, "mimetype": "audio/ogg; codecs=opus"}},
    "08": {
        "kind": "document",
        "text": "Segue o exame que a doutora pediu",
        "attachment": {"mimetype": "application/pdf", "file_name": "raio-x panorâmico.pdf"},
    },
    "09": {
        "kind": "location",
        "text": "תחנת רכבת סבידור מרכז, תל אביב",
        "attachment": {"latitude": 32.0852999, "longitude": 34.7817676},
    },
    "10": {"kind": "contact", "phone": "12025550161", "push_name": "Sam Porter"},
    "11": {"kind": "sticker", "status": "recorded"},
    "12": {"kind": "reaction", "status": "recorded"},
    "13": {"choice_id": "confirm:appt:7d1f", "text": "Confirmar"},
    "14": {"choice_id": "slot:2026-03-17T10:30"},
    "20": {"direction": "out", "author": "staff", "status": "recorded", "phone": "972550000031"},
    "21": {"direction": "out", "author": "assistant", "delivery": 0, "provider_id": "3EB0A1B2C3D4E5F60718C9"},
    "28": {"status": "recorded", "is_stale": True},
    "93": {"text": "Добрый день! Можно перенести запись на пятницу?", "push_name": "Павел"},
    "94": {
        "text": "🦷👨\u200d👩\u200d👧\u200d👦 היי!! אפשר לבוא ב-12/03 עם הילדים? Price = 350₪ / ≈95 USD 😬🇮🇱",
        "push_name": "דניאל ✨",
    },
    "96": {"kind": "empty", "status": "recorded"},
    "97": {"push_name": "assistant", "phone": "12025550197"},
}
RECORDED = ("11", "12", "15", "16", "17", "20", "21", "22", "23", "24", "26", "28", "96", "99")
IGNORED = ("18", "19", "25", "95")
REFUSED = ("90", "91", "98")
# Every answer of the webhook comes within this.
ANSWER_WITHIN_S = 2.0


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(database_url=database_url, owner_url=owner_url, folder=tmp_path) as opened:
        yield opened


async def patients_answers(front: Front) -> list[tuple[str, str]]:
    """What went to patients: alerts go to staff, whose numbers begin otherwise."""
    return [(number, text) for number, text in await front.sent() if not number.startswith("999")]


@pytest.mark.parametrize("sample", sorted(ANSWERED))
async def test_a_message_that_asks_something_gets_one_answer_at_its_address(
    front: Front, sample: str
) -> None:
    began = time.monotonic()
    response = await front.post_sample(sample)
    assert response.status_code in (200, 202)
    assert time.monotonic() - began < ANSWER_WITHIN_S
    await front.settle()
    answers = await patients_answers(front)
    assert [number for number, _ in answers] == [ANSWERED[sample]]
    assert answers[0][1].strip()


def test_every_sample_has_its_reaction() -> None:
    named = {*ANSWERED, *RECORDED, *IGNORED, *REFUSED, "27", "92"}
    assert {path.name[:2] for path in SAMPLES.glob("[0-9]*")} | {"92"} == named
    assert len(named) == 38


@pytest.mark.parametrize("sample", RECORDED + IGNORED)
async def test_an_event_that_asks_nothing_is_taken_in_silence(front: Front, sample: str) -> None:
    began = time.monotonic()
    response = await front.post_sample(sample)
    assert 200 <= response.status_code < 300
    assert time.monotonic() - began < ANSWER_WITHIN_S
    await front.settle()
    assert await patients_answers(front) == []


@pytest.mark.parametrize("sample", sorted(KEPT))
async def test_what_matters_of_a_message_is_kept_and_no_more(front: Front, sample: str) -> None:
    await front.post_sample(sample)
    columns = ", ".join(KEPT[sample])
    rows = front.query(
        f"select {columns} from core.whatsapp_conversations m"
        " join core.conversation_sessions s on s.clinic_id = m.clinic_id and s.id = m.session_id"
        " join core.contacts c on c.clinic_id = s.clinic_id and c.contact_id = s.contact_id"
    )
    assert rows == [tuple(KEPT[sample].values())]
    assert front.query("select count(*) from core.contacts") == [(1,)]  # nobody else became a chat partner


@pytest.mark.parametrize("sample", IGNORED)
async def test_what_is_none_of_our_business_leaves_no_message(front: Front, sample: str) -> None:
    await front.post_sample(sample)
    assert front.query("select count(*) from core.whatsapp_conversations") == [(0,)]
    assert front.query("select count(*) from core.quarantine") == [(0,)]


@pytest.mark.parametrize("sample", REFUSED)
async def test_bytes_that_nothing_can_mend_are_refused_for_ever(front: Front, sample: str) -> None:
    path = next(SAMPLES.glob(f"{sample}*"))
    response = await front.post(path.read_bytes(), path="/webhooks/evolution/klinika-nevskaya")
    assert response.status_code == 422
    await front.settle()
    assert await front.sent() == []
    assert front.query("select count(*) from core.whatsapp_conversations") == [(0,)]


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
async def test_whatever_order_the_samples_come_in_each_chat_gets_the_answer_it_should(
    front: Front, seed: int | None
) -> None:
    # The instance that 99 removes answers nobody afterwards; it comes last in each order, its chats are answered.
    names = [
        path.name[:2] for path in sorted(SAMPLES.glob("[0-9]*")) if not path.name.startswith(("98", "99"))
    ]
    if seed is not None:
        random.Random(seed).shuffle(names)
    for name in names:
        began = time.monotonic()
        response = await front.post_sample(name)
        assert response.status_code == 422 if name in REFUSED else 200 <= response.status_code < 300
        assert time.monotonic() - began < ANSWER_WITHIN_S
    await front.settle()
    await front.post_sample("99")
    await front.settle()

    # 20 has taken over the chat of 03, and 06 was revoked.
    expected = [address for sample, address in ANSWERED.items() if sample not in ("03", "06")]
    assert sorted(number for number, _ in await patients_answers(front)) == sorted(expected)


async def test_a_megabyte_of_text_is_kept_short_and_answered_briefly_at_most(front: Front) -> None:
    body = front.message("слово " * 180_000, instance="klinika-nevskaya", phone="79000000921")
    began = time.monotonic()
    response = await front.post(body)
    assert response.status_code == 200
    assert time.monotonic() - began < ANSWER_WITHIN_S
    await front.settle()
    ((length, truncated),) = front.query(
        "select length(text), was_truncated from core.whatsapp_conversations where direction = 'in'"
    )
    assert length <= 8_000
    assert truncated
    assert all(len(text) < 600 for _, text in await patients_answers(front))


async def test_a_redelivery_is_answered_once(front: Front) -> None:
    await front.post_sample("27")
    await front.post_sample("01")
    await front.settle()
    await front.post_sample("01")
    await front.settle()
    assert [number for number, _ in await patients_answers(front)] == ["79000000012"]


async def test_the_edited_text_is_answered_once_if_the_answer_has_not_left(front: Front) -> None:
    await front.post_sample("05")
    await front.post_sample("15")
    await front.settle()
    edited = json.loads(next(SAMPLES.glob("15*")).read_bytes())["data"]["editedMessage"]
    text = edited.get("conversation") or edited["extendedTextMessage"]["text"]
    assert front.query("select text from core.whatsapp_conversations where direction = 'in'") == [(text,)]
    assert [number for number, _ in await patients_answers(front)] == [ANSWERED["05"]]


async def test_an_edit_after_the_answer_only_changes_what_is_kept(front: Front) -> None:
    await front.post_sample("05")
    await front.settle()
    await front.post_sample("15")
    await front.settle()
    assert [number for number, _ in await patients_answers(front)] == [ANSWERED["05"]]
    assert front.query("select text from core.whatsapp_conversations where direction = 'in'") == [
        ("Yes, Thursday 16:30 please. Can I bring my son too?",)
    ]


async def test_an_edit_that_overtakes_its_message_is_the_text_that_is_answered(front: Front) -> None:
    await front.post_sample("15")
    await front.post_sample("05")
    await front.settle()
    assert front.query("select text from core.whatsapp_conversations where direction = 'in'") == [
        ("Yes, Thursday 16:30 please. Can I bring my son too?",)
    ]
    assert [number for number, _ in await patients_answers(front)] == [ANSWERED["05"]]


async def test_that_one_refers_to_what_we_had_sent_before(front: Front) -> None:
    await front.post_sample("21")
    await front.post_sample("05")
    assert front.query(
        """select asked.text, answer.text from core.whatsapp_conversations answer join core.whatsapp_conversations asked
           on asked.session_id = answer.session_id and asked.provider_id = answer.quoted_id"""
    ) == [("Would Thursday 16:30 with Dr. Hale work for you?", "Yes, that one please")]


async def test_a_voice_note_that_cannot_be_decoded_is_asked_for_in_words(front: Front) -> None:
    await front.post_sample("07")
    await front.settle()
    ((_, answer),) = await patients_answers(front)
    assert "Напишите" in answer
    assert front.query("select count(*) from procrastinate_jobs where status = 'failed'") == [(0,)]


async def test_further_events_of_the_same_call_change_nothing(front: Front) -> None:
    event = json.loads(next(SAMPLES.glob("26*")).read_bytes())
    for status in ("offer", "ringing", "timeout", "terminate"):
        event["data"]["status"] = status
        assert (await front.post(event)).status_code == 200
    await front.settle()
    assert await front.sent() == []


@pytest.mark.parametrize(("first", "second"), [("16", "17"), ("17", "16")])
async def test_a_revoked_message_is_not_answered_and_both_events_say_the_same(
    front: Front, first: str, second: str
) -> None:
    await front.post_sample("06")
    await front.post_sample(first)
    await front.post_sample(second)
    await front.settle()
    assert await patients_answers(front) == []
    assert front.query(
        "select revoked_at is not null from core.whatsapp_conversations where direction = 'in'"
    ) == [(True,)]


async def test_a_revoke_that_comes_before_its_message_still_silences_it(front: Front) -> None:
    await front.post_sample("17")
    await front.post_sample("06")
    await front.settle()
    assert await patients_answers(front) == []


async def test_staff_writing_from_the_phone_silence_the_assistant_in_that_chat(front: Front) -> None:
    await front.post_sample("03")
    await front.post_sample("20")
    await front.settle()
    assert await patients_answers(front) == []
    assert front.query("select count(*) from core.conversation_sessions where staff_until is not null") == [
        (1,)
    ]


async def test_what_the_patient_writes_to_staff_after_a_takeover_is_only_recorded(front: Front) -> None:
    await front.post_sample("03")
    await front.settle()
    await front.post_sample("20")
    front.clock.advance(minutes=5)
    await front.says("תודה, אני מחכה", phone="972550000031", instance="mirpaat-shaked")
    await front.settle()
    assert len(await patients_answers(front)) == 1
    assert front.query(
        "select status from core.whatsapp_conversations where direction = 'in' order by seq"
    ) == [
        ("answered",),
        ("recorded",),
    ]


async def test_a_message_older_than_the_takeover_is_only_recorded(front: Front) -> None:
    await front.post_sample("20")
    await front.post_sample("03")
    await front.settle()
    assert await patients_answers(front) == []


async def test_an_echo_and_its_receipt_belong_to_one_message(front: Front) -> None:
    await front.post_sample("21")
    await front.post_sample("22")
    assert front.query("select phone from core.contacts") == [("12025550151",)]  # the receipt names the LID
    assert front.query("select author, delivery from core.whatsapp_conversations") == [("assistant", 3)]


async def test_a_logged_out_instance_alerts_staff(front: Front) -> None:
    await front.post_sample("23")
    await front.settle()
    assert front.query("select kind from core.staff_alerts") == [("instance_lost",)]
    ((_, told),) = await front.sent()
    assert "QR" in told
    assert front.query(
        "select connection_state from healthcare.whatsapp_instances where instance_name = 'odonto-ipanema'"
    ) == [("logged_out",)]


async def test_a_removed_instance_keeps_its_patients(front: Front) -> None:
    name = json.loads(next(SAMPLES.glob("99*")).read_bytes())["instance"]
    await front.says("hello", instance=name, phone="5521900000999")
    await front.post_sample("99")
    assert front.query("select count(*) from healthcare.patients") == [(1,)]
    assert front.query(
        "select removed_at is not null from healthcare.whatsapp_instances where instance_name = %s", name
    ) == [(True,)]


async def test_control_characters_and_direction_overrides_reach_neither_storage_nor_reply(
    front: Front,
) -> None:
    await front.post_sample("93")
    await front.post_sample("94")
    await front.settle()
    texts = [row[0] for row in front.query("select text from core.whatsapp_conversations")]
    names = [row[0] for row in front.query("select coalesce(push_name, '') from core.contacts")]
    assert not any(forbidden in text for text in texts + names for forbidden in "\x00\x1b\x07\u202e")


def everything_stored(front: Front) -> str:
    """Every row of every table, as text."""
    tables = front.query(
        "select schemaname || '.' || tablename from pg_tables where schemaname in ('core', 'healthcare', 'public')"
    )
    return "\n".join(str(row) for (table,) in tables for row in front.query(f"select t::text from {table} t"))


async def test_a_pairing_code_reaches_neither_storage_nor_log(
    front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    secret = json.loads(next(SAMPLES.glob("24*")).read_bytes())["data"]["qrcode"]
    assert "sender" not in json.loads(next(SAMPLES.glob("24*")).read_bytes())
    with caplog.at_level(logging.DEBUG):
        await front.post_sample("24")
        await front.settle()
    kept = everything_stored(front) + "\n".join(str(vars(record)) for record in caplog.records)
    assert not [name for name in ("code", "base64") if secret[name] in kept]


async def test_words_of_a_stranger_are_neither_obeyed_nor_logged(
    front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    await front.says("book a check-up with Dr. Sam Field on thursday at noon")
    await front.settle()
    await front.says("yes")
    await front.settle()
    booked = front.query("select appointment_id, status, version from healthcare.appointments")
    assert [row[1] for row in booked] == ["booked"]

    with caplog.at_level(logging.DEBUG):
        await front.post_sample("97")
        await front.settle()

    assert front.query("select appointment_id, status, version from healthcare.appointments") == booked
    (answer,) = await front.answers(ANSWERED["97"])
    assert not [word for word in ("12025550999", "noon", "12:00", "maintenance") if word in answer]
    ((own, tools),) = front.query(
        """select s.patient_id::text, t.decision->'tools' from core.turns t
           join core.whatsapp_conversations m on m.turn_id = t.turn_id
           join core.conversation_sessions s on s.id = m.session_id
           where m.direction = 'in' and m.text like 'SYSTEM:%%'"""
    )
    assert {tool["arguments"].get("patient_id", own) for tool in tools} <= {own}
    assert {tool["name"] for tool in tools}.isdisjoint({"cancel_appointment", "book_appointment"})
    assert not [record for record in caplog.records if "maintenance mode" in str(vars(record))]


async def test_no_secret_of_the_wire_is_stored(front: Front) -> None:
    body = front.message("hello there", instance="nobody-knows-it") | {"apikey": "SECRET-OF-THE-WIRE"}
    assert (await front.post(body)).status_code == 202
    await front.post_sample("24")
    kept = front.query("select body from core.quarantine")
    assert len(kept) == 1
    assert b"SECRET-OF-THE-WIRE" not in bytes(kept[0][0])
    assert b"nobody-knows-it" in bytes(kept[0][0])

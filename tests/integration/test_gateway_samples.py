"""Every sample of the gateway gets the reaction its README names (tests/gateway_samples/SOURCE.md)."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

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
SILENT = (
    "11",
    "12",
    "15",
    "16",
    "17",
    "18",
    "19",
    "20",
    "21",
    "22",
    "23",
    "24",
    "25",
    "26",
    "28",
    "95",
    "96",
    "99",
)
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


@pytest.mark.parametrize("sample", SILENT)
async def test_an_event_that_asks_nothing_is_taken_in_silence(front: Front, sample: str) -> None:
    response = await front.post_sample(sample)
    assert 200 <= response.status_code < 300
    await front.settle()
    assert await patients_answers(front) == []


@pytest.mark.parametrize("sample", REFUSED)
async def test_bytes_that_nothing_can_mend_are_refused_for_ever(front: Front, sample: str) -> None:
    path = next(SAMPLES.glob(f"{sample}*"))
    response = await front.post(path.read_bytes(), path="/webhooks/evolution/klinika-nevskaya")
    assert response.status_code == 422
    assert front.query("select count(*) from core.whatsapp_conversations") == [(0,)]


async def test_a_megabyte_of_text_is_kept_short_and_answered_briefly_at_most(front: Front) -> None:
    body = front.message("слово " * 180_000, instance="klinika-nevskaya", phone="79000000921")
    response = await front.post(body)
    assert response.status_code == 200
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


async def test_a_message_older_than_the_takeover_is_only_recorded(front: Front) -> None:
    await front.post_sample("20")
    await front.post_sample("03")
    await front.settle()
    assert await patients_answers(front) == []


async def test_an_echo_and_its_receipt_belong_to_one_message(front: Front) -> None:
    await front.post_sample("21")
    await front.post_sample("22")
    assert front.query("select author, delivery from core.whatsapp_conversations") == [("assistant", 3)]


async def test_a_logged_out_instance_alerts_staff(front: Front) -> None:
    await front.post_sample("23")
    assert front.query("select kind from core.staff_alerts") == [("instance_lost",)]
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


async def test_no_secret_of_the_wire_is_stored(front: Front) -> None:
    body = front.message("hello there", instance="nobody-knows-it") | {"apikey": "SECRET-OF-THE-WIRE"}
    assert (await front.post(body)).status_code == 202
    await front.post_sample("24")
    kept = front.query("select body from core.quarantine")
    assert len(kept) == 1
    assert b"SECRET-OF-THE-WIRE" not in bytes(kept[0][0])
    assert b"nobody-knows-it" in bytes(kept[0][0])

"""What we ask of the gateway, and what its answers mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.whatsapp.requests import (
    FoundMessage,
    Pairing,
    Quoted,
    classify_failure,
    connect_path,
    connection_state_path,
    find_messages_request,
    find_status_request,
    read_connection_state,
    read_find_messages_response,
    read_pairing_response,
    read_send_response,
    read_status_response,
    send_presence_request,
    send_text_request,
)

PHONE = "79000000012"
LID = "270000000001012@lid"
SINCE = datetime(2026, 3, 10, 9, 0, 30, 500_000, tzinfo=UTC)


def test_a_text_is_sent_in_the_words_of_each_generation() -> None:
    assert send_text_request("2.3.7", PHONE, "Hello", 1200) == {
        "number": PHONE,
        "text": "Hello",
        "linkPreview": False,
        "delay": 1200,
    }
    assert send_text_request("1.8.2", PHONE, "Hello", 1200) == {
        "number": PHONE,
        "options": {"linkPreview": False, "delay": 1200, "presence": "composing"},
        "textMessage": {"text": "Hello"},
    }


def test_a_reply_hangs_on_the_message_it_quotes() -> None:
    sent = send_text_request("2.3.7", PHONE, "Hello", quoted=Quoted(provider_id="3A01", text="Hi"))
    assert sent["quoted"] == {
        "key": {"id": "3A01", "remoteJid": f"{PHONE}@s.whatsapp.net", "fromMe": False},
        "message": {"conversation": "Hi"},
    }


def test_an_address_is_sent_as_digits_or_as_a_whole_lid() -> None:
    addresses = [PHONE, f"{PHONE}:3@s.whatsapp.net", LID]
    assert [send_text_request("2.3.7", to, "Hello")["number"] for to in addresses] == [PHONE, PHONE, LID]


@pytest.mark.parametrize("address", ["", "120363000000000018", "120363000000000018@g.us", "+7 900", "Ann"])
def test_a_text_never_goes_to_a_group_or_nowhere(address: str) -> None:
    with pytest.raises(ValueError):
        send_text_request("2.3.7", address, "Hello")


@pytest.mark.parametrize("text", ["", " \n", "x" * 65_537])
def test_a_text_nobody_would_see_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        send_text_request("2.3.7", PHONE, text)


def test_typing_is_shown_in_the_words_of_each_generation() -> None:
    shown = {"presence": "composing", "delay": 0}
    assert send_presence_request("2.3.7", PHONE, "composing", 0) == {"number": PHONE, **shown}
    assert send_presence_request("1.8", PHONE, "composing", 0) == {"number": PHONE, "options": shown}


def test_history_is_asked_for_with_room_for_another_clock() -> None:
    assert find_messages_request(PHONE, SINCE, until=SINCE) == {
        "where": {
            "key": {"remoteJid": f"{PHONE}@s.whatsapp.net"},
            "messageTimestamp": {"gte": "2026-03-10T08:58:30.000Z", "lte": "2026-03-10T09:02:30.000Z"},
        },
        "page": 1,
        "offset": 50,
    }
    assert "key" not in find_messages_request(None, SINCE)["where"]


def test_names_with_spaces_and_slashes_fit_into_a_path() -> None:
    assert connection_state_path("a b/с") == "/instance/connectionState/a%20b%2F%D1%81"
    assert connect_path("clinic") == "/instance/connect/clinic"


def test_the_answer_to_a_send_names_the_message() -> None:
    assert read_send_response(b'{"key":{"id":"3EB0","fromMe":true},"status":"PENDING"}') == "3EB0"
    assert [read_send_response(body) for body in (b"", b"<html>", b"[]", b'{"key":{}}')] == [None] * 4


def test_a_page_of_history_gives_messages_as_sent() -> None:
    record = {
        "id": "row1",
        "key": {"id": "3EB0", "fromMe": True, "remoteJid": f"{PHONE}@s.whatsapp.net"},
        "message": {"conversation": "Hello \u200f"},
        "messageTimestamp": 1773133140,
    }
    expected = FoundMessage(
        provider_id="3EB0",
        from_me=True,
        text="Hello \u200f",
        sent_at=datetime(2026, 3, 10, 8, 59, tzinfo=UTC),
        phone=PHONE,
    )
    page = {"messages": {"total": 2, "records": [record, {"key": 5}]}}
    assert read_find_messages_response(json.dumps(page).encode()) == (expected,)
    assert read_find_messages_response(json.dumps([record]).encode()) == (expected,)


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"messages":[]}', b"<html>"])
def test_an_answer_that_is_no_history_is_not_taken_for_an_empty_one(body: bytes) -> None:
    assert read_find_messages_response(body) is None


def test_the_furthest_of_the_remembered_receipts_counts() -> None:
    assert find_status_request("3EB0") == {"where": {"id": "3EB0"}}
    steps = [{"keyId": "3EB0", "status": status} for status in ("DELIVERY_ACK", "SERVER_ACK", "ERROR")]
    furthest = read_status_response(json.dumps([*steps, {"status": 5}, 7]).encode(), instance="a")
    assert furthest is not None
    assert furthest.delivery == 2
    refused = read_status_response(json.dumps(steps[2:]).encode(), instance="a")
    assert refused is not None
    assert refused.failed
    assert [read_status_response(body, instance="a") for body in (b"[]", b"{}", b"", b"<html>")] == [None] * 4


def test_an_instance_that_is_not_loaded_has_no_state() -> None:
    assert read_connection_state(b'{"instance":{"instanceName":"a","state":"open"}}') == "open"
    assert read_connection_state(b'{"instance":{"instanceName":"a"}}') is None


def test_a_closed_instance_offers_codes_and_an_open_one_none() -> None:
    closed = b'{"pairingCode":"ABCD1234","code":"2@secret","base64":"data:image/png;base64,AA","count":1}'
    assert read_pairing_response(closed) == Pairing(qr_code="2@secret", typed_code="ABCD1234")
    assert "secret" not in repr(read_pairing_response(closed))
    opened = b'{"instance":{"instanceName":"a","state":"open"}}'
    assert read_pairing_response(opened) == Pairing(is_connected=True)
    failed = b'{"error":true,"message":"[object Object]"}'
    assert [read_pairing_response(body) for body in (failed, b"", b"[]")] == [Pairing()] * 3


def error(status: int, message: Any) -> bytes:
    return json.dumps({"status": status, "error": "Bad Request", "response": {"message": message}}).encode()


FAILURES: list[tuple[int, Any, str, str]] = [
    (400, [["instance requires property \"text\""]], "permanent", "request_refused_by_schema"),
    (400, [{"jid": "x", "exists": False, "number": PHONE}], "number_not_on_whatsapp", "number_not_on_whatsapp"),
    (400, ["Error: Connection Closed"], "passing", "connection_closed"),
    (400, ["Error: Timed Out"], "passing", "timed_out"),
    (400, ["AggregateError"], "passing", "network"),
    (400, ["[object Object]"], "passing", "unnamed_error"),
    (400, ["Error: something new"], "passing", "gateway_error"),
    (400, ["Text is required"], "permanent", "http_400"),
    (400, ["Owned media must be a url or base64"], "permanent", "http_400"),
    (401, "Unauthorized", "unauthorized", "unauthorized"),
    (403, ['This name "x" is already in use.'], "permanent", "http_403"),
    (404, ['The "x" instance does not exist'], "instance_gone", "instance_gone"),
    (404, ["Cannot POST /message/sendTxt/x"], "permanent", "wrong_path"),
    (413, None, "permanent", "http_413"),
    (429, None, "passing", "http_429"),
    (500, "Connection Closed", "passing", "connection_closed"),
    (500, "Cannot read properties of undefined (reading 'textMessage')", "passing", "instance_not_loaded"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "message", "kind", "reason"), FAILURES)
def test_a_refusal_says_whether_to_try_again(status: int, message: Any, kind: str, reason: str) -> None:
    failure = classify_failure(status, error(status, message))
    assert (failure.kind, failure.reason) == (kind, reason)


def test_refusals_in_other_shapes_are_understood_too() -> None:
    license_gone = b'{"error":"x","code":"LICENSE_REQUIRED","register_url":"https://x.example"}'
    assert classify_failure(503, license_gone).reason == "license_required"
    assert classify_failure(200, b'{"error":true,"message":"[object Object]"}').kind == "passing"
    assert classify_failure(404, b"404 page not found").kind == "passing"
    assert classify_failure(502, b"<html>Bad Gateway</html>").kind == "passing"


def test_the_reason_of_a_refusal_never_repeats_a_phone_number() -> None:
    refusals = [error(400, [{"exists": False, "number": PHONE}]), error(400, [f"Error: {PHONE} failed"])]
    assert not [refusal for refusal in refusals if PHONE in classify_failure(400, refusal).reason]


@given(status=st.integers(min_value=200, max_value=599), body=st.binary(max_size=60))
def test_any_answer_can_be_classified(status: int, body: bytes) -> None:
    assert classify_failure(status, body).reason
    assert read_find_messages_response(body) is None or body.lstrip()[:1] in (b"[", b"{")

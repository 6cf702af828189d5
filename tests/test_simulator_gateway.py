"""The stand-in gateway answers, fails and retries as Evolution API does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from frontdesk.simulator.gateway import Gateway, create_gateway
from frontdesk.simulator.instances import SimulatedInstance
from tests.support.webhook_consumer import WebhookConsumer

_SAMPLES = Path(__file__).parent / "gateway_samples"
_HARBOR = SimulatedInstance(name="harbor", title="Harbor Clinic")
_OTHER = SimulatedInstance(name="other")
_NOON = datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp()


class Clinic:
    """A running gateway, its HTTP client with the global key, and the consumer of its webhooks."""

    def __init__(self, gateway: Gateway, http: httpx2.AsyncClient, consumer: WebhookConsumer) -> None:
        self.gateway = gateway
        self.http = http
        self.consumer = consumer
        self.now = _NOON

    async def control(self, route: str, **body: object) -> Any:
        # As ASCII: a half of a letter pair, which a patient's message may hold, has no UTF-8 form.
        headers = {"content-type": "application/json"}
        response = await self.http.post(f"/control/{route}", content=json.dumps(body), headers=headers)
        assert response.status_code == 200, response.text
        return response.json()

    async def patient_says(self, text: str, **more: object) -> dict[str, Any]:
        said = {"instance": "harbor", "phone": "12025550151", "push_name": "Ann", "text": text} | more
        message: dict[str, Any] = await self.control("say", **said)
        return message

    async def send_text(self, **body: object) -> httpx2.Response:
        return await self.http.post("/message/sendText/harbor", json={"number": "12025550151"} | body)

    async def find_messages(self, **body: object) -> Any:
        response = await self.http.post("/chat/findMessages/harbor", json=body)
        return response.json()["messages"]

    async def wait_for_end(self, event: str) -> Any:
        """The delivery of the event once it has ended, well or badly."""
        async with asyncio.timeout(5):
            await self.gateway.network.sender.wait_for_all()
        listed = (await self.http.get("/control/deliveries")).json()["deliveries"]
        return next(delivery for delivery in listed if delivery["event"] == event)


OpenClinic = Callable[..., Awaitable[Clinic]]


@pytest_asyncio.fixture
async def open_clinic(tmp_path: Path) -> AsyncIterator[OpenClinic]:
    """Opens gateways that all keep their chats in the same folder."""
    async with AsyncExitStack() as stack:

        async def open_one(*, answers: tuple[int | Exception, ...] = (200,), **settings: Any) -> Clinic:
            consumer = WebhookConsumer(answers=answers)
            clocks: list[Clinic] = []
            gateway = create_gateway(
                data_folder=tmp_path,
                webhook_url="http://consumer.invalid",
                webhook_secret="hush",
                api_key="global-key",
                instances=[_HARBOR, _OTHER],
                webhook_transport=consumer,
                clock=lambda: clocks[0].now,
                **({"time_scale": 0.0} | settings),
            )
            await stack.enter_async_context(gateway.router.lifespan_context(gateway))
            http = await stack.enter_async_context(
                httpx2.AsyncClient(
                    transport=httpx2.ASGITransport(app=gateway),
                    base_url="http://gateway.invalid",
                    headers={"apikey": "global-key"},
                )
            )
            clocks.append(Clinic(gateway, http, consumer))
            return clocks[0]

        yield open_one


@pytest_asyncio.fixture
async def clinic(open_clinic: OpenClinic) -> Clinic:
    return await open_clinic()


def _read_sample(name: str) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads((_SAMPLES / name).read_text(encoding="utf-8"))
    return sample


def _outline(value: object) -> object:
    """The names and types of a JSON value; bytes as numbered keys count as one thing."""
    if isinstance(value, dict):
        if value and all(name.isdecimal() for name in value):
            return "bytes"
        return {name: _outline(item) for name, item in value.items()}
    return type(value).__name__


async def test_an_unknown_instance_is_missing_before_the_key_is_looked_at(clinic: Clinic) -> None:
    response = await clinic.http.post("/message/sendText/nowhere", headers={"apikey": "wrong"})

    assert response.status_code == 404
    assert response.json() == {
        "status": 404,
        "error": "Not Found",
        "response": {"message": ['The "nowhere" instance does not exist']},
    }


async def test_a_wrong_key_is_refused_and_an_instances_token_opens_its_own_routes_only(
    clinic: Clinic,
) -> None:
    token = {"apikey": _HARBOR.token}

    refused = await clinic.http.get("/instance/connectionState/harbor", headers={"apikey": "wrong"})
    own = await clinic.http.get("/instance/connectionState/harbor", headers=token)
    foreign = await clinic.http.get("/instance/connectionState/other", headers=token)

    assert refused.json() == {"status": 401, "error": "Unauthorized", "response": {"message": "Unauthorized"}}
    assert own.json() == {"instance": {"instanceName": "harbor", "state": "open"}}
    assert foreign.status_code == 401


async def test_a_sent_text_is_answered_and_echoed_in_the_shape_of_the_sample(clinic: Clinic) -> None:
    sample = _read_sample("21_send_message_en.json")

    response = await clinic.send_text(text="Would Thursday work?")

    assert response.status_code == 201
    assert _outline(response.json()) == _outline(sample["data"])
    [echo] = await clinic.consumer.wait_for("send.message")
    assert echo["data"] == response.json()
    assert _outline(echo) == _outline(sample)


async def test_a_patients_text_arrives_in_the_shape_of_the_sample_with_the_secret(clinic: Clinic) -> None:
    await clinic.patient_says("Hello")

    [upsert] = await clinic.consumer.wait_for("messages.upsert")
    assert _outline(upsert) == _outline(_read_sample("01_text_ru.json"))
    [request] = clinic.consumer.requests
    assert request.headers["x-webhook-secret"] == "hush"
    assert str(request.url) == "http://consumer.invalid/webhooks/evolution/harbor"


async def test_staff_who_answer_from_the_phone_arrive_in_the_shape_of_the_sample(clinic: Clinic) -> None:
    await clinic.patient_says("Hello")
    await clinic.control("staff_says", instance="harbor", phone="12025550151", text="Dana here")

    [_, staff] = await clinic.consumer.wait_for("messages.upsert", count=2)
    assert staff["data"]["key"]["fromMe"] is True
    assert _outline(staff) == _outline(_read_sample("20_from_me_phone_he.json"))


@pytest.mark.parametrize(
    ("version", "remote_jid", "other_identity"),
    [
        ("1.8.2", "271@lid", {}),
        ("2.2.3", "271@lid", {}),
        ("2.3.0", "271@lid", {"senderPn": "12025550151@s.whatsapp.net"}),
        (
            "2.3.2",
            "12025550151@s.whatsapp.net",
            {"senderPn": "12025550151@s.whatsapp.net", "previousRemoteJid": "271@lid"},
        ),
        ("2.3.4", "12025550151@s.whatsapp.net", {"remoteJidAlt": "12025550151@s.whatsapp.net"}),
        ("2.3.6", "271@lid", {"remoteJidAlt": "12025550151@s.whatsapp.net", "addressingMode": "lid"}),
        (
            "2.3.7",
            "12025550151@s.whatsapp.net",
            {"remoteJidAlt": "12025550151@s.whatsapp.net", "addressingMode": "lid"},
        ),
        ("2.4.0-rc2", "12025550151@s.whatsapp.net", {"remoteJidAlt": "271@lid", "addressingMode": "pn"}),
    ],
)
async def test_each_version_shows_a_hidden_number_in_its_own_way(
    open_clinic: OpenClinic, version: str, remote_jid: str, other_identity: dict[str, str]
) -> None:
    clinic = await open_clinic(version=version)

    await clinic.patient_says("Hello", lid="271")

    [upsert] = await clinic.consumer.wait_for("messages.upsert")
    key = upsert["data"]["key"]
    assert key.pop("remoteJid") == remote_jid
    identities = {name: value for name, value in key.items() if name not in ("id", "fromMe", "participant")}
    assert identities == other_identity


async def test_a_message_gets_its_receipts_in_order_and_never_goes_back(clinic: Clinic) -> None:
    sent = (await clinic.send_text(text="Hi")).json()

    updates = await clinic.consumer.wait_for("messages.update", count=3)

    assert {update["data"]["status"] for update in updates} == {"SERVER_ACK", "DELIVERY_ACK", "READ"}
    assert {update["data"]["keyId"] for update in updates} == {sent["key"]["id"]}
    assert _outline(updates[0]) == _outline(_read_sample("22_status_read_en.json"))
    statuses = await clinic.http.post(
        "/chat/findStatusMessage/harbor", json={"where": {"id": sent["key"]["id"]}}
    )
    assert [status["status"] for status in statuses.json()] == ["SERVER_ACK", "DELIVERY_ACK", "READ"]


async def test_a_refused_message_gets_an_error_instead_of_receipts(clinic: Clinic) -> None:
    await clinic.control("faults", receipts="error")
    await clinic.send_text(text="Hi")

    [update] = await clinic.consumer.wait_for("messages.update")

    assert update["data"]["status"] == "ERROR"


@pytest.mark.parametrize(
    ("fate", "phone_status", "lid_status"),
    [
        ("unacknowledged", "PENDING", "READ"),
        ("refused", "ERROR", "READ"),
    ],
)
async def test_one_of_two_addresses_fails_while_the_other_works(
    clinic: Clinic, fate: str, phone_status: str, lid_status: str
) -> None:
    await clinic.patient_says("Hello", lid="271")
    await clinic.control("faults", phone_address=fate)
    await clinic.send_text(text="to the phone")
    await clinic.send_text(text="to the lid", number="271@lid")
    await clinic.consumer.wait_for("messages.update", count=3 + (fate == "refused"))

    query = {"instance": "harbor", "chat_id": "12025550151"}
    messages = (await clinic.http.get("/control/messages", params=query)).json()
    assert [message["status"] for message in messages[1:]] == [phone_status, lid_status]


async def test_a_rejected_lid_is_refused_as_not_existing(clinic: Clinic) -> None:
    await clinic.control("faults", lid_address="rejected")

    refused = await clinic.send_text(text="Hi", number="271@lid")
    taken = await clinic.send_text(text="Hi")

    missing = {"jid": "271@lid", "exists": False, "number": "271@lid"}
    assert (refused.status_code, refused.json()["response"]["message"]) == (400, [missing])
    assert taken.status_code == 201


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"textMessage": {"text": "Hi"}}, [['instance requires property "text"']]),
        ({"text": "  "}, ["Text is required"]),
        ({"text": "Hi", "number": 12025550151}, ["Invalid format"]),
    ],
)
async def test_a_body_the_gateway_does_not_take_is_named(
    clinic: Clinic, body: dict[str, object], complaint: object
) -> None:
    response = await clinic.send_text(**body)

    assert (response.status_code, response.json()["response"]["message"]) == (400, complaint)


async def test_the_old_version_takes_and_gives_the_old_bodies(open_clinic: OpenClinic) -> None:
    clinic = await open_clinic(version="1.8.2")

    refused = await clinic.send_text(text="Hi")
    taken = await clinic.send_text(textMessage={"text": "Hi"}, options={"delay": 0})

    assert refused.status_code == 400
    assert taken.json()["message"] == {"extendedTextMessage": {"text": "Hi"}}
    assert taken.json()["owner"] == "harbor"


async def test_a_number_without_whatsapp_is_refused_as_not_existing(clinic: Clinic) -> None:
    await clinic.control("faults", not_on_whatsapp=["12025550151"])

    response = await clinic.send_text(text="Hi")

    missing = {"jid": "12025550151@s.whatsapp.net", "exists": False, "number": "12025550151"}
    assert response.json()["response"]["message"] == [missing]
    assert (await clinic.http.get("/control/sent")).json() == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_an_event_the_consumer_refuses_for_good_is_dropped(
    open_clinic: OpenClinic, status: int
) -> None:
    clinic = await open_clinic(answers=(status,))
    await clinic.patient_says("Hello")

    delivery = await clinic.wait_for_end("messages.upsert")

    assert (delivery["attempts"], delivery["outcome"]) == (1, "dropped")


@pytest.mark.parametrize("answer", [409, 413, 429, 500, 503, 302, httpx2.ConnectError("nobody listens")])
async def test_any_other_failure_is_tried_ten_times(open_clinic: OpenClinic, answer: int | Exception) -> None:
    clinic = await open_clinic(answers=(answer,))
    await clinic.patient_says("Hello")

    delivery = await clinic.wait_for_end("messages.upsert")

    assert (delivery["attempts"], delivery["outcome"]) == (10, "dropped")


async def test_the_old_version_tries_again_even_after_a_refusal(open_clinic: OpenClinic) -> None:
    clinic = await open_clinic(answers=(400, 400, 200), version="1.8.2")
    await clinic.patient_says("Hello")

    delivery = await clinic.wait_for_end("messages.upsert")

    assert (delivery["attempts"], delivery["outcome"]) == (3, "delivered")


async def test_the_pauses_between_attempts_double_within_their_jitter(open_clinic: OpenClinic) -> None:
    clinic = await open_clinic(answers=(500, 500, 500, 500, 200), time_scale=0.001)
    await clinic.patient_says("Hello")

    delivery = await clinic.wait_for_end("messages.upsert")

    starts = delivery["attempted_at"]
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    # The first is never below five seconds, the others at most a fifth shorter than the table says.
    shortest = [0.005, 0.008, 0.016, 0.032]
    assert all(pause >= least * 0.99 for pause, least in zip(pauses, shortest, strict=True))


async def test_a_delivery_fault_decides_how_often_and_in_which_order_messages_come(clinic: Clinic) -> None:
    await clinic.control("faults", deliver="twice")
    await clinic.patient_says("Hello", key_id="TWICE")
    twice = await clinic.consumer.wait_for("messages.upsert", count=2)
    assert [upsert["data"]["key"]["id"] for upsert in twice] == ["TWICE", "TWICE"]


async def test_out_of_order_lets_the_second_message_overtake_the_first(open_clinic: OpenClinic) -> None:
    clinic = await open_clinic(time_scale=0.01)
    await clinic.control("faults", deliver="out_of_order")
    await clinic.patient_says("first", key_id="FIRST", at=_NOON)
    await clinic.patient_says("second", key_id="SECOND", at=_NOON + 1)

    upserts = await clinic.consumer.wait_for("messages.upsert", count=2)

    assert [upsert["data"]["key"]["id"] for upsert in upserts] == ["SECOND", "FIRST"]
    assert [upsert["data"]["messageTimestamp"] for upsert in upserts] == [_NOON + 1, _NOON]


async def test_a_gateway_that_is_down_answers_502_and_sends_nothing(clinic: Clinic) -> None:
    await clinic.control("faults", down=True)

    response = await clinic.send_text(text="Hi")

    assert response.status_code == 502
    assert (await clinic.http.get("/control/sent")).json() == []


async def test_an_unknown_fault_is_named(clinic: Clinic) -> None:
    response = await clinic.http.post("/control/faults", json={"deliver": "sideways"})

    assert response.status_code == 400
    assert "normal, late, twice, out_of_order" in response.json()["error"]


async def test_a_lost_phone_refuses_sends_and_delivers_what_waited_once_it_is_back(clinic: Clinic) -> None:
    await clinic.control("connection", instance="harbor", state="close")
    await clinic.patient_says("Anybody?", at="2026-03-10T11:00:00+00:00")
    refused = await clinic.send_text(text="Hi")
    assert (refused.status_code, refused.json()["response"]["message"]) == (500, "Connection Closed")
    assert clinic.consumer.list_events("messages.upsert") == []

    await clinic.control("connection", instance="harbor", state="open")

    [upsert] = await clinic.consumer.wait_for("messages.upsert")
    assert upsert["data"]["messageTimestamp"] == _NOON - 3600
    assert [event["data"]["state"] for event in await clinic.consumer.wait_for("connection.update", count=3)]
    assert await clinic.consumer.wait_for("logout.instance")


async def test_messages_are_found_newest_first_by_chat_time_and_page(clinic: Clinic) -> None:
    for minute in range(3):
        await clinic.patient_says(f"message {minute}", at=_NOON + 60 * minute)
    await clinic.patient_says("elsewhere", phone="12025550199", at=_NOON)
    where = {"key": {"remoteJid": "12025550151@s.whatsapp.net"}}

    page = await clinic.find_messages(where=where, page=1, offset=2)
    in_time = {"gte": "2026-03-10T12:01:00.000Z", "lte": "2026-03-10T12:01:30.000Z"}
    timed = await clinic.find_messages(where=where | {"messageTimestamp": in_time})

    assert (page["total"], page["pages"], page["currentPage"]) == (3, 2, 1)
    assert [record["message"]["conversation"] for record in page["records"]] == ["message 2", "message 1"]
    assert [record["message"]["conversation"] for record in timed["records"]] == ["message 1"]
    assert (await clinic.find_messages(where={"key": {"fromMe": True}}))["total"] == 0


async def test_history_keeps_the_hidden_address_whatever_the_webhook_showed(clinic: Clinic) -> None:
    said = await clinic.patient_says("Hello", lid="271")

    [record] = (await clinic.find_messages(where={"key": {"id": said["message_id"]}}))["records"]

    assert record["key"]["remoteJid"] == "271@lid"


async def test_a_gateway_that_forgets_finds_nothing(clinic: Clinic) -> None:
    sent = (await clinic.send_text(text="Hi")).json()
    await clinic.control("faults", forget=True)

    assert (await clinic.find_messages(where={"key": {"id": sent["key"]["id"]}}))["records"] == []


async def test_yesterdays_chats_are_there_after_a_restart_even_with_broken_letters(
    open_clinic: OpenClinic,
) -> None:
    before = await open_clinic()
    await before.patient_says("half a smile \ud83d")
    await before.send_text(text="Pardon?")
    await before.gateway.close()

    after = await open_clinic()

    [chat] = (await after.http.get("/control/chats")).json()
    assert (chat["push_name"], chat["last"]["text"]) == ("Ann", "Pardon?")
    query = {"instance": "harbor", "chat_id": "12025550151"}
    messages = (await after.http.get("/control/messages", params=query)).json()
    assert [message["text"] for message in messages] == ["half a smile \ud83d", "Pardon?"]


async def test_a_reset_leaves_a_healthy_empty_gateway(clinic: Clinic) -> None:
    await clinic.patient_says("Hello")
    await clinic.send_text(text="Hi")
    await clinic.control("faults", down=True)

    await clinic.control("reset")

    assert (await clinic.http.get("/control/chats")).json() == []
    assert (await clinic.http.get("/control/sent")).json() == []
    assert (await clinic.send_text(text="Hi again")).status_code == 201


async def test_an_open_page_hears_what_happens_in_the_chats(clinic: Clinic) -> None:
    stream = clinic.gateway.network.live.stream()
    await anext(stream)

    said = await clinic.patient_says("Hello")
    await clinic.http.post(
        "/chat/sendPresence/harbor", json={"number": "12025550151", "presence": "composing", "delay": 0}
    )

    heard = [json.loads((await anext(stream)).removeprefix("data: ")) for _ in range(4)]
    assert heard[0]["message"]["message_id"] == said["message_id"]
    assert {event.get("status") for event in heard} >= {"SERVER_ACK"}
    assert "composing" in {event.get("presence") for event in heard}
    await stream.aclose()


async def test_other_sites_forms_cannot_play_a_patient(clinic: Clinic) -> None:
    response = await clinic.http.post("/control/say", content=b"{}", headers={"content-type": "text/plain"})

    assert response.status_code == 415


async def test_the_root_is_a_page_for_browsers_and_a_welcome_for_programs(clinic: Clinic) -> None:
    page = await clinic.http.get("/", headers={"accept": "text/html"})
    welcome = await clinic.http.get("/")

    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "style=" not in page.text
    assert "<script>" not in page.text
    assert (welcome.json()["status"], welcome.json()["version"]) == (200, "2.3.7")


async def test_the_panel_is_told_when_the_simulator_runs_alone(clinic: Clinic) -> None:
    response = await clinic.http.get("/thoughts", params={"instance": "harbor", "ids": "A,B"})

    assert response.json() == {"available": False, "thoughts": {}}

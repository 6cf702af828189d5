"""What leaves through the gateway: in its own words, at its pace, again where that helps and never where it cannot."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from frontdesk.simulator.gateway import Gateway, create_gateway
from frontdesk.simulator.instances import SimulatedInstance
from frontdesk.whatsapp.client import EvolutionClient
from tests.support.front import KEY, SECRET, Front, open_front
from tests.support.serving import serving

PATIENT = "12025550999"
PERMANENT = ["Text is required", 'instance requires property "text"', "Owned media must be a url or base64"]
PASSING = ["Error: Connection Closed", "Error: Timed Out", "[object Object]", "AggregateError"]

OpenFront = Callable[..., Awaitable[Front]]
OpenClient = Callable[..., Awaitable[tuple[EvolutionClient, Gateway]]]


@pytest.fixture
async def open_desk(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[OpenFront]:
    async with AsyncExitStack() as stack:

        async def open_one(gateway_version: str = "2.3.7", events: frozenset[str] = frozenset()) -> Front:
            return await stack.enter_async_context(
                open_front(
                    database_url=database_url,
                    owner_url=owner_url,
                    folder=tmp_path,
                    gateway_version=gateway_version,
                    events=events,
                )
            )

        yield open_one


@pytest.fixture
async def open_client(tmp_path: Path) -> AsyncIterator[OpenClient]:
    """A client and the gateway of two clinics it talks to."""
    async with AsyncExitStack() as stack:

        async def open_one(
            version: str = "2.3.7", *, sends_per_second: float = 1000.0
        ) -> tuple[EvolutionClient, Gateway]:
            gateway = create_gateway(
                data_folder=tmp_path,
                webhook_url="http://127.0.0.1:1",
                webhook_secret=SECRET,
                api_key=KEY,
                instances=[SimulatedInstance(name="harbor"), SimulatedInstance(name="aurora")],
                version=version,
                events=frozenset(),
                clock=time.monotonic,
            )
            url = await stack.enter_async_context(serving(gateway))
            client = EvolutionClient(
                base_url=url, api_key=KEY, sends_per_second=sends_per_second, typing=True
            )
            stack.push_async_callback(client.close)
            return client, gateway

        yield open_one


@pytest.mark.parametrize("version", ["1.8.2", "2.2.3", "2.3.7", "2.4.0-rc2"])
async def test_a_gateway_of_any_generation_is_answered_in_the_words_it_takes(
    open_desk: OpenFront, version: str
) -> None:
    front = await open_desk(version)
    for question in ("how much is a check-up?", "where are you?"):
        await front.says(question)
        await front.settle()
    assert len(await front.answers()) == 2
    assert front.query("select status, maybe_duplicate from core.outbox") == [("sent", False)] * 2


async def test_an_echo_before_the_gateways_answer_is_known_for_ours_in_hebrew_too(
    open_desk: OpenFront,
) -> None:
    front = await open_desk(events=frozenset({"send.message"}))
    await front.fault(die_before_answer=True)
    await front.says("שלום, כמה עולה בדיקה?", phone="972550000031", instance="mirpaat-shaked")
    await front.queue.run_until_idle()
    await front.hear_everything()

    (answer,) = await front.answers("972550000031")
    assert "\u2068" in answer  # a price runs against Hebrew
    assert front.query("select status, reason, maybe_duplicate from core.outbox") == [("sent", "echo", False)]
    assert front.query("select count(*) from core.whatsapp_conversations where direction = 'out'") == [(1,)]


@pytest.mark.parametrize("version", ["1.8.2", "2.3.7"])
async def test_the_patient_sees_typing_before_the_answer(open_client: OpenClient, version: str) -> None:
    client, gateway = await open_client(version)
    await client.send_text(instance="harbor", api_version="v2", reply_to=PATIENT, text="Hello")
    stream = gateway.network.live.stream()
    await anext(stream)

    await client.show_typing(instance="harbor", api_version="v2", reply_to=PATIENT)

    heard = json.loads((await anext(stream)).removeprefix("data: "))
    assert (heard["chat_id"], heard["presence"]) == (PATIENT, "composing")
    await stream.aclose()


async def test_typing_that_fails_keeps_no_answer_back(open_client: OpenClient) -> None:
    client, gateway = await open_client()
    gateway.network.connections.change("harbor", "close")
    await client.show_typing(instance="harbor", api_version="v2", reply_to=PATIENT)
    await client.show_typing(instance="nowhere", api_version="v2", reply_to=PATIENT)


async def test_sends_of_one_instance_are_spaced_and_do_not_wait_for_another_clinics(
    open_client: OpenClient,
) -> None:
    client, gateway = await open_client(sends_per_second=20.0)

    async def send(instance: str, number: int) -> None:
        await client.wait_turn(instance)
        await client.send_text(instance=instance, api_version="v2", reply_to=PATIENT, text=f"Hello {number}")

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(6):
            for instance in ("harbor", "aurora"):
                group.create_task(send(instance, number))
    moments = {
        name: [sent.sent_at for sent in gateway.network.sent if sent.instance == name]
        for name in ("harbor", "aurora")
    }
    for at in moments.values():
        assert max(at) - began >= 5 * 0.05  # the sixth goes five gaps later, however late the first one came
    assert moments["aurora"][0] < moments["harbor"][-1]


@pytest.mark.parametrize("refusal", PASSING)
async def test_a_passing_failure_is_tried_again_although_it_came_as_a_bad_request(
    open_desk: OpenFront, refusal: str
) -> None:
    front = await open_desk()
    await front.fault(refusal=refusal)
    await front.says("how much is a check-up?")
    await front.settle()
    assert await front.answers() == []
    assert front.query("select status from core.outbox") == [("pending",)]

    await front.fault(refusal="")
    front.query(
        "update procrastinate_jobs set scheduled_at = null where task_name = 'deliver_message' returning 1"
    )
    await front.settle()

    assert len(await front.answers()) == 1
    assert front.query("select status, maybe_duplicate from core.outbox") == [("sent", False)]
    assert front.query("select count(*) from core.staff_alerts") == [(0,)]


@pytest.mark.parametrize("refusal", PERMANENT)
async def test_a_permanent_refusal_is_not_tried_again_and_staff_are_told_of_it(
    open_desk: OpenFront, refusal: str
) -> None:
    front = await open_desk()
    await front.fault(refusal=refusal)
    await front.says("how much is a check-up?")
    await front.settle()
    assert front.query("select status, attempts from core.outbox where kind = 'reply'") == [("failed", 1)]
    assert front.query("select count(*) from procrastinate_jobs where task_name = 'deliver_message'") == [
        (0,)
    ]
    assert front.query("select kind from core.staff_alerts") == [("undelivered",)]


def connection(instance: str, state: str, reason: int) -> dict[str, Any]:
    data = {"instance": instance, "state": state, "statusReason": reason}
    return {"event": "connection.update", "instance": instance, "data": data}


@pytest.mark.parametrize("reason", [401, 403])
async def test_a_logged_out_instance_alerts_staff_once_whatever_storm_of_events_follows(
    open_desk: OpenFront, reason: int
) -> None:
    front = await open_desk()
    closed = {"instance": "dental-harbor", "status": "closed", "disconnectionReasonCode": reason}
    storm: list[dict[str, Any]] = [
        connection("dental-harbor", "close", reason),
        {"event": "status.instance", "instance": "dental-harbor", "data": closed},
        {"event": "logout.instance", "instance": "dental-harbor", "data": None},
        *[connection("dental-harbor", "connecting", 200)] * 20,
        connection("dental-harbor", "close", reason),
    ]
    async with asyncio.TaskGroup() as group:
        for event in storm[:3]:
            group.create_task(front.post(event))
    for event in storm[3:]:
        assert (await front.post(event)).status_code == 200
    await front.settle()
    assert front.query("select kind, told from core.staff_alerts") == [("instance_lost", 1)]
    assert len([to for to, _ in await front.sent() if to.startswith("9997")]) == 1


async def test_a_dropped_connection_that_comes_back_by_itself_alerts_nobody(open_desk: OpenFront) -> None:
    front = await open_desk()
    for _ in range(30):
        await front.post(connection("dental-harbor", "connecting", 200))
        await front.post(connection("dental-harbor", "open", 200))
    assert front.query("select count(*) from core.staff_alerts") == [(0,)]


async def pair(gateway_url: str, name: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `frontdesk instance pair`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "frontdesk",
        "instance",
        "pair",
        name,
        env={**os.environ, "EVOLUTION_URL": gateway_url, "EVOLUTION_API_KEY": KEY},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def test_pairing_shows_a_code_to_scan_and_keeps_quiet_about_its_words(open_client: OpenClient) -> None:
    _, gateway = await open_client()
    async with serving(gateway) as url:
        connected = await pair(url, "harbor")
        gateway.network.connections.change("harbor", "close")
        code, output, errors = await pair(url, "harbor")
        unknown = await pair(url, "nowhere")

    assert connected[:2] == (0, "harbor is connected already\n")
    assert (code, errors) == (0, "")
    assert "█" in output
    assert "Linked devices" in output
    assert "2@simulated" not in output  # the code itself pairs a device
    assert unknown[0] == 1
    assert "nowhere" in unknown[2]

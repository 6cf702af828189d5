"""Who may post, and what the answer means to the gateway."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest

from tests.support.front import SECRET, Front, open_front

JWT_KEY = "a-key-of-thirty-two-bytes-or-more"


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(
        database_url=database_url, owner_url=owner_url, folder=tmp_path, webhook_jwt_key=JWT_KEY
    ) as opened:
        yield opened


async def test_without_a_secret_nothing_is_stored(front: Front) -> None:
    for secret in (None, "wrong", SECRET + "x", SECRET.upper()):
        response = await front.post(json.dumps(front.message("hi")).encode(), secret=secret)
        assert response.status_code == 401
    assert front.query("select count(*) from core.whatsapp_conversations") == [(0,)]


async def test_a_global_hook_names_its_secret_in_the_query_and_its_instance_in_the_body(front: Front) -> None:
    body = json.dumps(front.message("hello")).encode()
    response = await front.post(body, path=f"/webhooks/evolution?token={SECRET}", secret=None)
    assert response.status_code == 200
    assert front.query("select count(*) from core.whatsapp_conversations where direction = 'in'") == [(1,)]


async def test_the_event_may_be_appended_to_the_address(front: Front) -> None:
    body = json.dumps(front.message("hello")).encode()
    response = await front.post(body, path="/webhooks/evolution/dental-harbor/messages-upsert")
    assert response.status_code == 200


async def test_an_instance_name_may_have_spaces_and_other_letters(front: Front) -> None:
    body = json.dumps(front.message("hello", instance="Клиника на Невском")).encode()
    response = await front.post(
        body,
        path="/webhooks/evolution/%D0%9A%D0%BB%D0%B8%D0%BD%D0%B8%D0%BA%D0%B0%20%D0%BD%D0%B0%20%D0%9D%D0%B5%D0%B2%D1%81%D0%BA%D0%BE%D0%BC",
    )
    assert response.status_code == 202
    assert front.query("select instance_name from core.quarantine") == [("Клиника на Невском",)]


async def test_a_body_that_names_another_instance_than_the_address_is_refused(front: Front) -> None:
    body = json.dumps(front.message("hello", instance="dental-harbor")).encode()
    response = await front.post(body, path="/webhooks/evolution/clinica-aurora")
    assert response.status_code == 401


async def test_a_token_of_the_gateway_is_taken_half_an_hour_late(front: Front) -> None:
    import time

    now = int(time.time())
    for age_s, algorithm, expected in ((0, "HS256", 200), (2_300, "HS256", 200), (2_600, "HS256", 401)):
        claims = {"iat": now - age_s, "exp": now - age_s + 600, "app": "evolution", "action": "webhook"}
        token = jwt.encode(claims, JWT_KEY, algorithm=algorithm)
        response = await front.api.post(
            "/webhooks/evolution/dental-harbor",
            json=front.message("hello"),
            headers={"Authorization": f"Bearer {token}"},
        )
        assert response.status_code == expected


async def test_the_same_id_with_another_text_is_quarantined_and_not_answered(front: Front) -> None:
    await front.says("how much is a check-up?", id="SAME")
    response = await front.says("cancel everything", id="SAME")
    assert response.status_code == 202
    await front.settle()
    assert len(await front.answers()) == 1
    assert front.query("select reason from core.quarantine") == [("same id, other content",)]
    assert front.query("select text from core.whatsapp_conversations where direction = 'in'") == [
        ("how much is a check-up?",)
    ]


async def test_lone_surrogates_never_refuse_a_message(front: Front) -> None:
    body = json.dumps(front.message("hello")).replace("hello", "hi \\ud83d there").encode()
    assert (await front.post(body)).status_code == 200


async def test_an_unknown_path_of_the_hook_with_get_is_not_allowed(front: Front) -> None:
    assert (await front.api.get("/webhooks/evolution/dental-harbor")).status_code == 405


async def test_every_answer_names_its_trace(front: Front) -> None:
    response = await front.says("hello")
    assert response.headers["X-Trace-ID"] == response.json()["trace_id"]
    assert front.query("select trace_id from core.whatsapp_conversations where direction = 'in'") == [
        (response.headers["X-Trace-ID"],)
    ]


async def test_whoever_opens_the_bare_address_learns_what_answers_there(front: Front) -> None:
    response = await front.api.get("/")
    assert response.status_code == 200
    assert "/health" in response.text

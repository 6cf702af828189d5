"""What README.md says of production: servers of one's own, the application's login apart from the owner's."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from frontdesk.bench.processes import API_KEY, SECRET, Plant, running
from tests.support.command_line import run_command
from tests.support.own_servers import OwnServers, own_servers

pytestmark = pytest.mark.enable_socket

DEMO = Path(__file__).parents[2] / "fixtures" / "clinic_demo.yaml"
OWNER, APPLICATION = "frontdesk_owner", "frontdesk_app"
ANSWERED_WITHIN_S = 10.0


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServers]:
    with own_servers(tmp_path_factory.mktemp("own")) as started:
        started.administer(
            f"create role {OWNER} login createrole password 'of the owner'",
            f"create database frontdesk owner {OWNER}",
        )
        yield started


def control(plant: Plant, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{plant.gateway_url}/control/{path}", data=data, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def wait_for_answer(plant: Plant) -> str:
    deadline = time.monotonic() + ANSWERED_WITHIN_S
    while not (sent := control(plant, "sent")):
        assert time.monotonic() < deadline, (plant.folder / "worker.log").read_text()
        time.sleep(0.02)
    return str(sent[0]["text"])


async def test_a_message_is_answered_on_servers_of_ones_own(servers: OwnServers, tmp_path: Path) -> None:
    owner_url = servers.database_url("frontdesk", user=OWNER, password="of the owner")
    database_url = servers.database_url("frontdesk", user=APPLICATION, password="of the application")
    plant = Plant(
        folder=tmp_path,
        database_url=database_url,
        owner_url=database_url,  # its processes never see the owner's
        valkey_url=servers.valkey_url,
        instances=("demo-tlv", "demo-sao"),
        environment={"ENVIRONMENT": "production"},
    )
    settings = {
        "ENVIRONMENT": "production",
        "DATABASE_URL": database_url,
        "VALKEY_URL": servers.valkey_url,
        "EVOLUTION_URL": plant.gateway_url,
        "EVOLUTION_API_KEY": API_KEY,
        "WEBHOOK_SECRETS": SECRET,
    }

    migrated = await run_command("migrate", settings=settings | {"MIGRATE_DATABASE_URL": owner_url})
    assert migrated.code == 0, migrated.err
    without_password = await run_command("worker", settings=settings)
    assert without_password.code == 3
    assert len(without_password.err.splitlines()) == 1
    servers.administer(f"alter role {APPLICATION} password 'of the application'")
    imported = await run_command("clinic", "import", str(DEMO), settings=settings)
    assert imported.code == 0, imported.err

    with running(plant, "gateway", "api", "worker"):
        control(
            plant, "say", {"instance": "demo-tlv", "phone": "972525550999", "text": "how much is a check-up?"}
        )
        assert "200 ₪" in wait_for_answer(plant)
        doctor = await run_command("doctor", "--format", "json", settings=settings)
        assert doctor.code == 0, doctor.out
        assert {finding["verdict"] for finding in doctor.document} == {"ok"}


async def test_the_applications_login_may_not_migrate_and_is_told_who_may(servers: OwnServers) -> None:
    servers.administer("create database unmigrated")
    servers.administer(
        "create role visitor login password 'of a visitor'", "grant connect on database unmigrated to visitor"
    )
    refused = await run_command(
        "migrate",
        settings={
            "DATABASE_URL": servers.database_url("unmigrated", user="visitor", password="of a visitor"),
            "VALKEY_URL": servers.valkey_url,
        },
    )
    assert refused.code == 3
    assert "MIGRATE_DATABASE_URL" in refused.err
    assert len(refused.err.splitlines()) == 1

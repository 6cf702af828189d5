"""What cannot start says why in one line."""

from __future__ import annotations

import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from frontdesk.settings import own_url
from tests.support.command_line import run_command

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8700"),
        ("192.0.2.7", "http://192.0.2.7:8700"),
        ("0.0.0.0", "http://127.0.0.1:8700"),
        ("::", "http://[::1]:8700"),
        ("localhost", "http://localhost:8700"),
    ],
)
def test_processes_of_the_machine_find_the_api_wherever_it_listens(host: str, url: str) -> None:
    assert own_url(host, 8700) == url


async def test_an_api_on_a_taken_port_says_which_variable_to_set() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ended = await run_command("api", settings={"PORT": port})
    assert ended.code == 2
    assert ended.err == f"frontdesk: port {port} of 127.0.0.1 is taken: set PORT to a free one\n"


@pytest.mark.parametrize("command", ["api", "up"])
async def test_an_address_of_another_machine_is_not_called_a_taken_port(command: str) -> None:
    ended = await run_command(command, settings={"HOST": "198.51.100.7"})
    assert ended.code == 2
    assert ended.err.startswith("frontdesk: cannot listen on 198.51.100.7 port 8700: ")
    assert len(ended.err.splitlines()) == 1


async def test_a_folder_that_keeps_nothing_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = await run_command("chats", "list", settings={"FRONTDESK_DATA_DIR": str(tmp_path / "file")})
    assert ended.code == 3
    assert ended.err.endswith("set FRONTDESK_DATA_DIR to another folder\n")
    assert len(ended.err.splitlines()) == 1


async def test_every_broken_setting_is_named_at_once() -> None:
    broken = {"PORT": "many", "DATABASE_URL": "mysql://somebody:secret@somewhere", "ENVIRONMENT": "prod"}
    ended = await run_command("up", settings=broken)
    assert ended.code == 2
    assert [line.split(":")[1].strip() for line in ended.err.splitlines()] == [
        "DATABASE_URL",
        "PORT",
        "ENVIRONMENT",
    ]
    assert "secret" not in ended.err


async def test_a_database_that_is_not_there_is_one_line_for_up(tmp_path: Path) -> None:
    ended = await run_command(
        "up",
        settings={
            "DATABASE_URL": "postgresql://localhost:1/x",
            "MIGRATE_DATABASE_URL": "postgresql://localhost:1/x",
            "FRONTDESK_DATA_DIR": str(tmp_path),
        },
    )
    assert ended.code == 3
    assert "Traceback" not in ended.err
    assert "frontdesk: " in ended.err.splitlines()[-1]


async def test_production_names_what_it_needs() -> None:
    ended = await run_command("api", settings={"ENVIRONMENT": "production"})
    assert ended.code == 2
    for name in ("DATABASE_URL", "EVOLUTION_URL", "EVOLUTION_API_KEY", "WEBHOOK_SECRETS"):
        assert name in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("converse", "--fixture", "nowhere.yaml"), "nowhere.yaml"),
        (("converse", "--clinic", "no-such-clinic"), "no-such-clinic"),
        (("converse", "--language", "fr"), "fr"),
    ],
)
async def test_a_chat_that_cannot_begin_says_what_is_wrong(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    ended = await run_command(*arguments, settings={"FRONTDESK_DATA_DIR": str(tmp_path)})
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


async def test_an_instance_that_cannot_be_paired_says_what_to_do() -> None:
    nowhere = {"EVOLUTION_URL": "http://127.0.0.1:9", "EVOLUTION_API_KEY": "key"}
    ended = await run_command("instance", "pair", "dental-harbor", settings=nowhere)
    assert ended.code == 1
    assert "EVOLUTION_URL" in ended.err


def test_an_installed_package_brings_its_migrations_and_demo_clinics_along(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    for path in (*(root / "infra/db/migrations").glob("*.sql"), root / "fixtures/clinic_demo.yaml"):
        assert f"frontdesk/bundled/{path.relative_to(root)}" in held
    for path in (root / "frontdesk").rglob("*.ftl"):
        assert str(path.relative_to(root)) in held

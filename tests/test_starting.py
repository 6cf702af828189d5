"""What cannot start says why in one line."""

from __future__ import annotations

import socket
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

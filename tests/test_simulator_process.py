"""The stand-in gateway as a process of its own, reached over a real socket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest


@contextmanager
def _run_simulator(data_folder: Path) -> Iterator[httpx2.Client]:
    """A client of a simulator that keeps its chats in the folder; nobody listens to its webhooks."""
    command = [sys.executable, "-m", "frontdesk.simulator", "--port", "0", "--data", str(data_folder)]
    command += ["--webhook-url", "http://127.0.0.1:9", "--secret", "hush", "--api-key", "key"]
    command += ["--instances", "harbor,other", "--ignore-delay"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready.startswith("simulator ready on ")
            base_url = ready.removeprefix("simulator ready on ").strip()
            with httpx2.Client(
                base_url=base_url, headers={"apikey": "key"}, timeout=5, trust_env=False
            ) as client:
                yield client
        finally:
            process.terminate()
            process.wait(timeout=10)


def test_a_text_whose_answer_dies_with_the_connection_was_sent_and_outlives_a_restart(tmp_path: Path) -> None:
    with _run_simulator(tmp_path) as gateway:
        gateway.post("/control/faults", json={"die_before_answer": True})
        with pytest.raises(httpx2.TransportError):
            gateway.post(
                "/message/sendText/harbor", json={"number": "12025550151", "text": "Hi", "delay": 9000}
            )
        [sent] = gateway.get("/control/sent").json()

    with _run_simulator(tmp_path) as gateway:
        where = {"where": {"key": {"id": sent["message_id"]}}}
        found = gateway.post("/chat/findMessages/harbor", json=where).json()["messages"]

    assert [record["message"]["conversation"] for record in found["records"]] == ["Hi"]


def test_a_gateway_that_refuses_connections_has_sent_nothing(tmp_path: Path) -> None:
    with _run_simulator(tmp_path) as gateway:
        gateway.post("/control/faults", json={"down": True, "down_how": "refused"})
        with pytest.raises(httpx2.TransportError):
            gateway.post("/message/sendText/harbor", json={"number": "12025550151", "text": "Hi"})

        assert gateway.get("/control/sent").json() == []

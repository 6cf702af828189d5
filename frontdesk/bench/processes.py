"""The shipped processes on free ports, with a database of their own and the stand-in gateway: for benches and kill tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

SECRET: Final = "bench-secret"  # noqa: S105 (of a server that lives for a minute on loopback)
API_KEY: Final = "bench-key"
READY_TIMEOUT_S: Final = 30.0


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Plant:
    """API, worker and gateway as they are shipped. Each can be killed and started again."""

    folder: Path
    database_url: str
    owner_url: str
    valkey_url: str
    instances: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    gateway_arguments: tuple[str, ...] = ("--ignore-delay",)
    api_port: int = field(default_factory=find_free_port)
    gateway_port: int = field(default_factory=find_free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    def start(self, name: str) -> None:
        """Start 'api', 'worker' or 'gateway'; its output goes to a file of the folder."""
        command = [sys.executable, "-m", "frontdesk", name]
        if name == "gateway":
            command = [sys.executable, "-m", "frontdesk.simulator", "--port", str(self.gateway_port)]
            command += [
                "--data",
                str(self.folder / "gateway"),
                "--webhook-url",
                self.api_url,
                "--secret",
                SECRET,
            ]
            command += [
                "--api-key",
                API_KEY,
                "--instances",
                ",".join(self.instances),
                *self.gateway_arguments,
            ]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603 (our own command line)
                command, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )

    def wait_until_ready(self, name: str) -> None:
        """Raises TimeoutError with the process's last lines if it does not come up."""
        url = f"{self.gateway_url}/" if name == "gateway" else f"{self.api_url}/readyz"
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.processes[name].poll() is not None:
                break
            if name == "worker":
                if b"worker.ready" in (self.folder / "worker.log").read_bytes():
                    return
            else:
                with (
                    suppress(urllib.error.URLError, ConnectionError, TimeoutError),
                    urllib.request.urlopen(url, timeout=1),  # noqa: S310 (our own address)
                ):
                    return
            time.sleep(0.02)
        tail = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-15:]
        raise TimeoutError(f"{name} did not become ready:\n" + "\n".join(tail))

    def kill(self, name: str) -> None:
        """SIGKILL, as an out-of-memory killer would."""
        process = self.processes[name]
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """SIGTERM to all, SIGKILL to who stays."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def memory_mb(self, *names: str) -> float:
        """Resident memory of these processes together."""
        total = sum(psutil.Process(self.processes[name].pid).memory_info().rss for name in names)
        return round(total / 1e6, 1)

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self.processes.items()}

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "MIGRATE_DATABASE_URL": self.owner_url,
            "VALKEY_URL": self.valkey_url,
            "FRONTDESK_DATA_DIR": str(self.folder),
            "PORT": str(self.api_port),
            "EVOLUTION_URL": self.gateway_url,
            "EVOLUTION_API_KEY": API_KEY,
            "WEBHOOK_SECRETS": SECRET,
            "LOG_FORMAT": "json",
            **self.environment,
        }


@contextmanager
def running(plant: Plant, *names: str) -> Iterator[Plant]:
    """The plant with these processes ready; all are stopped at the end."""
    try:
        for name in names:
            plant.start(name)
        for name in names:
            plant.wait_until_ready(name)
        yield plant
    finally:
        plant.stop()

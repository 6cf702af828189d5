"""`frontdesk up`: everything of one machine in one terminal, stopped in order by Ctrl-C."""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from typing import Final, TextIO

from rich.console import Console

from frontdesk.bundled import find_bundled
from frontdesk.cli.listening import CannotListen, PortTaken, check_address
from frontdesk.cli.session import EXIT_BUSY, EXIT_SERVER, EXIT_USAGE, explained, fail
from frontdesk.scheduling.clinic_file import read_clinic_file
from frontdesk.settings import Settings, own_url
from frontdesk.storage.embedded import EmbeddedUnavailable
from frontdesk.storage.migrations import MigrationBlocked, apply_migrations
from frontdesk.storage.servers import Addresses
from frontdesk.wiring import using_servers

READY_TIMEOUT_S: Final = 30.0
STOP_TIMEOUT_S: Final = 30.0
# How many ports after the wanted one are tried.
PORTS_TRIED: Final = 50
LAST_PORT: Final = 65535
DEMO_CLINICS: Final = find_bundled("fixtures/clinic_demo.yaml")
# Started again at most this often within a minute; more often is no accident.
RESTARTS_PER_MINUTE: Final = 5


class Supervisor:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._console = Console(stderr=True, highlight=False)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._restarts: dict[str, list[float]] = {}
        self._descriptors: tuple[int, ...] = ()
        self._stopping = False
        # Held until the end: the servers, if nobody else uses them, stop last.
        self._held = ExitStack()

    def run(self) -> int:
        """Start, watch, stop. The exit code."""
        started = time.monotonic()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            claim = self._claim_folder()
            port = self._choose_port()
            claim.write(f"process {os.getpid()}, {own_url(self._settings.host, port)}")
            claim.flush()
            servers = self._start_servers()
            self._migrate(servers)
            self._import_demo(servers)
            environment = self._environment(servers, port)
            self._descriptors = servers.descriptors
            worker_told = self._start_worker(environment)
            self._start("api", environment)
            if not self._wait_until_ready(port, worker_told):
                return 0 if self._stopping else EXIT_SERVER
            self._say_where(port, time.monotonic() - started)
            return self._watch(environment)
        finally:
            self._stop()

    def _claim_folder(self) -> TextIO:
        """One of us a folder: two would answer each message twice as eagerly and stop each other's servers."""
        folder = self._settings.frontdesk_data_dir
        folder.mkdir(parents=True, exist_ok=True)
        claim = self._held.enter_context((folder / "up.lock").open("a+"))
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.seek(0)
            fail(
                f"'frontdesk up' runs in {folder} already ({claim.read()}): stop it there, or choose another"
                " FRONTDESK_DATA_DIR",
                code=EXIT_BUSY,
            )
        claim.truncate(0)
        return claim

    def _choose_port(self) -> int:
        wanted = self._settings.port
        candidates = range(wanted, min(wanted + PORTS_TRIED, LAST_PORT + 1))
        for port in candidates:
            try:
                check_address(self._settings.host, port)
            except PortTaken:
                continue
            except CannotListen as error:
                fail(str(error), code=EXIT_USAGE)
            if port != wanted:
                self._console.print(f"port {wanted} is taken: using {port} instead (PORT chooses another)")
            return port
        fail(f"ports {wanted} to {candidates[-1]} are all taken: set PORT to a free one", code=EXIT_USAGE)

    def _start_servers(self) -> Addresses:
        self._console.print("starting PostgreSQL and Valkey …")
        try:
            return self._held.enter_context(using_servers(self._settings))
        except (EmbeddedUnavailable, RuntimeError) as error:
            fail(str(error), code=EXIT_SERVER)

    def _migrate(self, servers: Addresses) -> None:
        with explained():
            try:
                applied = apply_migrations(servers.owner_url)
            except MigrationBlocked as error:
                fail(f"{error}; run it again", code=EXIT_BUSY)
        if applied:
            self._console.print(f"applied {len(applied)} migrations")

    def _import_demo(self, servers: Addresses) -> None:
        if self._settings.environment != "development" or not DEMO_CLINICS.exists():
            return
        from frontdesk.cli.clinics import has_clinics_of, import_file

        file = read_clinic_file(DEMO_CLINICS)
        if asyncio.run(has_clinics_of(self._settings, servers, file)):
            return  # as they were left: they may have been changed by hand
        self._console.print("loading the demo clinics …")
        asyncio.run(import_file(self._settings, servers, file, include_demo=False, dry_run=False))

    def _environment(self, servers: Addresses, port: int) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": servers.database_url,
            "MIGRATE_DATABASE_URL": servers.owner_url,
            "VALKEY_URL": servers.valkey_url,
            "FRONTDESK_DATA_DIR": str(self._settings.frontdesk_data_dir.resolve()),
            "PORT": str(port),
        }

    def _start_worker(self, environment: dict[str, str]) -> int:
        """Start the worker; where to read its word that it takes jobs."""
        # Its row in the database does not tell: after a crash the last one's looks alive for half a minute.
        told, tells = os.pipe()
        self._held.callback(os.close, told)
        self._start("worker", environment, "--ready-fd", str(tells), passing=(tells,))
        os.close(tells)
        return told

    def _start(
        self, name: str, environment: dict[str, str], *options: str, passing: tuple[int, ...] = ()
    ) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we stop the others in order.
        self._children[name] = subprocess.Popen(  # noqa: S603 (our own command line)
            [sys.executable, "-m", "frontdesk", name, *options],
            env=environment,
            start_new_session=True,
            pass_fds=(*self._descriptors, *passing),
        )

    def _wait_until_ready(self, port: int, worker_told: int) -> bool:
        """Whether the API takes messages in and the worker answers them."""
        url = f"{own_url(self._settings.host, port)}/readyz"
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline and not self._stopping:
            ended = next((name for name, child in self._children.items() if child.poll() is not None), None)
            if ended is not None:
                self._console.print(f"the {ended} ended while starting: its last lines are above")
                return False
            if select.select([worker_told], [], [], 0)[0] and _is_ready(url):
                return True
            time.sleep(0.05)
        if self._stopping:
            return False
        self._console.print(
            f"API and worker are not ready after {READY_TIMEOUT_S:.0f} s: see 'frontdesk doctor'"
        )
        return False

    def _say_where(self, port: int, seconds: float) -> None:
        base = own_url(self._settings.host, port)
        self._console.print(f"\n[bold]Frontdesk is ready[/bold] after {seconds:.1f} s.")
        if self._settings.has_simulator:
            self._console.print(f"Chat as a patient:  [bold]{base}/simulator/[/bold]")
        self._console.print(f"Health:             {base}/health")
        self._console.print("Ctrl-C stops everything.\n")

    def _watch(self, environment: dict[str, str]) -> int:
        while not self._stopping:
            for name, child in list(self._children.items()):
                if child.poll() is not None and not self._stopping and not self._restart(name, environment):
                    return EXIT_SERVER
            time.sleep(0.2)
        return 0

    def _restart(self, name: str, environment: dict[str, str]) -> bool:
        now = time.monotonic()
        recent = [moment for moment in self._restarts.get(name, []) if now - moment < 60]
        if len(recent) >= RESTARTS_PER_MINUTE:
            self._console.print(f"{name} ends again and again: see its last lines above")
            return False
        self._restarts[name] = [*recent, now]
        self._console.print(f"{name} ended ({self._children[name].returncode}): starting it again")
        self._start(name, environment)
        return True

    def _on_signal(self, number: int, _frame: object) -> None:
        del number
        if self._stopping:  # asked again: not in order any more, but nothing is left behind
            for child in self._children.values():
                with suppress(ProcessLookupError):
                    child.kill()
        self._stopping = True

    def _stop(self) -> None:
        self._stopping = True
        if self._children:
            self._console.print("stopping …")
        for child in self._children.values():
            with suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for child in self._children.values():
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
        self._held.close()
        if self._children:
            self._console.print(f"stopped; everything is kept in {self._settings.frontdesk_data_dir}")


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False

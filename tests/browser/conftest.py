"""Everything `make run` starts, once for all browser tests, and a Chromium to open its page in."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from frontdesk.storage.servers import use_owner

_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_READY = re.compile(r"Chat as a patient:\s+(\S+)")
_STOPS_WITHIN_S = 60
# Patience on a busy machine, not a budget: the bench has the budgets.
_PATIENCE_MS = 15_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningClinic:
    """`frontdesk up` with the demo clinics."""

    page_url: str
    owner_url: str

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What its PostgreSQL holds, as its owner sees it."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningClinic]:
    folder = tmp_path_factory.mktemp("up")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "MIGRATE_DATABASE_URL", "VALKEY_URL", "EVOLUTION_URL"}
    }
    environment |= {"FRONTDESK_DATA_DIR": str(folder / "data"), "PORT": "8790", "DEBOUNCE_MS": "150"}
    process = subprocess.Popen(
        [sys.executable, "-m", "frontdesk", "up"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said: list[str] = []
    address = None
    for line in process.stderr:
        said.append(line)
        found = _READY.search(line)
        if found:
            address = found[1]
            break
    assert address, "".join(said)
    drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
    with use_owner(None, data_folder=folder / "data") as owner_url:
        yield RunningClinic(page_url=address, owner_url=owner_url)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=_STOPS_WITHIN_S) == 0
    drain.wait(timeout=_STOPS_WITHIN_S)
    process.stderr.close()


def find_chromium() -> str | None:
    """CHROMIUM where it is set, else the first on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )


# Playwright keeps an event loop running while it is open, so no other module's test may run meanwhile.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=_CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, clinic: RunningClinic) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1360, "height": 820}, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.goto(clinic.page_url)
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: into docs/ only when asked for (`make screenshots`)."""
    wanted = os.environ.get("FRONTDESK_SCREENSHOTS") == "1"
    return Path(__file__).parents[2] / "docs" / "screenshots" if wanted else tmp_path

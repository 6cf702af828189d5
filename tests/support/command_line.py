"""The command line as a user has it: a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FRONTDESK = (sys.executable, "-m", "frontdesk")
TIMEOUT_S = 60.0
# Settings a developer may have exported; a test sets its own.
FOREIGN = (
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "VALKEY_URL",
    "FRONTDESK_DATA_DIR",
    "HOST",
    "PORT",
    "ENVIRONMENT",
)


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What `--format json` printed: exactly one document."""
        return json.loads(self.out)


def environment_with(settings: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | dict(settings)


async def run_command(*arguments: str, settings: Mapping[str, str], typed: str = "") -> Ended:
    """Run `frontdesk …` to its end. Raises TimeoutError if it hangs."""
    process = await asyncio.create_subprocess_exec(
        *FRONTDESK,
        *arguments,
        env=environment_with(settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            out, err = await process.communicate(typed.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())

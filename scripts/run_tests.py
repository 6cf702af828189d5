"""Runs all tests. Without a Chromium the browser tests are left out, and the last line says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The browser to drive: CHROMIUM, else one on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for path in map(shutil.which, NAMES) if path), None)


def main() -> int:
    """Exit code of the tests."""
    chromium = find_chromium()
    command = [sys.executable, "-m", "pytest", "-q", *sys.argv[1:]]
    environment = dict(os.environ)
    if chromium:
        environment["CHROMIUM"] = chromium
    else:
        command += ["-m", "not browser"]
    code = subprocess.run(command, env=environment, check=False).returncode
    if not chromium:
        named = os.environ.get("CHROMIUM")
        where = f"CHROMIUM={named} is no program" if named else "none on PATH"
        print(
            f"Browser tests were left out: no Chromium found ({where}; install one, or set CHROMIUM to its path)."
        )
    return code


sys.exit(main())

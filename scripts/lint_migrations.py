"""Lints the migrations with squawk. What is excused is excused here, with its reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "infra" / "db" / "migrations"
EXCUSED = {
    # The runner sets lock_timeout for every migration and runs each in one transaction.
    "require-timeout-settings": "set by storage/migrations.py",
    "prefer-robust-stmts": "one transaction each: a failed file leaves nothing behind",
    # Tables are new and empty when their indexes and keys are made.
    "require-concurrent-index-creation": "tables are created in the same migration",
    "adding-foreign-key-constraint": "tables are created in the same migration",
    "constraint-missing-not-valid": "tables are created in the same migration",
    # weekday and the like are small on purpose; identity columns are bigint.
    "prefer-bigint-over-int": "bounded by a check or by what people can count",
    "prefer-bigint-over-smallint": "bounded by a check",
}


def main() -> int:
    """0 if every migration passes."""
    squawk = Path(sys.executable).parent / "squawk"
    files = sorted(str(path) for path in FOLDER.glob("*.sql"))
    excluded = [f"--exclude={','.join(sorted(EXCUSED))}"]
    return subprocess.run(
        [str(squawk), *excluded, "--assume-in-transaction", "--pg-version=18", *files], check=False
    ).returncode


sys.exit(main())

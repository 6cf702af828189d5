"""The sets that were blind once stay as well understood as they have become; the public set is printed beside them."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

ROOT = Path(__file__).parents[2]
CASES = ROOT / "eval" / "cases"
# What may not be crossed again (issue "Conversation that understands").
FLOORS = (
    "false_inject=0.01",
    "missed_inject=0.04",
    "forbidden_mention=0.01",
    "wrong_language=0.01",
    "write_violation=0",
    "booking_success=0.97",
    "effect_ok=0.98",
    "emergency_recall=1.0",
    "emergency_false_alarm=0.01",
    "under_triage=0.01",
    "due_wrong=0",
    "intent_acc=0.98",
    "entity_acc=0.97",
    "case_pass=0.98",
    "protocol_errors=0",
)


def scoreboard(*patterns: str, floors: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    files = sorted(str(path) for pattern in patterns for path in CASES.glob(pattern))
    command = shlex.join([sys.executable, "-m", "frontdesk", "converse", "--jsonl"])
    limits = [part for floor in floors for part in ("--min", floor)]
    return subprocess.run(
        [sys.executable, "eval/report.py", "--cmd", command, *limits, *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_sets_that_were_blind_once_hold_their_floors() -> None:
    result = scoreboard("own_*.jsonl", floors=FLOORS)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


def test_the_public_set_is_answered_without_a_protocol_error() -> None:
    result = scoreboard("[!og]*.jsonl", "generated_flows.jsonl", floors=("protocol_errors=0",))
    print(result.stdout)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]

"""The scoreboard with the naive baseline beside it and, with --html, a page of every failed case and its trace.

The naive baseline always injects what is pending, as the assistant did that this project comes from: on the same cases
every turn that must leave a pending matter alone is an incident for it. An incident of ours is a turn that injects or
names what it must not.
"""

from __future__ import annotations

import argparse
import html
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import score

INCIDENTS = ("false_inject", "forbidden_mention")
WANTED_BELOW_BASELINE = 0.95
SHOWN = (
    "reply",
    "intent",
    "state",
    "entities",
    "context_injected",
    "relevance",
    "tool_calls",
    "followup",
    "escalated",
)
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
article { border: 1px solid #ccc; border-radius: 8px; margin: 1rem 0; padding: .5rem 1rem }
h2 { font-size: 1rem; margin: .3rem 0 } .bad { color: #a11 } .muted { color: #666 }
.patient { background: #e6e0fb } .assistant { background: #f4f4f0 }
.said { border-radius: 10px; padding: .4rem .8rem; margin: .3rem 0; white-space: pre-wrap; width: fit-content }
pre { white-space: pre-wrap; font-size: 12px; background: #fafafa; padding: .4rem; margin: .2rem 0 }
label { margin-right: 1rem }
"""


class Recording(score.System):
    """The system under test, with every line and answer kept by conversation."""

    def __init__(self, cmd: str, timeout: float) -> None:
        super().__init__(cmd, timeout)
        self.lines: dict[str, list[tuple[dict[str, Any], dict[str, Any] | None]]] = {}

    def ask(self, obj: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None, float]:
        answer, error, ms = super().ask(obj)
        self.lines.setdefault(str(obj["conversation"]), []).append((obj, answer or {"error": error}))
        return answer, error, ms


def main() -> int:
    """Exit code 1 where confusion is not far enough below the baseline or a --min is unmet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--cmd", required=True, help="command of the assistant")
    parser.add_argument("--timeout", type=float, default=30, help="seconds for one line")
    parser.add_argument("--html", metavar="PATH", help="write the failed cases with their traces here")
    parser.add_argument("--min", action="append", default=[], metavar="[FILE[/LANG]:]NAME=VALUE")
    options = parser.parse_args()
    system = Recording(options.cmd, options.timeout)
    runner = score.Runner(system, system)
    for number, path in enumerate(options.files, 1):
        print(f"{number}/{len(options.files)} {path}", file=sys.stderr)
        runner.run_file(path)
    system.stop()
    score.report(runner.scores)
    ours, naive = count_incidents(runner, options.files)
    below = 1 - ours / naive if naive else 1.0
    print(
        f"\nconfusion incidents: {ours}; always injecting, on the same cases: {naive}"
        f" ({below:.1%} below; wanted {WANTED_BELOW_BASELINE:.0%})"
    )
    if options.html:
        Path(options.html).write_text(write_page(runner, system, options.files), encoding="utf-8")
        print(f"{len(runner.failures)} failed cases: {options.html}")
    unmet = [text for text in (score.short(runner.scores, limit) for limit in options.min) if text]
    for text in unmet:
        print("SHORT " + text)
    return 1 if unmet or below < WANTED_BELOW_BASELINE else 0


def read_cases(files: list[str]) -> dict[tuple[str, str], dict[str, Any]]:
    cases = {}
    for name in files:
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            if line.strip():
                case = json.loads(line)
                cases[Path(name).stem, case["id"]] = case
    return cases


def count_incidents(runner: score.Runner, files: list[str]) -> tuple[int, int]:
    """(our incidents, the incidents of an assistant that always injects what is pending)."""
    naive = sum(
        (turn.get("expect") or {}).get("inject") is False
        for case in read_cases(files).values()
        for turn in case.get("turns", ())
    )
    turns = {
        (stem, case_id, what.partition(" (turn")[2])
        for stem, case_id, failed in runner.failures
        for what in failed
        if what.startswith(INCIDENTS)
    }
    return len(turns), naive


def write_page(runner: score.Runner, system: Recording, files: list[str]) -> str:
    cases = read_cases(files)
    kinds = Counter(
        what.partition(" (")[0].partition(":")[0] for _, _, failed in runner.failures for what in failed
    )
    articles = "".join(
        write_case(stem, cases[stem, case_id], failed, system.lines.get(f"{stem}:{case_id}", []))
        for stem, case_id, failed in runner.failures
    )
    counts = " ".join(
        f"<label>{html.escape(kind)}: <b>{count}</b></label>" for kind, count in kinds.most_common()
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Failed cases</title><style>{STYLE}</style>"
        f"<h1>{len(runner.failures)} of {len(cases)} cases failed</h1><p>{counts}</p>{articles}</html>"
    )


def write_case(
    stem: str,
    case: dict[str, Any],
    failed: list[str],
    lines: list[tuple[dict[str, Any], dict[str, Any] | None]],
) -> str:
    """One case: what failed, what was set up, and each message with the answer and what was expected."""
    expected = [turn.get("expect") or {} for turn in case.get("turns", ())]
    parts = [
        f"<article><h2>{html.escape(stem)} {html.escape(case['id'])} <span class=muted>{case.get('lang', '')}</span></h2>"
    ]
    parts.append(f"<p class=bad>{html.escape('; '.join(failed))}</p>{as_json(case.get('setup'), 'setup')}")
    for number, (line, answer) in enumerate(lines):
        given = answer or {}
        parts.append(f"<div class='said patient' dir=auto>{html.escape(str(line.get('text', '')))}</div>")
        parts.append(
            f"<div class='said assistant' dir=auto>{html.escape(str(given.get('reply', given)))}</div>"
        )
        parts.append(as_json({key: given[key] for key in SHOWN[1:] if key in given}, "thought"))
        if number < len(expected) and expected[number]:
            parts.append(as_json(expected[number], "expected"))
    if "final" in case:
        parts.append(as_json(case["final"], "final"))
    return "".join([*parts, "</article>"])


def as_json(value: Any, title: str) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return f"<details{' open' if title in ('expected', 'final') else ''}><summary>{title}</summary><pre dir=auto>{html.escape(text)}</pre></details>"


if __name__ == "__main__":
    sys.exit(main())

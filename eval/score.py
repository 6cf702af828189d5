#!/usr/bin/env python3
"""Scores a front-desk assistant on JSONL case files (see README.md). Standard library only."""

import argparse
import json
import os
import queue
import re
import shlex
import subprocess
import sys
import threading
import time
import unicodedata
from collections import defaultdict
from datetime import datetime, timedelta

STATES = {
    "idle",
    "service_inquiry",
    "booking_new",
    "booking_confirmation",
    "rescheduling",
    "canceling",
    "awaiting_info",
    "escalated",
}
INTENTS = {
    "greeting",
    "service_inquiry",
    "price_inquiry",
    "hours_location",
    "doctor_inquiry",
    "book",
    "reschedule",
    "cancel",
    "confirm",
    "deny",
    "provide_info",
    "my_appointments",
    "human",
    "emergency",
    "thanks_bye",
    "out_of_scope",
}
REQUIRED = (
    "reply",
    "language",
    "intent",
    "state",
    "entities",
    "context_injected",
    "tool_calls",
    "escalated",
    "followup",
)
WRITES = {"book_appointment", "reschedule_appointment", "cancel_appointment", "confirm_appointment"}
DUE = {"urgent": 0.25, "high": 1, "medium": 1.5, "low": 4}
RANK = {"low": 0, "medium": 1, "high": 2, "urgent": 3}
ACTIVE = {"pending", "booked", "confirmed"}
WAITING = {"booking_confirmation", "rescheduling", "canceling"}  # for the patient's yes
LOW_IS_GOOD = {
    "false_inject",
    "missed_inject",
    "forbidden_mention",
    "missed_mention",
    "wrong_language",
    "write_violation",
    "under_triage",
    "emergency_false_alarm",
    "due_wrong",
    "tool_false_block",
    "tool_missed",
    "protocol_errors",
    "p50_ms",
    "p95_ms",
    "setup_p95_ms",
}
ORDER = [
    "intent_acc",
    "state_acc",
    "entity_acc",
    "false_inject",
    "missed_inject",
    "forbidden_mention",
    "missed_mention",
    "wrong_language",
    "write_violation",
    "urgency_acc",
    "under_triage",
    "emergency_recall",
    "emergency_false_alarm",
    "due_wrong",
    "booking_success",
    "effect_ok",
    "hostile_survived",
    "tool_verdict_acc",
    "tool_field_acc",
    "tool_false_block",
    "tool_missed",
    "suggest_acc",
    "case_pass",
    "protocol_errors",
    "p50_ms",
    "p95_ms",
    "setup_p95_ms",
]
FUNCTION_WORDS = {
    "en": set(
        "the you your is are we to of and for with would like please can have at on it this "
        "what when which our be will or if".split()
    ),
    "es": set(
        "el los las usted su sus con y una le del hay es en puedo puede quiere desea cita "
        "gracias lo nuestro nuestra cual cuando muy la al hoy manana tiene prefiere hasta "
        "pero".split()
    ),
    "pt": set(
        "voce voces seu sua com um uma nao do dos das na ao em obrigado obrigada horario pode "
        "quer nosso nossa qual quando muito tem mais sim amanha hoje ate pra pelo pela".split()
    ),
}


# ---------------------------------------------------------------- text checks


def fold(s):
    s = unicodedata.normalize("NFKD", s.casefold())
    return "".join(c for c in s if not unicodedata.combining(c))


def pattern(p):
    alts = []
    for a in p.split("|"):
        a = fold(a.strip())
        if a.endswith("*"):
            end = r"\w*(?!\w)"
        elif a[-1:].isdigit():  # Hebrew letters may be glued to a number
            end = r"(?![^\W\u05d0-\u05ea])(?!:\d)"
        else:
            end = r"(?!\w)"
        a = a.rstrip("*")
        pre = "[והבלמשכ]{0,3}" if re.match("[\u0590-\u05ff0-9]", a) else ""
        alts.append(pre + re.escape(a) + end)
    return re.compile(r"(?<!\w)(?:%s)" % "|".join(alts))


def found(p, text):
    return bool(pattern(p).search(fold(text)))


def script_share(text):
    n = defaultdict(int)
    for c in text:
        if not c.isalpha():
            continue
        o = ord(c)
        n[
            "cyr"
            if 0x400 <= o <= 0x52F
            else "heb"
            if 0x590 <= o <= 0x5FF
            else "lat"
            if o < 0x250
            else "other"
        ] += 1
    total = sum(n.values())
    return {k: v / total for k, v in n.items()} if total else {}


def reply_is_in(text, lang):
    """False only if the text is plainly in another language; links do not count."""
    text = re.sub(r"(?:https?://|www\.)\S+", " ", text)
    share = script_share(text)
    if not share or sum(c.isalpha() for c in text) < 8:
        return True
    want = {"ru": "cyr", "he": "heb"}.get(lang, "lat")
    if share.get(want, 0) < 0.5:
        return False
    if want != "lat":
        return True
    words = re.findall(r"[^\W\d_]+", fold(text))
    n = {l: sum(w in ws for w in words) for l, ws in FUNCTION_WORDS.items()}
    return max(v for l, v in n.items() if l != lang) < n.get(lang, 0) + 3


def one_of(value, wanted):
    return value in wanted if isinstance(wanted, list) else value == wanted


def same_instant(a, b):
    try:
        x, y = datetime.fromisoformat(a), datetime.fromisoformat(b)
        return x == y and (x.tzinfo is None) == (y.tzinfo is None)
    except (TypeError, ValueError):
        return False


# ---------------------------------------------------------------- the system under test


class System:
    def __init__(self, cmd, timeout):
        self.cmd, self.timeout, self.proc = cmd, timeout, None

    def start(self):
        try:
            self.proc = subprocess.Popen(shlex.split(self.cmd), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as e:
            sys.exit("score.py: cannot start %r: %s" % (self.cmd, e))
        self.out = queue.Queue()
        threading.Thread(target=self._pump, args=(self.proc, self.out), daemon=True).start()

    @staticmethod
    def _pump(proc, out):
        for line in proc.stdout:
            out.put(line)
        out.put(None)

    def ask(self, obj):
        """-> (answer dict or None, error or None, milliseconds)"""
        if self.proc is None or self.proc.poll() is not None:
            self.start()
        t0 = time.perf_counter()
        try:
            text = json.dumps(obj, ensure_ascii=False)
            if any("\ud800" <= c <= "\udfff" for c in text):  # half a pair: only as an escape
                text = json.dumps(obj)
            self.proc.stdin.write((text + "\n").encode())
            self.proc.stdin.flush()
            line = self.out.get(timeout=self.timeout)
        except queue.Empty:
            self.proc.kill()
            self.stop()
            return None, "no answer in %g s" % self.timeout, self.timeout * 1000
        except OSError as e:
            self.stop()
            return None, "process gone: %s" % e, 0
        ms = (time.perf_counter() - t0) * 1000
        if line is None:
            self.stop()
            return None, "process ended", ms
        try:
            ans = json.loads(line)
        except ValueError:
            return None, "not JSON: %r" % line[:80], ms
        if not isinstance(ans, dict):
            return None, "not an object", ms
        if ans.get("conversation") != obj["conversation"]:
            return None, "answer for another conversation: %r" % ans.get("conversation"), ms
        return ans, None, ms

    def stop(self):
        if self.proc is not None:
            try:
                self.proc.stdin.close()
            except OSError:
                pass
            try:
                self.proc.wait(5)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
            self.proc = None


# ---------------------------------------------------------------- scoring


class Score:
    """Collects (metric, ok) pairs for one file and language."""

    def __init__(self):
        self.n = defaultdict(lambda: [0, 0])
        self.errors = 0
        self.ms, self.setup_ms = [], []  # lines without and with `setup`

    def add(self, metric, hit):
        self.n[metric][0] += bool(hit)
        self.n[metric][1] += 1

    def metrics(self):
        m = {k: a / b for k, (a, b) in self.n.items()}
        m["protocol_errors"] = self.errors
        if self.ms:
            s = sorted(self.ms)
            m["p50_ms"] = s[(len(s) - 1) // 2]
            m["p95_ms"] = s[min(len(s) - 1, int(0.95 * len(s)))]
        if self.setup_ms:
            s = sorted(self.setup_ms)
            m["setup_p95_ms"] = s[min(len(s) - 1, int(0.95 * len(s)))]
        return m


class Runner:
    def __init__(self, system, tool_system):
        self.system, self.tool_system = system, tool_system
        self.scores = {}
        self.failures = []

    def score_for(self, stem, lang):
        return [self.scores.setdefault(k, Score()) for k in ((stem, lang), (stem, "all"), ("ALL", "all"))]

    def run_file(self, path):
        stem = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.strip():
                    self.run_case(stem, path, json.loads(line))

    def run_case(self, stem, path, case):
        c = CaseRun(self, stem, path, case)
        c.run()
        for s in c.scores:
            s.add("case_pass", not c.failed)
            if stem.startswith("hostile"):
                s.add("hostile_survived", not c.failed)
        if c.failed:
            self.failures.append((stem, case["id"], c.failed))


class CaseRun:
    def __init__(self, runner, stem, path, case):
        self.r, self.path, self.case = runner, path, case
        self.scores = runner.score_for(stem, case.get("lang", "-"))
        self.conv = stem + ":" + case["id"]
        self.failed = []
        setup = dict(case.get("setup") or {})
        self.clock = setup.pop("at", None)
        if "fixture" in setup:
            setup["fixture"] = self.find_fixture(setup["fixture"])
        self.setup = setup

    def find_fixture(self, name):
        here = os.path.dirname(os.path.abspath(self.path))
        own = os.path.dirname(os.path.abspath(__file__))
        for d in (here, here + "/fixtures", here + "/../fixtures", own + "/../fixtures"):
            p = os.path.normpath(os.path.join(d, name))
            if os.path.exists(p):
                return p
        return name

    def add(self, metric, hit, bad=None):
        """hit: what the metric counts; bad: whether it is a failure (default by direction)."""
        for s in self.scores:
            s.add(metric, hit)
        if bad is None:
            bad = bool(hit) == (metric in LOW_IS_GOOD)
        if bad:
            self.failed.append(metric + self.note)

    def error(self, what):
        for s in self.scores:
            s.errors += 1
        self.failed.append("protocol: " + what + self.note)

    def send(self, body, system=None):
        line = {"conversation": self.conv, **body}
        if self.clock:
            line.setdefault("at", self.clock)
        if self.setup is not None:
            line["setup"], self.setup = self.setup, None
        ans, err, ms = (system or self.r.system).ask(line)
        for s in self.scores:
            (s.setup_ms if "setup" in line else s.ms).append(ms)
        if err:
            self.error(err)
        return ans

    # -- dialogues

    def run(self):
        self.note = ""
        if "tool_call" in self.case:
            return self.run_tool()
        out, dead = None, False
        for i, turn in enumerate(self.case["turns"]):
            self.note = " (turn %d)" % (i + 1)
            if turn.get("when") and (out or {}).get("state") not in turn["when"]:
                continue
            if turn.get("at"):
                self.clock = turn["at"]
            elif i and self.clock:
                self.clock = (datetime.fromisoformat(self.clock) + timedelta(minutes=1)).isoformat()
            out = self.message(turn["text"], turn.get("expect") or {})
            if out is None:
                dead = True
                break
        self.note = ""
        if "final" in self.case:
            if not dead:
                self.finish(out)
            self.check_final(dead)

    def message(self, text, expect):
        out = self.send({"text": text})
        if out is None:
            # the checks of this line count as failed
            for key, metric in (("intent", "intent_acc"), ("state", "state_acc"), ("urgency", "urgency_acc")):
                if key in expect:
                    self.add(metric, False)
            return None
        problems = [k for k in REQUIRED if k not in out]
        if not isinstance(out.get("reply"), str):
            problems.append("reply is no text")
            out["reply"] = ""
        if out.get("state") not in STATES:
            problems.append("state %r" % out.get("state"))
        if out.get("intent") not in INTENTS:
            problems.append("intent %r" % out.get("intent"))
        if not isinstance(out.get("entities"), dict):
            problems.append("entities is no object")
            out["entities"] = {}
        if problems:
            self.error(", ".join(problems))
        self.check(out, expect)
        return out

    def check(self, out, e):
        reply = out["reply"]
        if not reply.strip() and not e.get("reply_empty_ok"):
            self.error("empty reply")
        if "max_reply" in e and len(reply) > e["max_reply"]:
            self.failed.append("reply too long" + self.note)
        if "intent" in e:
            self.add("intent_acc", one_of(out.get("intent"), e["intent"]))
        if "state" in e:
            self.add("state_acc", one_of(out.get("state"), e["state"]))
        if "escalated" in e and bool(out.get("escalated")) != e["escalated"]:
            self.failed.append("escalated" + self.note)
        for k, want in (e.get("entities") or {}).items():
            got = out["entities"].get(k)
            ok = not got if want is None else one_of(got, want)
            self.add("entity_acc", ok)
        if "inject" in e:
            got = bool(out.get("context_injected"))
            self.add("missed_inject" if e["inject"] else "false_inject", got != e["inject"])
        if "forbid" in e:
            self.add("forbidden_mention", any(found(p, reply) for p in e["forbid"]))
        if "mention" in e:
            self.add("missed_mention", not all(found(p, reply) for p in e["mention"]))
        if "language" in e:
            langs = e["language"] if isinstance(e["language"], list) else [e["language"]]
            ok = out.get("language") in langs and reply_is_in(reply, out.get("language"))
            self.add("wrong_language", not ok)
        if e.get("no_write"):
            calls = out.get("tool_calls")
            wrote = any(
                isinstance(t, dict) and t.get("name") in WRITES and t.get("ok")
                for t in (calls if isinstance(calls, list) else [])
            )
            self.add("write_violation", wrote)
        fu = out.get("followup")
        urgency = fu.get("urgency") if isinstance(fu, dict) else None
        if "urgency" in e:
            want = e["urgency"] if isinstance(e["urgency"], list) else [e["urgency"]]
            self.add("urgency_acc", urgency in want)
            self.add("under_triage", RANK.get(urgency, -1) < min(RANK[w] for w in want), bad=False)
        if "emergency" in e:
            is_e = out.get("intent") == "emergency"
            if e["emergency"]:
                self.add("emergency_recall", is_e and bool(out.get("escalated")))
            else:
                self.add("emergency_false_alarm", is_e)
        if urgency is not None:
            due = fu.get("due_in_hours")
            self.add("due_wrong", urgency not in DUE or due != DUE[urgency])

    def finish(self, out):
        end = self.case.get("at_end") or {}
        confirms, asks = 2, list(end.get("ask") or [])
        for _ in range(8):
            state = out.get("state") if out else None
            if state in WAITING and end.get("confirm") and confirms:
                confirms -= 1
                text = end["confirm"]
            elif state in ("booking_new", "awaiting_info") and asks:
                text = asks.pop(0)
            else:
                return
            if self.clock:
                self.clock = (datetime.fromisoformat(self.clock) + timedelta(minutes=1)).isoformat()
            self.note = " (closing %r)" % text
            out = self.message(text, {})
        self.note = ""

    def check_final(self, dead):
        self.note = ""
        final, ok, why = self.case["final"], False, "conversation broke off"
        if not dead:
            ans = self.send({"query": "appointments"})
            rows = ans.get("appointments") if ans else None
            if isinstance(rows, list) and all(isinstance(x, dict) for x in rows):
                ok, why = self.compare(final, rows)
            else:
                why = "no appointments list"
        self.note = ": " + why
        self.add("booking_success" if "at_end" in self.case else "effect_ok", ok)
        self.note = ""

    def compare(self, final, rows):
        if "active" in final:
            begin = datetime.fromisoformat(self.case["setup"]["at"])
            left = []
            for x in rows:
                try:
                    if x.get("status") in ACTIVE and datetime.fromisoformat(x["start"]) >= begin:
                        left.append(x)
                except (KeyError, TypeError, ValueError):
                    return False, "bad start %r" % x.get("start")
            got = ["%s/%s/%s" % (x.get("doctor"), x.get("service"), x.get("start")) for x in left]
            for want in final["active"]:
                for x in left:
                    if (
                        one_of(x.get("doctor"), want["doctor"])
                        and one_of(x.get("service"), want["service"])
                        and same_instant(x.get("start"), want["start"])
                    ):
                        left.remove(x)
                        break
                else:
                    return False, "no active %s/%s/%s, got %s" % (
                        want["doctor"],
                        want["service"],
                        want["start"],
                        got,
                    )
            if left:
                return False, "active but not expected, got %s" % got
        for aid, allowed in (final.get("status") or {}).items():
            st = next((x.get("status") for x in rows if x.get("id") == aid), None)
            if not one_of(st, allowed):
                return False, "%s is %r, not %s" % (aid, st, allowed)
        return True, ""

    # -- tool calls

    def run_tool(self):
        want = self.case["expect"]
        ans = self.send({"tool_call": self.case["tool_call"]}, self.r.tool_system)
        valid = ans.get("valid") if ans else None
        if ans is not None and not isinstance(valid, bool):
            self.error("no verdict")
        self.add("tool_verdict_acc", valid is want["valid"])
        if want["valid"]:
            self.add("tool_false_block", valid is not True, bad=False)
            return
        self.add("tool_missed", valid is not False, bad=False)
        errors = (ans or {}).get("errors")
        errors = errors if isinstance(errors, list) else []
        got = {x.get("field") for x in errors if isinstance(x, dict)}
        allowed = {a for f in want["fields"] for a in f.split("|")} | set(want.get("also_ok") or [])
        ok = all(got & set(f.split("|")) for f in want["fields"]) and got <= allowed
        self.note = ": got %s, wanted %s" % (sorted(map(str, got)), want["fields"])
        self.add("tool_field_acc", ok)
        for field, value in (want.get("suggest") or {}).items():
            sug = (ans or {}).get("suggestions")
            got = sug.get(field) if isinstance(sug, dict) else None
            got = got if isinstance(got, list) else [got]
            self.note = ": suggestion for %s" % field
            self.add("suggest_acc", any(str(g).lower() == value.lower() for g in got), bad=False)


# ---------------------------------------------------------------- report


def show(v, name):
    if name == "protocol_errors":
        return str(v)
    return "%.1f" % v if name.endswith("_ms") else "%.3f" % v


def report(scores):
    for stem in sorted({s for s, _ in scores if s != "ALL"}) + ["ALL"]:
        langs = sorted(l for s, l in scores if s == stem and l != "all") + ["all"]
        ms = {l: scores[stem, l].metrics() for l in langs}
        names = [n for n in ORDER if n in ms["all"]]
        print("\n%-22s" % stem + "".join("%9s" % l for l in langs) + "%8s" % "n")
        for n in names:
            count = scores[stem, "all"].n.get(n, [0, ""])[1]
            print(
                "  %-20s" % n
                + "".join("%9s" % (show(ms[l][n], n) if n in ms[l] else "-") for l in langs)
                + "%8s" % count
            )


def short(scores, limit):
    """The text of an unmet --min, or None."""
    where, _, rest = limit.rpartition(":")
    name, _, value = rest.partition("=")
    stem, _, lang = (where or "ALL").partition("/")
    key = (stem, lang or "all")
    if key not in scores or name not in scores[key].metrics():
        return "%s: not measured" % limit
    got = scores[key].metrics()[name]
    bad = got > float(value) if name in LOW_IS_GOOD else got < float(value)
    return "%s: is %s" % (limit, show(got, name)) if bad else None


def main(argv=None):
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("files", nargs="+", metavar="FILE")
    p.add_argument("--cmd", required=True, help="command of the assistant")
    p.add_argument("--tool-cmd", help="command for validation lines, if it is another one")
    p.add_argument("--timeout", type=float, default=30, help="seconds for one line")
    p.add_argument("--min", action="append", default=[], metavar="[FILE[/LANG]:]NAME=VALUE")
    p.add_argument("--details", action="store_true", help="list the failed checks")
    p.add_argument("--json", metavar="PATH", help="also write the metrics here")
    a = p.parse_args(argv)
    system = System(a.cmd, a.timeout)
    tools = System(a.tool_cmd, a.timeout) if a.tool_cmd else system
    runner = Runner(system, tools)
    for f in a.files:
        runner.run_file(f)
    system.stop()
    tools.stop()
    if a.details:
        for stem, cid, what in runner.failures:
            print("%s %s: %s" % (stem, cid, "; ".join(what)))
    report(runner.scores)
    if a.json:
        with open(a.json, "w", encoding="utf-8") as f:
            json.dump({"/".join(k): s.metrics() for k, s in sorted(runner.scores.items())}, f, indent=1)
    unmet = [t for t in (short(runner.scores, m) for m in a.min) if t]
    for t in unmet:
        print("SHORT " + t)
    return 1 if unmet else 0


if __name__ == "__main__":
    sys.exit(main())

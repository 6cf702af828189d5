"""Counts what a server executes for one database, by its own statement log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

_LINE: Final = re.compile(r"^db=(\S+) app=(\S*) LOG:  (?:execute [^:]*|statement): (.*)$")
_FRAME: Final = re.compile(
    r"^(begin|commit|rollback|start transaction|select set_config\(|savepoint|release|listen|unlisten|set )",
    re.IGNORECASE,
)
# Reading which clinic an instance belongs to.
_LOOKUP: Final = re.compile(
    r"core\.(find_instance|list_instances|list_clinics)|healthcare\.whatsapp_instances i join", re.IGNORECASE
)


@dataclass(slots=True)
class Counted:
    """`statements` without BEGIN, COMMIT and set_config; `round_trips` with them."""

    statements: int = 0
    round_trips: int = 0
    clinic_lookups: int = 0
    by_text: dict[str, int] | None = None


@contextmanager
def counting(owner_url: str, log_file: Path) -> Iterator[Counted]:
    """Count what this database's clients execute inside the block. Needs a superuser and the server's log file."""
    database = str(psycopg.conninfo.conninfo_to_dict(owner_url)["dbname"])
    counted = Counted(by_text={})
    with psycopg.connect(owner_url, autocommit=True, application_name="frontdesk-bench") as connection:
        for setting in ("log_statement = 'all'", "log_line_prefix = 'db=%d app=%a '"):
            connection.execute(f"alter system set {setting}")
        connection.execute("select pg_reload_conf()")
        connection.execute("select pg_sleep(0.3)")
        start = log_file.stat().st_size
        try:
            yield counted
        finally:
            for name in ("log_statement", "log_line_prefix"):
                connection.execute(f"alter system reset {name}")
            connection.execute("select pg_reload_conf()")
    with log_file.open("rb") as log:
        log.seek(start)
        for line in log.read().decode("utf-8", "replace").splitlines():
            _count(line, database, counted)


def _count(line: str, database: str, counted: Counted) -> None:
    match = _LINE.match(line)
    if match is None or match[1] != database or match[2] == "frontdesk-bench":
        return
    text = match[3].strip()
    counted.round_trips += 1
    if _FRAME.match(text):
        return
    counted.statements += 1
    counted.clinic_lookups += bool(_LOOKUP.search(text))
    assert counted.by_text is not None
    head = " ".join(text.split())[:70]
    counted.by_text[head] = counted.by_text.get(head, 0) + 1

"""`frontdesk understand --jsonl`: what one message says, with the very functions of the turn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from frontdesk.conversation.relevance import ContextRelevanceChecker
from frontdesk.safety.emergency import find_alarm
from frontdesk.safety.models import Urgency
from frontdesk.safety.urgency import urgency_of
from frontdesk.scheduling.clinic_file import read_clinic_file
from frontdesk.scheduling.models import Catalog
from frontdesk.understanding.describe import describe
from frontdesk.understanding.understand import understand
from frontdesk.whatsapp.clean_text import clean_text


class Reader:
    def __init__(self) -> None:
        self._catalogs: dict[tuple[str, str | None], Catalog] = {}

    def describe(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """The output line for an input line; `error` says what is wrong with it."""
        try:
            now = datetime.fromisoformat(line["at"]) if line.get("at") else datetime.now(UTC)
            catalog = self._find_catalog(line)
            text = clean_text(str(line.get("text", ""))).text
            reading = understand(
                text, catalog=catalog, now=now, timezone=line.get("timezone"), language=line.get("language")
            )
            alarm = find_alarm(text)
            urgency, _ = urgency_of(text, now=now)
            return describe(
                reading,
                catalog,
                urgency=Urgency.URGENT if alarm else urgency,
                emergency=alarm is not None,
            )
        except (KeyError, ValueError, OSError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def weigh(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """How relevant a pending action is to a message; `error` says what is wrong with the line."""
        try:
            now = datetime.fromisoformat(line["at"]) if line.get("at") else datetime.now(UTC)
            checker = ContextRelevanceChecker(catalog=self._find_catalog(line), now=now)
            found = checker.weigh(
                clean_text(str(line.get("current_message", ""))).text,
                line.get("pending_action") or "",
                line.get("conversation_history") or (),
            )
            return {
                "is_relevant": found.is_relevant,
                "confidence": round(found.probability, 3),
                "reasoning": found.reason,
            }
        except (KeyError, ValueError, TypeError, OSError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def _find_catalog(self, line: Mapping[str, Any]) -> Catalog | None:
        if not line.get("fixture"):
            return None
        key = (str(line["fixture"]), line.get("clinic"))
        if key not in self._catalogs:
            catalogs = read_clinic_file(Path(key[0])).catalogs
            self._catalogs[key] = catalogs[key[1]] if key[1] else next(iter(catalogs.values()))
        return self._catalogs[key]

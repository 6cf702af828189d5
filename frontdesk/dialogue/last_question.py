"""Whether a yes can mean what waits: it answers the last question put to the patient, whoever put it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from frontdesk.conversation.engine import Said, Turn
from frontdesk.conversation.link import read_names
from frontdesk.conversation.state_machine import Session, Task
from frontdesk.understanding.models import Intent, Understanding
from frontdesk.understanding.understand import understand

# "Do you confirm?", "shall I book?" without a name is still about what waits.
_ABOUT_WHAT_WAITS: Final = frozenset({Intent.CONFIRM, Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL})


def heed_last_question(turn: Turn, reading: Understanding) -> Session:
    """The session; its task counts as not asked about where a yes or no that names nothing answers a later question on another matter.

    Our own answers keep `asked` right themselves; staff, a model or another system may have asked since.
    """
    task = turn.session.task
    named = reading.services or reading.doctors or reading.dates
    is_verdict = (reading.says_yes or reading.says_no) and not named
    if task is None or not task.asked or not is_verdict or not _asks_another_matter(turn, task):
        return turn.session
    return replace(turn.session, task=replace(task, asked=False))


def _asks_another_matter(turn: Turn, task: Task) -> bool:
    questions = [said for said in turn.history if said.role != "patient" and _is_question(said)]
    last = next((said for said in reversed(turn.history) if said.role != "patient"), None)
    if len(questions) < 2 or last is None or last is not questions[-1]:
        return False
    said = understand(
        last.text, catalog=turn.catalog, now=turn.now, timezone=turn.catalog.clinic.timezone, language=None
    )
    names = read_names(said, task)
    names_time = any(mention.on == task.on or mention.at == task.at for mention in said.dates)
    if names.own or (names.none and names_time):
        return False
    return not names.none or said.intent not in _ABOUT_WHAT_WAITS


def _is_question(said: Said) -> bool:
    return said.text.rstrip().endswith("?")

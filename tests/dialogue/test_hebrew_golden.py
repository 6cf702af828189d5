"""Whole Hebrew chats as a patient sees them, direction marks made visible: nothing Latin or numeric may run backwards.

Written anew by `FRONTDESK_GOLDEN=write pytest tests/dialogue/test_hebrew_golden.py`; read the difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.dialogue.test_repair import chat_with
from tests.support.chat import Chat

GOLDEN = Path(__file__).parents[1] / "data" / "golden_he"
VISIBLE = {
    "\u2066": "⟦LRI⟧",
    "\u2067": "⟦RLI⟧",
    "\u2068": "⟦",
    "\u2069": "⟧",
    "\u200e": "⟨LRM⟩",
    "\u200f": "⟨RLM⟩",
}
CHATS = {
    "booking": ("carmel", ["שלום", "פיזיותרפיה מחר בערב", "השנייה", "כן", "מתי התור שלי?"]),
    "facts": ("carmel", ["מה השעות שלכם?", "איפה אתם?", "כמה עולה פיזיותרפיה?", "מי עובד אצלכם?", "תודה"]),
    "changes": ("carmel", ["פיזיותרפיה מחר ב-17:30", "כן", "לא", "להזיז את התור ליום ראשון ב-10", "כן", "לבטל את התור", "כן"]),
    # A clinic of Latin names: English in a Hebrew sentence.
    "latin_names": ("quay", ["אפשר לקבוע בדיקת דם מחר ב-14:00?", "כן", "איפה אפשר לחנות?", "מי הרופאים?"]),
    "emergency": ("carmel", ["קשה לי לנשום והשפתיים התנפחו"]),
}  # fmt: skip


async def tell(chat: Chat, messages: list[str]) -> str:
    said = []
    for message in messages:
        await chat.says(message)
        text = chat.last.text
        for mark, visible in VISIBLE.items():
            text = text.replace(mark, visible)
        said.append(f"> {message}\n{text}\n")
    return "\n".join(said)


@pytest.mark.parametrize("name", CHATS)
async def test_a_hebrew_chat_reads_as_it_did(name: str) -> None:
    clinic, messages = CHATS[name]
    told = await tell(chat_with(clinic, "he"), messages)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("FRONTDESK_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")

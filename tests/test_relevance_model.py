"""What the model decides where the rules have nothing to hold on to, by mode; and the second opinion."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from frontdesk.conversation.link import Link, LinkKind
from frontdesk.conversation.linking import find_link
from frontdesk.conversation.relevance import ContextRelevanceChecker
from frontdesk.conversation.relevance_model import (
    RelevanceMode,
    RelevancePolicy,
    features_of,
    load_relevance_model,
)
from frontdesk.conversation.state_machine import Task
from frontdesk.understanding.understand import understand
from tests.support.chat import Chat

NOW = datetime.fromisoformat("2026-03-02T10:00:00+02:00")
# Nobody has asked anything, and the message names nothing: the rules have no opinion.
OPEN_MESSAGE = "i have two kids and a dog"


def link_of(text: str, task: Task, policy: RelevancePolicy) -> Link:
    return find_link(understand(text, catalog=Chat().catalog, now=NOW), task, policy=policy)


def collecting() -> Task:
    service_id = Chat().fixture.service_id("tlv", "crown")
    return Task(kind="collect_info", service_id=service_id, missing=("date",), asked=True, current=True)


def test_an_answer_is_likelier_about_an_open_question_than_a_matter_of_its_own() -> None:
    model = load_relevance_model()
    catalog = Chat().catalog

    def probability(text: str, *, asked: bool) -> float:
        task = Task(kind="collect_info", missing=("date",), asked=asked, current=asked)
        reading = understand(text, catalog=catalog, now=NOW)
        return model.probability(features_of(reading, task, in_hand=asked))

    assert probability("tuesday at five", asked=True) > 0.8
    assert probability("tuesday at five", asked=True) > probability("tuesday at five", asked=False)
    assert probability("where do i park?", asked=True) < 0.1


def test_off_asks_nobody_shadow_only_notes_and_enforce_decides() -> None:
    task = collecting()
    off = link_of(OPEN_MESSAGE, task, RelevancePolicy(mode=RelevanceMode.OFF))
    shadow = link_of(OPEN_MESSAGE, task, RelevancePolicy(mode=RelevanceMode.SHADOW))
    eager = link_of(OPEN_MESSAGE, task, RelevancePolicy(threshold=0.0))
    strict = link_of(OPEN_MESSAGE, task, RelevancePolicy(threshold=1.0))

    assert off.is_open
    assert "model" not in off.reason
    assert (shadow.kind, shadow.probability) == (off.kind, off.probability)
    assert "model" in shadow.reason
    assert eager.kind is LinkKind.REFERS
    assert strict.kind is LinkKind.NONE
    assert eager.probability == strict.probability


async def weigh(checker: ContextRelevanceChecker, message: str = OPEN_MESSAGE) -> tuple[bool, float, str]:
    return await checker.is_context_relevant(message, "Dr. Dan, crown")


@pytest.mark.anyio
async def test_a_second_opinion_is_asked_once_and_only_about_the_uncertain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def counted(message: str, pending: str) -> float:
        asked.append(message)
        return 0.9

    monkeypatch.setattr("frontdesk.conversation.relevance._UNCERTAIN", (0.0, 0.5))
    checker = ContextRelevanceChecker(second_opinion=counted)
    first, again = await weigh(checker), await weigh(checker)
    sure = await weigh(checker, "yes")

    assert first == again
    assert first[:2] == (True, 0.9)
    assert asked == [OPEN_MESSAGE]
    assert sure[1] > 0.5


@pytest.mark.anyio
@pytest.mark.parametrize("trouble", ["slow", "broken"])
async def test_an_opinion_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    async def troubled(message: str, pending: str) -> float:
        if trouble == "slow":
            await asyncio.Event().wait()
        raise RuntimeError("out of tokens")

    monkeypatch.setattr("frontdesk.conversation.relevance._UNCERTAIN", (0.0, 1.0))
    alone = await weigh(ContextRelevanceChecker())

    assert await weigh(ContextRelevanceChecker(second_opinion=troubled, opinion_timeout_s=0.01)) == alone

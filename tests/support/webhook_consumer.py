"""A double for whoever consumes the gateway's webhooks: keeps them, and answers as told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx2


class WebhookConsumer(httpx2.AsyncBaseTransport):
    """Answers 200, or the `answers` in turn (the last one for ever); an exception among them is raised."""

    def __init__(self, *, answers: Sequence[int | Exception] = (200,)) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self._arrived = asyncio.Condition()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        async with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer)

    def list_events(self, event: str) -> list[dict[str, Any]]:
        """Bodies of the webhooks of that event, in the order they came."""
        bodies = [json.loads(request.content) for request in self.requests]
        return [body for body in bodies if body["event"] == event]

    async def wait_for(self, event: str, *, count: int = 1) -> list[dict[str, Any]]:
        """The events once `count` of them have come; fails after two seconds."""
        async with asyncio.timeout(2), self._arrived:
            await self._arrived.wait_for(lambda: len(self.list_events(event)) >= count)
        return self.list_events(event)

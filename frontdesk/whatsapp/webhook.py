"""POST /webhooks/evolution/{instance}: durably ours, then 2xx.

What we answer decides whether the gateway tries again (contracts/evolution_api.md A6): 2xx once the event is ours,
503 when it is our trouble, 401 without credentials, 422 for bytes no retry can mend. No other codes.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

import jwt
import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.observability.trace_context import TraceContext
from frontdesk.storage.postgres import DatabaseUnavailable
from frontdesk.whatsapp.envelope import Unusable, parse_envelope, split_hook_path
from frontdesk.whatsapp.intake import Intake, check_event

log = logging.getLogger(__name__)

# Photos arrive as byte-keyed objects of many MB; a 413 would be retried ten times.
MAX_BODY_BYTES: Final = 32 * 1024 * 1024
# The token is made once per event, not per attempt; retries come up to half an hour later.
JWT_LEEWAY_S: Final = 30 * 60
PREFIX: Final = "/webhooks/evolution"


class Credentials:
    """Who may post: shared secrets (several at once, for rotation) or the gateway's tokens."""

    def __init__(self, *, secrets: Sequence[str], jwt_key: str | None) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets)
        self._jwt_key = jwt_key

    def allow(self, request: Request) -> bool:
        """Whether the request carries a secret or token of ours, compared in constant time."""
        given = request.headers.get("x-webhook-secret") or request.query_params.get("token") or ""
        matches = [hmac.compare_digest(secret, given.encode("utf-8", "replace")) for secret in self._secrets]
        return any(matches) or self._allow_token(request.headers.get("authorization", ""))

    def _allow_token(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        if self._jwt_key is None or scheme.casefold() != "bearer":
            return False
        try:
            claims = jwt.decode(
                token,
                self._jwt_key,
                algorithms=["HS256"],
                leeway=JWT_LEEWAY_S,
                options={"require": ["exp", "iat"]},
            )
        except jwt.PyJWTError:
            return False
        return claims.get("app") == "evolution" and claims.get("action") == "webhook"


class EvolutionWebhook:
    def __init__(self, *, intake: Intake, credentials: Credentials) -> None:
        self._intake = intake
        self._credentials = credentials

    def routes(self) -> list[Route]:
        return [
            Route(PREFIX, self.receive, methods=["POST"]),
            Route(f"{PREFIX}/{{tail:path}}", self.receive, methods=["POST"]),
        ]

    async def receive(self, request: Request) -> Response:
        if not self._credentials.allow(request):
            log.warning("webhook.refused", extra={"outcome": "unauthenticated"})
            return _answer(401, "unauthenticated")
        try:
            body = await _read_body(request)
            # The raw path: a name with %2F must not be taken apart.
            raw_path = request.scope.get("raw_path", b"").split(b"?")[0].decode("latin-1")
            tail = unquote(raw_path.partition(PREFIX)[2]) if raw_path else request.path_params.get("tail", "")
            named = split_hook_path(tail)
            envelope = parse_envelope(body, path_instance=named.instance)
            if envelope.is_contradictory:
                check_event(envelope)  # rubbish is rubbish first
                log.warning("webhook.refused", extra={"outcome": "contradictory instance"})
                return _answer(401, "instance_mismatch")
            outcome = await self._intake.take(envelope, body)
        except Unusable as unusable:
            log.warning("webhook.refused", extra={"outcome": "unusable"})
            return _answer(422, unusable.reason)
        except DatabaseUnavailable as unavailable:
            log.error("webhook.unavailable", extra={"reason": str(unavailable)})
            return _answer(503, "unavailable")
        except ClientDisconnect:
            return _answer(503, "incomplete")
        except Exception as bug:
            # Ours to mend, and the gateway's to send again: nothing is lost meanwhile.
            log.exception("webhook.failed", extra={"error_type": type(bug).__name__})
            return _answer(503, "failed")
        return _answer(202 if outcome == "quarantined" else 200, outcome)


async def _read_body(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise Unusable("body over 32 MiB")
        chunks.append(chunk)
    return b"".join(chunks)


def _answer(status: int, outcome: str) -> Response:
    key = "error" if status >= 400 else "outcome"
    content = msgspec.json.encode({key: outcome, "trace_id": TraceContext.current()})
    return Response(content, status_code=status, media_type="application/json")

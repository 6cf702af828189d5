"""One trace id from the webhook to the delivery receipt, in every log line and every job.

Ids are W3C trace-context ids (32 lower-case hex). What a caller sends as X-Trace-ID or X-Request-ID is kept as a
sanitised request id only: https://www.w3.org/TR/trace-context/ section 3.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Literal

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")

_trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# Fields a log line may carry beside its event; anything else is dropped. Never text, names or phone numbers.
LOGGED_FIELDS: Final[frozenset[str]] = frozenset(
    """clinic_id session_id message_id outbox_id alert_id instance_id instance outcome attempt job duration_ms error_type
    error_code rule count kind state intent status reason pid port signal version migrations queue seconds""".split()
)

_FIELDS_IN_ORDER: Final = tuple(sorted(LOGGED_FIELDS))


def make_trace_id() -> str:
    return secrets.token_hex(16)


class TraceContext:
    """A context manager: inside it, log lines and jobs carry its ids. Ids of an outer context come back at its end."""

    def __init__(self, trace_id: str | None = None, request_id: str | None = None) -> None:
        self.trace_id = trace_id or make_trace_id()
        self.request_id = request_id
        self._tokens: tuple[Token[str | None], Token[str | None]] | None = None

    @classmethod
    def start(cls, trace_id: str | None = None, request_id: str | None = None) -> TraceContext:
        """A new trace, or the given one."""
        return cls(trace_id, request_id)

    @staticmethod
    def current() -> str | None:
        return _trace_id.get()

    @staticmethod
    def current_request() -> str | None:
        return _request_id.get()

    def __enter__(self) -> str:
        self._tokens = (_trace_id.set(self.trace_id), _request_id.set(self.request_id))
        return self.trace_id

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._tokens is not None:
            _trace_id.reset(self._tokens[0])
            _request_id.reset(self._tokens[1])
            self._tokens = None


def add_trace_to_dict(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with the current ids under `trace`; a new trace if there is none."""
    return {
        **payload,
        "trace": {"trace_id": _trace_id.get() or make_trace_id(), "request_id": _request_id.get()},
    }


def extract_trace_from_dict(payload: Mapping[str, Any]) -> TraceContext:
    """The context a payload carries; a new one if it carries none or a broken one."""
    carried = payload.get("trace")
    trace = carried if isinstance(carried, Mapping) else {}
    trace_id, request_id = trace.get("trace_id"), trace.get("request_id")
    known = isinstance(trace_id, str) and re.fullmatch(r"[0-9a-f]{32}", trace_id)
    return TraceContext(trace_id if known else None, request_id if isinstance(request_id, str) else None)


def read_request_ids(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """(trace id, request id) of a request's headers; None for each that is absent or unsafe."""
    parent = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    trace_id = parent.group(1) if parent and parent.group(1) != "0" * 32 else None
    for name in ("x-request-id", "x-trace-id"):
        if _SAFE_ID.fullmatch(headers.get(name, "")):
            return trace_id, headers[name]
    return trace_id, None


class TraceMiddleware:
    """ASGI middleware: opens a trace per request and echoes its ids in X-Trace-ID and X-Request-ID."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        trace_id, request_id = read_request_ids(headers)
        with TraceContext.start(trace_id, request_id) as current:

            async def send_with_ids(message: Message) -> None:
                if message["type"] == "http.response.start":
                    answer = MutableHeaders(scope=message)
                    answer["X-Trace-ID"] = current
                    if request_id:
                        answer["X-Request-ID"] = request_id
                await send(message)

            await self._app(scope, receive, send_with_ids)


@dataclass(frozen=True, slots=True)
class _Line:
    record: logging.LogRecord

    def fields(self) -> dict[str, Any]:
        values = self.record.__dict__
        return {name: values[name] for name in _FIELDS_IN_ORDER if values.get(name) is not None}


class _JsonFormatter(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "service": self._service,
            "trace_id": _trace_id.get(),
            "request_id": _request_id.get(),
            **_Line(record).fields(),
        }
        if record.exc_info and record.exc_info[0]:
            line["error_type"] = record.exc_info[0].__name__
            line["stack"] = _stack_without_values(record)
        return msgspec.json.encode(
            {key: value for key, value in line.items() if value is not None}, enc_hook=str
        ).decode()


class _ConsoleFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%H:%M:%S", time.localtime(record.created))
        ids = f"[trace_{(_trace_id.get() or '-')[:8]}] [req_{_request_id.get() or '-'}]"
        fields = " ".join(f"{name}={value}" for name, value in _Line(record).fields().items())
        text = f"{moment} {record.levelname:<7} {ids} {record.getMessage()} {fields}".rstrip()
        if record.exc_info and record.exc_info[0]:
            text += f" error_type={record.exc_info[0].__name__}\n" + _stack_without_values(record)
        return text


def _stack_without_values(record: logging.LogRecord) -> str:
    """File, line and function of each frame: an exception's own text may quote a patient."""
    assert record.exc_info is not None
    frames = []
    traceback = record.exc_info[2]
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(
            f"  {code.co_filename.rpartition('site-packages/')[2]}:{traceback.tb_lineno} {code.co_name}"
        )
        traceback = traceback.tb_next
    return "\n".join(frames[-12:])


def configure_trace_logging(
    *, service: str, style: Literal["console", "json"] = "console", level: str = "INFO"
) -> None:
    """Log to standard error with the trace's ids: `[trace_…] [req_…]` for people, one JSON object a line for machines."""
    # Nobody prints the caller, thread or process of a line, and finding them is half its cost
    # (the standard library's logging HOWTO, "Optimization").
    logging._srcfile = None  # noqa: SLF001
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonFormatter(service) if style == "json" else _ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Libraries log values; their warnings are enough.
    for name in (
        "procrastinate",
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "httpx2",
        "httpcore2",
        "psycopg",
        "asyncio",
    ):
        logging.getLogger(name).setLevel(logging.WARNING if level != "DEBUG" else logging.INFO)
    logging.getLogger("procrastinate").setLevel(logging.ERROR)

"""Runs the stand-in gateway alone: `python -m frontdesk.simulator --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvicorn

from frontdesk.simulator.gateway import Gateway, create_gateway
from frontdesk.simulator.instances import SimulatedInstance

# Open pages keep their stream; without an end a stop would wait for them.
_SHUTDOWN_SECONDS: Final = 1


class _AnnouncingServer(uvicorn.Server):
    """Says in one line that it is ready, for people and for scripts that wait for it."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            sys.stdout.write(f"simulator ready on http://{self.config.host}:{port}/\n")
            sys.stdout.flush()


def _read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m frontdesk.simulator",
        description="A stand-in for the Evolution WhatsApp gateway, with a page to chat as a patient. It keeps its "
        "chats in the data folder and resumes them. Development and tests only: whoever reaches the port may use it.",
    )
    parser.add_argument(
        "--port", type=int, default=8710, help="port to listen on, 0 for any free one (default %(default)s)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder that keeps the chats")
    parser.add_argument(
        "--webhook-url",
        required=True,
        metavar="URL",
        help="base address of the consumer; events go to URL/webhooks/evolution/INSTANCE",
    )
    parser.add_argument(
        "--secret", required=True, help="value of the X-Webhook-Secret header of every webhook"
    )
    parser.add_argument("--api-key", required=True, metavar="KEY", help="the gateway's global API key")
    parser.add_argument(
        "--instances", required=True, metavar="A,B", help="names of the connected WhatsApp numbers, by commas"
    )
    parser.add_argument(
        "--version",
        default="2.3.7",
        help="Evolution version to imitate, e.g. 1.8.2 or 2.3.6 (default %(default)s)",
    )
    parser.add_argument(
        "--time-scale",
        type=float,
        default=1.0,
        metavar="F",
        help="multiplies the pauses of retries and receipts, e.g. 0.01 (default %(default)s)",
    )
    parser.add_argument("--ignore-delay", action="store_true", help="do not wait for the `delay` of a send")
    parser.add_argument(
        "--events",
        metavar="E,F",
        help="send only these events, e.g. messages.upsert,send.message (default: all)",
    )
    return parser.parse_args(arguments)


def _create_app(arguments: argparse.Namespace) -> Gateway:
    names = [name.strip() for name in arguments.instances.split(",") if name.strip()]
    events = arguments.events and frozenset(event.strip() for event in arguments.events.split(","))
    return create_gateway(
        data_folder=arguments.data,
        webhook_url=arguments.webhook_url,
        webhook_secret=arguments.secret,
        api_key=arguments.api_key,
        instances=[SimulatedInstance(name=name) for name in names],
        version=arguments.version,
        time_scale=arguments.time_scale,
        ignore_delay=arguments.ignore_delay,
        events=events or None,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    chosen = _read_arguments(arguments)
    config = uvicorn.Config(
        _create_app(chosen),
        host=chosen.host,
        port=chosen.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    _AnnouncingServer(config).run()


if __name__ == "__main__":
    main()

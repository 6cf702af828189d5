"""Where the API listens: found out before anything is started, so that a wrong HOST or PORT is one line."""

from __future__ import annotations

import errno
import socket


class CannotListen(Exception):
    """The message says why, and what to set."""


class PortTaken(CannotListen):
    """Another process listens there."""


def check_address(host: str, port: int) -> None:
    """Raise CannotListen, PortTaken if the API could not listen there now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"port {port} of {host} is taken: set PORT to a free one") from error
        raise CannotListen(
            f"cannot listen on {host} port {port}: {error.strerror}: set HOST and PORT to what this machine may use"
        ) from error

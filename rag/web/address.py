"""Where the server may listen: on loopback unless there is a password, on the first port that is free.

Knows nothing of Gradio, so that a refusal comes at once.
"""

from __future__ import annotations

import errno
import ipaddress
import shlex
import socket

from rag.errors import UsageError

_PORTS = 100
"""Ports tried, from the configured one up."""


def check_address(host: str, guarded: bool) -> None:
    """Refuse to listen where others can reach without a password.

    Args:
        host: Name or address to listen on.
        guarded: Whether it takes a password to come in.

    Raises:
        UsageError: Not a loopback address, and no password; or an IPv6 address, which Gradio cannot serve.
    """
    if ":" in host:
        raise UsageError(f"host = {host!r}: IPv6 addresses are not served", "give a name, or 127.0.0.1 or 0.0.0.0")
    if not _is_loopback(host) and not guarded:
        raise UsageError(
            f"host = {host!r}: anyone on the network could read the documents, so it takes a password",
            "stay at 127.0.0.1, or: rag password NAME >> passwords.txt, then "
            f"rag serve --host {shlex.quote(host)} --auth passwords.txt",
        )


def free_port(host: str, first: int) -> int:
    """The first port from `first` up that nobody listens on.

    Args:
        host: Address to listen on.
        first: Where to begin; 0 lets the system choose.

    Returns:
        A port.

    Raises:
        UsageError: None of a hundred is free, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(first, min(first + _PORTS, 65536)):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as exc:
                if exc.errno in (errno.EADDRINUSE, errno.EACCES):
                    continue
                raise UsageError(f"host = {host!r}: {exc.strerror}", "use 127.0.0.1") from exc
            return int(probe.getsockname()[1])
    raise UsageError(f"no free port from {first} to {first + _PORTS - 1}", "name another with --port")


def names_of(host: str) -> list[str]:
    """What a browser may call the server.

    Args:
        host: Name or address that it listens on.

    Returns:
        On loopback only this machine's own names, so that no other site can be made to point at it; elsewhere any,
        since there the password guards it.
    """
    return ["localhost", "127.0.0.1", "::1", "[::1]", host] if _is_loopback(host) else ["*"]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

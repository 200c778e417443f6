from __future__ import annotations

import shlex
import socket

import pytest

from rag.config import Config
from rag.errors import UsageError
from rag.web import serve
from rag.web.address import check_address, free_port


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", ""])
def test_other_hosts_are_refused_without_a_password(host: str) -> None:
    with pytest.raises(UsageError, match="password") as caught:
        serve(Config(host=host))
    assert "127.0.0.1" in caught.value.hint
    assert "rag password NAME >> passwords.txt" in caught.value.hint, "names that are there stay"
    assert f"rag serve --host {shlex.quote(host)} --auth passwords.txt" in caught.value.hint


def test_the_next_free_port_is_taken() -> None:
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        first.listen()
        taken = first.getsockname()[1]
        assert taken < free_port("127.0.0.1", taken) <= taken + 100


def test_an_address_of_another_machine_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1", 7860)


def test_loopback_needs_no_password_and_others_do() -> None:
    for host in ("127.0.0.1", "localhost"):
        check_address(host, guarded=False)
    check_address("0.0.0.0", guarded=True)


@pytest.mark.parametrize("host", ["::1", "::", "[::1]", "2001:db8::1"])
def test_what_cannot_be_served_is_said_before_anything_is_loaded(host: str) -> None:
    with pytest.raises(UsageError, match="IPv6") as caught:
        check_address(host, guarded=True)
    assert "127.0.0.1" in caught.value.hint

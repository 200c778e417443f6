from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from rag.config import Config
from rag.errors import UsageError
from rag.web import serve
from tests.web.shelves import open_library

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_other_hosts_are_refused_without_a_password(host: str) -> None:
    with pytest.raises(UsageError, match="password") as caught:
        serve(Config(host=host))
    assert "127.0.0.1" in caught.value.hint


def test_the_next_free_port_is_taken() -> None:
    from rag.web.server import free_port

    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        first.listen()
        taken = first.getsockname()[1]
        assert taken < free_port("127.0.0.1", taken) <= taken + 100


def test_an_address_of_another_machine_is_an_error() -> None:
    from rag.web.server import free_port

    with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1", 7860)


def test_loopback_needs_no_password_and_others_do() -> None:
    from rag.web.server import check_address

    for host in ("127.0.0.1", "::1", "localhost"):
        check_address(host, None)
    check_address("0.0.0.0", ("name", "secret"))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from rag.web.server import Served

    library = open_library(tmp_path_factory.mktemp("served"))
    library.config = replace(library.config, port=18_700)
    served = Served(library.config, library)
    yield served.url
    served.close()


def test_every_reply_holds_the_browser_to_this_host(url: str) -> None:
    reply = httpx.get(url)
    policy = reply.headers["content-security-policy"]
    assert reply.status_code == 200
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_gradios_own_pages_and_the_machines_files_are_not_served(url: str) -> None:
    for path in ("docs", "openapi.json", "gradio_api/file=/etc/passwd", "gradio_api/file=pyproject.toml"):
        assert httpx.get(url + path).status_code in (403, 404), path
    config = httpx.get(url + "config").json()
    assert config["analytics_enabled"] is False
    assert all(fn["api_visibility"] == "private" for fn in config["dependencies"])


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    environ = {**os.environ, "RAG_INDEX": str(tmp_path / "none"), "RAG_PORT": "18750", "RAG_GENERATOR": "extractive"}
    command = [sys.executable, "ui.py"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert re.match(r"Footnote is at http://127\.0\.0\.1:\d+/", line), process.communicate()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert errors == ""


def test_a_refusal_to_serve_is_an_exit_code_and_a_hint() -> None:
    environ = {**os.environ, "RAG_HOST": "0.0.0.0"}
    done = subprocess.run([sys.executable, "ui.py"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "takes a password" in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_the_web_chat_loads_no_gradio() -> None:
    code = "import sys, rag.web; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes import running
from tests.web.shelves import open_library, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(open_library(tmp_path_factory.mktemp("served")), 18_700) as url:
        yield url


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
    public = [fn["api_name"] for fn in config["dependencies"] if fn["api_visibility"] != "private"]
    assert public == ["ask"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    environ = {**os.environ, "RAG_INDEX": str(tmp_path / "none"), "RAG_PORT": "18750", "RAG_GENERATOR": "extractive"}
    command = [sys.executable, "ui.py"]
    with running(command, ROOT, environ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert re.match(r"Footnote is at http://127\.0\.0\.1:\d+/", line), process.communicate()
        process.send_signal(number)
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

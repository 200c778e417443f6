"""The named endpoint as Gradio's own client sees it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError, AuthenticationError

from rag.web.passwords import Passwords, hashed
from tests.processes import running
from tests.web.shelves import open_library, serving
from tests.web.things import GatedGenerator

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # Gradio's queue, as in the browser
QUESTION = "How much notice ends the harbour lease?"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(open_library(tmp_path_factory.mktemp("endpoint")), 19_200) as url:
        yield url


def connect(url: str, **more: Any) -> Client:
    return Client(url, verbose=False, analytics_enabled=False, **more)


def test_it_answers_as_rag_ask_does(url: str) -> None:
    answer = connect(url).predict(QUESTION, api_name="/ask")
    assert answer["status"] == "answered"
    assert answer["citations"][0]["document"] == "legal/lease.md"
    assert set(answer) >= {"id", "query", "text", "sentences", "hits", "timings", "model", "embedder", "config"}


def test_it_is_the_only_one(url: str) -> None:
    described = connect(url).view_api(return_format="dict", print_info=False)
    assert list(described["named_endpoints"]) == ["/ask"]
    assert described["unnamed_endpoints"] == {}


@pytest.mark.parametrize(("question", "said"), [("", "empty"), (7, "expected text"), ("x" * 9_000, "8,000")])
def test_what_is_wrong_is_said(url: str, question: Any, said: str) -> None:
    with pytest.raises(AppError, match=said):
        connect(url).predict(question, api_name="/ask")


def test_two_at_once_get_their_own_answers(url: str) -> None:
    def ask(question: str) -> str:
        return str(connect(url).predict(question, api_name="/ask")["text"])

    with ThreadPoolExecutor(2) as pool:
        lease, club = pool.map(ask, [QUESTION, "Who is the treasurer of the rowing club?"])
    assert "ninety days" in lease
    assert "Ines Okoro" in club


def test_a_password_guards_it(tmp_path: Path) -> None:
    passwords = Passwords({"reader": hashed("pears & plums")})
    with serving(open_library(tmp_path), 19_220, passwords) as url:
        with pytest.raises(AuthenticationError):
            connect(url)
        with pytest.raises(ValueError, match="Could not login"):
            connect(url, auth=("reader", "plums"))
        assert connect(url, auth=("reader", "pears & plums")).predict(QUESTION, api_name="/ask")["status"] == "answered"


def test_one_who_cancels_stops_the_computation(tmp_path: Path) -> None:
    generator = GatedGenerator()
    with serving(open_library(tmp_path, generator), 19_240) as url:
        job = connect(url).submit(QUESTION, api_name="/ask")
        while not generator.seen:
            time.sleep(0.01)
        job.cancel()
        assert generator.ended.wait(5), "the model went on for nobody"


def test_one_that_is_killed_stops_it_too(tmp_path: Path) -> None:
    generator = GatedGenerator()
    ask = """
import logging, sys, gradio_client
logging.basicConfig(level=logging.INFO)
gradio_client.Client(sys.argv[1], verbose=False).predict("notice", api_name="/ask")
"""
    with (
        serving(open_library(tmp_path, generator), 19_260) as url,
        running([sys.executable, "-c", ask, url], tmp_path, os.environ) as process,
    ):
        assert process.stderr
        # Its heartbeat is how the server knows of a client; it may start after the question.
        assert any("/heartbeat/" in line for line in process.stderr)
        while not generator.seen:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.kill()
        assert generator.ended.wait(5), "the model went on for nobody"

"""The server as programs see it: with OpenAI's own client, and with requests that no client would send."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import openai
import pytest

from rag.errors import ServerError
from rag.protocols import Message, StopSignal
from rag.testing import FakeGenerator
from rag.web.library import Library
from rag.web.passwords import Passwords, hashed
from tests.web.shelves import make_folder, make_library, open_library, serving, settings
from tests.web.things import GatedGenerator

QUESTION = "How much notice ends the harbour lease?"
ASK = {"model": "fake", "messages": [{"role": "user", "content": QUESTION}]}
PASSWORD = ("reader", "pears and plums: 7")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(open_library(tmp_path_factory.mktemp("api")), 18_800) as url:
        yield url


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    passwords = Passwords({PASSWORD[0]: hashed(PASSWORD[1])})
    with serving(open_library(tmp_path_factory.mktemp("guarded")), 18_820, passwords) as url:
        yield url


def client(url: str, key: str = "none") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}v1", api_key=key, max_retries=0)


def test_openais_client_gets_an_answer_with_its_citations(url: str) -> None:
    reply = client(url).chat.completions.create(model="fake", messages=[{"role": "user", "content": QUESTION}])
    assert "ninety days" in (reply.choices[0].message.content or "")
    extra = reply.model_extra or {}
    citation = extra["footnote"]["citations"][0]
    assert citation["document"] == "legal/lease.md"
    assert f"[{citation['number']}]" in (reply.choices[0].message.content or "")
    assert reply.usage is not None
    assert reply.usage.total_tokens > 0


def test_openais_client_gets_it_in_pieces(url: str) -> None:
    whole = client(url).chat.completions.create(model="fake", messages=[{"role": "user", "content": QUESTION}])
    pieces = list(
        client(url).chat.completions.create(model="fake", messages=[{"role": "user", "content": QUESTION}], stream=True)
    )
    assert len(pieces) > 3
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces)
    assert text == whole.choices[0].message.content
    assert (pieces[-1].model_extra or {})["footnote"]["status"] == "answered"


def test_a_follow_up_comes_with_its_history(url: str) -> None:
    reply = client(url).chat.completions.create(
        model="fake",
        messages=[
            {"role": "user", "content": "Who is the treasurer of the rowing club?"},
            {"role": "assistant", "content": "Ines Okoro."},
            {"role": "user", "content": "For how long was she elected?"},
        ],
    )
    assert "treasurer" in (reply.model_extra or {})["footnote"]["query"]


def test_the_model_the_documents_and_the_state_are_told(url: str) -> None:
    assert [model.id for model in client(url).models.list()] == ["fake"]
    documents = httpx.get(f"{url}v1/documents").json()["documents"]
    assert [document["path"] for document in documents] == ["legal/lease.md", "minutes.txt"]
    assert "read_by" not in documents[0], "it is of no use to anyone else"
    health = httpx.get(f"{url}health")
    assert (health.status_code, health.json()["status"], health.json()["documents"]) == (200, "ready", 2)


def test_a_model_is_told_by_its_name(url: str) -> None:
    assert client(url).models.retrieve("fake").owned_by == "footnote"
    for name in ("gpt-4o", "some/model", ""):
        reply = httpx.get(f"{url}v1/models/{name}")
        assert reply.status_code == 404
        assert "there is fake" in reply.json()["error"]["message"]
    with pytest.raises(openai.NotFoundError, match="no such model"):
        client(url).models.retrieve("some/model")


def test_what_is_not_served_is_said_as_openais_clients_read_it(url: str) -> None:
    for method, path in (("GET", "v1/embeddings"), ("POST", "v1/responses"), ("DELETE", "v1/"), ("GET", "v1/a/b%2Fc")):
        reply = httpx.request(method, url + path)
        assert (reply.status_code, reply.json()["error"]["type"]) == (404, "invalid_request_error"), path
        assert "/v1/chat/completions" in reply.json()["error"]["message"]
    for method, path, allowed in (("GET", "v1/search", "POST"), ("POST", "v1/models", "GET, HEAD")):
        reply = httpx.request(method, url + path)
        assert (reply.status_code, reply.headers["allow"]) == (405, allowed), path
        assert reply.json()["error"]["type"] == "invalid_request_error"
    with pytest.raises(openai.NotFoundError, match="nothing is served there"):
        client(url).embeddings.create(model="fake", input="x")


def test_search_gives_hits_with_their_ranks(url: str) -> None:
    found = httpx.post(f"{url}v1/search", json={"question": QUESTION, "k": 1}).json()
    assert [hit["document"] for hit in found["hits"]] == ["legal/lease.md"]
    assert {"score", "dense_rank", "lexical_rank", "start", "end", "text"} <= set(found["hits"][0])


def test_a_scope_limits_a_search_and_an_answer(url: str) -> None:
    found = httpx.post(f"{url}v1/search", json={"question": QUESTION, "scope": "minutes.txt"}).json()
    assert {hit["document"] for hit in found["hits"]} == {"minutes.txt"}
    body = {"messages": [{"role": "user", "content": QUESTION}], "scope": ["legal"]}
    reply = httpx.post(f"{url}v1/chat/completions", json=body, timeout=30).json()["footnote"]
    assert {hit["document"] for hit in reply["hits"]} == {"legal/lease.md"}


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("v1/search", b'{"question": "x", "scope": 7}', 400, "scope: expected"),
        ("v1/search", b'{"question": "x", "scope": ["nowhere"]}', 400, "no document of the index"),
        ("v1/search", b'{"question": ""}', 400, "question"),
        ("v1/search", b'{"question": "x", "k": 0}', 400, "k: expected"),
        ("v1/search", b'{"question": "x", "k": true}', 400, "k: expected"),
        ("v1/search", b"[]", 400, "question"),
        ("v1/search", b"\xff\xfe", 400, "UTF-8"),
        ("v1/chat/completions", b"{", 400, "JSON"),
        (
            "v1/chat/completions",
            b'{"stream": true, "messages": [{"role": "user", "content": "' + b"x" * 9_000 + b'"}]}',
            400,
            "9,000 characters",
        ),
        ("v1/chat/completions", b"[" * 100_000, 400, "JSON"),
        ("v1/chat/completions", b'{"messages": [{"role": "user", "content": " "}]}', 400, "empty"),
        ("v1/chat/completions", b'{"messages": "' + b"x" * 1_100_000 + b'"}', 413, "bytes"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(url: str, path: str, body: bytes, status: int, said: str) -> None:
    reply = httpx.post(url + path, content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == status
    assert said in reply.json()["error"]["message"]
    assert reply.json()["error"]["type"] == "invalid_request_error"


def test_the_page_of_another_site_gets_nothing(url: str) -> None:
    simple = httpx.post(f"{url}v1/search", content=b'{"question": "notice"}', headers={"Content-Type": "text/plain"})
    assert (simple.status_code, simple.json()["error"]["type"]) == (415, "invalid_request_error")
    for path in ("", "v1/documents", "config"):
        assert httpx.get(url + path, headers={"Host": "evil.example"}).status_code == 400, path
    allowed = httpx.get(f"{url}v1/documents", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in allowed.headers


def test_a_password_guards_every_route(guarded: str) -> None:
    for path in ("health", "v1/models", "v1/models/fake", "v1/documents"):
        assert httpx.get(guarded + path).status_code == 401, path
        assert httpx.get(guarded + path, auth=PASSWORD).status_code == 200, path
        wrong = httpx.get(guarded + path, auth=("reader", "plums"))
        assert (wrong.status_code, wrong.json()["error"]["type"]) == (401, "authentication_error"), path
        assert "name or password is wrong" in wrong.json()["error"]["message"]
        assert "takes a name and a password" in httpx.get(guarded + path).json()["error"]["message"]
    for header in (b"Bearer", b"Bearer plums", b"Basic !!!", b"Basic \xc3\xbc", b"Digest x"):
        assert httpx.get(f"{guarded}health", headers={b"Authorization": header}).status_code == 401, header
    assert httpx.post(f"{guarded}v1/chat/completions", json=ASK).status_code == 401
    assert httpx.get(f"{guarded}v1/nowhere").status_code == 401
    with pytest.raises(openai.AuthenticationError, match="password"):
        client(guarded).models.list()
    assert client(guarded, ":".join(PASSWORD)).models.list().data


def test_one_who_guesses_a_password_waits(guarded: str) -> None:
    replies = [httpx.get(f"{guarded}health", auth=("guessed", f"guess {number}")) for number in range(6)]
    assert [reply.status_code for reply in replies] == [401] * 5 + [429]
    assert 0 < int(replies[-1].headers["retry-after"]) <= 60
    assert "wait" in replies[-1].json()["error"]["message"]
    assert replies[-1].json()["error"]["type"] == "rate_limit_error"
    assert httpx.get(f"{guarded}health").status_code == 401, "one that sends no password tries none"
    assert httpx.get(f"{guarded}health", auth=PASSWORD).status_code == 200


def test_twenty_at_once_are_all_answered(url: str) -> None:
    def ask(_: int) -> str:
        return str(httpx.post(f"{url}v1/chat/completions", json=ASK, timeout=60).json()["footnote"]["text"])

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(ask, range(20)))) == 1


class Failing(FakeGenerator):
    """Breaks down in the midst of a reply: with an error of ours, or another."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        yield "Either side "
        raise self.error


@pytest.mark.parametrize(
    ("error", "said"),
    [(ServerError("the model server is gone", "start it"), "gone"), (RuntimeError("boo"), "should not have")],
)
def test_a_failure_is_told_whole_and_in_pieces(tmp_path: Path, error: Exception, said: str) -> None:
    with serving(open_library(tmp_path, Failing(error)), 18_870) as url:
        reply = httpx.post(f"{url}v1/chat/completions", json=ASK)
        assert (reply.status_code, reply.json()["error"]["type"]) == (500, "server_error")
        assert said in reply.json()["error"]["message"]
        assert "boo" not in reply.text
        with pytest.raises(openai.APIError, match=said):
            list(
                client(url).chat.completions.create(
                    model="fake", messages=[{"role": "user", "content": QUESTION}], stream=True
                )
            )


def test_one_whose_sender_is_gone_stops_computing(tmp_path: Path) -> None:
    generator = GatedGenerator()
    with serving(open_library(tmp_path, generator), 18_840) as url:
        for stream in (False, True):
            generator.ended.clear()
            with pytest.raises(httpx.ReadTimeout):
                _drain(url, {**ASK, "stream": stream})
            assert generator.ended.wait(5), "the model went on for nobody"
        generator.gate.release(1_000)
        assert httpx.post(f"{url}v1/chat/completions", json=ASK, timeout=30).status_code == 200


def _drain(url: str, body: object) -> None:
    with httpx.stream("POST", f"{url}v1/chat/completions", json=body, timeout=1.0) as reply:
        for _ in reply.iter_raw():
            pass


def test_closing_the_server_stops_what_is_being_written(tmp_path: Path) -> None:
    generator = GatedGenerator()
    with serving(open_library(tmp_path, generator), 18_860) as url:
        asking = threading.Thread(target=lambda: httpx.post(f"{url}v1/chat/completions", json=ASK, timeout=30))
        asking.start()
        while not generator.seen:
            time.sleep(0.01)
    assert generator.ended.wait(5)
    asking.join(10)


def test_where_nothing_is_indexed_it_says_what_to_do(tmp_path: Path) -> None:
    make_folder(tmp_path)
    library: Library = make_library(settings(tmp_path))
    with serving(library, 18_880) as url:
        assert library.wait(30)
        assert httpx.get(f"{url}health").json()["status"] in ("empty", "failed")
        reply = httpx.post(f"{url}v1/chat/completions", json=ASK)
    assert (reply.status_code, reply.json()["error"]["type"]) == (503, "server_error")
    assert "rag index" in reply.json()["error"]["message"]


def test_an_answer_says_where_alone_it_looked(url: str) -> None:
    messages = [{"role": "user", "content": QUESTION}]
    reply = client(url).chat.completions.create(model="fake", messages=messages, extra_body={"scope": "./minutes.txt"})  # type: ignore[arg-type]
    answer = (reply.model_extra or {})["footnote"]
    assert answer["scope"] == ["minutes.txt"]
    assert {hit["document"] for hit in answer["hits"]} == {"minutes.txt"}


@pytest.mark.parametrize("scope", [b'"legals"', b'["\\ud800"]', b'["' + b"a/" * 400_000 + b'"]', b'["\\u0000"]'])
def test_a_scope_that_is_not_there_is_said_before_a_reply_begins(url: str, scope: bytes) -> None:
    for stream in (b"false", b"true"):
        body = b'{"messages": [{"role": "user", "content": "x"}], "stream": %b, "scope": %b}' % (stream, scope)
        reply = httpx.post(f"{url}v1/chat/completions", content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code == 400
        assert "no document of the index is there" in reply.text
        assert len(reply.text) < 1_000

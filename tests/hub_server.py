"""A stand-in for the Hugging Face Hub on 127.0.0.1: what it answers is what the real one does, and it can misbehave."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class HubServer:
    """A Hub with some repositories.

    Attributes:
        repos: Repository to path to content.
        cut_after: Bytes of a file after which the connection is cut, once per file; None to be well-behaved.
        stall_after: Bytes of a file after which nothing more comes, once per file; None to be well-behaved.
        hang: No request is answered at all.
        status: What every request is answered with, where it is not 200.
        page: What every request is answered with, where it is not empty.
        released: Ends the stalls and hangs.
        ranges: Every `Range` header received, in order.
        paths: Every request, in order, as `GET /path`.
        agents: The user agent of each.
    """

    repos: Mapping[str, Mapping[str, bytes]]
    cut_after: int | None = None
    stall_after: int | None = None
    hang: bool = False
    status: int = 200
    page: bytes = b""
    ranges: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@contextmanager
def serve(hub: HubServer) -> Iterator[HubServer]:
    """Answer for as long as the block runs."""

    class Handler(_Handler):
        state = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: ClassVar[HubServer]
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        self.state.paths.append(f"{self.command} {self.path}")
        self.state.agents.append(self.headers.get("user-agent", ""))
        if self.state.hang:
            self.state.released.wait()
            self.close_connection = True
        elif self.state.status != 200 or self.state.page:
            self._send(self.state.status, self.state.page or b"{}")
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/([^?]+)(\?.*)?", self.path):
            self._info(found[1])
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.path):
            self._file(found[1], found[3])
        else:
            self._send(404, b"{}")

    def _info(self, repo: str) -> None:
        files = self.state.repos.get(repo)
        if files is None:
            self._send(404, b'{"error":"Repository not found"}', {"X-Error-Code": "RepoNotFound"})
            return
        siblings = [
            {
                "rfilename": path,
                "size": len(data),
                "blobId": hashlib.sha1(data).hexdigest(),
                **({"lfs": _lfs(data)} if path.endswith((".safetensors", ".gguf")) else {}),
            }
            for path, data in files.items()
        ]
        body = {"_id": "1", "id": repo, "modelId": repo, "sha": COMMIT, "siblings": siblings}
        self._send(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _file(self, repo: str, path: str) -> None:
        data = self.state.repos.get(repo, {}).get(path)
        if data is None:
            self._send(404, b"{}", {"X-Error-Code": "EntryNotFound"})
            return
        start = 0
        if asked := self.headers.get("Range"):
            self.state.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        limit = self.state.cut_after or self.state.stall_after
        if limit and path not in self.state.cut and limit < len(data) - start:
            self.state.cut.add(path)
            self._send(206 if start else 200, data[start : start + limit], headers, len(data) - start)
            if self.state.stall_after:
                self.state.released.wait()
            self.close_connection = True
            return
        self._send(206 if start else 200, data[start:], headers)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] = {}, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()


def _lfs(data: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}

"""A server of chat completions that answers as a test tells it, also what no server should."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handler = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def server(answer: Handler) -> Iterator[str]:
    """A server on this machine that answers each request as told; gives its base address."""

    class _Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer(self, body)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), _Requests)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def event(text: str = "", **more: Any) -> bytes:
    """One event of a reply."""
    return f"data: {json.dumps({'choices': [{'delta': {'content': text}, **more}]})}\n\n".encode()


def begin(request: BaseHTTPRequestHandler, status: int = 200) -> None:
    request.send_response(status)
    request.send_header("Content-Type", "text/event-stream")
    request.end_headers()


def saying(*parts: bytes) -> Handler:
    """Answer with these bytes, whatever is asked."""

    def answer(request: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        begin(request)
        for part in parts:
            request.wfile.write(part)

    return answer

"""How an engine is asked: one conversation a line on standard input, one reply a line on standard output.

A reply has its pieces' seconds and texts and the number of tokens of its prompt. The first line says how long loading
took. Knows no engine, and nothing of this project: it runs in the environments of others.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

Piece = tuple[str, int]
"""A piece of a reply, and the number of tokens of its prompt."""
Write = Callable[[list[dict[str, str]]], Iterator[Piece]]


def serve(load: Callable[[str, int, int], Write]) -> None:
    """Load an engine and have it answer until standard input ends.

    Args:
        load: Takes a GGUF file, threads, and most tokens of a reply; gives what writes one.
    """
    file, threads, most = sys.argv[1:]
    started_s = time.perf_counter()
    write = load(file, int(threads), int(most))
    _say({"load_s": round(time.perf_counter() - started_s, 3)})
    for line in sys.stdin:
        _say(_reply(write, json.loads(line)))


def _reply(write: Write, messages: list[dict[str, str]]) -> dict[str, Any]:
    started_s, first_s, prompt_tokens, pieces = time.perf_counter(), 0.0, 0, []
    for text, length in write(messages):
        if text.strip() and not first_s:
            first_s = time.perf_counter() - started_s
        prompt_tokens = length
        pieces.append(text)
    total_s = time.perf_counter() - started_s
    seconds = {"first_word": round(first_s or total_s, 4), "answer": round(total_s, 4)}
    return {"seconds": seconds, "prompt_tokens": prompt_tokens, "pieces": len(pieces), "text": "".join(pieces)}


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)

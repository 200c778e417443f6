"""Seconds from the start of a process to its end, or to a page that answers: what a user waits for each time.

python benchmarks/starting.py INDEX QUESTION -o benchmarks/results/starting.json [--turns 5]

QUESTION is one that the documents answer. Each command is run once before it is measured, and may keep its bytecode as
Python does wherever it is not told otherwise.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from common import progress, settings, spread, write

from rag import factory
from rag.evals.machine import commit, machine
from rag.web.address import free_port

_RAG = Path(sys.executable).with_name("rag")
_LOOK_S = 0.02
_HOST = "127.0.0.1"
_SURROUNDINGS = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> int:
    """Start, time, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path, help="folder of an index")
    parser.add_argument("question", help="one that it answers")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--turns", type=int, default=5, help="how often each is measured (5)")
    given = parser.parse_args()
    on = ["--index", str(given.index)]
    commands = {
        "help": ["--help"],
        "search": ["search", given.question, "--json", *on],
        "ask_extractive": ["ask", given.question, "--json", "--generator", "extractive", *on],
    }
    seconds: dict[str, list[float]] = {name: [] for name in (*commands, "page")}
    for turn in range(-1, given.turns):
        for name, command in commands.items():
            seconds[name].append(_run_s(command))
        seconds["page"].append(_page_s(on))
        progress("measuring", turn + 1, given.turns)
    store = factory.open_store(settings(index=str(given.index)))
    result = {
        "passages": sum(document.chunks for document in store.documents()),
        "seconds": {name: spread(found[1:]) for name, found in seconds.items()},
        "commit": commit(),
        "machine": machine(),
    }
    write(given.output, result)
    return 0


def _run_s(command: list[str]) -> float:
    started_s = time.perf_counter()
    subprocess.run([_RAG, *command], check=True, capture_output=True, env=_SURROUNDINGS)
    return time.perf_counter() - started_s


def _page_s(on: list[str]) -> float:
    """Until the page is sent; the model may still be loading then."""
    port = free_port(_HOST, 7900)
    started_s = time.perf_counter()
    command = [str(_RAG), "serve", "--port", str(port), *on]
    with subprocess.Popen(command, env=_SURROUNDINGS, stderr=subprocess.DEVNULL) as server:
        while not _answers(port):
            time.sleep(_LOOK_S)
        found_s = time.perf_counter() - started_s
        server.terminate()
    return found_s


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://{_HOST}:{port}/", timeout=5) as reply:
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())

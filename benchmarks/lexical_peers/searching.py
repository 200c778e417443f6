"""How an engine is measured: built once, opened, asked in turns; one JSON object on standard output.

Knows no engine, and nothing of this project: it runs in the environments of others.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

Search = Callable[[Any, int], list[int]]
"""From a question, as text or as its terms, and a number to the best passages, numbered from 0."""


def measure(build: Callable[[Iterator[str], Path], None], load: Callable[[Path], Search]) -> None:
    """Build where nothing is built yet, or else open and ask.

    The order comes on standard input: `folder`, `texts` (a file of one passage a line), `number` of them, `turns`
    (lists of questions), `k`.

    Args:
        build: Makes an index of passages in a folder.
        load: Opens it.
    """
    order = json.load(sys.stdin)
    folder = Path(order["folder"])
    built = folder / "built.json"
    if not built.is_file():  # in a process of its own, for the sake of the memory that is counted
        built.write_text(json.dumps(_built(build, folder, order)), "utf-8")
        return
    _read(folder)  # so that all find their files in memory
    before_mib, started_s = _peak_mib(), time.perf_counter()
    search = load(folder)
    opened_s, opened_mib = time.perf_counter() - started_s, _peak_mib() - before_mib
    for question in order["turns"][0]:
        search(question, order["k"])
    seconds: list[list[float]] = []
    found = []
    for turn in order["turns"]:
        seconds.append([])
        for question in turn:
            started_s = time.perf_counter()
            found.append(search(question, order["k"]))
            seconds[-1].append(time.perf_counter() - started_s)
    told = {"open_s": opened_s, "open_mib": opened_mib, "peak_mib": _peak_mib(), "seconds": seconds, "found": found}
    print(json.dumps(json.loads(built.read_text("utf-8")) | told))


def _built(build: Callable[[Iterator[str], Path], None], folder: Path, order: dict[str, Any]) -> dict[str, float]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Path(order["texts"]).open(encoding="utf-8", errors="surrogatepass", newline="\n") as texts:
        started_s = time.perf_counter()
        build((line.rstrip("\n") for line in islice(texts, order["number"])), folder)
        built_s = time.perf_counter() - started_s
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {"build_s": built_s, "size_bytes": size_bytes}


def _read(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass


def _peak_mib() -> float:
    """Of Linux, mapped files included; `getrusage` would count the parent's."""
    found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text("utf-8"), re.MULTILINE)
    return int(found[1]) / 1024 if found else float("nan")

"""Searching by words at scale: FTS5, this project's postings beside it, tantivy and bm25s, over the same passages.

python benchmarks/lexical.py SETS -o benchmarks/results/lexical.json [--sizes 10000 100000 1000000] [-n 200] [--turns 5]

Passages are made of real sentences, questions are real ones. The others are given the terms that FTS5 makes of both, so
they are spared the cutting and stemming. Each runs in a process of its own; what it built is kept in the user's cache
folder between runs. Times are of ids and scores alone, each turn with questions of its own, after a turn that is not
counted. `agreement` is the share of FTS5's first ten that are among the other's.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import synthetic
from common import arguments, progress, spread, write
from environments import python_of

from rag.evals.machine import commit, machine
from rag.models import default_cache
from rag.storage.lexical import indexed, terms
from rag.storage.postings import Tokens
from rag.testing import FakeEmbedder

_HERE = Path(__file__).parent
_PEERS = _HERE / "lexical_peers"
_ENGINES = ("fts5", "postings", "tantivy", "bm25s")
_K = 50
"""Hits that the pipeline takes from each ranking."""
_WORD = re.compile(r"\w+")


def main() -> int:
    """Make passages, build, ask, write."""
    parser = arguments(__doc__, questions=200)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="passages")
    parser.add_argument("--turns", type=int, default=5, help="parts of the questions, each timed for itself (5)")
    given = parser.parse_args()
    cache = default_cache() / "lexical" / _digest()
    material = synthetic.material(given.sets, FakeEmbedder(1), cache)
    questions = _sample(material.questions, given.n)
    with tempfile.TemporaryDirectory(dir=cache) as place:
        passages = _Passages(material, Path(place), max(given.sizes))
        sizes = {size: _of_size(size, passages, questions, given.turns, cache) for size in given.sizes}
    found = {"questions": len(questions), "k": _K, "sizes": sizes, "commit": commit(), "machine": machine()}
    write(given.output, found)
    return 0


class _Passages:
    """The passages as text and as FTS5's terms, written once where something is still to be built."""

    def __init__(self, material: synthetic.Material, folder: Path, number: int) -> None:
        self._material, self._folder, self._number = material, folder, number

    def file(self, *, cut: bool) -> Path:
        """One passage a line."""
        path = self._folder / ("terms" if cut else "texts")
        if not path.exists():
            written, cutter = 0, _Cutter()
            with path.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
                for texts, _ in synthetic.passages(self._material, self._number):
                    file.writelines(f"{line}\n" for line in (cutter.cut(texts) if cut else texts))
                    written += len(texts)
                    progress(f"writing {path.name}", written, self._number)
        return path


class _Cutter:
    """Cuts texts into FTS5's terms, each word once."""

    def __init__(self) -> None:
        self._tokens = Tokens()
        self._known: dict[str, str] = {}

    def cut(self, texts: list[str]) -> Iterator[str]:
        """Each text as its terms, with blanks between."""
        cut = [_WORD.findall(indexed(text)) for text in texts]
        new = list({word for words in cut for word in words} - self._known.keys())
        self._known.update(zip(new, map(" ".join, self._tokens.of(new)), strict=True))
        return (" ".join(filter(None, (self._known[word] for word in words))) for words in cut)


def _of_size(
    size: int, passages: _Passages, questions: list[str], turns: int, cache: Path
) -> dict[str, dict[str, Any]]:
    """Every engine over so many passages."""
    tokens = Tokens()
    cut = [[token for found in tokens.of(terms(question)) for token in found] for question in questions]
    told = {}
    for engine in _ENGINES:
        own = engine in ("fts5", "postings")
        folder = cache / str(size) / ("fts5" if own else engine) / ("postings" if engine == "postings" else "")
        texts = "" if (folder / "built.json").is_file() else str(passages.file(cut=not own))
        asked: list[Any] = list(questions if own else cut)
        order = {"folder": str(folder), "texts": texts, "number": size, "k": _K}
        progress(f"{engine}, {size:,} passages", 0, 0)
        told[engine] = _asked(engine, order | {"turns": [asked[turn::turns] for turn in range(turns)]})
    return {engine: _figures(found, told["fts5"]) for engine, found in told.items()}


def _asked(engine: str, order: dict[str, Any]) -> dict[str, Any]:
    requirements = _PEERS / f"{engine}.txt"
    python = python_of(requirements, default_cache() / "peers") if requirements.is_file() else Path(sys.executable)
    command = [str(python), str(_PEERS / f"with_{engine}.py")]
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parent)}
    done = subprocess.run(
        command, input=json.dumps(order), env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    if not done.stdout:  # it has built
        return _asked(engine, order)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _figures(told: dict[str, Any], fts5: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds, what it took to build and to open, and how far the first ten are FTS5's."""
    medians_ms = [1_000 * float(np.median(turn)) for turn in told["seconds"]]
    ratios = [float(np.median(a) / np.median(b)) for a, b in zip(fts5["seconds"], told["seconds"], strict=True)]
    every = np.concatenate(told["seconds"]) * 1_000
    shared = [len({*a[:10]} & {*b[:10]}) / len(b[:10]) for a, b in zip(told["found"], fts5["found"], strict=True) if b]
    return {
        "median_ms": spread(medians_ms),
        "p99_ms": float(np.percentile(every, 99)),
        "times_as_fast_as_fts5": spread(ratios),
        "agreement": mean(shared),
        **{name: told[name] for name in ("build_s", "size_bytes", "open_s", "open_mib", "peak_mib")},
    }


def _sample(questions: list[str], number: int) -> list[str]:
    """Those of the smallest SHA-1, without those that say nothing to be searched for."""
    worded = (question for question in questions if terms(question))
    return sorted(worded, key=lambda question: hashlib.sha1(question.encode(), usedforsecurity=False).digest())[:number]


def _digest() -> str:
    """Another for other passages, engines or code that makes what is kept."""
    code = [_HERE / "synthetic.py", *sorted(_PEERS.iterdir())]
    storage = _HERE.parent / "rag" / "storage"
    code += [storage / f"{name}.py" for name in ("database", "lexical", "inverted", "postings")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in code if path.is_file())).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())

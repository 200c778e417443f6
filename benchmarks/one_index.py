"""One step of `benchmarks/finding.py`, in a process of its own; prints one JSON object.

python benchmarks/one_index.py store|open|find SETS INDEX NUMBER
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
from common import settings
from synthetic import Material, material, passages

from rag import factory, retrieval
from rag.models import default_cache
from rag.protocols import Embedder
from rag.store import Manifest, SqliteStore
from rag.types import Chunk, Document, Hit, Matrix, Vector

_PER_DOCUMENT = 64
_TOP = 10
_ROUNDED = 1e-5

Found = TypeVar("Found")


def main() -> int:
    """Do the step."""
    name, sets, folder, number = sys.argv[1:]
    steps: dict[str, Callable[[Path, Path, int], dict[str, Any]]] = {"store": _store, "open": _open, "find": _find}
    print(json.dumps(steps[name](Path(sets), Path(folder), int(number))))
    return 0


def _embedder() -> Embedder:
    config = settings()
    return factory.open_embedder(config, factory.open_weights(config))


def _made_of(sets: Path, embedder: Embedder) -> Material:
    return material(sets, embedder, default_cache() / "eval")


def _store(sets: Path, folder: Path, number: int) -> dict[str, Any]:
    """Seconds to put that many passages, and to close; resident memory that this added at its highest."""
    embedder = _embedder()
    made_of = _made_of(sets, embedder)
    before = _resident_bytes()
    store = SqliteStore.open(folder, Manifest(embedder.name, "0" * 64, embedder.dim, "synthetic"))
    put_s, documents = 0.0, 0
    for texts, vectors in passages(made_of, number):
        started_s = perf_counter()
        for at in range(0, len(texts), _PER_DOCUMENT):
            _put(store, documents, texts[at : at + _PER_DOCUMENT], vectors[at : at + _PER_DOCUMENT])
            documents += 1
        put_s += perf_counter() - started_s
    started_s = perf_counter()
    store.close()
    return {"put_s": put_s, "close_s": perf_counter() - started_s, "resident_bytes": _highest_bytes() - before}


def _put(store: SqliteStore, number: int, texts: list[str], vectors: Matrix) -> None:
    path, text = f"{number:06d}.txt", "\n".join(texts)
    starts = np.cumsum([0, *(len(part) + 1 for part in texts)]).tolist()
    chunks = [Chunk(path, start, start + len(part), part, path) for start, part in zip(starts, texts, strict=False)]
    store.put(Document(path, path, text, f"{number:064x}"), chunks, vectors)


def _open(_sets: Path, folder: Path, _number: int) -> dict[str, Any]:
    """Seconds until the index is open, until a first search both ways is done, and resident memory after each."""
    started_s = perf_counter()
    store = SqliteStore.open_existing(folder)
    opened_s, opened_bytes = perf_counter() - started_s, _resident_bytes()
    some = np.full(store.manifest.dim, store.manifest.dim**-0.5, np.float32)
    store.dense(some, _TOP)
    store.lexical("house", _TOP)
    searched_s = perf_counter() - started_s
    return {
        "opened": {"seconds": opened_s, "resident_bytes": opened_bytes},
        "searched": {"seconds": searched_s, "resident_bytes": _resident_bytes()},
    }


def _find(sets: Path, folder: Path, number: int) -> dict[str, Any]:
    """Milliseconds of each part for that many questions, and the recall of the dense part against a full comparison."""
    embedder, config = _embedder(), settings()
    made_of = _made_of(sets, embedder)
    chosen = made_of.questions[:: len(made_of.questions) // number][:number]
    store = SqliteStore.open_existing(folder)
    ms: dict[str, list[float]] = {"embedding": [], "dense": [], "lexical": [], "all": []}
    vectors, best = [], []
    for question in [*chosen[:_TOP], *chosen]:  # the first ones again, once what they need is in memory
        vector = _timed(ms["embedding"], partial(embedder.embed_query, question))
        hits = _timed(ms["dense"], partial(store.dense, vector, config.candidates))
        _timed(ms["lexical"], partial(store.lexical, question, config.candidates))
        _timed(ms["all"], partial(_search, question, store, embedder, config.candidates))
        vectors.append(vector)
        best.append([hit.score for hit in hits[:_TOP]])
    passages_held = sum(document.chunks for document in store.documents())
    return {
        "ms": {
            part: dict(zip(("p50", "p99"), np.percentile(taken[_TOP:], (50, 99)).tolist(), strict=True))
            for part, taken in ms.items()
        },
        "recall@10": _recall(made_of, passages_held, vectors, best),
        "resident_bytes": _resident_bytes(),
    }


def _search(question: str, store: SqliteStore, embedder: Embedder, candidates: int) -> list[Hit]:
    """As `rag search` does."""
    return retrieval.retrieve(retrieval.wanted(question, (), store, embedder), store, candidates)


def _recall(made_of: Material, total: int, vectors: list[Vector], best: list[list[float]]) -> float:
    """Share of what was found that is no further away than the tenth nearest of all."""
    queries = np.stack(vectors)
    nearest = np.full((len(queries), _TOP), -1.0, np.float32)
    for _, rows in passages(made_of, total):
        nearest = -np.partition(-np.concatenate([nearest, queries @ rows.T], axis=1), _TOP - 1, axis=1)[:, :_TOP]
    bars = nearest.min(axis=1) - _ROUNDED
    return float(np.mean([np.mean(np.array(scores) >= bar) for scores, bar in zip(best, bars, strict=True)]))


def _timed(ms: list[float], work: Callable[[], Found]) -> Found:
    started_s = perf_counter()
    found = work()
    ms.append(1_000 * (perf_counter() - started_s))
    return found


def _resident_bytes() -> int:
    """Of this process now; what it has mapped and looked at is part of it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _highest_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main())

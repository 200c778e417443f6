"""Seconds to index a folder whole, beside those that embedding its passages takes alone; and to look at it again.

python benchmarks/indexing.py FOLDER -o benchmarks/results/indexing.json [--turns 5] [--files 10000]

The whole is reading, cutting, embedding and storing, into an index that is new each time; alone, the same passages in
the same batches. For the second look, as many files of one sentence each as `--files` says are indexed once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from common import papers, progress, seconds, settings, spread, write
from embedding import passages

from rag import build_index, factory
from rag.evals.machine import commit, machine
from rag.protocols import Embedder

_BATCH = 128
"""Passages embedded together, as indexing does."""


def main() -> int:
    """Index, embed, look again, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="documents")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--turns", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--files", type=int, default=10_000, help="files that are looked at again (10,000)")
    given = parser.parse_args()
    config = settings(folder=str(given.folder))
    with tempfile.TemporaryDirectory() as place:
        result = {
            **_whole(given.folder, Path(place), given.turns),
            "unchanged": _again(Path(place) / "many", given.files, given.turns),
            "embedder": config.embedder,
            "commit": commit(),
            "machine": machine(),
        }
    write(given.output, result)
    return 0


def _whole(folder: Path, place: Path, turns: int) -> dict[str, Any]:
    config = settings(folder=str(folder))
    embedder = factory.open_embedder(config, factory.open_weights(config))
    texts = list(passages(folder, embedder, config.chunk_tokens, config.max_file_bytes))
    whole_s, alone_s = [], []
    for turn in range(turns):
        whole_s.append(seconds(partial(build_index, folder, index=place / f"{turn}")))
        alone_s.append(seconds(partial(_embed, embedder, texts)))
        progress("measuring", turn + 1, turns)
    ratios = [whole / alone for whole, alone in zip(whole_s, alone_s, strict=True)]
    return {
        "passages": len(texts),
        "whole_s": spread(whole_s),
        "embedding_s": spread(alone_s),
        "ratio": spread(ratios),
    }


def _embed(embedder: Embedder, texts: list[str]) -> None:
    for at in range(0, len(texts), _BATCH):
        embedder.embed_documents(texts[at : at + _BATCH])


def _again(folder: Path, files: int, turns: int) -> dict[str, Any]:
    """Seconds of a run that finds nothing changed."""
    papers(folder / "docs", files)
    build_index(folder / "docs", index=folder / "index", progress=progress)
    looks_s = [seconds(partial(build_index, folder / "docs", index=folder / "index")) for _ in range(turns)]
    return {"files": files, "seconds": spread(looks_s)}


if __name__ == "__main__":
    sys.exit(main())

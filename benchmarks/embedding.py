"""Passages embedded per second by the graph and by `SentenceTransformer.encode`, on the same texts, turn by turn.

python benchmarks/embedding.py FOLDER -o benchmarks/results/embedding.json [-n 1024] [--turns 5]

The texts are those that indexing FOLDER embeds, the first N of them; the library gets them all at once, in batches of
its own choice. Also how near the vectors of the two are to each other.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from itertools import chain, islice
from pathlib import Path

from common import progress, seconds, settings, spread, write

from rag import factory
from rag.errors import LoadError
from rag.evals.machine import commit, machine
from rag.folder import files_of
from rag.inference.export import load
from rag.loaders import load as load_file
from rag.protocols import Embedder
from rag.splitter import embedded_text, split
from rag.weights.convert import fast_dtype


def main() -> int:
    """Embed both ways in turn, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="documents")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("-n", type=int, default=1024, help="passages (1024)")
    parser.add_argument("--turns", type=int, default=5, help="how often each is measured (5)")
    given = parser.parse_args()
    config = settings(folder=str(given.folder))
    weights = factory.open_weights(config, progress)
    graph = factory.open_embedder(config, weights)
    library = load(weights.path(config.embedder), "cpu")
    texts = list(islice(passages(given.folder, graph, config.chunk_tokens, config.max_file_bytes), given.n))
    encode = partial(library.encode, texts, normalize_embeddings=True, show_progress_bar=False)
    ours, theirs = graph.embed_documents(texts), encode()
    rates: dict[str, list[float]] = {"graph": [], "library": []}
    for turn in range(given.turns):
        rates["graph"].append(len(texts) / seconds(partial(graph.embed_documents, texts)))
        rates["library"].append(len(texts) / seconds(encode))
        progress("measuring", turn + 1, given.turns)
    ratios = [graph_ / library_ for graph_, library_ in zip(rates["graph"], rates["library"], strict=True)]
    cosines = (ours * theirs).sum(1)
    result = {
        "n": len(texts),
        "tokens": sum(min(graph.count_tokens(text), graph.max_tokens) for text in texts) / len(texts),
        "per_second": {name: spread(found) for name, found in rates.items()},
        "ratio": spread(ratios),
        "cosine": {"min": float(cosines.min()), "mean": float(cosines.mean())},
        "precision": fast_dtype(),
        "embedder": config.embedder,
        "commit": commit(),
        "machine": machine(),
    }
    write(given.output, result)
    return 0


def passages(folder: Path, embedder: Embedder, chunk_tokens: int, max_bytes: int) -> chain[str]:
    """What indexing the folder embeds, in order."""
    return chain.from_iterable(_texts(file, folder, embedder, chunk_tokens, max_bytes) for file in files_of(folder))


def _texts(file: Path, folder: Path, embedder: Embedder, chunk_tokens: int, max_bytes: int) -> list[str]:
    try:
        document = load_file(file, folder, max_bytes)
    except LoadError:
        return []
    return [embedded_text(chunk) for chunk in split(document, embedder.count_tokens, chunk_tokens)]


if __name__ == "__main__":
    sys.exit(main())

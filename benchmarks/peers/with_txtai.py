"""txtai by its own guides: segments by a chunker, an index with content, `upsert`.

It has no means to see that a text is as it was: `upsert` embeds all again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from job import CHUNK_CHARACTERS, PASSAGES, Job
from txtai import Embeddings
from txtai.pipeline import Segmentation

_SPLIT = Segmentation(chunker="recursive", tokenizer="character", chunk_size=CHUNK_CHARACTERS)


def load(weights: str) -> Embeddings:
    """An index without entries, whose weights those that are made later share."""
    model = Embeddings(path=weights, content=True, models={})
    model.transform("ready")
    return model


def sync(model: Embeddings, folder: str, index: str) -> int:
    """Every segment is embedded, whether it is there or not."""
    kept = _empty(model)
    if kept.exists(index):
        kept.load(index)
    kept.upsert(_segments(folder))
    kept.save(index)
    return int(kept.count())


def search(weights: str, index: str, question: str) -> list[str]:
    """The nearest segments."""
    kept = Embeddings(path=weights, content=True)
    kept.load(index)
    return [found["text"] for found in kept.search(question, PASSAGES)]


def _empty(model: Embeddings) -> Embeddings:
    return Embeddings(path=model.config["path"], content=True, models=model.models)


def _segments(folder: str) -> Iterator[tuple[str, str, Any]]:
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            for number, text in enumerate(_SPLIT(path.read_text("utf-8"))):
                yield f"{path}#{number}", text, None


Job(load, sync, search, known_by="nothing: all is embedded again").run()

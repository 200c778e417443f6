"""The documents of a set as real indexes, kept between runs, and a pipeline over the one that a question needs.

An index is kept under the digest of its documents, of the embedder and of the code that cuts and stores, so a kept one
is never stale. Knows no metric.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import chain
from pathlib import Path

from rag.config import Config
from rag.errors import RagError
from rag.evals.cases import Case, Dataset, GoldSpan, Passage
from rag.loaders import load
from rag.pipeline import Pipeline
from rag.protocols import Embedder, Generator, Progress, Reranker
from rag.splitter import embedded_text, split
from rag.store import Manifest, SqliteStore
from rag.types import Chunk, Document

_CUTTING = ("splitter.py", "sentences.py", "words.py", "store.py", "loaders.py")
"""Files of the package that decide what an index holds."""
_GROUP_CHUNKS = 256
"""Chunks embedded at once: many small documents fill the embedder's batches together."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an evaluation runs with.

    Attributes:
        config: Settings.
        embedder: Also makes the indexes.
        generator: Writes the answers.
        manifest: What the indexes are made with.
        cache: Folder that indexes are kept in.
        reranker: A second look at the hits; None for none.
    """

    config: Config
    embedder: Embedder
    generator: Generator
    manifest: Manifest
    cache: Path
    reranker: Reranker | None = None


class Indexes:
    """Opens the index that each question needs; one at a time is open.

    Args:
        dataset: The set.
        parts: What to index and answer with.
        progress: Told of the documents indexed.
    """

    def __init__(self, dataset: Dataset, parts: Parts, progress: Progress) -> None:
        self._dataset = dataset
        self._parts = parts
        self._progress = progress
        self._open: tuple[str, SqliteStore] | None = None
        self.unread: dict[str, str] = {}

    def pipeline(self, case: Case) -> Pipeline:
        """A pipeline over the documents of a question; it is closed when the next one is asked for."""
        parts = self._parts
        return Pipeline(self._store(case), parts.embedder, parts.generator, parts.config, parts.reranker)

    def spans(self, case: Case) -> list[GoldSpan]:
        """The gold spans of a question, moved to where their words stand in the text as it was read."""
        store = self._store(case)
        texts = {path: store.read(path).text for path in {span.document for span in case.spans}}
        placed = [_place(span, texts[span.document]) for span in case.spans]
        return [span for span in placed if span]

    def size(self) -> dict[str, int]:
        """Documents and chunks of the index that is open."""
        known = self._open[1].documents() if self._open else []
        return {"documents": len(known), "chunks": sum(item.chunks for item in known)}

    def close(self) -> None:
        """Let go of the open index."""
        if self._open:
            self._open[1].close()
            self._open = None

    def _store(self, case: Case) -> SqliteStore:
        key = self._key(case.passages)
        if self._open and self._open[0] == key:
            return self._open[1]
        self.close()
        store = SqliteStore.open(self._parts.cache / key, self._parts.manifest)
        self._open = (key, store)
        self._fill(store, case)
        return store

    def _key(self, own: Sequence[Passage]) -> str:
        digest = hashlib.sha256(repr(self._parts.manifest).encode() + _code())
        for item in own or self._dataset.corpus:
            digest.update(repr((item.id, item.title, item.text)).encode())
        for name, path in {} if own else sorted(self._dataset.files.items()):
            digest.update(repr((name, hashlib.sha256(path.read_bytes()).hexdigest())).encode())
        return digest.hexdigest()[:24]

    def _fill(self, store: SqliteStore, case: Case) -> None:
        """Index what is missing: nothing in a kept index, the rest in one whose making was cut off."""
        known = {item.path for item in store.documents()}
        passages = case.passages or self._dataset.corpus
        total = len(passages) or len(self._dataset.files)
        missing = chain(
            (_document(item) for item in passages if item.id not in known),
            self._read({} if passages else {n: p for n, p in self._dataset.files.items() if n not in known}),
        )
        done = len(known)
        for group in _groups(missing, self._parts):
            texts = [embedded_text(chunk) for _, chunks in group for chunk in chunks]
            vectors, at = self._parts.embedder.embed_documents(texts), 0
            for document, chunks in group:
                store.put(document, chunks, vectors[at : at + len(chunks)])
                at += len(chunks)
            done += len(group)
            if not case.passages:
                self._progress("indexing", done, total)

    def _read(self, paths: Mapping[str, Path]) -> Iterator[Document]:
        for name, path in paths.items():
            try:
                yield replace(load(path, path.parent, self._parts.config.max_file_bytes), path=name)
            except RagError as exc:
                self.unread[name] = exc.message


def _groups(documents: Iterable[Document], parts: Parts) -> Iterator[list[tuple[Document, list[Chunk]]]]:
    group: list[tuple[Document, list[Chunk]]] = []
    for document in documents:
        group.append((document, split(document, parts.embedder.count_tokens, parts.config.chunk_tokens)))
        if sum(len(chunks) for _, chunks in group) >= _GROUP_CHUNKS:
            yield group
            group = []
    if group:
        yield group


def _document(item: Passage) -> Document:
    sha256 = hashlib.sha256(item.text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(item.id, item.title, item.text, sha256, size_bytes=len(item.text.encode("utf-8", "surrogatepass")))


def _place(span: GoldSpan, text: str) -> GoldSpan | None:
    if not span.content or text[span.start : span.end] == span.content:
        return span
    at = text.find(span.content)
    return span._replace(start=at, end=at + len(span.content)) if at >= 0 else None


def _code() -> bytes:
    sources = (files("rag").joinpath(name) for name in _CUTTING)
    return b"".join(hashlib.sha256(source.read_bytes()).digest() for source in sources if source.is_file())

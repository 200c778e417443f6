"""The documents of a set as real indexes, kept between runs, and a pipeline over the one that a question needs.

A set about the user's own index is run on that one, which is only read.
An index is kept under the digest of its documents, of the embedder and of the code that cuts and stores, so a kept one
is never stale. Knows no metric.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import chain
from pathlib import Path

from rag.calibration import load as load_calibration
from rag.config import Config
from rag.errors import RagError, StoreError
from rag.evals.cases import Case, Dataset, GoldSpan, Passage
from rag.evals.vectors import KeptVectors
from rag.loaders import load
from rag.locate import nearest
from rag.pipeline import Pipeline
from rag.protocols import Embedder, Generator, Judge, Progress, Reranker, Store
from rag.splitter import embedded_text, split_for
from rag.types import Chunk, Document

_CUTTING = "document splitter sentences loaders store storage/database storage/lexical storage/rows".split()
"""Modules, besides the formats, that decide what an index holds."""
_GROUP_CHUNKS = 256
"""Chunks embedded at once: many small documents fill the embedder's batches together."""
_QUOTED = 80
"""Characters of a passage in a note, at most."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an evaluation runs with.

    Attributes:
        config: Settings.
        embedder: Also makes the indexes.
        generator: Writes the answers.
        embedder_digest: Of the embedder's weights, and how they are run.
        made_with: What tells an index made with other weights or settings apart.
        write: Opens the index in a folder to fill it, making it where there is none.
        read: Opens the index in a folder; raises StoreError where there is none.
        cache: Folder that indexes are kept in.
        reranker: A second look at the hits; None for none.
        judge: Decides whether there is an answer; None to go by retrieval.
    """

    config: Config
    embedder: Embedder
    generator: Generator
    embedder_digest: str
    made_with: str
    write: Callable[[Path], Store]
    read: Callable[[Path], Store]
    cache: Path
    reranker: Reranker | None = None
    judge: Judge | None = None


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
        self._vectors = KeptVectors(parts.cache / "vectors.db", parts.embedder, parts.embedder_digest)
        self._calibration = load_calibration(Path(parts.config.index)) if dataset.indexed else None
        self._open: tuple[str, Store] | None = None
        self._sizes: dict[str, tuple[int, int]] = {}
        self.unread: dict[str, str] = {}
        self.lost: set[tuple[str, GoldSpan]] = set()

    def pipeline(self, case: Case) -> Pipeline:
        """A pipeline over the documents of a question; it is closed when the next one is asked for."""
        parts = self._parts
        models = parts.embedder, parts.generator, parts.config, parts.reranker, parts.judge
        return Pipeline(self._store(case), *models, self._calibration)

    def spans(self, case: Case) -> list[GoldSpan]:
        """The gold spans of a question, moved to where their words stand in the text as it was read."""
        store = self._store(case)
        indexed = {item.path for item in store.documents()} if case.spans else set()
        texts = {path: store.read(path).text for path in {span.document for span in case.spans} & indexed}
        placed = {span: _place(span, texts[span.document]) for span in case.spans if span.document in texts}
        self.lost |= {(case.id, span) for span in case.spans if not placed.get(span)}
        return [found for found in placed.values() if found]

    def sound(self, cases: Sequence[Case]) -> list[Case]:
        """The questions whose gold spans all stand in the index of today; in a set with its own documents, all."""
        if not self._dataset.indexed:
            return list(cases)
        return [case for case in cases if len(self.spans(case)) == len(case.spans)]

    def size(self) -> dict[str, int]:
        """Documents and chunks of the indexes opened so far, together."""
        documents, chunks = zip((0, 0), *self._sizes.values(), strict=True)
        return {"documents": sum(documents), "chunks": sum(chunks)}

    def notes(self) -> Iterator[str]:
        """What could not be read, and gold that could not be placed."""
        yield from (f"{name} was not indexed: {why}" for name, why in self.unread.items())
        if self._dataset.indexed:
            yield from (f"{id_} is left out: {_gone(span)}" for id_, span in sorted(self.lost))
        elif self.lost:
            yield f"{len(self.lost)} gold spans do not stand in the documents as read and are left out"

    def close(self) -> None:
        """Let go of the open index."""
        if self._open:
            self._open[1].close()
            self._open = None

    def _store(self, case: Case) -> Store:
        key = self._key(case.passages)
        if self._open and self._open[0] == key:
            return self._open[1]
        self.close()
        store = self._ready(self._parts.cache / key, case)
        self._open = (key, store)
        known = store.documents()
        self._sizes[key] = (len(known), sum(item.chunks for item in known))
        return store

    def _ready(self, folder: Path, case: Case) -> Store:
        """The index for reading, so that evaluations can share it; filled first where it lacks a document."""
        if self._dataset.indexed:
            return self._parts.read(Path(self._parts.config.index))
        wanted = {item.id for item in case.passages or self._dataset.corpus} or set(self._dataset.files)
        with suppress(StoreError):
            store = self._parts.read(folder)
            if wanted <= {item.path for item in store.documents()}:
                return store
            store.close()
        with closing(self._parts.write(folder)) as store:
            self._fill(store, case)
        return self._parts.read(folder)

    def _key(self, own: Sequence[Passage]) -> str:
        digest = hashlib.sha256(self._parts.made_with.encode() + _code())
        for item in own or self._dataset.corpus:
            digest.update(repr((item.id, item.title, item.text)).encode())
        for name, path in {} if own else sorted(self._dataset.files.items()):
            digest.update(repr((name, hashlib.sha256(path.read_bytes()).hexdigest())).encode())
        return digest.hexdigest()[:24]

    def _fill(self, store: Store, case: Case) -> None:
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
            vectors, at = self._vectors.embed(texts), 0
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
        group.append((document, list(split_for(parts.embedder, document, parts.config.chunk_tokens))))
        if sum(len(chunks) for _, chunks in group) >= _GROUP_CHUNKS:
            yield group
            group = []
    if group:
        yield group


def _document(item: Passage) -> Document:
    data = item.text.encode()
    return Document(item.id, item.title, item.text, hashlib.sha256(data).hexdigest(), size_bytes=len(data))


def _gone(span: GoldSpan) -> str:
    """What a passage is said to be that does not stand where a case expects it."""
    if not span.content:
        return f"{span.document} has no characters {span.start} to {span.end}"
    quote = span.content if len(span.content) <= _QUOTED else span.content[:_QUOTED].rstrip() + "…"
    return f"{span.document} no longer has “{' '.join(quote.split())}”"


def _place(span: GoldSpan, text: str) -> GoldSpan | None:
    """The span where its words stand: in place, else the nearest, white space being what loaders change."""
    if not span.content:
        return span if span.end <= len(text) else None
    if text[span.start : span.end] == span.content:
        return span
    found = nearest(text, span.content, span.start)
    return span._replace(start=found.start, end=found.end) if found else None


def _code() -> bytes:
    sources = [files("rag").joinpath(f"{name}.py") for name in _CUTTING]
    formats = sorted(files("rag").joinpath("formats").iterdir(), key=lambda source: source.name)
    texts = [source.read_bytes() for source in [*sources, *formats] if source.name.endswith(".py")]
    return hashlib.sha256(b"".join(texts)).digest()

"""Haystack by its own guides: a pipeline from converter to writer, FAISS, a `CacheChecker` in front of it all.

What the checker has seen is a path: a file that is there is left out, changed or not.
"""

from __future__ import annotations

from pathlib import Path

from haystack import Pipeline
from haystack.components.caching import CacheChecker
from haystack.components.converters import TextFileToDocument
from haystack.components.preprocessors import RecursiveDocumentSplitter
from haystack.components.writers import DocumentWriter
from haystack.document_stores.types import DuplicatePolicy
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
from haystack_integrations.document_stores.faiss import FAISSDocumentStore
from job import CHUNK_CHARACTERS, PASSAGES, Job


def load(weights: str) -> SentenceTransformersTextEmbedder:
    """An embedder of questions; those of documents that are made later share its weights."""
    model = SentenceTransformersTextEmbedder(model=weights, progress_bar=False)
    model.warm_up()
    return model


def sync(model: SentenceTransformersTextEmbedder, folder: str, index: str) -> int:
    """Files whose path is known are left as they are."""
    store = _store(model, index)
    pipeline = Pipeline(connection_type_validation=False)  # what the checker gives is declared as a list of anything
    pipeline.add_component("cache", CacheChecker(store, "meta.file_path"))
    pipeline.add_component("convert", TextFileToDocument(store_full_path=True))
    pipeline.add_component("split", _splitter())
    pipeline.add_component("embed", SentenceTransformersDocumentEmbedder(model=model.model, progress_bar=False))
    pipeline.add_component("write", DocumentWriter(store, DuplicatePolicy.SKIP))
    pipeline.connect("cache.misses", "convert.sources")
    for before, after in (("convert", "split"), ("split", "embed"), ("embed", "write")):
        pipeline.connect(before, after)
    files = sorted(str(path) for path in Path(folder).rglob("*") if path.is_file())
    pipeline.run({"cache": {"items": files}})
    store.save(index)
    return int(store.count_documents())


def search(weights: str, index: str, question: str) -> list[str]:
    """The nearest documents."""
    model = load(weights)
    pipeline = Pipeline()
    pipeline.add_component("embed", model)
    pipeline.add_component("retrieve", FAISSEmbeddingRetriever(document_store=_store(model, index), top_k=PASSAGES))
    pipeline.connect("embed.embedding", "retrieve.query_embedding")
    found = pipeline.run({"embed": {"text": question}})
    return [document.content for document in found["retrieve"]["documents"]]


def _splitter() -> RecursiveDocumentSplitter:
    """Its default takes a model for sentences that would have to be fetched."""
    return RecursiveDocumentSplitter(
        split_length=CHUNK_CHARACTERS, split_unit="char", separators=["\n\n", "\n", r"(?<=[.!?]) ", " "]
    )


def _store(model: SentenceTransformersTextEmbedder, index: str) -> FAISSDocumentStore:
    return FAISSDocumentStore(index, embedding_dim=len(model.run("width")["embedding"]))


Job(load, sync, search, known_by="path alone: a change goes unnoticed").run()

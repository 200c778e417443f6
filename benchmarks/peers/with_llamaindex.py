"""LlamaIndex by its own guides: a directory reader, a sentence splitter, FAISS that can delete, `refresh_ref_docs`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
from job import PASSAGES, Job
from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissMapVectorStore

_CHUNK_TOKENS = 200


def load(weights: str) -> HuggingFaceEmbedding:
    """An embedder that reads the weights from the disk."""
    return HuggingFaceEmbedding(model_name=weights)


def sync(model: HuggingFaceEmbedding, folder: str, index: str) -> int:
    """Documents whose hash is known are left as they are."""
    documents = SimpleDirectoryReader(folder, recursive=True, filename_as_id=True).load_data()
    if Path(index).exists():
        kept = _open(model, index)
        changed = any(kept.refresh_ref_docs(documents))
    else:
        kept, changed = _new(model, documents), True
    if changed:
        kept.storage_context.persist(index)
    return len(kept.index_struct.nodes_dict)


def search(weights: str, index: str, question: str) -> list[str]:
    """The nearest nodes."""
    found = _open(load(weights), index).as_retriever(similarity_top_k=PASSAGES).retrieve(question)
    return [node.get_content() for node in found]


def _new(model: HuggingFaceEmbedding, documents: list[Any]) -> VectorStoreIndex:
    width = len(model.get_query_embedding("width"))
    store = FaissMapVectorStore(faiss_index=faiss.IndexIDMap2(faiss.IndexFlatL2(width)))
    context = StorageContext.from_defaults(vector_store=store)
    splitter = SentenceSplitter(chunk_size=_CHUNK_TOKENS, chunk_overlap=0)
    return VectorStoreIndex.from_documents(documents, context, embed_model=model, transformations=[splitter])


def _open(model: HuggingFaceEmbedding, index: str) -> VectorStoreIndex:
    store = FaissMapVectorStore.from_persist_dir(index)
    return load_index_from_storage(
        StorageContext.from_defaults(vector_store=store, persist_dir=index), embed_model=model
    )


Job(load, sync, search, known_by="hash of the text and of the file's metadata").run()

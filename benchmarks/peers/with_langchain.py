"""LangChain by its own guides: a directory loader, a recursive splitter, FAISS, `index` with a record manager."""

from __future__ import annotations

from pathlib import Path

import faiss
from job import CHUNK_CHARACTERS, PASSAGES, Job
from langchain_classic.indexes import SQLRecordManager
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.document_loaders import DirectoryLoader, TextLoader
from langchain_community.vectorstores import FAISS
from langchain_core.indexing import index as index_documents
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

_BATCH = 1000
"""As large as its guide wishes; the statement of SQLite that records it takes no more than some thousands."""


def load(weights: str) -> HuggingFaceEmbeddings:
    """An embedder that reads the weights from the disk."""
    return HuggingFaceEmbeddings(model_name=weights)


def sync(model: HuggingFaceEmbeddings, folder: str, index: str) -> int:
    """Chunks whose hash is recorded are left as they are."""
    loader = DirectoryLoader(folder, glob="**/*", loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"})
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARACTERS, chunk_overlap=0)
    chunks = splitter.split_documents(loader.load())
    store = _open(model, index) if Path(index).exists() else _new(model)
    done = index_documents(
        chunks,
        _records(index),
        store,
        batch_size=_BATCH,
        cleanup="incremental",
        source_id_key="source",
        key_encoder="blake2b",
    )
    if done["num_added"] or done["num_deleted"]:
        store.save_local(index)
    return int(store.index.ntotal)


def search(weights: str, index: str, question: str) -> list[str]:
    """The nearest documents."""
    return [document.page_content for document in _open(load(weights), index).similarity_search(question, k=PASSAGES)]


def _new(model: HuggingFaceEmbeddings) -> FAISS:
    width = len(model.embed_query("width"))
    return FAISS(model, faiss.IndexFlatL2(width), InMemoryDocstore(), {})


def _open(model: HuggingFaceEmbeddings, index: str) -> FAISS:
    """The pickle in it is our own."""
    return FAISS.load_local(index, model, allow_dangerous_deserialization=True)


def _records(index: str) -> SQLRecordManager:
    Path(index).mkdir(parents=True, exist_ok=True)
    records = SQLRecordManager("faiss", db_url=f"sqlite:///{Path(index, 'records.db')}")
    records.create_schema()
    return records


Job(load, sync, search, known_by="hash of the chunk").run()

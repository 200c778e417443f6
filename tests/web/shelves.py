"""A real index of a small folder behind a library, its embedder and generator fakes; loads no weights."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rag import indexing
from rag.config import Config
from rag.folder import left_out, remember
from rag.indexing import Choice, Report
from rag.pipeline import Pipeline
from rag.protocols import Generator, Progress
from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator
from rag.web.library import Library
from rag.web.passwords import Passwords

EMBEDDER = FakeEmbedder(512)
MANIFEST = Manifest("fake", "0" * 64, EMBEDDER.dim, "1:120")
LEASE = (
    "# Harbour lease\n\n## Parties\n\n"
    "The harbour lease is a contract between Port Aldous and the Meridian Rowing Club.\n\n"
    "## Notice period\n\nEither side may end the harbour lease with ninety days written notice. "
    "Notice must reach the registrar before the end of a quarter.\n"
)
MINUTES = (
    "Minutes of the rowing club\n\nThe treasurer of the rowing club is Ines Okoro, elected for two years. "
    "The boat shed is the property of the town, and the club keeps it dry.\n"
)


def make_folder(root: Path) -> Path:
    """Two documents."""
    folder = root / "docs"
    (folder / "legal").mkdir(parents=True)
    (folder / "legal" / "lease.md").write_text(LEASE, "utf-8")
    (folder / "minutes.txt").write_text(MINUTES, "utf-8")
    return folder


def settings(root: Path, port: int = 7860) -> Config:
    """Settings for a folder and an index under `root`; whatever has evidence is answered."""
    folder, index = str(root / "docs"), str(root / "index")
    return Config(folder=folder, index=index, embedder="fake", generator="fake", refuse_below=0.0, port=port)


def sync(config: Config, progress: Progress, anew: Collection[str] = ()) -> Report:
    """As the factory does, with the fake embedder."""
    store = SqliteStore.open(Path(config.index), MANIFEST)
    try:
        remember(Path(config.index), Path(config.folder))
        return indexing.sync(
            Path(config.folder),
            store,
            EMBEDDER,
            chunk_tokens=config.chunk_tokens,
            max_file_bytes=config.max_file_bytes,
            progress=progress,
            choice=Choice(left_out(Path(config.index)), anew),
        )
    finally:
        store.close()


def make_library(config: Config, generator: Generator | None = None) -> Library:
    """A library that is not started yet."""

    def assemble(config: Config, _progress: Progress) -> Pipeline:
        store = SqliteStore.open_existing(Path(config.index), MANIFEST)
        return Pipeline(store, EMBEDDER, generator or FakeGenerator(), config)

    return Library(config, assemble, sync)


def open_library(root: Path, generator: Generator | None = None) -> Library:
    """A started library over two indexed documents, its example questions made."""
    make_folder(root)
    config = settings(root)
    sync(config, lambda *_: None)
    library = make_library(config, generator)
    library.start()
    assert library.wait(30)
    assert library.status().phase == "ready", library.status()
    assert library._suggestions.wait(30)
    return library


@contextmanager
def serving(library: Library, port: int, passwords: Passwords | None = None) -> Iterator[str]:
    """Serve a library; gives the address. Gradio leaves event loops unclosed, which are swept up here."""
    from rag.web.server import Served

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        served = Served(replace(library.config, port=port), library, passwords)
        _sweep()
    try:
        yield served.url
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            served.close()
            del served
            _sweep()


def _sweep() -> None:
    asyncio.set_event_loop(None)
    gc.collect()

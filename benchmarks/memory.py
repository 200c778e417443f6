"""Most memory that indexing takes: a large folder, one large file, a PDF of many pages, each in a process of its own.

python benchmarks/memory.py [FOLDER] -o benchmarks/results/memory.json [--folder-mb 2000] [--file-mb 300] [--pages 2000]

The words are those of FOLDER (seeds), drawn anew into sentences. The folder and the large file are embedded by hashing,
since a model would take hours; what the model itself takes is seen in the PDF, and in a small folder of the same files.
Memory is the most that the process has had resident, once when all is indexed and once when the index is closed too.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from common import progress, settings, write

from rag import factory
from rag.evals.machine import commit, machine
from rag.indexing import sync
from rag.loaders import list_files, load
from rag.protocols import Embedder
from rag.store import Manifest, SqliteStore
from rag.testing import HashingEmbedder

T = TypeVar("T")
_MB = 1_000_000
_FILE_MB = 1
"""Size of a file of the folder."""
_SMALL_MB = 1
"""Size of the folder that the model embeds."""
_SENTENCES = 20_000
_PAGE_LINES = 45


def main() -> int:
    """Make the inputs, index each, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("seeds"), help="documents to draw words from")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--folder-mb", type=int, default=2_000, help="size of the folder (2,000)")
    parser.add_argument("--file-mb", type=int, default=300, help="size of the file (300)")
    parser.add_argument("--pages", type=int, default=2_000, help="pages of the PDF (2,000)")
    given = parser.parse_args()
    inputs: dict[str, tuple[Callable[[Path, Path, int], None], int, bool]] = {
        "pdf": (make_pdf, given.pages, True),
        "small_folder": (make_folder, _SMALL_MB, True),
        "file": (make_file, given.file_mb, False),
        "folder": (make_folder, given.folder_mb, False),
    }
    found = {}
    for name, (make, size, real) in inputs.items():
        with tempfile.TemporaryDirectory() as place:
            progress(f"{name}: making {size:,}", 0, 0)
            _apart(make, given.folder, Path(place) / "docs", size)
            found[name] = {"size": size, **_apart(indexed, Path(place), real)}
            print(f"\n{name}: {found[name]}", file=sys.stderr)
    write(given.output, {"inputs": found, "words_of": given.folder.name, "commit": commit(), "machine": machine()})
    return 0


def indexed(place: Path, real: bool) -> dict[str, Any]:
    """Index `docs` into `index`.

    Args:
        place: Holds both.
        real: Whether the configured model embeds.

    Returns:
        What was indexed, how long it took, and the most memory in MiB.
    """
    embedder, made_with = _embedder(real)
    before_mib, started_s = _peak_mib(), time.perf_counter()
    with closing(SqliteStore.open(place / "index", made_with)) as store:
        config = settings(folder="docs")
        sync(
            place / "docs",
            store,
            embedder,
            chunk_tokens=config.chunk_tokens,
            max_file_bytes=1_000 * _MB,
            progress=progress,
        )
        known = store.documents()
        whole_s, whole_mib = time.perf_counter() - started_s, _peak_mib()
    return {
        "embedder": embedder.name,
        "documents": len(known),
        "bytes": sum(info.size_bytes for info in known),
        "chunks": sum(info.chunks for info in known),
        "seconds": whole_s,
        "seconds_to_close": time.perf_counter() - started_s - whole_s,
        "peak_mib": {"before": before_mib, "indexed": whole_mib, "closed": _peak_mib()},
    }


def make_folder(words: Path, docs: Path, size_mb: int) -> None:
    """Text files of one megabyte."""
    paragraphs = _paragraphs(words)
    for number in range(size_mb // _FILE_MB):
        path = docs / f"{number // 100:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        _fill(path, paragraphs, _FILE_MB)


def make_file(words: Path, docs: Path, size_mb: int) -> None:
    """One text file."""
    docs.mkdir()
    _fill(docs / "large.txt", _paragraphs(words), size_mb)


def make_pdf(words: Path, docs: Path, pages: int) -> None:
    """A PDF of so many full pages."""
    from reportlab.pdfgen.canvas import Canvas

    docs.mkdir()
    paragraphs = _paragraphs(words)
    canvas = Canvas(str(docs / "large.pdf"))
    for _ in range(pages):
        waiting: list[str] = []
        while len(waiting) < 12 * _PAGE_LINES:
            waiting += next(paragraphs).split()
        for line in range(_PAGE_LINES):
            canvas.drawString(60, 780 - 16 * line, " ".join(waiting[12 * line : 12 * line + 12]))
        canvas.showPage()
    canvas.save()


def _fill(path: Path, paragraphs: Iterator[str], size_mb: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < size_mb * _MB:
            file.writelines(next(paragraphs) for _ in range(100))


def _paragraphs(words: Path) -> Iterator[str]:
    """As many as wanted, none like another, the same every time."""
    dice = Random(0)
    said = [word for path in list_files(words) for word in load(path, words, 100 * _MB).text.split()]
    sentences = [" ".join(dice.choices(said, k=dice.randint(8, 20))).rstrip(".") + "." for _ in range(_SENTENCES)]
    for number in count(1):
        yield f"Entry {number}. {' '.join(dice.choices(sentences, k=5))}\n\n"


def _embedder(real: bool) -> tuple[Embedder, Manifest]:
    if not real:
        hashing = HashingEmbedder()
        return hashing, Manifest(hashing.name, "0" * 64, hashing.dim, "1:200")
    config = settings(folder="docs")
    weights = factory.open_weights(config, progress)
    embedder = factory.open_embedder(config, weights)
    return embedder, factory.manifest(config, embedder, weights)


def _apart(work: Callable[..., T], *given: Any) -> T:
    """Do it in a process of its own, whose memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())

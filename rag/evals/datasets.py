"""An evaluation set to typed records; what a file of it is, is told by its name and fields, never by the set's.

    corpus.jsonl[.gz]        one document a row; or docs/ of real files; or real files that the questions name
    queries.jsonl[.gz]       one question a row; without it, any other JSON lines: questions with their own passages,
                             or claims with evidence and a label
    qrels.tsv                which documents are relevant

A file alone is questions about the user's own index, as `rag.cases` keeps them.
Knows no index and no metric.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from rag.errors import RagError
from rag.evals.cases import Case, Dataset, Pair, Passage, order, parity
from rag.evals.parse import Corpus, case, corpus_pairs, pair, passage
from rag.evals.rows import Row, read_qrels, read_rows
from rag.loaders import list_files

_HINT = "see the formats in benchmarks/README.md"
_TABLES = (".jsonl", ".jsonl.gz")
_Item = TypeVar("_Item", Case, Pair)


def load_dataset(folder: Path) -> Dataset:
    """Read a set.

    Args:
        folder: The set's folder, or a file of questions about the user's own index.

    Returns:
        Its documents, questions and claims.

    Raises:
        RagError: There is no such folder, nothing in it is a set, or a line does not fit.
    """
    if folder.is_file():
        return _load_file(folder)
    if not folder.is_dir():
        raise RagError(f"{folder}: no such folder", "name the folder of an evaluation set")
    corpus = {item.id: item for item in _corpus(folder)}
    tables = [(path, list(read_rows(path))) for path in _tables(folder)]
    pairs = [found for path, rows in tables for row in rows for found in _pairs(row, corpus, _stem(path))]
    qrels = read_qrels(folder / "qrels.tsv") if (folder / "qrels.tsv").exists() else {}
    cases = [case(row, corpus, qrels) for _, rows in tables for row in rows if "claim" not in row]
    shared = bool(cases) and not all(item.passages for item in cases)
    files = _files(folder, cases) if shared and not corpus else {}
    _check(folder, cases, pairs, shared and not corpus and not files)
    return Dataset(
        name=folder.resolve().name,
        corpus=tuple(corpus.values()),
        files=files,
        cases=tuple(cases),
        pairs=tuple(pairs),
        notes=(*_notes(cases, pairs, corpus.keys() | files.keys()), *_unjudged(cases, qrels)),
        total=len(cases) or len(pairs),
    )


def _load_file(path: Path) -> Dataset:
    cases = [case(row, {}, {}) for row in read_rows(path)]
    if own := next((item.id for item in cases if item.passages), ""):
        raise RagError(
            f"{path}: the question {own!r} brings its own documents", "put the file into a folder of its own"
        )
    _check(path, cases, [], homeless=False)
    return Dataset(name=path.name, indexed=True, cases=tuple(cases), total=len(cases))


def sample(dataset: Dataset, limit: int | None, half: int | None = None) -> Dataset:
    """Take a part of the questions and claims; the documents stay whole.

    Args:
        dataset: The set.
        limit: Most questions, and most claims; None for all.
        half: 0 or 1 for the ids whose SHA-1 is even or odd; None for both.

    Returns:
        The set with fewer of them, in the order of the SHA-1 of their ids.
    """
    return replace(dataset, cases=_part(dataset.cases, limit, half), pairs=_part(dataset.pairs, limit, half))


def _part(items: Sequence[_Item], limit: int | None, half: int | None) -> tuple[_Item, ...]:
    kept = [item for item in items if half is None or parity(item.id) == half]
    return tuple(sorted(kept, key=lambda item: order(item.id))[:limit])


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


def _named(folder: Path, *stems: str) -> list[Path]:
    places = [folder / f"{stem}{suffix}" for stem in stems for suffix in _TABLES]
    return [place for place in places if place.is_file()][:1]


def _corpus(folder: Path) -> Iterator[Passage]:
    seen: set[str] = set()
    for path in _named(folder, "corpus"):
        for row in read_rows(path):
            item = passage(row)
            if item.id in seen:
                raise row.fail(f"_id {item.id!r} stands twice in the corpus")
            seen.add(item.id)
            yield item


def _tables(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if path.name.endswith(_TABLES) and _stem(path) != "corpus")
    return _named(folder, "queries", "questions") or found


def _pairs(row: Row, corpus: Corpus, group: str) -> Iterator[Pair]:
    if "claim" not in row:
        yield from corpus_pairs(row, corpus, group)
    elif found := pair(row, group):
        yield found


def _files(folder: Path, cases: Sequence[Case]) -> dict[str, Path]:
    """Real files by document id: the name that the questions use for one, with or without its suffix, else its path."""
    docs = folder / "docs"
    root = docs if docs.is_dir() else folder
    used = {id_ for item in cases for id_ in [*item.gold, *(span.document for span in item.spans)]}
    found: dict[str, Path] = {}
    for path in list_files(root):
        whole = path.relative_to(root).as_posix()
        name = next((n for n in (whole, whole.removesuffix(path.suffix), path.name, path.stem) if n in used), "")
        if name or root == docs:
            found[name if name and name not in found else whole] = path
    return found


def _check(folder: Path, cases: Sequence[Case], pairs: Sequence[Pair], homeless: bool) -> None:
    if not cases and not pairs:
        raise RagError(f"{folder}: no questions and no labelled claims in it", _HINT)
    if homeless:
        raise RagError(f"{folder}: questions without documents: no corpus.jsonl, no docs/, no passages", _HINT)
    twice = [id_ for id_, times in Counter(item.id for item in cases).items() if times > 1]
    if twice:
        raise RagError(f"{folder}: the question id {twice[0]!r} stands twice", "give each question its own _id")
    if pairs and not any(item.supported for item in pairs):
        labels = ", ".join(sorted({item.label for item in pairs}))
        raise RagError(f"{folder}: no label says fully supported, found: {labels}", _HINT)


def _unjudged(cases: Sequence[Case], qrels: Mapping[str, Collection[str]]) -> Iterator[str]:
    """What of qrels.tsv judges nothing, and that there is nothing else."""
    strange = len(qrels.keys() - {item.id for item in cases})
    if strange:
        yield f"{strange} query ids of qrels.tsv are not among the questions"
    if cases and not any(item.gold or item.spans for item in cases):
        yield "no question says which documents are relevant (qrels.tsv), so there are no figures of retrieval"


def _notes(cases: Sequence[Case], pairs: Sequence[Pair], known: set[str]) -> Iterator[str]:
    lost = {id_ for item in cases for id_ in item.gold if not item.passages and id_ not in known}
    if lost:
        yield f"{len(lost)} relevant documents are not in the corpus and cannot be found"
    aside = Counter(item.label for item in cases if item.label and item.answerable is None)
    for label, times in sorted(aside.items()):
        yield f"{times} questions labelled {label} are left out of the refusal figures"
    partial = sum(item.label.lower() == "partial" for item in cases)
    if partial:
        yield f"{partial} questions labelled PARTIAL count as answerable"
    if pairs:
        yield "support: fully supported against the rest; claims labelled Generic are left out"

"""Run an evaluation: read a set, index its documents, search, ask, judge, and put the figures into one object.

Knows no measure itself: `searches`, `outcomes` and `claims` have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag import factory
from rag.config import PLACES, Config
from rag.errors import RagError
from rag.evals import outcomes as asking
from rag.evals import searches as searching
from rag.evals.cases import Dataset
from rag.evals.claims import judge_all
from rag.evals.datasets import load_dataset, sample
from rag.evals.indexes import Indexes, Parts
from rag.evals.machine import commit, machine
from rag.evals.metrics import spread
from rag.evals.outcomes import Outcome
from rag.protocols import Progress
from rag.support import Thresholds


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures as one object ready for JSON, and the outcome of each question asked."""

    result: dict[str, Any]
    outcomes: Sequence[Outcome] = ()


def run_eval(
    dataset_dir: Path,
    config: Config,
    *,
    limit: int | None,
    retrieval_only: bool,
    progress: Progress,
) -> dict[str, Any]:
    """Evaluate a set with the parts that the settings name.

    Args:
        dataset_dir: The set's folder; or a file of questions about the index of the settings.
        config: Settings; its own folder is left alone, its own index read at most.
        limit: Most questions, and most claims, picked by the SHA-1 of their ids; None for all.
        retrieval_only: Search, and generate nothing.
        progress: Told of downloads, documents and questions.

    Returns:
        Plain data: the sections that the set can be measured by, and what they were measured with.

    Raises:
        RagError: Not a set, a line that does not fit, or weights that cannot be had.
    """
    dataset = load_dataset(dataset_dir)
    part = sample(dataset, limit)
    parts = open_parts(config, progress, generator=bool(part.cases) and not retrieval_only)
    found = evaluate(part, parts, config, progress, retrieval_only=retrieval_only)
    found.result["sample"] = {"limit": limit, "of": dataset.total}
    return found.result


def open_parts(config: Config, progress: Progress, *, generator: bool) -> Parts:
    """Open the embedder, the generator, the judge and the re-ranker that the settings name.

    Args:
        config: Settings.
        progress: Told of downloads.
        generator: False to load none, nor a judge; a stand-in that needs no weights is put in its place.

    Returns:
        The parts, with indexes kept in the folder of the weights, under `eval`.

    Raises:
        RagError: Weights that cannot be had.
    """
    from rag.store import SqliteStore

    weights = factory.open_weights(config, progress)
    embedder = factory.open_embedder(config, weights)
    manifest = factory.manifest(config, embedder, weights)
    named = config if generator else replace(config, generator="extractive", judge="")
    writer = factory.open_generator(named, weights)
    run_by = type(embedder).__name__
    return Parts(
        config=config,
        embedder=embedder,
        generator=writer,
        embedder_digest=f"{manifest.digest} {run_by}",
        made_with=f"{manifest!r} {run_by}",
        write=lambda folder: SqliteStore.open(folder, manifest),
        read=lambda folder: SqliteStore.open_existing(folder, manifest),
        cache=weights.cache / "eval",
        reranker=factory.open_reranker(config, weights),
        judge=factory.open_judge(named, weights, writer),
    )


def evaluate(dataset: Dataset, parts: Parts, config: Config, progress: Progress, *, retrieval_only: bool) -> Evaluation:
    """Evaluate a set, or a part of one, with parts that are open.

    Args:
        dataset: What to run.
        parts: What to run it with.
        config: Settings.
        progress: Told of documents and questions.
        retrieval_only: Search, and generate nothing.

    Returns:
        The figures and the outcomes.

    Raises:
        RagError: Every question failed.
    """
    result: dict[str, Any] = {"dataset": dataset.name, "n": len(dataset.cases) or len(dataset.pairs)}
    outcomes: list[Outcome] = []
    if dataset.cases:
        outcomes = _questions(dataset, parts, progress, result, retrieval_only=retrieval_only)
    thresholds = Thresholds(config.support_above, config.support_below)
    if dataset.pairs and not retrieval_only:
        result["support"] = judge_all(dataset.pairs, progress, thresholds, parts.embedder, config.chunk_tokens)
    result.update(_circumstances(config, parts, asked=bool(dataset.cases)))
    result["notes"] = [*dataset.notes, *result.pop("remarks", [])]
    return Evaluation(result, outcomes)


def _questions(
    dataset: Dataset, parts: Parts, progress: Progress, result: dict[str, Any], *, retrieval_only: bool
) -> list[Outcome]:
    indexes = Indexes(dataset, parts, progress)
    try:
        cases = indexes.sound(dataset.cases)
        searches = searching.search_all(cases, indexes, progress)
        outcomes = [] if retrieval_only else list(asking.ask_all(cases, indexes, progress))
        result["n"], result["index"] = len(cases), indexes.size()
    finally:
        indexes.close()
    result["remarks"] = list(indexes.notes())
    sections = {
        "retrieval": searching.ranking_figures(searches),
        "passages": searching.passage_figures(searches, parts.config.k),
        "chunking": searching.chunk_figures(searches),
    }
    result.update({name: section for name, section in sections.items() if section})
    result["timings"] = {"search": spread([search.seconds for search in searches])} if searches else {}
    if outcomes:
        _raise_if_all_failed(outcomes)
        result.update(asking.summary(outcomes))
        result["timings"].update(asking.timings(outcomes))
        result["prompt_tokens"] = asking.prompt_tokens(outcomes)
    return outcomes


def _raise_if_all_failed(outcomes: Sequence[Outcome]) -> None:
    if all(outcome.error for outcome in outcomes):
        raise RagError(f"all {len(outcomes)} questions failed, the first with {outcomes[0].error}", "rag doctor")


def _circumstances(config: Config, parts: Parts, *, asked: bool) -> dict[str, Any]:
    shown = {name: value for name, value in asdict(config).items() if name not in PLACES}
    return {
        "generator": parts.generator.name if asked else None,
        "judge": parts.judge.name if asked and parts.judge else None,
        "embedder": parts.embedder.name,
        "commit": commit(),
        "config": config.fingerprint(),
        "settings": shown,
        "machine": machine(),
    }

"""What the benchmark scripts share: arguments, settings, progress on standard error, result files."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rag.config import Config, load_config
from rag.errors import RagError
from rag.evals.cases import Case, Dataset
from rag.evals.datasets import load_dataset
from rag.evals.metrics import auroc, balanced_accuracy, mean
from rag.evals.outcomes import Outcome

CIRCUMSTANCES = ("generator", "judge", "embedder", "commit", "config", "machine")
"""What a figure was measured with."""


def arguments(what: str | None, questions: int | None = None) -> argparse.ArgumentParser:
    """The arguments that every script takes: where the sets are, where the result goes, which generator, which half."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("sets", type=Path, help="the folder of a set, or one that holds several")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--generator", help="instead of the configured one")
    parser.add_argument("--half", type=int, choices=(0, 1), help="ids whose SHA-1 is even (0) or odd (1)")
    if questions:
        parser.add_argument("-n", type=int, default=questions, help=f"questions ({questions})")
    return parser


def settings(**flags: Any) -> Config:
    """Settings as everywhere: flags, then `RAG_*`, then `pyproject.toml`."""
    return load_config(flags, os.environ)


def progress(what: str, done: int, total: int) -> None:
    """One line that is written over."""
    end = "\n" if total and done >= total else "\r"
    print(f"{what} {done:,}/{total:,}" if total else what, end=end, file=sys.stderr, flush=True)


def datasets(sets: Path) -> Iterator[Dataset]:
    """The set at a folder, or every set among its folders, by name."""
    folders = sorted(path for path in sets.iterdir() if path.is_dir())
    for folder in [sets, *folders]:
        try:
            yield load_dataset(folder)
        except RagError as exc:
            print(f"passed over: {exc.message}", file=sys.stderr)


def telling(sets: Path) -> Iterator[Dataset]:
    """Those of the sets with a question that says what is to be answered, or that nothing is."""
    return (dataset for dataset in datasets(sets) if any(map(_tells, dataset.cases)))


def _tells(case: Case) -> bool:
    return bool(case.answers or case.targets or case.all_answers) or case.answerable is not None


def asked(outcome: Outcome) -> dict[str, Any]:
    """One question: what became of it, how long its prompt was, and the seconds of each stage."""
    answer = outcome.answer
    return {
        "id": outcome.case.id,
        "status": answer.status if answer else "failed",
        "prompt_tokens": outcome.prompt_tokens,
        "timings": {stage: round(seconds, 4) for stage, seconds in (answer.timings if answer else {}).items()},
    }


def refusals(likely: Sequence[tuple[float, bool]], bar: float) -> dict[str, Any]:
    """What a decision is worth: pairs of how likely an answer was put and whether there is one, answered from a bar."""
    decisions = [(probability >= bar, answerable) for probability, answerable in likely]
    return {
        "n": len(likely),
        "answerable": sum(answerable for _, answerable in likely),
        "auroc": auroc(likely),
        "balanced_accuracy": balanced_accuracy(decisions),
        "false_answers": mean(float(answered) for answered, answerable in decisions if not answerable),
        "false_refusals": mean(float(not answered) for answered, answerable in decisions if answerable),
    }


def papers(folder: Path, files: int) -> None:
    """Write as many files of one sentence each, a hundred to a folder."""
    for number in range(files):
        path = folder / f"{number // 100:03d}" / f"{number:05d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Paper {number} is kept in folder {number // 100} of the archive.", "utf-8")


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Write a result, and say where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(path)


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s


def spread(found: list[float]) -> dict[str, float]:
    """Median and extremes."""
    return {"median": median(found), "min": min(found), "max": max(found), "turns": len(found)}

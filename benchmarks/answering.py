"""Seconds to the first word and to the whole answer, beside llama.cpp and OpenVINO GenAI with the same weights.

python benchmarks/answering.py SET -o benchmarks/results/answering.json [-n 20] [--generator NAME]

The others are fed what one would without this project: the same question with the five passages that were found for it,
whole. They write greedily, as many tokens at most; questions are asked in turn. What a user sees first of a refusal is
the refusal itself, decided before anything is written; the others have no such thing, so the figures are also given of
the answered questions alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from common import arguments, asked, datasets, progress, settings, spread, write
from environments import python_of

from rag import factory
from rag.config import Config
from rag.evals.cases import Dataset
from rag.evals.datasets import sample
from rag.evals.indexes import Indexes, Parts
from rag.evals.machine import commit, machine
from rag.evals.outcomes import ask_all
from rag.evals.runner import open_parts
from rag.models import Weights
from rag.protocols import Message
from rag.types import Answer
from rag.weights.catalogue import find

_ENGINES = Path(__file__).with_name("engines")
_NAMES = ("llama_cpp", "openvino_genai")
_BUILDING = {
    "llama_cpp": {
        "CMAKE_ARGS": "-DGGML_NATIVE=ON",
        "CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count()),
        "CXXFLAGS": "-fno-tree-dse -fno-dse",
    }
}
"""For this very processor. GCC 12 takes most of llama.cpp's tile configuration for stores that nobody reads, and its
first product then ends in an illegal instruction: so no such stores are taken out."""
_PASSAGES = 5
_ASK = "Answer the question from these passages alone, in a few sentences. Cite after each sentence, as [1]."
_STAGES = ("first_word", "answer")

Figures = dict[str, Any]


class Engine:
    """A peer in a process of its own. One that fails is an error by name from then on, and costs nobody else's figures.

    Args:
        name: That of its files in `engines`.
        command: What starts it.
    """

    def __init__(self, name: str, command: Sequence[str | Path]) -> None:
        self.name = name
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.loaded = self._hear()

    def ask(self, messages: Sequence[Message]) -> Figures:
        """Seconds, tokens and text of a reply, or an error."""
        if "error" in self.loaded:
            return self.loaded
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(list(messages)) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _hear(self) -> Figures:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.loaded = {"error": f"ended with {self._process.wait()}; what it said is on standard error"}
            return self.loaded
        heard: Figures = json.loads(line)
        return heard


def main() -> int:
    """Ask in turn, time, write."""
    given = arguments(__doc__, 20).parse_args()
    config = settings(generator=given.generator)
    parts = open_parts(config, progress, generator=True)
    sets: Figures = {}
    with ExitStack() as stack:
        engines = list(_engines(config, stack))
        for dataset in datasets(given.sets):
            if dataset.cases:
                found = list(_in_turn(sample(dataset, given.n, given.half), parts, engines))
                sets[dataset.name] = {**_summary(found), "questions": found}
        loaded = {engine.name: engine.loaded for engine in engines}
    made_with = {
        "generator": parts.generator.name,
        "judge": parts.judge.name if parts.judge else None,
        "embedder": parts.embedder.name,
        "config": config.fingerprint(),
        "commit": commit(),
        "machine": machine(),
    }
    write(given.output, {"sets": sets, "engines": loaded, **made_with})
    return 0


def _engines(config: Config, stack: ExitStack) -> Iterator[Engine]:
    """Each peer with the weights loaded, and asked once so that they have been read from the disk."""
    weights = factory.open_weights(config, progress)
    file = _gguf(weights, config.generator)
    threads = str(machine()["cores"])
    for name in _NAMES:
        python = python_of(_ENGINES / f"{name}.txt", weights.cache / "peers", _BUILDING.get(name))
        progress(f"loading {name}", 0, 0)
        engine = Engine(name, [python, _ENGINES / f"with_{name}.py", file, threads, str(config.answer_tokens)])
        stack.callback(engine.close)
        engine.ask([{"role": "user", "content": "Say yes."}])
        yield engine


def _gguf(weights: Weights, generator: str) -> Path:
    """The file that the generator's weights were made from, fetched where it is missing."""
    weights.path(generator)
    folder = next(model.folder for model in weights.listing() if model.name == generator)
    return folder / find(generator).file


def _in_turn(dataset: Dataset, parts: Parts, engines: Sequence[Engine]) -> Iterator[Figures]:
    """Each question by ours, then by each of the others, then the next question."""
    indexes = Indexes(dataset, parts, progress)
    try:
        for outcome in ask_all(dataset.cases, indexes, progress):
            if outcome.answer:
                messages = _whole_passages(outcome.answer)
                theirs = {engine.name: engine.ask(messages) for engine in engines}
                yield {**_ours(asked(outcome)), **theirs}
    finally:
        indexes.close()


def _ours(question: Figures) -> Figures:
    """What a user waits for: the first word of an answer, or the refusal."""
    timings = question.pop("timings")
    first_s = timings.get("first_token", timings["total"])
    tokens = {"prompt_tokens": question.pop("prompt_tokens")}
    return {**question, "footnote": {"seconds": {"first_word": first_s, "answer": timings["total"]}, **tokens}}


def _whole_passages(answer: Answer) -> list[Message]:
    passages = "\n\n".join(
        f"[{number}] {hit.chunk.text}" for number, hit in enumerate(answer.hits[:_PASSAGES], start=1)
    )
    return [
        {"role": "system", "content": _ASK},
        {"role": "user", "content": f"{passages}\n\nQuestion: {answer.query}"},
    ]


def _summary(found: Sequence[Figures]) -> Figures:
    answered = [question for question in found if question["status"] == "answered"]
    return {"n": len(found), "all": _beside_each(found), "answered": _beside_each(answered)}


def _beside_each(found: Sequence[Figures]) -> Figures:
    return {name: _beside([(q["footnote"], q[name]) for q in found if "seconds" in q[name]]) for name in _NAMES}


def _beside(pairs: Sequence[tuple[Figures, Figures]]) -> Figures:
    """Seconds of ours and of theirs by stage, and the one over the other, question by question."""
    stages = {
        stage: {
            "ours": _spread([ours["seconds"][stage] for ours, _ in pairs]),
            "theirs": _spread([theirs["seconds"][stage] for _, theirs in pairs]),
            "ratio": _spread([ours["seconds"][stage] / theirs["seconds"][stage] for ours, theirs in pairs]),
        }
        for stage in _STAGES
    }
    tokens = {
        "ours": _spread([ours["prompt_tokens"] for ours, _ in pairs if ours["prompt_tokens"]]),
        "theirs": _spread([theirs["prompt_tokens"] for _, theirs in pairs]),
    }
    return {**stages, "prompt_tokens": tokens}


def _spread(figures: list[float]) -> Figures:
    return dict(spread(figures)) if figures else {}


if __name__ == "__main__":
    sys.exit(main())

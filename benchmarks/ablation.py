"""What each part of the read path is worth: the answers with one part left out, beside those with all.

Takes the sets that `benchmarks/truth.py` takes, so many questions of each. The model is asked once for each prompt, and
what it said is kept in a file: a part which changes no prompt costs seconds, and a run that was cut off goes on.

python benchmarks/ablation.py SETS -o benchmarks/results/ablation-default.json --half 1 -n 60 --said FILE
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from common import CIRCUMSTANCES, arguments, progress, settings, telling, write

from rag.citations import Checker
from rag.evals.cases import Dataset
from rag.evals.datasets import sample
from rag.evals.indexes import Parts
from rag.evals.metrics import mean
from rag.evals.outcomes import Outcome
from rag.evals.runner import evaluate, open_parts
from rag.protocols import Generator, Judge, Message, Reviewer, StopSignal
from rag.support import Support
from rag.types import Evidence

_FIGURES = {
    "right_words": ("answers", "contains"),
    "false_answers": ("refusal", "false_answer_rate"),
    "false_refusals": ("refusal", "false_refusal_rate"),
    "balanced_accuracy": ("refusal", "balanced_accuracy"),
    "citations_of_gold": ("citations", "precision"),
    "answers_citing_gold": ("citations", "recall"),
}
"""Of an evaluation: section and name."""
_Patches = Sequence[AbstractContextManager[Any]]


class Memory:
    """Replies by what was asked, in a file of JSON lines."""

    def __init__(self, path: Path) -> None:
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self._known: dict[str, Any] = dict(map(json.loads, lines))
        self._path = path

    def recall(self, asked: object, reply: Callable[[], Any]) -> Any:
        """What was replied to that before, or else is now."""
        key = sha256(json.dumps(asked).encode()).hexdigest()
        if key not in self._known:
            self._known[key] = reply()
            with self._path.open("a", encoding="utf-8") as out:
                out.write(json.dumps([key, self._known[key]]) + "\n")
        return self._known[key]


class Remembering:
    """A generator, or a judge, that is asked the same thing once."""

    def __init__(self, model: Any, memory: Memory) -> None:
        self.name = model.name
        self._model = model
        self._memory = memory

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """A reply in one piece."""
        if not stop.is_set():
            yield from self.batch([messages])

    def batch(self, conversations: Sequence[Sequence[Message]]) -> list[str]:
        """Replies, each written by itself."""
        return [self._reply(list(messages)) for messages in conversations]

    def judge(self, messages: Sequence[Message], options: Sequence[str], stop: StopSignal) -> list[float]:
        """Log-probabilities of the options."""
        model: Judge = self._model
        asked = [self.name, list(messages), list(options)]
        said: list[float] = self._memory.recall(asked, lambda: model.judge(messages, options, stop))
        return said

    def review(self, messages: Sequence[Message], options: Sequence[str], stop: StopSignal) -> list[float]:
        """Log-probabilities of the options, once a reply is written; asked of a judge that looks a second time."""
        model: Reviewer = self._model
        asked = [self.name, "review", list(messages), list(options)]
        said: list[float] = self._memory.recall(asked, lambda: model.review(messages, options, stop))
        return said

    def count_tokens(self, text: str) -> int:
        """As the model counts them."""
        count: int = self._model.count_tokens(text)
        return count

    def _reply(self, messages: list[Message]) -> str:
        model: Generator = self._model
        said: str = self._memory.recall([self.name, messages], lambda: model.batch([messages])[0])
        return said


def main() -> int:
    """Ask with all parts and without each, write."""
    parser = arguments(__doc__, 60)
    parser.add_argument("--said", type=Path, required=True, help="file of what the model said; a run goes on from it")
    given = parser.parse_args()
    config = settings(generator=given.generator)
    opened = open_parts(config, progress, generator=True)
    memory = Memory(given.said)
    judge = Remembering(opened.judge, memory) if opened.judge else None
    parts = replace(opened, generator=Remembering(opened.generator, memory), judge=judge)
    sets = [sample(dataset, given.n, given.half) for dataset in telling(given.sets)]
    found: dict[str, Any] = {}
    whole: dict[str, Sequence[Outcome]] = {}
    circumstances: Mapping[str, Any] = {}
    for left_out, changed, patches in _variants(parts):
        of_sets = {}
        for dataset in sets:
            figures, outcomes, circumstances = _asked(dataset, changed, patches)
            before = whole.setdefault(dataset.name, outcomes)
            of_sets[dataset.name] = {**figures, "other_answers": _differ(before, outcomes)}
        found[left_out] = {"mean": _means(list(of_sets.values())), "sets": of_sets}
        write(given.output, {"n": given.n, "half": given.half, "without": found, **circumstances})
    return 0


def _variants(parts: Parts) -> Iterator[tuple[str, Parts, _Patches]]:
    """What is left out, the models that are left, and what is changed meanwhile."""
    yield "nothing", parts, []
    if parts.judge:
        yield "the judge", replace(parts, judge=None), []
    yield "the check of sentences", parts, [patch("rag.support._verdict", lambda *_: "supported")]
    yield "how near a sentence is to its source", parts, [patch("rag.nearness.Reading.farthest", lambda *_: None)]
    yield "opposites", parts, [patch("rag.support.false_premises", lambda *_: [])]
    yield "the weight of wrong numbers and negations", parts, [patch("rag.support._LEFT", 1.0)]
    yield (
        "units, bounds and signs",
        parts,
        [patch(f"rag.support.{rule}", lambda *_: []) for rule in ("other_units", "other_bounds", "other_signs")],
    )
    yield (
        "what has changed places",
        parts,
        [patch(f"rag.support.{rule}", lambda *_: []) for rule in ("exchanged", "swapped")],
    )
    yield "names and numbers near their words", parts, [patch("rag.support.unbound", lambda *_: [])]
    yield "one document for a sentence", parts, [patch.object(Checker, "_best", _of_any_documents)]
    yield (
        "whether it was asked",
        parts,
        [patch(f"rag.{where}.answers", lambda *_: True) for where in ("citations", "support")],
    )
    yield (
        "echoes",
        parts,
        [patch(f"rag.{where}.echoes", lambda *_: False) for where in ("citations", "draft")],
    )
    yield "quotes in the place of a draft", parts, [patch("rag.review.quotes", lambda *_: iter(()))]
    yield "the second look", parts, [patch("rag.review.reviews", lambda _: False)]
    yield "the evidence floor", parts, [patch("rag.evidence._FLOOR", 0.0)]
    yield "the second reading", parts, [patch("rag.nearness.TokenEmbedder", ())]


def _of_any_documents(checker: Any, text: str) -> tuple[Support, list[tuple[Evidence, float]]]:
    best, chosen = checker._gathered(text, checker._evidence)
    return best, [(item, checker._weigh(text, [item]).score) for item in chosen]


def _asked(
    dataset: Dataset, parts: Parts, patches: _Patches
) -> tuple[dict[str, float | None], Sequence[Outcome], dict[str, Any]]:
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        found = evaluate(dataset, parts, parts.config, progress, retrieval_only=False)
    figures = {name: found.result.get(part, {}).get(figure) for name, (part, figure) in _FIGURES.items()}
    return figures, found.outcomes, {name: found.result[name] for name in CIRCUMSTANCES}


def _differ(before: Sequence[Outcome], after: Sequence[Outcome]) -> int:
    """How many questions are answered in other words, or no longer, or only now."""
    pairs = [(a.answer, b.answer) for a, b in zip(before, after, strict=True)]
    return sum(a is None or b is None or a.text != b.text for a, b in pairs)


def _means(sets: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """Over the sets that have the figure."""
    return {name: mean(value for one in sets if (value := one[name]) is not None) for name in _FIGURES}


if __name__ == "__main__":
    sys.exit(main())

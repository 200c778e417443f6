"""Which heads of the default generator attend to the line that it should reply from, and how well they tell.

python benchmarks/attending.py SETS -o FILE [-n 40] [--heads rag/data/attention-qwen2.5-coder-1.5b.json]

A line of the evidence is right if it meets a gold span or, where the set has none, has the words of an answer. As the
reply begins, each head looks at one line most. The heads that look at a right one most often, as a mean over the sets,
are chosen on ids of even SHA-1; the figures of the odd half are of questions that nothing was chosen on.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from common import arguments, progress, settings, telling, write

from rag.evals.cases import Case, Dataset, GoldSpan, parity
from rag.evals.datasets import sample
from rag.evals.indexes import Indexes, Parts
from rag.evals.machine import commit, machine
from rag.evals.metrics import contains
from rag.evals.runner import open_parts
from rag.exchange import to_history
from rag.factory import open_weights
from rag.generator import LINE, load_model
from rag.inference.attention import Attention
from rag.inference.chat_format import ChatFormat
from rag.inference.decoding import Decoder
from rag.prompts import answer_messages
from rag.types import Evidence, Question

_GENERATOR = "qwen2.5-coder-1.5b"
_KEPT = 8
"""Heads; with 4 to 12 as many lines are right, to two in a hundred."""


class Looked(NamedTuple):
    """One question: its set and half, what each head attends to of each line (heads, lines), which lines are right."""

    set: str
    half: int
    shares: np.ndarray[Any, Any]
    right: np.ndarray[Any, Any]

    @property
    def decides(self) -> bool:
        """Whether it tells one head from another."""
        return bool(self.right.any() and not self.right.all())


class Reader:
    """The default generator, with the attention of all its heads."""

    def __init__(self, folder: Path) -> None:
        model = load_model(folder)
        self._chat = ChatFormat(folder)
        self._decoder = Decoder(model, self._chat.end_ids())
        layers, heads = model.config.num_hidden_layers, model.config.num_attention_heads
        self.heads = [(layer, head) for layer in range(layers) for head in range(heads)]
        with TemporaryDirectory() as own:
            file = Path(own) / "all.json"
            file.write_text(json.dumps({"heads": self.heads}), "utf-8")
            self._attention = Attention(model, file)

    def shares(self, query: str, evidence: Sequence[Evidence]) -> np.ndarray[Any, Any]:
        """What each head attends to of each line: (heads, lines), rows adding up to 1."""
        messages = answer_messages(query, evidence)
        noted = self._decoder.attended(self._chat.prompt(messages), self._attention, threading.Event())
        assert noted is not None
        found: np.ndarray[Any, Any] = Attention.shares(noted, self._chat.lines(messages, LINE)).numpy()
        return found


def main() -> int:
    """Look, choose, write."""
    parser = arguments(__doc__, 40)
    parser.add_argument("--heads", type=Path, help="file of the chosen heads, written too")
    given = parser.parse_args()
    config = settings(generator="extractive", judge="")
    parts = open_parts(config, progress, generator=True)
    reader = Reader(open_weights(config, progress).path(_GENERATOR))
    looked = [
        one
        for dataset in telling(given.sets)
        for half in (0, 1)
        for one in _looked(sample(dataset, None, half), parts, reader, given.n)
    ]
    heads = _best([one for one in looked if one.half == 0])
    chosen = [reader.heads[at] for at in heads]
    if given.heads:
        given.heads.write_text(json.dumps({"heads": chosen}) + "\n", "utf-8")
    figures = {name: _figures([one for one in looked if one.set == name], heads) for name in _sets(looked)}
    circumstances = {"generator": _GENERATOR, "commit": commit(), "machine": machine()}
    write(given.output, {**circumstances, "heads": chosen, "sets": figures})
    return 0


def _looked(part: Dataset, parts: Parts, reader: Reader, most: int) -> Iterator[Looked]:
    indexes, done = Indexes(part, parts, progress), 0
    for case in part.cases:
        if done == most:
            break
        if case.answerable is False or not (case.spans or case.answers):
            continue
        run = indexes.pipeline(case).prepare(Question(case.text, case.id, to_history(case.history)))
        if run.evidence:
            done += 1
            progress(f"reading {part.name}", done, most)
            right = np.array(_right(case, indexes.spans(case), run.evidence))
            yield Looked(part.name, parity(case.id), reader.shares(run.query, run.evidence), right)
    indexes.close()


def _right(case: Case, spans: Sequence[GoldSpan], evidence: Sequence[Evidence]) -> list[bool]:
    if spans and not case.answers:
        return [any(span.meets(item.chunk.document, item.start, item.end) for span in spans) for item in evidence]
    return [bool(contains(item.text, case.answers)) for item in evidence]


def _best(looked: Sequence[Looked]) -> list[int]:
    """The heads whose first line is right most often, each set counting alike."""
    each = [
        np.mean([one.right[one.shares.argmax(1)] for one in looked if one.set == name and one.decides], 0)
        for name in _sets(looked)
    ]
    return [int(at) for at in np.argsort(-np.mean(each, 0), kind="stable")[:_KEPT]]


def _figures(looked: Sequence[Looked], heads: Sequence[int]) -> Mapping[str, Any]:
    """By half: how often a right line is the first of the evidence, is attended to most, is there at all."""
    found = {}
    for half, name in enumerate(("even", "odd")):
        part = [one for one in looked if one.half == half]
        found[name] = {
            "n": len(part),
            "first": float(np.mean([one.right[0] for one in part])),
            "attended": float(np.mean([one.right[one.shares[heads].mean(0).argmax()] for one in part])),
            "there": float(np.mean([one.right.any() for one in part])),
        }
    return found


def _sets(looked: Sequence[Looked]) -> list[str]:
    return list(dict.fromkeys(one.set for one in looked))


if __name__ == "__main__":
    sys.exit(main())

"""The prompts that the default generator's judge is trained and measured on, as token ids, one JSON line each.

python benchmarks/judge_prompts.py SETS -o FILE [-n 4000] [--training workplace]

`ids` are the prompt's, `read` is how many of them come before the last paragraph, `half` is 0 for training and 1 for
measuring; of sets that are there for nothing but training, which have near misses of their own, all is 0.
`benchmarks/train_judge.py` takes the file, on this machine or on one with a GPU and none of the documents.
"""

from __future__ import annotations

import json
import sys

from common import arguments, datasets, progress, settings
from judge_questions import questions

from rag import prompts
from rag.evals.datasets import sample
from rag.evals.runner import open_parts
from rag.factory import open_weights
from rag.inference.chat_format import ChatFormat

_GENERATOR = "qwen2.5-coder-1.5b"


def main() -> int:
    """Find the evidence of each question, and write the prompts."""
    parser = arguments(__doc__, 4000)
    parser.add_argument("--training", nargs="*", default=[], help="sets that are for training alone")
    given = parser.parse_args()
    config = settings(generator="extractive")
    parts = open_parts(config, progress, generator=True)
    chat = ChatFormat(open_weights(config, progress).path(_GENERATOR))
    with given.output.open("w", encoding="utf-8") as out:
        for dataset in datasets(given.sets):
            lesson = dataset.name in given.training
            for one in questions(sample(dataset, given.n, given.half), parts, without_gold=not lesson):
                ids, cuts = chat.prompt(prompts.judge_messages(one.query, one.evidence))
                half = 0 if lesson else one.half
                row = {"set": one.set, "id": one.id, "half": half, "query": one.query, "answerable": one.answerable}
                out.write(json.dumps({**row, "stated": one.stated, "read": cuts[-1], "ids": ids}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

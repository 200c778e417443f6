"""What each is told to do, and what it says of it: one line of JSON on standard output.

python with_NAME.py index WEIGHTS FOLDER INDEX [FOLDER INDEX ...]
python with_NAME.py search WEIGHTS INDEX QUESTION

`index` makes each index equal to its folder, one after the other, and says when its imports and weights were loaded and
how long each folder took. Knows none of those that do it, and nothing of this project: it runs in their environments.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Model = TypeVar("Model")

CHUNK_CHARACTERS = 800
"""About 200 tokens of English."""
PASSAGES = 5
"""How many are found."""


@dataclass(frozen=True)
class Job(Generic[Model]):
    """How one of them does it.

    Attributes:
        load: Takes a folder of weights; gives the embedder.
        sync: Takes it, a folder of texts and that of an index, there or not; says how many chunks the index has then.
        search: Takes the folder of weights, an index and a question; gives the texts found, best first.
        known_by: What tells `sync` that a file is as it was.
    """

    load: Callable[[str], Model]
    sync: Callable[[Model, str, str], int]
    search: Callable[[str, str, str], list[str]]
    known_by: str

    def run(self) -> None:
        """Do what the command line says; what libraries print is no part of the reply."""
        what, weights, *rest = sys.argv[1:]
        with redirect_stdout(sys.stderr):
            reply = {"found": self.search(weights, *rest)} if what == "search" else self._index(weights, rest)
        print(json.dumps(reply), flush=True)

    def _index(self, weights: str, folders: list[str]) -> dict[str, Any]:
        model, ready_at = self.load(weights), time.time()
        runs = [self._timed(model, *pair) for pair in zip(folders[::2], folders[1::2], strict=True)]
        return {"ready_at": ready_at, "runs": runs, "known_by": self.known_by}

    def _timed(self, model: Model, folder: str, index: str) -> dict[str, float]:
        started_s = time.perf_counter()
        chunks = self.sync(model, folder, index)
        return {"chunks": chunks, "seconds": time.perf_counter() - started_s}

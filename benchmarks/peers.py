"""Indexing, indexing again and a search from nothing, beside LlamaIndex, Haystack, txtai and LangChain.

python benchmarks/peers.py FOLDER -o benchmarks/results/peers.json [--turns 5] [--files 10000] [--only NAME]

All index the same texts, those of FOLDER that are Markdown or plain, with the same weights, into an index on the disk;
each in an environment of its own that is made once. How, `peers/with_NAME.py` says. In turn: ours, each of the others,
ours again. Imports and weights are loaded before the clock of indexing starts; a search from nothing waits for them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from common import papers, progress, settings, spread, write
from environments import python_of

from rag import factory
from rag.evals.machine import commit, machine

_PEERS = Path(__file__).with_name("peers")
_NAMES = ("llamaindex", "haystack", "txtai", "langchain")
_KINDS = (".md", ".txt")
_ALONE = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "RAG_OFFLINE": "1",
}
"""Nothing is fetched, nothing is reported."""
_BEST: dict[str, Callable[[Sequence[float]], float]] = {
    "chunks_per_second": max,
    "index_s": min,
    "again_s_per_1000_files": min,
    "search_s": min,
}
"""What ours is compared in with the fastest of the others."""

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """What all of them work on.

    Attributes:
        texts: Documents to index whole.
        kept: Where indexes and the files of one sentence are made.
        weights: Those of the embedder.
        question: What is searched for.
    """

    texts: Path
    kept: Path
    weights: Path
    question: str


@dataclass(slots=True)
class System:
    """One of those compared, in new processes. One that fails is an error by name, and costs no other its figures.

    Attributes:
        name: That of its script.
        python: The interpreter that has it; None where none could be made.
        files: How many of one sentence each it looks at again.
        facts: What is the same in every turn.
        turns: What was measured.
        error: What ended it.
    """

    name: str
    python: Path | None
    files: int
    facts: Figures = field(default_factory=dict)
    turns: list[Figures] = field(default_factory=list)
    error: str = ""

    def measure(self, place: Place, turn: int) -> None:
        """Index everything, look again at the many files, search; before the first turn, index the many files."""
        if self.error:
            return
        many = [_many(place.kept, self.files), place.kept / f"{self.name}-many"]
        try:
            if turn < 0:
                self.facts["known_by"] = self._say(place, "index", *many)[0]["known_by"]
            else:
                self.turns.append(self._turn(place, [place.texts, place.kept / f"{self.name}-{turn}"], many))
        except (subprocess.CalledProcessError, ValueError) as exc:
            self.error = f"{exc}: {_last_line(self._log(place))}"

    def figures(self) -> Figures:
        """Medians with their spread, or the error."""
        if self.error:
            return {"error": self.error}
        spreads = {name: spread([turn[name] for turn in self.turns]) for name in self.turns[0]}
        return {**self.facts, "files": self.files, **spreads}

    def _turn(self, place: Place, whole: list[Path], many: list[Path]) -> Figures:
        started_at = time.time()
        told, _ = self._say(place, "index", *whole, *many)
        _, search_s = self._say(place, "search", whole[1], place.question)
        shutil.rmtree(whole[1], ignore_errors=True)
        indexed, again = told["runs"]
        self.facts["chunks"] = indexed["chunks"]
        return {
            "load_s": told["ready_at"] - started_at,
            "index_s": indexed["seconds"],
            "chunks_per_second": indexed["chunks"] / indexed["seconds"],
            "again_s": again["seconds"],
            "again_s_per_1000_files": again["seconds"] * 1000 / self.files,
            "search_s": search_s,
        }

    def _say(self, place: Place, what: str, *words: str | Path) -> tuple[Figures, float]:
        """What it replies, and the seconds from the start of its process until then."""
        command = [self.python, _PEERS / f"with_{self.name}.py", what, place.weights, *words]
        started_s = time.perf_counter()
        with (
            self._log(place).open("ab") as log,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env={**os.environ, **_ALONE}) as process,
        ):
            assert process.stdout is not None
            line = process.stdout.readline()
            reply_s = time.perf_counter() - started_s
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, f"{self.name} {what}")
        return json.loads(line), reply_s

    def _log(self, place: Place) -> Path:
        return place.kept / f"{self.name}.log"


def main() -> int:
    """Make what is missing, measure in turn, write."""
    given = _arguments().parse_args()
    config = settings(folder=str(given.folder))
    weights = factory.open_weights(config, progress)
    systems = [System("footnote", Path(sys.executable), given.files)]
    systems += [_other(name, given.peer_files, weights.cache / "peers") for name in given.only or _NAMES]
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "texts", Path(folder), weights.path(config.embedder), given.question)
        characters = _copy(given.folder, place.texts, given.documents)
        _in_turn(systems, place, given.turns)
    result = {
        "documents": len(characters),
        "characters": sum(characters),
        "systems": {system.name: system.figures() for system in systems},
        "fastest_peer": _compared(*systems),
        "embedder": config.embedder,
        "commit": commit(),
        "machine": machine(),
    }
    write(given.output, result)
    return 0


def _in_turn(systems: Sequence[System], place: Place, turns: int) -> None:
    for turn in range(-1, turns):
        for system in systems:
            progress(f"measuring {system.name}, turn", turn + 1, turns)
            system.measure(place, turn)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="documents")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--turns", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--documents", type=int, default=120, help="of the folder, that are indexed whole (120)")
    parser.add_argument("--files", type=int, default=10_000, help="of one sentence, that are looked at again (10,000)")
    parser.add_argument("--peer-files", type=int, default=500, help="the same for the others (500)")
    parser.add_argument("--only", action="append", choices=_NAMES, help="one of the others; may be repeated")
    parser.add_argument("--question", default="How are requests authenticated?", help="what is searched for")
    return parser


def _other(name: str, files: int, cache: Path) -> System:
    """What its requirements name first is what is compared; after a blank line follow the packages that these need."""
    requirements = _PEERS / f"{name}.txt"
    named, _ = requirements.read_text("utf-8").split("\n\n")
    system = System(name, None, files, {"versions": dict(line.split("==") for line in named.splitlines())})
    try:
        system.python = python_of(requirements, cache)
    except subprocess.CalledProcessError as exc:
        system.error = f"no environment: {exc}"
    return system


def _copy(folder: Path, into: Path, documents: int) -> list[int]:
    """Copy the texts whose paths have the smallest SHA-1; how long each is."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.suffix in _KINDS]
    chosen = sorted(paths, key=lambda path: hashlib.sha1(str(path).encode()).hexdigest())[:documents]
    for path in chosen:
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, into / path)
    return [len((into / path).read_text("utf-8")) for path in chosen]


def _many(kept: Path, files: int) -> Path:
    """A folder of so many files of one sentence each."""
    folder = kept / f"files-{files}"
    if not folder.exists():
        papers(folder, files)
    return folder


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").split("\n") if log.exists() else []
    return next((line for line in reversed(lines) if line.strip()), "")


def _compared(ours: System, *others: System) -> Figures:
    """By figure, the fastest of the others, and how many times as fast ours was in each turn."""
    sound = [other for other in others if not other.error]
    if ours.error or not sound:
        return {}
    return {figure: _ratio(figure, best, ours, sound) for figure, best in _BEST.items()}


def _ratio(figure: str, best: Callable[[Sequence[float]], float], ours: System, others: Sequence[System]) -> Figures:
    medians = {median(turn[figure] for turn in other.turns): other for other in others}
    fastest = medians[best(list(medians))]
    pairs = [(mine[figure], theirs[figure]) for mine, theirs in zip(ours.turns, fastest.turns, strict=True)]
    ratios = [mine / theirs if best is max else theirs / mine for mine, theirs in pairs]
    return {"name": fastest.name, "ratio": spread(ratios)}


if __name__ == "__main__":
    sys.exit(main())

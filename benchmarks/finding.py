"""Seconds and memory of indexes of a thousand to a million passages: storing, opening, finding.

python benchmarks/finding.py SETS -o benchmarks/results/finding.json [--sizes 1000 5000 10000 100000 1000000] [-n 200]

The passages are made of the sets' sentences (`benchmarks/synthetic.py`), the questions are the sets' own. Storing is
everything that indexing does with passages and their vectors; reading, cutting and embedding are not in it, since what
they cost is each file's own. Every step runs in a process of its own (`benchmarks/one_index.py`), whose resident memory
is looked at. Indexes are kept in the user's cache folder: one that is there is searched, and its storing told as it was
measured then.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from common import progress, settings, write
from synthetic import material

from rag import factory
from rag.evals.machine import commit, machine
from rag.models import default_cache

_SIZES = (1_000, 5_000, 10_000, 100_000, 1_000_000)
_STEP = Path(__file__).with_name("one_index.py")
_OPENINGS = 5


def main() -> int:
    """Store, open, find, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, help="a folder that holds the folders of several sets")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, help="passages of each index")
    parser.add_argument("-n", type=int, default=200, help="questions (200)")
    given = parser.parse_args()
    config = settings()
    cache = default_cache() / "eval"
    material(given.sets, factory.open_embedder(config, factory.open_weights(config, progress)), cache)
    sizes = {str(size): _measured(given.sets, size, cache / f"finding-{size}", given.n) for size in given.sizes}
    write(given.output, {"questions": given.n, "sizes": sizes, "commit": commit(), "machine": machine()})
    return 0


def _measured(sets: Path, size: int, folder: Path, questions: int) -> dict[str, Any]:
    progress(f"{size:,} passages", 0, 0)
    kept = folder / "storing.json"
    if not kept.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        kept.write_text(json.dumps({**_step("store", sets, folder, size), "commit": commit()}), "utf-8")
    return {
        "storing": json.loads(kept.read_text("utf-8")),
        "bytes": {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path != kept},
        "opening": [_step("open", sets, folder, size) for _ in range(_OPENINGS)],
        "finding": _step("find", sets, folder, questions),
    }


def _step(name: str, sets: Path, folder: Path, number: int) -> dict[str, Any]:
    command = [sys.executable, str(_STEP), name, str(sets), str(folder), str(number)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())

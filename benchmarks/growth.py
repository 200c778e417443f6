"""A picture of how storing, opening and finding grow with the index, from a result of `benchmarks/finding.py`.

python benchmarks/growth.py benchmarks/results/finding.json -o benchmarks/results/growth.svg

Matplotlib draws it, in an environment of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from environments import python_of

from rag.models import default_cache

_PLOTTING = Path(__file__).with_name("plotting")


def main() -> int:
    """Make the environment, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path, help="what benchmarks/finding.py has written")
    parser.add_argument("-o", "--output", type=Path, required=True, help="SVG file")
    given = parser.parse_args()
    python = python_of(_PLOTTING / "matplotlib.txt", default_cache() / "peers")
    subprocess.run([python, _PLOTTING / "draw.py", given.result, given.output], check=True)
    print(given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())

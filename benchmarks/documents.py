"""Documents of several sets as Markdown files: a folder to index, for the benchmarks that want one.

python benchmarks/documents.py SETS FOLDER

The first 404 documents of each set that has a corpus. What stands in FOLDER already stays.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from common import datasets

_EACH = 404


def main() -> int:
    """Read, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, help="a folder that holds the folders of several sets")
    parser.add_argument("folder", type=Path, help="where the files go; made where it is missing")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for dataset in datasets(given.sets):
        for number, passage in enumerate(dataset.corpus[:_EACH]):
            name = re.sub(r"\W+", "-", f"{dataset.name}-{number:03d}-{passage.title}")[:80]
            title = passage.title or passage.id
            (given.folder / f"{name}.md").write_text(f"# {title}\n\n{passage.text}\n", "utf-8", "surrogatepass")
    return 0


if __name__ == "__main__":
    sys.exit(main())

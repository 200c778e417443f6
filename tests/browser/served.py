"""A chat in a process of its own, which can be killed: python -m tests.browser.served FOLDER PORT WORDS."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.browser.conftest import REPLY
from tests.web.shelves import make_library, serving, settings
from tests.web.things import GatedGenerator


def main(root: Path, port: int, words: int) -> None:
    """Serve the index under a folder with a generator that writes so many words; says its address, and stays."""
    library = make_library(settings(root), GatedGenerator(REPLY, free=words))
    library.start()
    with serving(library, port) as url:
        print(url, flush=True)
        signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

"""The web chat: composition and launch only. `python ui.py`, with settings from `RAG_*` and `[tool.rag]`."""

from __future__ import annotations

import os
import sys

from rag.config import load_config
from rag.errors import RagError
from rag.web import serve


def main() -> int:
    """Serve the chat until Ctrl-C.

    Returns:
        The exit code: 0 when ended by the user, else that of the error.
    """
    try:
        serve(load_config({}, os.environ))
    except RagError as exc:
        print(f"error: {exc}", file=sys.stderr)  # noqa: T201
        return exc.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

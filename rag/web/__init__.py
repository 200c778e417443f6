"""The web chat: a page that answers from the documents and shows where each sentence comes from.

Importing this loads no Gradio; `serve` does.
"""

from __future__ import annotations

import os

from rag.config import Config
from rag.web.address import check_address

__all__ = ["serve"]


def serve(config: Config) -> None:
    """Serve the web chat until interrupted.

    Args:
        config: Settings; `host` and `port` say where, the next free port is taken where that one is in use.

    Raises:
        UsageError: A host that others can reach, or no free port.
    """
    check_address(config.host, bool(config.auth))
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # Gradio reads it when it is imported
    try:
        from rag.web.server import run

        run(config)
    except KeyboardInterrupt:  # before the server's own handler is there
        return

"""The web chat: a page that answers from the documents and shows where each sentence comes from; and tools.

Importing this loads no Gradio; `serve` does.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

from rag.config import Config
from rag.errors import RagError
from rag.web.address import check_address
from rag.web.stubs import no_stubs

__all__ = ["NO_SDK", "has_sdk", "serve", "serve_tools"]

NO_SDK = RagError("MCP takes the package mcp, which is not installed", "in its own folder: pip install -e '.[mcp]'")
"""Why there are no tools."""


def has_sdk() -> bool:
    """True where the SDK of MCP is installed; it is an extra."""
    return find_spec("mcp") is not None


def serve_tools(config: Config) -> None:
    """Serve tools to an MCP client over standard input and output, until the former ends.

    Args:
        config: Settings; `host` and `port` do not matter.

    Raises:
        RagError: The extra `mcp` is not installed.
    """
    if not has_sdk():
        raise NO_SDK
    from rag.web.mcp import run

    run(config)


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
        with no_stubs():
            from rag.web.server import run
        run(config)
    except KeyboardInterrupt:  # before the server's own handler is there
        return

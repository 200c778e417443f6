"""The command `rag mcp`: the tools for a client that starts its servers itself, over standard input and output."""

from __future__ import annotations

from typing import Any

import click

from rag.commands.edge import ANSWERING, settings_from, takes


@click.command(short_help="Tools for an MCP client.")
@takes(*ANSWERING)
def mcp(**flags: Any) -> None:
    """Serve ask, search, documents and read over standard input and output, for an MCP client that starts this."""
    from rag.web import serve_tools

    serve_tools(settings_from(flags))

"""The one named endpoint for Gradio's own client: `/ask`, a question to the answer that `rag ask --json` prints."""

from __future__ import annotations

import logging
import threading
from typing import Any
from weakref import WeakValueDictionary

import gradio as gr

from rag.errors import RagError
from rag.web.desk import UNEXPECTED, Desk

logger = logging.getLogger(__name__)

_ANSWERING = 32
"""Questions taken at once; they are answered one by one."""


def add_api(blocks: gr.Blocks, desk: Desk) -> None:
    """Add the endpoint to a page.

    Args:
        blocks: The page.
        desk: Where questions are asked.
    """
    present: WeakValueDictionary[str, threading.Event] = WeakValueDictionary()

    async def ask(question: str, request: gr.Request) -> dict[str, Any]:
        """Answer a question from the documents; the answer is that of `rag ask --json`."""
        left = present.setdefault(str(request.session_hash), threading.Event())

        async def gone() -> bool:
            return left.is_set()

        try:
            return (await desk.ask(question, gone=gone)).to_dict()
        except RagError as exc:
            raise gr.Error(str(exc), print_exception=False) from exc
        except Exception as exc:  # the outermost edge: the client is told so and the log says what
            logger.exception("a question failed")
            raise gr.Error(str(UNEXPECTED), print_exception=False) from exc

    def leave(request: gr.Request) -> None:
        left = present.get(str(request.session_hash))
        if left is not None:
            left.set()

    with blocks:
        gr.api(ask, api_name="ask", concurrency_limit=_ANSWERING)
        blocks.unload(leave)

"""What the browser sends with an event, which may be anything, and how events are set up that show no progress."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.utf8 import to_utf8

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
"""An event of the page's own that is over at once."""


def sound(text: str) -> str:
    """A text that can be kept: without halves of surrogate pairs and null characters."""
    return to_utf8(text).replace("\0", "")


def text_of(event: gr.EventData, name: str) -> str:
    """A text that was sent; empty where it was something else."""
    value = (event._data or {}).get(name)
    return sound(value) if isinstance(value, str) else ""


def rows_of(event: gr.EventData, name: str) -> list[dict[str, Any]]:
    """Records that were sent; whatever is none is left out."""
    value = (event._data or {}).get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def number_of(event: gr.EventData, name: str) -> int:
    """A number that was sent; -1 where it was something else."""
    value = (event._data or {}).get(name)
    return value if isinstance(value, int) else -1

"""The Documents tab: what is indexed, and documents handed in; what is said comes from `documents`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.web import documents
from rag.web.library import Library
from rag.web.uploads import SUFFIXES


class DocumentsTab:
    """Made inside a `gr.Tab`.

    Args:
        library: The documents.

    Attributes:
        listing: What is indexed.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._files = gr.File(
            label="Add documents",
            file_count="multiple",
            file_types=sorted(SUFFIXES),
            height=140,
            elem_id="fn-upload",
        )
        self._results = gr.HTML(elem_id="fn-results", apply_default_css=False)
        self.listing = gr.HTML(elem_id="fn-listing", apply_default_css=False)

    def wire(self, **refreshing: Any) -> None:
        """Take files in, and have the page look at the library anew afterwards.

        Args:
            **refreshing: Function, inputs and outputs of that look.
        """
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        taken = self._files.upload(
            self._upload, [self._files], [self._results, self._files], concurrency_limit=2, **quiet
        )
        taken.then(**refreshing, queue=False, **quiet)

    def _upload(self, paths: list[str] | None) -> Iterator[tuple[Any, Any]]:
        for html in documents.upload(paths or [], self._library):
            yield html, gr.skip()
        yield gr.skip(), None

"""The Documents tab: what is indexed, documents handed in and taken away; `documents` and `listing` have the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from rag.web import asset, documents
from rag.web.library import Library
from rag.web.listing import Aside, listing
from rag.web.sent import QUIET, number_of, rows_of, text_of
from rag.web.uploads import MOST, SUFFIXES, Upload

_ACTS: dict[str, Callable[[str, Library], Iterator[str]]] = {
    "anew": documents.read_anew,
    "delete": documents.delete,
    "leave_out": documents.put_aside,
    "take_back": documents.put_back,
}


class DocumentsTab:
    """Made inside a `gr.Tab`.

    Args:
        library: The documents.

    Attributes:
        listing: What is indexed.
        sought: What is looked for in it, and how many of the documents found come before those that are listed.
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
        with gr.Row(elem_id="fn-into"):
            self._collection = gr.Textbox(
                value="",
                placeholder="Collection to add them to (optional)",
                label="Collection to add them to",
                show_label=False,
                container=False,
                max_length=60,
                scale=3,
                elem_id="fn-collection",
            )
            self._again = gr.Button("Re-index", size="sm", min_width=0, elem_id="fn-reindex")
        self._refused = gr.State(list[Upload]())
        self._results = gr.HTML(
            elem_id="fn-results",
            apply_default_css=False,
            js_on_load=asset.text_of("uploads.js"),
            suffixes=sorted(SUFFIXES),
            most_bytes=library.config.max_file_bytes,
            most=MOST,
        )
        self._find = gr.Textbox(
            value="",
            placeholder="Find a document by name or title",
            label="Find a document",
            show_label=False,
            container=False,
            max_length=200,
            elem_id="fn-seek",
        )
        self._at = gr.State(0)
        self.sought = [self._find, self._at]
        self.listing = gr.HTML(elem_id="fn-listing", apply_default_css=False, js_on_load=asset.text_of("documents.js"))

    def wire(self, **refreshing: Any) -> None:
        """Say what happens on each event, and have the page look at the library anew afterwards.

        Args:
            **refreshing: Function, inputs and outputs of that look.
        """
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        working = {"concurrency_limit": 2, "concurrency_id": "indexing", **quiet}
        given = [self._files, self._collection, self._refused]
        turned_away = self._results.refused(self._refuse, None, [self._results, self._refused], **QUIET)
        turned_away.then(None, None, None, js="() => window.fnTakeRest()", **QUIET)
        for done in (
            self._files.upload(self._upload, given, [self._results, self._files, self._refused], **working),
            self._again.click(self._reindex, None, self._results, trigger_mode="once", **working),
            self.listing.act(self._act, None, self._results, **working),
        ):
            done.then(**refreshing, queue=False, **quiet)

        find, turned = [self._find], [self._at, self.listing]
        self._find.change(self._seek, find, turned, trigger_mode="always_last", **QUIET)
        self.listing.turn(self._turn, find, turned, **QUIET)

    def listed(self, words: str, at: int) -> str:
        """The list as it is now; see `rag.web.listing`."""
        library = self._library
        aside = Aside(library.failures, library.left_out())
        return listing(library.documents(), library.config.folder, aside, words, at)

    def _seek(self, words: str) -> tuple[int, str]:
        return 0, self.listed(words, 0)

    def _turn(self, words: str, event: gr.EventData) -> tuple[int, str]:
        at = number_of(event, "at")
        return at, self.listed(words, at)

    def _refuse(self, event: gr.EventData) -> tuple[str, list[Upload]]:
        """Say why files are not sent; said again beside the others of the same drop, where there are any."""
        refused = documents.turn_away(rows_of(event, "files"), self._library)
        return documents.results_table(refused, {}), refused if number_of(event, "rest") > 0 else []

    def _upload(
        self, paths: list[str] | None, collection: str, refused: list[Upload]
    ) -> Iterator[tuple[Any, Any, list[Upload]]]:
        for html in documents.upload(paths or [], self._library, collection, refused):
            yield html, gr.skip(), refused
        yield gr.skip(), None, []

    def _reindex(self) -> Iterator[str]:
        yield from documents.reindex(self._library)

    def _act(self, event: gr.EventData) -> Iterator[str]:
        """Do something with one document; what nobody knows how to do is let be."""
        if act := _ACTS.get(text_of(event, "action")):
            yield from act(text_of(event, "document"), self._library)

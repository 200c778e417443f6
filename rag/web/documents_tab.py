"""The Documents tab: what is indexed, documents handed in and taken away; `documents` and `listing` have the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from rag.web import asset, documents
from rag.web.doings import Doings
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
_AT_ONCE = 8
"""Most things under way at once; one of them writes the index, and the others say that they wait."""
_MAKE_ROOM = "(files) => [files, null]"
"""Files that have arrived wait elsewhere, so that those which follow do not bring them along once more."""


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
        self._given = gr.File(file_count="multiple", file_types=sorted(SUFFIXES), visible=False)
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
        self._doings = gr.State(Doings())
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
        working: dict[str, Any] = {**QUIET, "queue": True, "concurrency_limit": _AT_ONCE, "concurrency_id": "indexing"}
        several = {"trigger_mode": "multiple", **working}
        given, said = [self._given, self._collection, self._refused], [self._results, self._refused]
        turned_away = self._results.refused(self._refuse, self._doings, said, trigger_mode="multiple", **QUIET)
        turned_away.then(None, None, None, js="() => window.fnTakeRest()", **QUIET)
        both, at_once = [self._given, self._files], {"js": _MAKE_ROOM, "trigger_mode": "multiple", **QUIET}
        arrived = self._files.upload(None, self._files, both, **at_once)
        for done in (
            arrived.then(self._upload, [self._doings, *given], said, **several),
            self._again.click(self._reindex, self._doings, self._results, trigger_mode="once", **working),
            self.listing.act(self._act, self._doings, self._results, **several),
        ):
            done.then(self._told, self._doings, self._results, trigger_mode="always_last", **QUIET)
            done.then(**refreshing, trigger_mode="always_last", **QUIET)

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

    def _refuse(self, doings: Doings, event: gr.EventData) -> tuple[str, list[Upload]]:
        """Say why files are not sent; said again beside the others of the same drop, where there are any."""
        refused = documents.turn_away(rows_of(event, "files"), self._library)
        table = documents.results_table(refused, {})
        if number_of(event, "rest") > 0:
            return table, refused
        return list(doings.telling(iter([table])))[-1], []

    def _upload(
        self, doings: Doings, paths: list[str] | None, collection: str, refused: list[Upload]
    ) -> Iterator[tuple[str, Any]]:
        """Each drop has its own refusals, which are taken at once: another may follow before these files are in."""
        taken: Any = []
        for html in doings.telling(documents.upload(paths or [], self._library, collection, refused)):
            yield html, taken
            taken = gr.skip()

    def _reindex(self, doings: Doings) -> Iterator[str]:
        yield from doings.telling(documents.reindex(self._library))

    def _act(self, doings: Doings, event: gr.EventData) -> Iterator[str]:
        """Do something with one document; what nobody knows how to do is let be."""
        act = _ACTS.get(text_of(event, "action"))
        yield from doings.telling(act(text_of(event, "document"), self._library) if act else iter(()))

    def _told(self, doings: Doings) -> str:
        """All that there is to say; what Gradio shows last of one may be older than what another has said since."""
        return doings.html

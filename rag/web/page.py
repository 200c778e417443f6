"""The page: its frame and its tabs, and what happens when it is entered and left.

Composition only: each part lays itself out and says which of its events calls what.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from weakref import WeakValueDictionary

import gradio as gr

from rag.web import asset, documents
from rag.web.batch_tab import BatchTab
from rag.web.chat import Chat
from rag.web.chat_panel import ChatPanel, Updates
from rag.web.documents_tab import DocumentsTab
from rag.web.history_tab import HistoryTab
from rag.web.keys import help_sheet
from rag.web.library import Library
from rag.web.owner import owner_of
from rag.web.sent import QUIET
from rag.web.session import Session
from rag.web.why_tab import WhyTab

TITLE = "Footnote"
_STYLES = ("style.css", "reader.css", "batchtab.css", "why.css")
_TICK_S = 1.0
"""How often a page looks at the library while the model is loaded."""
_LOOK_S = 4.0
"""And after that, whether documents have come or gone."""
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Consolas", "monospace"]


def style() -> str:
    """The page's CSS."""
    return "\n".join(asset.text_of(name) for name in _STYLES)


def icon() -> Path:
    """The page's icon."""
    return asset.path_of("icon.png")


def theme() -> gr.themes.Base:
    """Gradio's theme in the fonts of the reader's own system, so that none is fetched; its button to log in too."""
    base = gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=_FONTS, font_mono=_MONO)
    return base.set(button_primary_background_fill="*primary_700", button_primary_background_fill_dark="*primary_700")


class Page:
    """The components as attributes, so that the wiring reads as sentences; not yet served.

    Args:
        library: The documents and the model.

    Attributes:
        blocks: The page, as Gradio knows it.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._chat = Chat(library)
        self._present: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self.blocks = gr.Blocks(
            title=TITLE, analytics_enabled=False, fill_height=True, fill_width=True, delete_cache=(3600, 3600)
        )
        with self.blocks:
            self._session = gr.State(Session())
            self._lay_out()
            self._wire()

    def halt(self, timeout_s: float) -> None:
        """Stop every answer that is being written; waits until none is, at most so many seconds."""
        self._batches.halt(timeout_s)
        self._why.halt()
        self._chat.halt(timeout_s)

    def _lay_out(self) -> None:
        with gr.Row(elem_id="fn-top"):
            gr.HTML(f"<h1>{TITLE}</h1>", elem_id="fn-head", apply_default_css=False)
            self._status = gr.HTML(elem_id="fn-status", apply_default_css=False)
            gr.HTML(help_sheet(), elem_id="fn-keys", apply_default_css=False)
        self._timer = gr.Timer(_TICK_S)
        with gr.Row(elem_id="fn-main", equal_height=True):
            with gr.Column(scale=3, min_width=320, elem_id="fn-chat"):
                self._panel = ChatPanel(self._chat, self._session)
            with gr.Column(scale=2, min_width=320, elem_id="fn-side"), gr.Tabs(elem_id="fn-tabs") as self._tabs:
                self._lay_out_tabs()

    def _lay_out_tabs(self) -> None:
        with gr.Tab("Sources", id="sources"):
            self._sources = gr.HTML(elem_id="fn-sources", apply_default_css=False, js_on_load=asset.text_of("page.js"))
        with gr.Tab("Documents", id="documents"):
            self._documents = DocumentsTab(self._library)
        with gr.Tab("History", id="history") as self._past:
            self._history = HistoryTab(self._library.conversations, self._session, self._panel)
        with gr.Tab("Batch", id="batch"):
            self._batches = BatchTab(self._library, owner_of)
        with gr.Tab("Why", id="why") as self._asking_why:
            self._why = WhyTab(self._library, self._session, self._panel)

    def _wire(self) -> None:
        self._panel.wire(self._sources, self._tabs)
        self._history.wire(self._past)
        self._why.wire(self._asking_why)
        state = [self._status, self._documents.listing, self._timer, *self._panel.shown]
        given = [self._session, self._panel.kept_as, self._panel.scope, *self._documents.sought]
        self.blocks.load(
            self._enter,
            given,
            state,
            js="(session, id, ...rest) => [session, new URLSearchParams(location.search).get('c') ?? '', ...rest]",
            **QUIET,
        )
        self._timer.tick(self._tick, given, state, **QUIET)
        self._documents.wire(fn=self._refresh, inputs=given, outputs=state)
        self.blocks.unload(self._leave)

    def _enter(
        self, session: Session, kept_as: str, scope: list[str], words: str, at: int, request: gr.Request
    ) -> Updates:
        self._present[str(request.session_hash)] = session
        self._panel.own(session, request, kept_as)
        chosen = session.views[-1].scope if session.views else scope
        return (*self._looked(session, words, at), *self._panel.updates(session, scope=self._choices(chosen)))

    def _leave(self, request: gr.Request) -> None:
        """Nobody is left to read what is being written; what was asked is on disk, and need not be kept here too."""
        session = self._present.get(str(request.session_hash))
        if session is not None:
            session.open("", [])

    def _tick(
        self, session: Session, kept_as: str, scope: list[str], words: str, at: int, request: gr.Request
    ) -> Updates:
        """Look at the library; nothing is sent while nothing changes."""
        status = self._library.status()
        if status.phase == "loading":
            return documents.banner(status), gr.skip(), gr.skip(), *self._panel.unchanged()
        if session.seen == self._library.seen and not session.elsewhere:
            return *(gr.skip(),) * 3, *self._panel.unchanged()
        return self._refresh(session, kept_as, scope, words, at, request)

    def _refresh(
        self, session: Session, kept_as: str, scope: list[str], words: str, at: int, request: gr.Request
    ) -> Updates:
        self._panel.own(session, request, kept_as)
        changed = self._chat.look_again(session) or not session.views
        choices = self._choices(scope)
        shown = self._panel.updates(session, scope=choices) if changed else self._panel.unchanged(choices)
        return (*self._looked(session, words, at), *shown)

    def _choices(self, scope: Sequence[str]) -> gr.Dropdown:
        return self._panel.choices(self._library.documents(), scope)

    def _looked(self, session: Session, words: str, at: int) -> Updates:
        """Where the library stands, what is indexed, and when to look again."""
        status = self._library.status()
        session.seen = self._library.seen
        listing = self._documents.listed(words, at)
        loading = gr.Timer(_TICK_S if status.phase == "loading" else _LOOK_S)
        return documents.banner(status), listing, loading

"""The page: Gradio components, where they stand, and which event calls what.

Composition only: what is said and shown comes from `chat`, `documents` and `library`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import gradio as gr

from rag.web import documents
from rag.web.batch_tab import BatchTab
from rag.web.chat import Chat, Screen
from rag.web.library import Library
from rag.web.session import Session
from rag.web.uploads import SUFFIXES

TITLE = "Footnote"
_ASSETS = files("rag.web").joinpath("assets")
_ANSWERING = 32
"""Questions taken at once; they are answered one by one, in order, and their place in the line is shown."""
_TICK_S = 1.0
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Consolas", "monospace"]

Updates = tuple[Any, ...]


def style() -> str:
    """The page's CSS."""
    return _asset("style.css") + _asset("batchtab.css")


def icon() -> Path:
    """The page's icon."""
    return Path(str(_ASSETS.joinpath("icon.png")))


def theme() -> gr.themes.Base:
    """Gradio's theme in the fonts of the reader's own system, so that none is fetched."""
    return gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=_FONTS, font_mono=_MONO)


def _asset(name: str) -> str:
    return _ASSETS.joinpath(name).read_text("utf-8")


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
            self._session = gr.State(Session(), delete_callback=lambda session: session.stop.set())
            self._lay_out()
            self._wire_chat()
            self._wire_documents()

    def halt(self, timeout_s: float) -> None:
        """Stop every answer that is being written; waits until none is, at most so many seconds."""
        self._batches.halt(timeout_s)
        self._chat.halt(timeout_s)

    def _lay_out(self) -> None:
        with gr.Row(elem_id="fn-top"):
            gr.HTML(f"<h1>{TITLE}</h1>", elem_id="fn-head", apply_default_css=False)
            self._status = gr.HTML(elem_id="fn-status", apply_default_css=False)
        self._timer = gr.Timer(_TICK_S)
        with gr.Row(elem_id="fn-main", equal_height=True):
            with gr.Column(scale=3, min_width=320, elem_id="fn-chat"):
                self._lay_out_chat()
            with gr.Column(scale=2, min_width=320, elem_id="fn-side"), gr.Tabs(elem_id="fn-tabs") as self._tabs:
                with gr.Tab("Sources", id="sources"):
                    self._sources = gr.HTML(elem_id="fn-sources", apply_default_css=False, js_on_load=_asset("page.js"))
                with gr.Tab("Documents", id="documents"):
                    self._lay_out_documents()
                with gr.Tab("Batch", id="batch"):
                    self._batches = BatchTab(self._library, lambda request: request.username or "everyone")

    def _lay_out_chat(self) -> None:
        with gr.Column(elem_id="fn-transcript"):
            self._past = gr.HTML(elem_id="fn-past", apply_default_css=False)
            self._current = gr.HTML(elem_id="fn-current", apply_default_css=False)
        with gr.Column(elem_id="fn-composer"):
            self._box = gr.Textbox(
                placeholder="Ask a question about your documents",
                label="Question",
                show_label=False,
                container=False,
                lines=1,
                max_lines=8,
                autofocus=True,
                elem_id="fn-box",
            )
            with gr.Row(elem_id="fn-buttons"):
                self._clear = gr.Button("Clear", size="sm", interactive=False, elem_id="fn-clear", min_width=0)
                self._again = gr.Button("Regenerate", size="sm", interactive=False, elem_id="fn-again", min_width=0)
                self._stop = gr.Button("Stop", size="sm", variant="stop", elem_id="fn-stop", visible=False, min_width=0)
                self._send = gr.Button("Ask", size="sm", variant="primary", elem_id="fn-send", min_width=0)

    def _lay_out_documents(self) -> None:
        self._files = gr.File(
            label="Add documents",
            file_count="multiple",
            file_types=sorted(SUFFIXES),
            height=140,
            elem_id="fn-upload",
        )
        self._results = gr.HTML(elem_id="fn-results", apply_default_css=False)
        self._listing = gr.HTML(elem_id="fn-listing", apply_default_css=False)

    def _wire_chat(self) -> None:
        buttons = [self._send, self._stop, self._again, self._clear]
        shown = [self._box, self._past, self._current, self._sources, *buttons, self._tabs]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = {**quiet, "outputs": shown, "concurrency_limit": _ANSWERING, "trigger_mode": "once"}
        gr.on([self._box.submit, self._send.click], self._ask, [self._box, self._session], **asking)
        self._again.click(self._ask_again, [self._session], **asking)
        self._sources.example(self._ask_example, [self._session], **asking)
        self._stop.click(self._halt, [self._session], [self._stop], queue=False, **quiet)
        self._clear.click(self._forget, [self._session], shown, queue=False, **quiet)
        self._sources.source(
            self._select, [self._session], [self._sources, self._tabs], queue=False, trigger_mode="multiple", **quiet
        )

        self.blocks.unload(self._leave)

    def _wire_documents(self) -> None:
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        state = [self._status, self._listing, self._current, self._timer]
        self.blocks.load(self._enter, [self._session], [*state, self._past, self._sources], queue=False, **quiet)
        self._timer.tick(self._tick, [self._session], state, queue=False, **quiet)
        taken = self._files.upload(
            self._upload, [self._files], [self._results, self._files], concurrency_limit=2, **quiet
        )
        taken.then(self._refresh, [self._session], state, queue=False, **quiet)

    def _ask(self, question: str, session: Session) -> Iterator[Updates]:
        yield from self._shown(self._chat.ask(question, session), box="")

    def _ask_again(self, session: Session) -> Iterator[Updates]:
        yield from self._shown(self._chat.again(session))

    def _ask_example(self, session: Session, event: gr.EventData) -> Iterator[Updates]:
        yield from self._shown(self._chat.example(_number(event, "index"), session))

    def _shown(self, screens: Iterator[Screen], box: str | None = None) -> Iterator[Updates]:
        """Screens as updates of the components; the box is emptied once, so that typing goes on undisturbed."""
        first = True
        for screen in screens:
            typed = box if first else None
            yield (*_updates(typed, screen), gr.Tabs(selected="sources") if first else gr.skip())
            first = False

    def _halt(self, session: Session) -> gr.Button:
        session.stop.set()
        return gr.Button("Stopping…", interactive=False)

    def _forget(self, session: Session) -> Updates:
        session.clear()
        return (*_updates("", self._chat.screen(session)), gr.skip())

    def _select(self, session: Session, event: gr.EventData) -> Updates:
        pane = self._chat.select(_number(event, "turn"), _number(event, "number"), session)
        return pane, gr.Tabs(selected="sources")

    def _enter(self, session: Session, request: gr.Request) -> Updates:
        self._present[str(request.session_hash)] = session
        screen = self._chat.screen(session)
        return (*self._tick(session, entering=True), screen.past, screen.sources)

    def _leave(self, request: gr.Request) -> None:
        """Nobody is left to read what is being written."""
        session = self._present.get(str(request.session_hash))
        if session is not None:
            session.stop.set()

    def _tick(self, session: Session, entering: bool = False) -> Updates:
        """Look at the library until it has settled; nothing is sent while nothing changes."""
        status = self._library.status()
        settled = status.phase != "loading"
        if settled or entering:
            return (*self._refresh(session)[:3], gr.Timer(active=not settled))
        return documents.banner(status), gr.skip(), gr.skip(), gr.skip()

    def _refresh(self, session: Session) -> Updates:
        status = self._library.status()
        current = gr.skip() if session.views else self._chat.screen(session).current
        loading = gr.Timer(active=status.phase == "loading")
        return documents.banner(status), documents.listing(self._library.documents()), current, loading

    def _upload(self, paths: list[str] | None) -> Iterator[Updates]:
        for html in documents.upload(paths or [], self._library):
            yield html, gr.skip()
        yield gr.skip(), None


def _updates(typed: str | None, screen: Screen) -> Updates:
    """Box, earlier questions, last question, sources; then the buttons that ask, stop, regenerate and clear."""
    return (
        _changed(typed),
        _changed(screen.past),
        screen.current,
        _changed(screen.sources),
        gr.Button(visible=not screen.busy),
        gr.Button("Stop", visible=screen.busy, interactive=True),
        gr.Button(interactive=screen.begun and not screen.busy),
        gr.Button(interactive=screen.begun),
    )


def _changed(value: str | None) -> Any:
    return gr.skip() if value is None else value


def _number(event: gr.EventData, name: str) -> int:
    """A number that the browser sent; -1 where it sent something else."""
    value = (event._data or {}).get(name)
    return value if isinstance(value, int) else -1

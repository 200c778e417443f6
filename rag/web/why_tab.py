"""The Why tab: explain the answer that is shown, and keep it as a case; what is said comes from `explainer`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.web import asset
from rag.web.chat_panel import ChatPanel
from rag.web.explainer import Explainer
from rag.web.html import element, escape, message
from rag.web.library import Library
from rag.web.sent import QUIET, number_of, text_of
from rag.web.session import Session

_PINNED = "Explain once more to see what becomes of it, or keep the question as an evaluation case."
_EXPLAINING = 32
"""Explanations taken at once; they are made one by one, in order with the questions."""
_ANSWERED = {"Yes": True, "No": False}
_QUIET: dict[str, Any] = {**QUIET, "queue": True}


class WhyTab:
    """Made inside a `gr.Tab`.

    Args:
        library: The documents and the model.
        session: The page's state.
        panel: The conversation beside it.
    """

    def __init__(self, library: Library, session: gr.State, panel: ChatPanel) -> None:
        self._explainer = Explainer(library)
        self._panel = panel
        self._session = session
        self._lay_out()
        given = [session, panel.kept_as, self._passage, self._document]
        self._button.click(
            self._explain, given, self._shown, concurrency_limit=_EXPLAINING, trigger_mode="once", **_QUIET
        )
        self._keep.click(self._kept, [*given, self._answered], self._note, **QUIET)
        pinned = [self._passage, self._document, self._answered, self._note]
        self._shown.expect(self._expect, None, pinned, **QUIET)

    def wire(self, tab: gr.Tab) -> None:
        """Say what happens when another answer may have come to be shown.

        Args:
            tab: The one that it stands in.
        """
        written = [self._passage, self._document, self._answered, self._shown, self._note]
        shown_anew = [tab.select, self._panel.kept_as.change]
        gr.on(shown_anew, self._begin_anew, [self._session, self._panel.kept_as], written, **QUIET)

    def _lay_out(self) -> None:
        self._passage = gr.Textbox(
            label="A passage that you expected",
            placeholder="Paste its words",
            lines=2,
            max_lines=6,
            elem_id="fn-why-text",
        )
        self._document = gr.Textbox(
            label="Its document", placeholder="Empty for whichever has it", max_lines=1, elem_id="fn-why-document"
        )
        self._button = gr.Button("Explain the answer that is shown", variant="primary", size="sm", elem_id="fn-why")
        self._shown = gr.HTML(elem_id="fn-why-shown", apply_default_css=False, js_on_load=asset.text_of("why.js"))
        with gr.Column(elem_id="fn-why-case"):
            gr.HTML(self._about(), elem_id="fn-why-about", apply_default_css=False)
            self._answered = gr.Radio(list(_ANSWERED), label="Do the documents answer it?", elem_id="fn-why-answered")
            self._keep = gr.Button("Keep as an evaluation case", size="sm", elem_id="fn-why-keep")
            self._note = gr.HTML(elem_id="fn-why-note", apply_default_css=False)

    def _about(self) -> str:
        said = f"Kept in {self._explainer.cases}: with the passage that you expected or else those that are cited."
        return element("p", escape(said), class_="fn-note")

    def halt(self) -> None:
        """End what waits for its turn, and begin nothing more."""
        self._explainer.halt()

    def _explain(self, session: Session, kept_as: str, text: str, document: str, request: gr.Request) -> Iterator[str]:
        self._panel.own(session, request, kept_as)
        yield from self._explainer.explain(session, text, document)

    def _expect(self, event: gr.EventData) -> tuple[Any, ...]:
        """Name a passage of the list as the one that was expected; the documents answer the question then."""
        document = text_of(event, "document")
        words = self._explainer.words(document, number_of(event, "start"), number_of(event, "end"))
        if not words:
            return *(gr.skip(),) * 3, message("error", "This passage is no longer in the index.", "Explain once more.")
        return words, document, "Yes", message("info", "This passage is expected now.", _PINNED)

    def _begin_anew(self, session: Session, kept_as: str, request: gr.Request) -> tuple[Any, ...]:
        """Empty all that belongs to an answer that is not shown any more."""
        self._panel.own(session, request, kept_as)
        if not self._explainer.is_behind(session):
            return (gr.skip(),) * 5
        session.explained = ""
        return "", "", None, "", ""

    def _kept(
        self, session: Session, kept_as: str, text: str, document: str, answered: str | None, request: gr.Request
    ) -> str:
        self._panel.own(session, request, kept_as)
        return self._explainer.keep(session, _ANSWERED.get(answered or ""), text, document)

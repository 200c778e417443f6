"""The conversation on the page: Gradio components, and which event calls what; what is shown comes from `chat`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rag.scope import choices, normalised
from rag.types import DocumentInfo
from rag.web.chat import Chat, Screen
from rag.web.owner import owner_of
from rag.web.sent import QUIET, number_of, sound, text_of
from rag.web.session import Session

_ANSWERING = 32
"""Questions taken at once; they are answered one by one, in order, and their place in the line is shown."""
_CHOICES = 1_000
"""Most folders and documents offered to look in; folders come first."""

Updates = tuple[Any, ...]


class ChatPanel:
    """The transcript and the box below it, made where it stands.

    Args:
        chat: What answers.
        session: The page's state.

    Attributes:
        past: The questions before the last one.
        current: The last question with its answer.
        scope: What questions are limited to.
        kept_as: The id of the conversation, as the browser knows it; so that a page outlives the server.
    """

    def __init__(self, chat: Chat, session: gr.State) -> None:
        self._chat = chat
        self._session = session
        with gr.Column(elem_id="fn-transcript"):
            self.past = gr.HTML(elem_id="fn-past", apply_default_css=False)
            self.current = gr.HTML(elem_id="fn-current", apply_default_css=False)
        with gr.Column(elem_id="fn-composer"):
            self._above = gr.HTML(elem_id="fn-above", apply_default_css=False)
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
                self.scope = gr.Dropdown(
                    [],
                    multiselect=True,
                    allow_custom_value=True,  # one that is gone meanwhile is told of in words
                    label="Look only in",
                    container=False,
                    elem_id="fn-scope",
                )
                self._stop = gr.Button("Stop", size="sm", variant="stop", elem_id="fn-stop", visible=False, min_width=0)
                self._send = gr.Button("Ask", size="sm", variant="primary", elem_id="fn-send", min_width=0)
        self.kept_as = gr.Textbox(value="", visible="hidden", elem_id="fn-kept-as")

    def wire(self, sources: gr.HTML, tabs: gr.Tabs) -> None:
        """Say what happens on each event.

        Args:
            sources: The source pane, which also sends what is pressed in the transcript.
            tabs: Turned to the sources when there are new ones.
        """
        buttons = [self._send, self._stop, self._again, self._clear]
        screen = [self._box, self.past, self.current, sources, self._above, *buttons, self.kept_as]
        self.shown = [*screen, tabs, self.scope]
        given = [self._session, self.kept_as]
        asking = {**QUIET, "queue": True, "outputs": self.shown, "concurrency_limit": _ANSWERING}
        asking["trigger_mode"] = "multiple"  # else one waits for the end of an answer that was cleared away
        typed = [self._box, *given, self.scope]
        gr.on([self._box.submit, self._send.click], self._ask, typed, **asking)
        self._again.click(self._ask_again, given, **asking)
        sources.example(self._ask_example, [*given, self.scope], **asking)
        self._stop.click(self._halt, [self._session], [self._stop], **QUIET)
        self._clear.click(self.clear, [self._session], self.shown, **QUIET)
        sources.edit(self._edit, [*given, self.scope], self.shown, **QUIET)
        sources.rate(self._rate, given, self.shown, trigger_mode="multiple", **QUIET)
        sources.source(self._select, given, [sources, tabs], trigger_mode="multiple", **QUIET)
        sources.look(self._look, given, [sources, tabs], trigger_mode="multiple", **QUIET)
        sources.read(self._read, [self._session], None, **QUIET)
        self.kept_as.change(None, self.kept_as, None, js="(id) => window.fnAddress(id)")

    def choices(self, documents: Sequence[DocumentInfo], chosen: Sequence[str] | None) -> gr.Dropdown:
        """What a question can be limited to now; what is chosen stays so, were it gone: it may come back."""
        paths = [document.path for document in documents]
        return gr.Dropdown(choices=list(choices(paths)[:_CHOICES]), value=list(chosen or []))

    def own(self, session: Session, request: gr.Request, kept_as: str | None) -> None:
        """Note who sits in front of a page, and take up the conversation that it shows; for every event, first.

        Args:
            session: The page's; empty after the server was started anew.
            request: The event's.
            kept_as: Id of the conversation, as the page knows it.
        """
        self._chat.own(session, owner_of(request), sound(kept_as or ""))

    def clear(self, session: Session) -> Updates:
        """Begin another conversation."""
        session.clear()
        return self.updates(session, "")

    def open(self, session: Session, kept_as: str) -> Updates:
        """Go on with a conversation from the disk, and look where its last question did."""
        self._chat.open(kept_as, session)
        there = session.views and session.kept_as == kept_as
        scope = gr.Dropdown(value=list(session.views[-1].scope)) if there else None
        return self.updates(session, "", scope)

    def updates(self, session: Session, typed: str | None = None, scope: gr.Dropdown | None = None) -> Updates:
        """Everything as it is now, for `shown`.

        Args:
            session: The page's.
            typed: What the box is to hold; None for what it holds.
            scope: What questions can be limited to, and are; None for what was.

        Returns:
            One update per component.
        """
        return (*_updates(typed, self._chat.screen(session)), gr.skip(), _changed(scope))

    def unchanged(self, scope: gr.Dropdown | None = None) -> Updates:
        """Nothing new for `shown`, but what questions can be limited to where it is given."""
        return (*(gr.skip() for _ in self.shown[:-1]), _changed(scope))

    def _ask(
        self, question: str, session: Session, kept_as: str, scope: list[str], request: gr.Request
    ) -> Iterator[Updates]:
        self._begin(session, kept_as, scope, request)
        yield from self._shown(self._chat.ask(question, session), box="")

    def _ask_again(self, session: Session, kept_as: str, request: gr.Request) -> Iterator[Updates]:
        self.own(session, request, kept_as)
        yield from self._shown(self._chat.again(session))

    def _ask_example(
        self, session: Session, kept_as: str, scope: list[str], request: gr.Request, event: gr.EventData
    ) -> Iterator[Updates]:
        self._begin(session, kept_as, scope, request)
        yield from self._shown(self._chat.example(number_of(event, "index"), session))

    def _begin(self, session: Session, kept_as: str, scope: list[str] | None, request: gr.Request) -> None:
        self.own(session, request, kept_as)
        session.scope = normalised(scope or [])

    def _shown(self, screens: Iterator[Screen], box: str | None = None) -> Iterator[Updates]:
        """Screens as updates of the components; the box is emptied once, so that typing goes on undisturbed.

        What is let be has no screens and changes nothing: Gradio takes an iterator that yields nothing for Nones.
        """
        first = True
        for screen in screens:
            typed = box if first else None
            yield (*_updates(typed, screen), gr.Tabs(selected="sources") if first else gr.skip(), gr.skip())
            first = False
        if first:
            yield self.unchanged()

    def _halt(self, session: Session) -> gr.Button:
        session.stop.set()
        return gr.Button("Stopping…", interactive=False)

    def _edit(
        self, session: Session, kept_as: str, scope: list[str], request: gr.Request, event: gr.EventData
    ) -> Updates:
        """Begin to edit a question, from where it looked, or leave it: what was chosen before stands again."""
        self.own(session, request, kept_as)
        if session.editing is None:
            session.scope = normalised(scope or [])
        question, screen = self._chat.edit(number_of(event, "turn"), session)
        view = session.view(session.editing or 0)
        chosen = None if question is None else gr.Dropdown(value=list(view.scope if view else session.scope))
        return (*_updates(question, screen), gr.skip(), _changed(chosen))

    def _rate(self, session: Session, kept_as: str, request: gr.Request, event: gr.EventData) -> Updates:
        self.own(session, request, kept_as)
        good = (event._data or {}).get("good") is True
        screen = self._chat.rate(number_of(event, "turn"), good, text_of(event, "remark"), session)
        return (*_updates(None, screen), gr.skip(), gr.skip())

    def _select(self, session: Session, kept_as: str, request: gr.Request, event: gr.EventData) -> Updates:
        self.own(session, request, kept_as)
        pane = self._chat.sources.select(number_of(event, "turn"), text_of(event, "passage"), session)
        return pane, gr.Tabs(selected="sources")

    def _read(self, session: Session) -> None:
        session.reading = True

    def _look(self, session: Session, kept_as: str, request: gr.Request, event: gr.EventData) -> Updates:
        self.own(session, request, kept_as)
        at, document = number_of(event, "at"), text_of(event, "document")
        if document:
            pane = self._chat.sources.read(document, at if at >= 0 else None, session)
        else:
            turn, name = number_of(event, "turn"), text_of(event, "passage")
            pane = self._chat.sources.look(turn, name, text_of(event, "what"), at if at >= 0 else None, session)
        return pane, gr.Tabs(selected="sources")


def _updates(typed: str | None, screen: Screen) -> Updates:
    """The box, the screen's parts in order, the buttons that ask, stop, regenerate and clear, and the id."""
    return (
        _changed(typed),
        _changed(screen.past),
        screen.current,
        _changed(screen.sources),
        screen.above,
        gr.Button(visible=not screen.busy),
        gr.Button("Stop", visible=screen.busy, interactive=True),
        gr.Button(interactive=screen.repeatable),
        gr.Button(interactive=screen.begun),
        screen.kept_as,
    )


def _changed(value: Any) -> Any:
    return gr.skip() if value is None else value

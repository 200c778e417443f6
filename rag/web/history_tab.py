"""The History tab: conversations listed, searched, opened, renamed, deleted and taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.web import asset
from rag.web.chat_panel import ChatPanel
from rag.web.conversations import Conversations
from rag.web.export import as_cases, as_json, as_markdown, file_name
from rag.web.history import history, nobody
from rag.web.html import message
from rag.web.sent import QUIET, text_of
from rag.web.session import Session
from rag.web.view import View


class HistoryTab:
    """Made inside a `gr.Tab`.

    Args:
        conversations: All there are; a session's owner sees their own.
        session: The page's state.
        panel: The conversation beside it.
    """

    def __init__(self, conversations: Conversations, session: gr.State, panel: ChatPanel) -> None:
        self._conversations = conversations
        self._panel = panel
        with gr.Row(elem_id="fn-find"):
            self._search = gr.Textbox(
                value="",
                placeholder="Search what was asked and answered",
                label="Search conversations",
                show_label=False,
                container=False,
                scale=3,
                elem_id="fn-search",
            )
            self._new = gr.Button("New", size="sm", min_width=0, elem_id="fn-new")
        self._listing = gr.HTML(elem_id="fn-history", apply_default_css=False, js_on_load=asset.text_of("history.js"))
        self._ratings = gr.Button("Export ratings", size="sm", min_width=0, elem_id="fn-ratings")
        self._file = gr.JSON(visible=False)
        self._given = [session, panel.kept_as, self._search]

    def wire(self, tab: gr.Tab) -> None:
        """Say what happens on each event.

        Args:
            tab: The one that it stands in.
        """
        given, listing, both = self._given, self._listing, [*self._panel.shown, self._listing]
        tab.select(self._list, given, listing, **QUIET)
        self._search.change(self._list, given, listing, trigger_mode="always_last", **QUIET)
        listing.rename(self._rename, given, listing, **QUIET)
        listing.open(self._open, given, both, **QUIET)
        listing.delete(self._delete, given, both, **QUIET)
        self._new.click(self._begin, given, both, **QUIET)
        for made in (
            listing.export(self._export, given, self._file, **QUIET),
            self._ratings.click(self._export_ratings, given, self._file, **QUIET),
        ):
            made.success(None, self._file, None, js="(file) => { if (file) window.fnSave(file); }", **QUIET)

    def _list(self, session: Session, kept_as: str, words: str, request: gr.Request) -> str:
        self._panel.own(session, request, kept_as)
        return self._listed(session, words)

    def _listed(self, session: Session, words: str) -> str:
        """The list as it is now, or why there is none."""
        if not session.owner:
            return nobody()
        try:
            return history(self._conversations.list(session.owner, words), session.kept_as, words.strip())
        except RagError as exc:
            return message("error", exc.message, exc.hint)

    def _open(
        self, session: Session, kept_as: str, words: str, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        self._panel.own(session, request, kept_as)
        shown = self._panel.open(session, text_of(event, "id"))
        return (*shown, self._listed(session, words))

    def _begin(self, session: Session, kept_as: str, words: str, request: gr.Request) -> tuple[Any, ...]:
        self._panel.own(session, request, kept_as)
        return (*self._panel.clear(session), self._listed(session, words))

    def _delete(
        self, session: Session, kept_as: str, words: str, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Forget a conversation; the one that is on the page goes from there too."""
        self._panel.own(session, request, kept_as)
        gone, trouble = text_of(event, "id"), ""
        try:
            self._conversations.delete(session.owner, gone)
            if gone == session.kept_as:
                session.clear()
        except RagError as exc:
            trouble = message("error", exc.message, exc.hint)
        return (*self._panel.updates(session), trouble + self._listed(session, words))

    def _rename(self, session: Session, kept_as: str, words: str, request: gr.Request, event: gr.EventData) -> str:
        self._panel.own(session, request, kept_as)
        try:
            self._conversations.rename(session.owner, text_of(event, "id"), text_of(event, "title"))
        except RagError as exc:
            return message("error", exc.message, exc.hint) + self._listed(session, words)
        return self._listed(session, words)

    def _export(
        self, session: Session, kept_as: str, _words: str, request: gr.Request, event: gr.EventData
    ) -> dict[str, str] | None:
        """A file to save, or None where there is no such conversation any more."""
        self._panel.own(session, request, kept_as)
        try:
            mine = {about.id: about for about in self._conversations.list(session.owner)}
            about = mine[text_of(event, "id")]
            views = self._conversations.load(session.owner, about.id)
        except KeyError:
            return None
        except RagError as exc:
            raise gr.Error(str(exc), print_exception=False) from exc
        if text_of(event, "kind") == "json":
            return {"name": file_name(about.title, ".json"), "text": as_json(about.title, about.changed_s, views)}
        return {"name": file_name(about.title, ".md"), "text": as_markdown(about.title, views)}

    def _export_ratings(self, session: Session, kept_as: str, _words: str, request: gr.Request) -> dict[str, str]:
        """What the owner thinks of answers; conversations changed last come last, so that the last word counts."""
        self._panel.own(session, request, kept_as)
        try:
            mine = [about.id for about in self._conversations.list(session.owner)]
            return {"name": "ratings.jsonl", "text": as_cases(self._loaded(session.owner, reversed(mine)))}
        except RagError as exc:
            raise gr.Error(str(exc), print_exception=False) from exc

    def _loaded(self, owner: str, conversations: Iterable[str]) -> Iterator[list[View]]:
        for conversation in conversations:
            with suppress(KeyError):  # deleted meanwhile
                yield self._conversations.load(owner, conversation)

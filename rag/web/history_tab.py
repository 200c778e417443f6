"""The History tab: conversations listed, searched, renamed and taken away; which of them is on the page is `Page`'s."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.web.conversations import Conversations, Summary
from rag.web.export import as_cases, as_json, as_markdown, file_name
from rag.web.history import history, nobody
from rag.web.html import message
from rag.web.session import Session

_JS = files("rag.web").joinpath("assets", "history.js")
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}


class HistoryTab:
    """Made inside a `gr.Tab`.

    Args:
        conversations: All there are; a session's owner sees their own.
        session: The page's state.

    Attributes:
        listing: Sends `open` and `delete` with the id of a conversation.
        new: The button that begins another one.
    """

    def __init__(self, conversations: Conversations, session: gr.State) -> None:
        self._conversations = conversations
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
            self.new = gr.Button("New", size="sm", min_width=0, elem_id="fn-new")
        self.listing = gr.HTML(elem_id="fn-history", apply_default_css=False, js_on_load=_JS.read_text("utf-8"))
        self._ratings = gr.Button("Export ratings", size="sm", min_width=0, elem_id="fn-ratings")
        self._file = gr.JSON(visible=False)
        self._wire(session)

    def _wire(self, session: gr.State) -> None:
        given = [session, self._search]
        self._search.change(self.refresh, given, self.listing, trigger_mode="always_last", **QUIET)
        self.listing.rename(self._rename, given, self.listing, **QUIET)
        for made in (
            self.listing.export(self._export, [session], self._file, **QUIET),
            self._ratings.click(self._export_ratings, [session], self._file, **QUIET),
        ):
            made.then(None, self._file, None, js="(file) => { if (file) window.fnSave(file); }", **QUIET)

    @property
    def given(self) -> gr.Textbox:
        """What `refresh` takes beside the session."""
        return self._search

    def refresh(self, session: Session, words: str) -> str:
        """The list as it is now.

        Args:
            session: Whose.
            words: What is searched for; empty for all.

        Returns:
            HTML.
        """
        if not session.owner:
            return nobody()
        try:
            return history(self._conversations.list(session.owner, words), session.kept_as, words.strip())
        except RagError as exc:
            return message("error", exc.message, exc.hint)

    def delete(self, conversation: str, session: Session) -> None:
        """Forget a conversation; the one that is on the page goes from there too."""
        if session.owner:
            self._conversations.delete(session.owner, conversation)
            if conversation == session.kept_as:
                session.clear()

    def _rename(self, session: Session, words: str, event: gr.EventData) -> str:
        if session.owner:
            self._conversations.rename(session.owner, text_of(event, "id"), text_of(event, "title"))
        return self.refresh(session, words)

    def _export(self, session: Session, event: gr.EventData) -> dict[str, str] | None:
        """A file to save, or None where there is no such conversation."""
        about = self._find(session, text_of(event, "id"))
        if about is None:
            return None
        views = self._conversations.load(session.owner, about.id)
        if text_of(event, "kind") == "json":
            text, suffix = as_json(about.title, about.changed_s, views), ".json"
        else:
            text, suffix = as_markdown(about.title, views), ".md"
        return {"name": file_name(about.title, suffix), "text": text}

    def _export_ratings(self, session: Session) -> dict[str, str]:
        """What the owner thinks of answers, last changed conversations last, so that the last word counts."""
        mine = reversed(self._conversations.list(session.owner)) if session.owner else []
        views = (self._conversations.load(session.owner, about.id) for about in mine)
        return {"name": "ratings.jsonl", "text": as_cases(views)}

    def _find(self, session: Session, conversation: str) -> Summary | None:
        mine = self._conversations.list(session.owner) if session.owner else []
        return next((about for about in mine if about.id == conversation), None)


def text_of(event: gr.EventData, name: str) -> str:
    """A text that the browser sent; empty where it sent something else."""
    value = (event._data or {}).get(name)
    return value if isinstance(value, str) else ""

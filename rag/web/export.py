"""Conversations to take away: Markdown for people, JSON for programs, and ratings as evaluation cases.

Pure: views in, text out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rag.cases import Case
from rag.types import Citation, Turn
from rag.web.html import place
from rag.web.view import View

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#+!|~&-])")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f.]+')
_NAME = 60
"""Characters of a file name at most."""


def as_markdown(title: str, views: Sequence[View]) -> str:
    """A conversation as Markdown: each question a heading, its answer, and the passages cited.

    Args:
        title: The conversation's.
        views: Its questions, oldest first.

    Returns:
        Text in which nothing of a question, an answer or a document is markup.
    """
    return "\n\n".join([f"# {_plain(title)}", *(_turn(view) for view in views)]) + "\n"


def as_json(title: str, changed_s: float, views: Sequence[View]) -> str:
    """A conversation as one JSON object: `title`, `changed`, and `turns` with the answer as `rag ask --json` gives it.

    Args:
        title: The conversation's.
        changed_s: When it was last written to, in seconds since 1970.
        views: Its questions, oldest first.

    Returns:
        Indented JSON. An answer that was not finished is null.
    """
    changed = datetime.fromtimestamp(changed_s, UTC).isoformat(timespec="seconds")
    turns = [_turn_data(view) for view in views]
    return json.dumps({"title": title, "changed": changed, "turns": turns}, ensure_ascii=False, indent=2) + "\n"


def as_cases(conversations: Iterable[Sequence[View]]) -> str:
    """What was thought of answers, as evaluation cases that `rag eval FILE --index DIR` runs; see `rag.cases`.

    Args:
        conversations: Each with its questions, oldest first.

    Returns:
        One JSON object a line, with a `remark` where there is one; answers that nobody rated are left out, so are
        those that looked at a part of the index only, and of a question that was rated twice the last word counts.
    """
    found = {}
    for views in conversations:
        turns: list[Turn] = []
        for view in views:
            if view.answer is not None and view.good is not None and not view.scope:
                case = Case.from_answer(view.answer, view.good, tuple(turns)).to_dict()
                found[case["_id"]] = case | ({"remark": view.remark} if view.remark else {})
            turns += view.turns()
    return "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in found.values())


def file_name(title: str, suffix: str) -> str:
    """A name for the file that a conversation is saved as."""
    return (" ".join(_UNSAFE.sub(" ", title).split())[:_NAME].strip() or "conversation") + suffix


def _turn(view: View) -> str:
    parts = [f"## {_plain(view.question)}", _answer(view)]
    parts += [_source(view.number, citation) for citation in view.citations]
    return "\n\n".join(part for part in parts if part)


def _answer(view: View) -> str:
    if view.phase == "failed":
        return f"*{_plain(view.error)}*"
    if view.refused and view.answer is not None:
        return f"*{_plain(view.answer.text)}* {_plain(view.answer.reason)}".rstrip()
    said = " ".join(
        f"{_plain(sentence.text)} {''.join(f'[^{view.number}-{number}]' for number in sentence.citations)}".rstrip()
        for sentence in view.sentences
    )
    return f"{said} *(stopped)*".strip() if view.phase == "stopped" else said


def _source(turn: int, citation: Citation) -> str:
    """A footnote; the place comes first, since a quote of one word would make it the address of a link."""
    where = ", ".join(part for part in (citation.document, place(citation.page, citation.heading)) if part)
    return f"[^{turn}-{citation.number}]: {_plain(where)}: “{_plain(citation.quote)}”"


def _plain(text: str) -> str:
    """On one line, with nothing that Markdown would take for markup."""
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", " ".join(text.split())))


def _turn_data(view: View) -> dict[str, Any]:
    answer = view.answer.to_dict() if view.answer and view.phase == "done" else None
    said = {"good": view.good, "remark": view.remark} if view.good is not None else None
    return {"question": view.question, "phase": view.phase, "answer": answer, "rating": said}

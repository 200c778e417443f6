"""The list of documents as HTML: those that are looked for, some at a time, and the files that could not be read.

Pure: what there is in, a string out; `documents.js` sends what is pressed. All text goes through `rag.web.html`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rag.indexing import FileResult
from rag.types import DocumentInfo
from rag.web.html import count, dated, element, escape
from rag.web.uploads import is_upload

SHOWN = 200
"""Most documents listed at once."""


class Aside(NamedTuple):
    """Files of the folder that could not be read, and the documents and folders that its user leaves out."""

    failures: Sequence[FileResult] = ()
    left_out: Sequence[str] = ()


_NOTHING = Aside()


def listing(
    documents: Sequence[DocumentInfo], folder: str, aside: Aside = _NOTHING, words: str = "", at: int = 0
) -> str:
    """What is indexed: each document with its passages and date; and what is not.

    Args:
        documents: By path.
        folder: Where they are.
        aside: What of the folder is not indexed.
        words: Parts of a path or title that a document has to have, in whatever case; empty for any.
        at: How many of those documents come before the ones listed; any number.

    Returns:
        Lists with a button for each thing that one can do (`data-action`, `data-document`), and buttons
        (`data-action=turn`, `data-at`) to the documents before and after.
    """
    apart = _failed(aside.failures) + _left_out(aside.left_out)
    if not documents:
        return apart + element("p", f"Nothing of {escape(folder)} is indexed yet.", class_="fn-place")
    found = matching(documents, words)
    start = min(max(at, 0), max(len(found) - 1, 0)) // SHOWN * SHOWN
    items = "".join(_item(document) for document in found[start : start + SHOWN])
    head = _head(len(documents), folder, words.strip(), len(found))
    return apart + head + element("ul", items, class_="fn-library") + _turns(start, len(found))


def matching(documents: Sequence[DocumentInfo], words: str) -> list[DocumentInfo]:
    """The documents that have every one of some words, or parts of words, in their path or title."""
    wanted = words.casefold().split()
    said = ((document, f"{document.path}\n{document.title}".casefold()) for document in documents)
    return [document for document, text in said if all(word in text for word in wanted)]


def _head(documents: int, folder: str, words: str, found: int) -> str:
    title = element("h2", count(documents, "document"), tabindex="-1")
    where = element("span", f"in {escape(folder)}", class_="fn-place", dir="auto")
    said = f"{found:,} with “{escape(words)}” in the name or title"
    status = element("span", said, class_="fn-place", dir="auto", role="status") if words else ""
    return element("div", title + where + status, class_="fn-pane-head")


def _turns(start: int, found: int) -> str:
    """Buttons to the documents before and after; none where all are listed."""
    if found <= SHOWN:
        return ""
    ways = (("‹ Previous", start - SHOWN), ("Next ›", start + SHOWN))
    earlier, later = (
        element("button", said, type="button", data_action="turn", data_at=at, disabled=not 0 <= at < found)
        for said, at in ways
    )
    here = element("span", f"{start + 1:,} to {min(start + SHOWN, found):,} of {found:,}", class_="fn-place")
    return element("nav", earlier + here + later, class_="fn-turns", aria_label="More documents")


def _failed(failures: Sequence[FileResult]) -> str:
    said = f"{count(len(failures), 'file')} could not be read"
    whys = [" · ".join(filter(None, (file.reason, file.hint))) for file in failures[:SHOWN]]
    items = [
        f"{element('strong', escape(file.path))} {escape(why)} {_away(file.path)}"
        for file, why in zip(failures, whys, strict=False)
    ]
    return _folded(said, items, "fn-failed")


def _left_out(paths: Sequence[str]) -> str:
    items = [
        f"{element('strong', escape(path))} {_button('take_back', 'Take back in', path)}" for path in paths[:SHOWN]
    ]
    return _folded(f"{len(paths):,} left out", items, "fn-left-out")


def _folded(said: str, items: Sequence[str], kind: str) -> str:
    """A list that unfolds; nothing for an empty one."""
    rows = "".join(element("li", item, dir="auto") for item in items)
    return (
        element("details", element("summary", said) + element("ul", rows), class_=f"fn-apart {kind}") if items else ""
    )


def _item(document: DocumentInfo) -> str:
    facts = " · ".join(part for part in (count(document.chunks, "passage"), dated(document)) if part)
    name = element(
        "button",
        escape(document.path),
        type="button",
        class_="fn-open fn-look",
        title=document.title,
        dir="auto",
        data_document=document.path,
    )
    buttons = _button("anew", "Re-index", document.path) + _away(document.path)
    return element("li", name + element("div", element("span", facts, class_="fn-place") + buttons, class_="fn-acts"))


def _away(path: str) -> str:
    """What was handed in here can be deleted here; a file of the user's own folder is never touched."""
    return _button("delete", "Delete", path) if is_upload(path) else _button("leave_out", "Leave out", path)


def _button(action: str, said: str, path: str) -> str:
    return element(
        "button",
        said,
        type="button",
        class_="fn-quiet",
        data_action=action,
        data_document=path,
        aria_label=f"{said}: {path}",
    )

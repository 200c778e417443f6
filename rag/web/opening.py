"""Opens what a citation points to: the page as it looks, or the document's text at the place; says why where it cannot.

Knows the library, the folder and who draws what; nothing of Gradio.
"""

from __future__ import annotations

from pathlib import Path

from rag.config import index_command
from rag.errors import LoadError, RagError
from rag.folder import counts
from rag.formats.sniff import sniff
from rag.loaders import original
from rag.types import Citation, Document, Span
from rag.web.html import message
from rag.web.library import Library
from rag.web.pages import page_html, page_image
from rag.web.quotes import Part, parts
from rag.web.reader import reader
from rag.web.uploads import is_upload


def page_at(library: Library, citation: Citation, page: int | None = None) -> str:
    """A page of the PDF that a citation points to.

    Args:
        library: Has the index, and knows the folder.
        citation: The passage.
        page: Another page to show, from 1; None for the one where the passage begins.

    Returns:
        The page, the passage outlined on it; or a message that says why there is none.
    """
    try:
        return _page(library, citation, page)
    except RagError as exc:
        return message("error", exc.message, exc.hint)


def text_at(library: Library, path: str, citation: Citation | None = None, at: int | None = None) -> str:
    """A document's text, as indexed.

    Args:
        library: Has the index.
        path: The document.
        citation: A passage of it to light up; None for none.
        at: Offset to begin at; None for the place of the passage, or the beginning.

    Returns:
        A window of the text; or a message that says why there is none.
    """
    try:
        if citation is None:
            return reader(_document(library, path), None, at)
        return reader(_unchanged(library, citation), Span(citation.start, citation.end), at)
    except RagError as exc:
        return message("error", exc.message, exc.hint)


def _page(library: Library, citation: Citation, wanted: int | None) -> str:
    document, folder = _unchanged(library, citation), Path(library.config.folder)
    span = Span(citation.start, citation.end)
    on_pages = {part.page: part for part in parts(document, span)}
    page = wanted or next(iter(on_pages), 1)
    with original(document, folder, library.config.index) as source:
        if sniff(source) != "pdf":
            raise LoadError(document.path, "not a PDF, so it has no page to show", "open the document's text instead")
        image = page_image(source, on_pages.get(page, Part(page, "")))
    return page_html(image, document, span)


def _unchanged(library: Library, citation: Citation) -> Document:
    """The document of a citation, its quote where it was."""
    document = _document(library, citation.document)
    if document.text[citation.start : citation.end] != citation.quote:
        raise LoadError(citation.document, "changed since this was answered", "ask again to cite it as it is now")
    return document


def _document(library: Library, path: str) -> Document:
    try:
        return library.read(path)
    except KeyError as exc:
        raise LoadError(path, "no longer in the index", _again(library, path)) from exc


def _again(library: Library, path: str) -> str:
    """What brings a document back into the index."""
    folder = library.config.folder
    if not counts(path, library.left_out()):
        return "take it back in under Documents"
    if is_upload(path):
        return "hand it in again under Documents"
    if library.follows:
        return f"put it back into {folder}"
    return f"put it back, and run: {index_command(folder, library.config.index)}"

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.folder import leave_out
from rag.protocols import no_progress
from rag.types import Citation
from rag.web.library import Library
from rag.web.opening import page_at, text_at
from tests.web import papers
from tests.web.papers import QUOTE, drawn
from tests.web.shelves import make_library, settings, sync
from tests.web.test_html import Elements

LEASE = "legal/lease.pdf"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A PDF and a text, indexed."""
    (tmp_path / "docs" / "legal").mkdir(parents=True)
    (tmp_path / "docs" / LEASE).write_bytes(drawn(papers.over_the_page))
    (tmp_path / "docs" / "minutes.txt").write_text(f"Minutes\n\n{QUOTE}", "utf-8")
    (tmp_path / "docs" / "bell\x07.pdf").write_bytes(drawn(papers.plain))
    config = settings(tmp_path)
    sync(config, lambda *_: None)
    library = make_library(config)
    library.start()
    assert library.wait(30)
    yield library
    library.close()


def cited(library: Library, path: str, quote: str = QUOTE) -> Citation:
    document = library.read(path)
    start = document.text.index(quote)
    return Citation(1, path, start, start + len(quote), quote, document.page_at(start), "", 1.0)


def file(library: Library, path: str = LEASE) -> Path:
    return Path(library.config.folder) / path


def refused(html: str) -> str:
    """What an error says, and that it is one."""
    found = Elements(html)
    assert found.tags[0][1]["role"] == "alert", html
    assert "img" not in dict(found.tags)
    return found.text


def test_the_page_of_a_citation_and_the_next(library: Library) -> None:
    citation = cited(library, LEASE)
    first, second = page_at(library, citation), page_at(library, citation, 2)
    assert "Page 1 of legal/lease.pdf, the cited passage outlined" in first
    assert "goes on on page 2" in first
    assert "Page 2 of legal/lease.pdf, the cited passage outlined" in second
    assert "has 2 pages" in refused(page_at(library, citation, 3))


def test_the_text_at_a_citation_and_of_a_document(library: Library) -> None:
    assert '<mark id="fn-text-spot">The club may' in text_at(library, LEASE, cited(library, LEASE))
    whole = text_at(library, "minutes.txt")
    assert QUOTE in whole
    assert "<mark" not in whole


def test_a_name_written_with_escapes_is_found(library: Library) -> None:
    assert "passage outlined" in page_at(library, cited(library, r"bell\x07.pdf"))


def test_a_document_that_is_gone_from_the_index(library: Library) -> None:
    citation = replace(cited(library, LEASE), document="gone.pdf")
    for html in (page_at(library, citation), text_at(library, "gone.pdf", citation), text_at(library, "gone.pdf")):
        assert "gone.pdf: no longer in the index" in refused(html)
        assert f"rag index {library.config.folder} --index {library.config.index}" in html


def test_what_brings_a_document_back_is_what_its_reader_can_do(library: Library) -> None:
    stop, folder = threading.Event(), library.config.folder
    assert f"run: rag index {folder}" in refused(text_at(library, "gone.pdf"))
    library.follow(stop)
    said = refused(text_at(library, "gone.pdf"))
    assert f"put it back into {folder}" in said and "rag index" not in said
    assert "hand it in again under Documents" in refused(text_at(library, "uploads/gone.pdf"))
    leave_out(Path(library.config.index), "minutes.txt")
    library.index(no_progress)
    assert "take it back in under Documents" in refused(text_at(library, "minutes.txt"))
    stop.set()


def test_a_document_that_has_changed_since_the_answer(library: Library) -> None:
    citation = replace(cited(library, LEASE), quote="other words")
    assert "changed since this was answered" in refused(page_at(library, citation))
    assert "changed since this was answered" in refused(text_at(library, LEASE, citation))


def test_a_file_that_has_changed_since_it_was_indexed(library: Library) -> None:
    citation = cited(library, LEASE)
    file(library).write_bytes(file(library).read_bytes() + b"\n")
    html = page_at(library, citation)
    assert "changed since it was indexed" in refused(html)
    assert f"rag index {library.config.folder} --index {library.config.index}" in html
    assert "<mark" in text_at(library, LEASE, citation), "the text is still as indexed"


def test_a_file_that_is_gone_from_the_folder(library: Library) -> None:
    citation = cited(library, LEASE)
    file(library).unlink()
    assert f"{LEASE}: gone" in refused(page_at(library, citation))


def test_a_document_without_pages(library: Library) -> None:
    assert "not a PDF" in refused(page_at(library, cited(library, "minutes.txt")))


def test_no_index_at_all(tmp_path: Path) -> None:
    library = make_library(settings(tmp_path))
    assert "no longer in the index" in refused(text_at(library, LEASE))

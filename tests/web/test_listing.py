from __future__ import annotations

import pytest

from rag.indexing import FileResult
from rag.types import DocumentInfo
from rag.web.listing import SHOWN, Aside, listing, matching
from tests.web.test_html import Elements
from tests.web.things import HOSTILE


def info(path: str, title: str = "", dated: str = "") -> DocumentInfo:
    return DocumentInfo(path, title, "0" * 64, 1, 1, 1, 1.9e9, dated)


MANY = [info(f"{number:04}.txt") for number in range(2 * SHOWN + 50)]


def shown(html: str) -> list[str]:
    """Paths of the documents that are listed."""
    found = Elements(html).tags
    return [str(a["data-document"]) for _, a in found if a.get("class") == "fn-open fn-look"]


def turns(html: str) -> list[tuple[str | None, bool]]:
    """Where the two buttons lead, and whether they do."""
    return [(a["data-at"], "disabled" not in a) for _, a in Elements(html).tags if a.get("data-action") == "turn"]


def test_each_document_has_its_passages_and_its_date() -> None:
    html = listing([info("a.txt", dated="2024-02-29"), info("b.txt")], "docs")
    assert '1 passage · <span title="date in the document">29 Feb 2024</span>' in html
    assert ">file of 17 Mar 2030</span>" in html
    assert "2 documents" in html and "in docs" in html
    assert "Nothing of docs is indexed yet" in listing([], "docs")


def test_a_long_list_is_turned_like_pages() -> None:
    first, second, last = (listing(MANY, "docs", at=at) for at in (0, SHOWN, 2 * SHOWN))
    assert [len(shown(html)) for html in (first, second, last)] == [SHOWN, SHOWN, 50]
    assert shown(first) + shown(second) + shown(last) == [document.path for document in MANY]
    assert turns(first) == [("-200", False), ("200", True)]
    assert turns(second) == [("0", True), ("400", True)]
    assert turns(last) == [("200", True), ("600", False)]
    assert "201 to 400 of 450" in second
    assert turns(listing(MANY[:SHOWN], "docs")) == []


@pytest.mark.parametrize(("at", "like"), [(-7, 0), (250, 200), (10**9, 400)])
def test_a_place_that_no_page_begins_at_is_on_one(at: int, like: int) -> None:
    assert listing(MANY, "docs", at=at) == listing(MANY, "docs", at=like)


def test_documents_are_found_by_parts_of_path_and_title() -> None:
    documents = [info("legal/Lease.md", "Harbour contract"), info("legal/minutes.txt"), info("Straße.txt")]
    for words, paths in {
        "": [0, 1, 2],
        "  LEGAL ": [0, 1],
        "contract lea": [0],
        "strasse": [2],
        "lease minutes": [],
    }.items():
        assert matching(documents, words) == [documents[at] for at in paths], words
    html = listing(documents, "docs", words="legal")
    assert shown(html) == ["legal/Lease.md", "legal/minutes.txt"]
    assert "3 documents" in html and ">2 with “legal” in the name or title</span>" in html
    assert "0 with “oars”" in listing(documents, "docs", words="oars")
    assert turns(listing(MANY, "docs", words="txt")) == [("-200", False), ("200", True)]


def test_nothing_hostile_becomes_markup() -> None:
    for text in HOSTILE:
        aside = Aside([FileResult(text, "failed", 0, text, text)], [text])
        found = Elements(listing([info(text, text)], text, aside) + listing(MANY, text, aside, text))
        assert {tag for tag, _ in found.tags} <= set("h2 ul li span div button details summary strong".split())
        names = {name for _, attributes in found.tags for name in attributes}
        assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")]


def acts(html: str) -> list[tuple[str | None, str | None]]:
    """What one can do, and with which document."""
    return [(a["data-action"], a["data-document"]) for _, a in Elements(html).tags if "data-action" in a]


def test_what_was_handed_in_is_deleted_and_what_was_not_is_left_out() -> None:
    assert acts(listing([info("minutes.txt"), info("uploads/new.txt")], "docs")) == [
        ("anew", "minutes.txt"),
        ("leave_out", "minutes.txt"),
        ("anew", "uploads/new.txt"),
        ("delete", "uploads/new.txt"),
    ]


def test_what_is_not_indexed_is_listed_with_what_one_can_do_about_it() -> None:
    aside = Aside([FileResult("torn.pdf", "failed", 0, "truncated", "copy it again")], ["drafts", "old.txt"])
    html = listing([], "docs", aside)
    assert "1 file could not be read" in html and "truncated · copy it again" in html and "2 left out" in html
    assert acts(html) == [("leave_out", "torn.pdf"), ("take_back", "drafts"), ("take_back", "old.txt")]
    assert "left out" not in listing([], "docs") and "read" not in listing([], "docs")

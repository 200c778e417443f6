"""What only its names tell from the content of a page is left out; content that has such names is kept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.formats.reading import headings, read

PAGE = "<h1>Ferry</h1><p>The Skerry ferry will run again from 12 May, the council of the islands said on Tuesday.</p>"


def text(folder: Path, body: str) -> str:
    return read(folder, "a.html", f"<!doctype html><html><body>{body}</body></html>").text


@pytest.mark.parametrize(
    "junk",
    [
        "<div role=dialog>We value your privacy.</div>",
        "<div id=x role=alertdialog>We value your privacy.</div>",
        "<div class='top cookie-banner'>We value your privacy.</div>",
        "<section id=gdprConsentBar>We value your privacy.</section>",
        "<div class=skip-link><a href=#main>Skip to content</a></div>",
        "<a class=skip-to-content href=#main>Skip to content</a>",
        "<div class=menu><ul><li><a href=a>Home</a><li><a href=b>News</a></ul></div>",
        "<ul><li><a href=a>Home</a><li><a href=b>News</a></ul>",
        "<div class=Breadcrumbs><a href=a>Home</a> &gt; Transport</div>",
        "<main><div class=breadcrumb><a href=a>Home</a> &gt; Transport</div></main>",
    ],
)
def test_what_stands_before_the_content(tmp_path: Path, junk: str) -> None:
    assert text(tmp_path, junk + PAGE) == text(tmp_path, PAGE)


@pytest.mark.parametrize(
    "junk",
    [
        "<div id=footer>© Coast Echo <a>Terms</a></div>",
        "<div class='dark site-footer'>© Coast Echo</div>",
        "<div class=share><a>Share</a> <a>Tweet</a></div>",
        "<div class=related-articles><h3>Related</h3><ul><li><a href=a>Harbour</a></ul></div>",
        "<div id=toc class=toc><h2>Contents</h2><ul><li><a href=#a>1 History</a></ul></div>",
        "<div class=navbox><table><tr><td>Ness<td>Lomond</table></div>",
    ],
)
def test_what_stands_after_the_content(tmp_path: Path, junk: str) -> None:
    assert text(tmp_path, PAGE + junk) == text(tmp_path, PAGE)


def test_a_link_to_edit_is_no_part_of_a_heading(tmp_path: Path) -> None:
    edit = "<span class=mw-editsection>[<a>edit</a>]</span>"
    assert headings(read(tmp_path, "a.html", f"<html><body><h2>History{edit}</h2>{PAGE}"))[0] == (2, "History")


@pytest.mark.parametrize(
    "content",
    [
        "<div class=menu><h2>Starters</h2><p>Soup £4</p></div>",
        "<ul><li>Bring <a href=a>your ticket</a><li>Come early</ul>",
        "<div class=related>See also form <a href=a>B12</a></div>",
        "<div class=card><div class=card-footer>From £14</div></div>",
        "<main><div class=footer>From £14</div></main>",
        "<article><section class=footer>From £14</section></article>",
        "<div class=cookies>Oat cookies, £2</div>",
        "<h2 id=menu><a href=a>Prices</a></h2>",
        "<main><div class=cookie-notice>We set one cookie.</div></main>",
        "<div class=footer><article>News</article></div>",
    ],
)
def test_content_by_such_names_is_kept(tmp_path: Path, content: str) -> None:
    said = text(tmp_path, content)
    assert text(tmp_path, content + PAGE) == f"{said}\n\n{text(tmp_path, PAGE)}"


def test_links_first_are_kept_where_no_main_heading_follows(tmp_path: Path) -> None:
    links, page = "<ul><li><a href=a>Opening hours</a></ul>", PAGE.replace("h1", "h2")
    assert text(tmp_path, links + page) == f"- Opening hours\n\n{text(tmp_path, page)}"


@pytest.mark.parametrize("name", ["footer", "site-footer menu", "cookie-banner", "toc"])
def test_what_most_of_a_page_is_in_is_the_page(tmp_path: Path, name: str) -> None:
    links = "<ul><li><a href=a>Opening hours</a><li><a href=b>Prices</a></ul>"
    assert text(tmp_path, f"<p>Hall</p><div class='{name}'>{links}</div>") == "Hall\n\n- Opening hours\n- Prices"


def test_many_names_within_one_another_take_no_longer_than_others(tmp_path: Path) -> None:
    began_s = time.perf_counter()
    text(tmp_path, "<div class=menu>" * 1_000 + "x <a>y</a>" * 50_000)
    assert time.perf_counter() - began_s < 10

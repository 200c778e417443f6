from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import DamagedFile, EmptyFile
from tests.formats.reading import headings, read


def text(folder: Path, body: str) -> str:
    return read(folder, "a.html", f"<!doctype html><html><body>{body}</body></html>").text


def test_title_headings_and_paragraphs(tmp_path: Path) -> None:
    page = (
        "<html><head><title>A &amp; B</title></head><body><h1>Main<a>¶</a></h1><p>One <b>t</b>wo.<h2>Sub\n part</h2>End"
    )
    document = read(tmp_path, "a.html", page)
    assert document.title == "A & B"
    assert headings(document) == [(1, "Main"), (2, "Sub part")]
    assert document.text == "Main\n\nOne two.\n\nSub part\n\nEnd"


@pytest.mark.parametrize(
    "unread",
    [
        "<script>secret</script>",
        "<style>secret</style>",
        "<noscript>secret</noscript>",
        "<template>secret</template>",
        "<nav>secret</nav>",
        "<div role=navigation>secret</div>",
        "<header>secret</header>",
        "<footer>secret</footer>",
        "<div hidden>secret</div>",
        '<p style="color: red; DISPLAY : none">secret</p>',
        "<p style='visibility:hidden'>secret</p>",
        "<span aria-hidden=true>secret</span>",
        "<select><option>secret</option></select>",
        "<svg><text>secret</text></svg>",
        "<dialog>secret</dialog>",
        "<!-- secret -->",
        "<button>secret</button>",
    ],
)
def test_what_a_reader_does_not_read_is_left_out_and_what_follows_is_kept(tmp_path: Path, unread: str) -> None:
    assert text(tmp_path, f"<p>before</p>{unread}after").split() == ["before", "after"]


@pytest.mark.parametrize(
    "kept",
    [
        "<article><header>words</header></article>",
        "<main><footer>words</footer></main>",
        "<header><h1>words</h1></header>",
        "<aside>words</aside>",
        "<dialog open>words</dialog>",
        "<details><summary>words</summary></details>",
    ],
)
def test_what_belongs_to_the_content_is_kept(tmp_path: Path, kept: str) -> None:
    assert "words" in text(tmp_path, f"<p>before</p>{kept}")


def test_navigation_is_read_where_there_is_nothing_else(tmp_path: Path) -> None:
    assert text(tmp_path, "<nav><ul><li>One<li>Two</ul></nav>") == "- One\n- Two"


def test_lists_as_lines(tmp_path: Path) -> None:
    body = "<ul><li>one<li>two<ul><li>deep</ul></ul><p>x<ol><li><p>first</p><li>second</ol>"
    assert text(tmp_path, body) == "- one\n- two\n  - deep\n\nx\n\n1. first\n2. second"


def test_terms_with_their_meanings(tmp_path: Path) -> None:
    assert text(tmp_path, "<dl><dt>A</dt><dt>B</dt><dd>Both.</dd><dt>C</dt></dl>") == "A, B: Both.\n\nC"


def test_breaks_and_white_space(tmp_path: Path) -> None:
    assert text(tmp_path, "<p>a\n  b<br>c&nbsp;d</p><pre>x\n  y\n</pre>") == "a b\nc d\n\nx\n  y"


def test_superscripts(tmp_path: Path) -> None:
    body = "<p>10<sup>6</sup> m<sup>2</sup>, the 1<sup>st</sup>.<sup>[12]</sup><sup>[citation needed]</sup></p>"
    assert text(tmp_path, body) == "10⁶ m², the 1st."


def test_a_block_within_a_heading_does_not_break_it(tmp_path: Path) -> None:
    document = read(tmp_path, "a.html", "<html><body><h1><div>Big</div><div>Title</div></h1><p>x")
    assert headings(document) == [(1, "Big Title")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "iso-8859-2"])
def test_encodings_declared_and_not(tmp_path: Path, encoding: str) -> None:
    page = f"<html><head><meta charset={encoding}></head><body><p>Žluť – é".replace("Žluť – ", "ä ")
    assert read(tmp_path, "a.html", page.encode(encoding)).text == "ä é"


def test_a_wrong_declaration_does_not_matter(tmp_path: Path) -> None:
    page = "<html><head><meta charset=utf-8></head><body><p>Der Fuchs läuft über den Hügel."
    assert read(tmp_path, "a.html", page.encode("cp1252")).text == "Der Fuchs läuft über den Hügel."
    assert read(tmp_path, "b.html", page.replace("utf-8", "no-such").encode()).text == "Der Fuchs läuft über den Hügel."


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<table><tr><td>", "<ul><li>"])
def test_nesting_without_end_is_refused(tmp_path: Path, tag: str) -> None:
    with pytest.raises(DamagedFile, match="nested too deeply"):
        read(tmp_path, "a.html", "<html>" + tag * 50_000 + "x")


def test_deep_but_honest_nesting_is_read(tmp_path: Path) -> None:
    assert text(tmp_path, "<div>" * 1_000 + "x") == "x"


@pytest.mark.parametrize(
    "broken",
    [
        "<p>x<b>y</p>z</b>",
        "<p>x</div></p></html>more",
        "<table><p>x</table>",
        "x<",
        "<p>x &#xD800; &bogus; &#0;",
    ],
)
def test_malformed_markup_is_read_somehow(tmp_path: Path, broken: str) -> None:
    assert "x" in text(tmp_path, broken)


def test_a_page_without_words(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        read(tmp_path, "a.html", "<html><body><img src=a.png><p> </p>")

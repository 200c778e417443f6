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
        "<button aria-haspopup=menu aria-expanded=false>secret</button>",
        "<button aria-expanded=false hidden>secret</button>",
        "<button aria-controls=a aria-haspopup=true><i>secret</i></button><div id=a hidden>secret</div>",
        "<nav><button aria-controls=a>secret</button></nav><div id=a hidden>secret</div>",
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


@pytest.mark.parametrize(
    "question",
    [
        "<h2><button>How?</button></h2>",
        "<h2><span><button type=button>How?</button></span></h2>",
        "<h2><button>How?</button> <button>Copy link</button></h2>",
        "<h2>How? <button>Copy link</button></h2>",
        "<h2>How? <button aria-haspopup=dialog aria-expanded=false>Share</button></h2>",
        "<h2><svg><text>x</text></svg><a id=how></a><button><span>How?</span></button></h2>",
    ],
)
def test_a_button_is_a_heading_and_those_after_its_words_do_something_else(tmp_path: Path, question: str) -> None:
    document = read(tmp_path, "a.html", f"<html><body><h1>FAQ</h1>{question}<div>So.</div>")
    assert headings(document) == [(1, "FAQ"), (2, "How?")]
    assert document.text == "FAQ\n\nHow?\n\nSo."


def test_a_button_after_a_number_or_one_that_opens_something_is_part_of_a_heading(tmp_path: Path) -> None:
    page = "<html><body><h2>2. <button>How?</button></h2><h2>Cost: <button aria-expanded=false>Why?</button></h2>x"
    assert headings(read(tmp_path, "a.html", page)) == [(2, "2. How?"), (2, "Cost: Why?")]


@pytest.mark.parametrize(
    ("opener", "said"),
    [
        ("<details><summary><button>How?</button></summary>So.</details>", "How?\n\nSo."),
        ("<dl><dt><button>How?</button></dt><dd>So.</dd></dl>", "How?: So."),
        ("<button aria-expanded=false>How?</button><div hidden=Until-Found>So.</div>", "How?\n\nSo."),
        ("<button aria-controls='b a'>How?</button><div id=a hidden>So.</div>", "How?\n\nSo."),
        ("<h3><button aria-controls=a>How?</button></h3><div id=a style='display: none'>So.</div>", "How?\n\nSo."),
        ("<button aria-controls=a>How?</button><div id=a role=dialog>So.</div><p>x", "How?\n\nSo.\n\nx"),
        ("<button role=tab aria-controls=a>How?</button><div id=a aria-hidden=true>So.</div>", "How?\n\nSo."),
        (
            "<button aria-controls=a>How?</button><div id=a hidden>So."
            "<button aria-controls=b>Why?</button><div id=b hidden>Then.<p hidden>x</p></div></div>",
            "How?\n\nSo. Why?\n\nThen.",
        ),
    ],
)
def test_what_a_button_opens_is_read_with_it(tmp_path: Path, opener: str, said: str) -> None:
    assert text(tmp_path, f"<p>FAQ</p>{opener}") == f"FAQ\n\n{said}"


@pytest.mark.parametrize(
    ("marked", "left"),
    [
        ("Notice is <del>30 days</del><ins>60 days</ins>.", "Notice is 60 days."),
        ("Notice is<s>30 days</s>60 days.", "Notice is 60 days."),
        ("Notice is 60 days<strike> or <b>less</b></strike>.", "Notice is 60 days."),
        ("Notice is <del>30</del><del>40</del> 60 days.", "Notice is 60 days."),
    ],
)
def test_struck_words_are_left_out_as_the_document_no_longer_says_them(tmp_path: Path, marked: str, left: str) -> None:
    assert text(tmp_path, f"<p>{marked}</p>") == left


def test_navigation_is_read_where_there_is_nothing_else(tmp_path: Path) -> None:
    assert text(tmp_path, "<nav><ul><li>One<li>Two</ul></nav>") == "- One\n- Two"


def test_lists_as_lines(tmp_path: Path) -> None:
    body = "<ul><li>one<li>two<ul><li>deep</ul></ul><p>x<ol><li><p>first</p><li>second</ol>"
    assert text(tmp_path, body) == "- one\n- two\n  - deep\n\nx\n\n1. first\n2. second"


def test_terms_with_their_meanings(tmp_path: Path) -> None:
    assert text(tmp_path, "<dl><dt>A</dt><dt>B</dt><dd>Both.</dd><dt>C</dt></dl>") == "A, B: Both.\n\nC"


def test_a_term_of_no_list_is_not_lost(tmp_path: Path) -> None:
    assert text(tmp_path, "<p>x<div><dt>A</dt></div>") == "x\n\nA"


def test_summaries_in_a_row_are_headings(tmp_path: Path) -> None:
    questions = "<details><summary><p>How?</summary>So.</details><details><summary>Why?</summary>Then.</details>"
    page = f"<html><body><h1>FAQ</h1><h2>Visits</h2>{questions}<p>x</p><details><summary>More</summary>y</details>"
    document = read(tmp_path, "a.html", page)
    assert headings(document) == [(1, "FAQ"), (2, "Visits"), (3, "How?"), (3, "Why?")]
    assert document.text == "FAQ\n\nVisits\n\nHow?\n\nSo.\n\nWhy?\n\nThen.\n\nx\n\nMore\n\ny"


def test_a_heading_in_a_summary_is_said_once(tmp_path: Path) -> None:
    question = "<details><summary>{}</summary>So.</details>"
    page = f"<html><body>{question.format('Why?')}{question.format('<h3>How?</h3>')}"
    assert headings(read(tmp_path, "a.html", page)) == [(2, "Why?"), (3, "How?")]


def test_a_quotation_on_a_page_has_no_signs_before_it(tmp_path: Path) -> None:
    page = "<html><body><p>x<blockquote type=cite><h2>Said</h2>So.</blockquote>"
    document = read(tmp_path, "a.html", page)
    assert (headings(document), document.text) == ([(2, "Said")], "x\n\nSaid\n\nSo.")


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


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("iso-8859-1", "cp1252", "100 € – “final”"),
        ("iso8859-1", "cp1252", "100 € – “final”"),
        ("iso-8859-9", "cp1254", "Şirket – 5 €"),
        ("gb2312", "gb18030", "价格是一百元。朱镕基說話"),
        ("shift_jis", "cp932", "①㈱高橋"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
    ],
)
def test_a_declared_encoding_is_read_as_browsers_read_it(
    tmp_path: Path, declared: str, encoding: str, text: str
) -> None:
    page = f"<html><head><meta charset={declared}></head><body><p>{text}"
    assert read(tmp_path, "a.html", page.encode(encoding)).text == text


def test_a_wrong_declaration_does_not_matter(tmp_path: Path) -> None:
    page = "<html><head><meta charset=utf-8></head><body><p>Der Fuchs läuft über den Hügel."
    assert read(tmp_path, "a.html", page.encode("cp1252")).text == "Der Fuchs läuft über den Hügel."
    assert read(tmp_path, "b.html", page.replace("utf-8", "no-such").encode()).text == "Der Fuchs läuft über den Hügel."


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "<h1><button aria-controls=a>"])
def test_nesting_without_end_is_refused(tmp_path: Path, tag: str) -> None:
    with pytest.raises(DamagedFile, match="nested too deeply"):
        read(tmp_path, "a.html", "<html>" + tag * 50_000 + "x")


@pytest.mark.parametrize(
    "unit",
    [
        "<svg></svg>x",
        "<s>secret</s>x",
        "<button>secret</button>x",
        "<button aria-controls=a{}>x</button><i id=a{} hidden>x</i>",
        "<h2>x<button>secret</button></h2>",
    ],
)
def test_many_elements_that_are_not_read_take_no_longer_than_others(tmp_path: Path, unit: str) -> None:
    body = "".join(unit.replace("{}", str(number)) for number in range(100_000))
    assert set(text(tmp_path, body).split()) <= {"x", "x" * 100_000}


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

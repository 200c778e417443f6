from __future__ import annotations

from pathlib import Path

import pytest

from rag.formats.markdown import inline
from tests.formats.reading import headings, read

PAPER = """---
title: "My paper"
---
# Top *one* #
Some **bold** words
in a wrapped line.

Setext
======

| Part | Price | Note |
|------|:-----:|------|
| Pump | 12.50 | a \\| b |
| **Valve** | 7 | |

- item one
- item two

```python
# not a heading
x = "**a**"
```
<!-- secret -->
Lower
-----
End.
"""


def test_headings_tables_lists_and_code(tmp_path: Path) -> None:
    document = read(tmp_path, "a.md", PAPER)
    assert document.title == "My paper"
    assert headings(document) == [(1, "Top one"), (1, "Setext"), (2, "Lower")]
    assert document.text.split("\n\n") == [
        "Top one",
        "Some bold words\nin a wrapped line.",
        "Setext",
        "Part: Pump; Price: 12.50; Note: a | b",
        "Part: Valve; Price: 7",
        "- item one\n- item two",
        '# not a heading\nx = "**a**"',
        "Lower",
        "End.",
    ]


def test_the_first_heading_is_the_title_where_none_is_given(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "## Small\n\n# Great\n\ntext").title == "Great"
    assert read(tmp_path, "notes on x.md", "text").title == "notes on x"


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("**bold** *it* ***both*** __b__ _i_", "bold it both b i"),
        ("[text](http://a.b/c_(d) 'title') end", "text end"),
        ("![alt words](x.png) and [ref][1]", "alt words and ref"),
        ("<https://a.b> <br/> x<b>y</b>", "https://a.b   xy"),
        ("snake_case_name 2*3*4 a < b > c", "snake_case_name 2*3*4 a < b > c"),
        ("`co*de* <b>` and ``a`b``", "co*de* <b> and a`b"),
        ("\\*kept\\*", "*kept*"),
        ("[1] stays, and [ ] too", "[1] stays, and [ ] too"),
        ("In time.[^1][^2]", "In time.[^1][^2]"),
        ("```npm install foo``` installs it", "npm install foo installs it"),
    ],
)
def test_inline_marks(marked: str, plain: str) -> None:
    assert inline(marked) == plain


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("Notice is ~~30 days~~ 60 days.", "Notice is 60 days."),
        ("Notice is ~~30 days~~60 days.", "Notice is 60 days."),
        ("Notice is 60 days ~~or less~~.", "Notice is 60 days."),
        ("~~Notice is 30\ndays.~~\nNotice is 60 days.", "Notice is 60 days."),
        ("- ~~30 days~~ 60 days", "- 60 days"),
        ("From ~~ 5 to ~~ 6, and \\~~7~~", "From ~~ 5 to ~~ 6, and ~~7~~"),
    ],
)
def test_struck_words_are_left_out_as_the_document_no_longer_says_them(marked: str, plain: str) -> None:
    assert inline(marked) == plain


def test_quotes_rules_and_link_targets(tmp_path: Path) -> None:
    text = "> quoted\n> > more\n\n***\n\n[1]: http://a.b 'c'\nafter\n"
    assert read(tmp_path, "a.md", text).text == "quoted\nmore\n\nafter"


@pytest.mark.parametrize(
    "target",
    [
        "[a b]: https://a.b/c_(d) \"The 'act'\"",
        "  [1]: <a b.md>  (title)",
        "[1]: ../guide.md#top 'c'",
        "[1]: page.html",
        "[1]: #top",
        "[1]: mailto:a@b.c",
        "[//]: # (a remark)",
    ],
)
def test_a_link_target_is_left_out(tmp_path: Path, target: str) -> None:
    assert read(tmp_path, "a.md", f"before\n\n{target}\n\nafter\n").text == "before\n\nafter"


@pytest.mark.parametrize(
    "words",
    [
        "[^1]: The notice period is ninety days.",
        "[^note]: https://a.b",
        "[Alice]: The server crashed at noon.",
        "[Alice]: Yes.",
        "[1]: https://a.b and what it says",
        '[1]: https://a.b "The act" of 2020',
    ],
)
def test_footnotes_and_lines_of_a_dialogue_are_no_link_targets(tmp_path: Path, words: str) -> None:
    assert read(tmp_path, "a.md", f"before\n\n{words}\n\nafter\n").text == f"before\n\n{words}\n\nafter"


def test_code_within_a_line_opens_no_fence(tmp_path: Path) -> None:
    document = read(tmp_path, "a.md", "```npm install foo``` installs it.\n\n## Configure\n\n``` js {1}\n# x\n```\n")
    assert headings(document) == [(2, "Configure")]
    assert document.text == "npm install foo installs it.\n\nConfigure\n\n# x"


@pytest.mark.parametrize(
    "slide",
    [
        "\n# One\n\nIn May.\n\n",
        "# One\nIn May.\n",
        "# One\n- In May.\n",
        "One\n===\nkey: In May.\n",
        "- One: In May.\n",
    ],
)
def test_slides_between_rules_are_no_front_matter(tmp_path: Path, slide: str) -> None:
    document = read(tmp_path, "a.md", f"---\n{slide}---\n\n# Two\n\nMore.\n")
    assert "One" in document.text
    assert "In May." in document.text
    assert headings(document)[-1] == (1, "Two")


def test_front_matter_is_the_first_paragraph_without_title_and_day(tmp_path: Path) -> None:
    front = (
        "# for the site\n\ntitle: Travel\nowner: Finance\ndate: 2020-01-02\ntags:\n- a\nold:\n  - title: b\n'x y': 1\n"
    )
    document = read(tmp_path, "a.md", f"---\n{front}---\n# Trips\nText.\n")
    assert (document.title, document.dated) == ("Travel", "2020-01-02")
    assert headings(document) == [(1, "Trips")]
    assert document.text == "owner: Finance\ntags:\n- a\nold:\n  - title: b\n'x y': 1\n\nTrips\n\nText."


def test_a_date_in_front_matter_that_names_no_day_is_kept_as_words(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "---\ndate: Spring 2020\n---\nText.\n").text == "date: Spring 2020\n\nText."


def test_an_open_fence_runs_to_the_end(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "a\n\n~~~\n# b\n").text == "a\n\n# b"


@pytest.mark.parametrize(
    "unit", ["`", "` ", "*a **b ", "[", "[a](", "_a ", "<a ", "~~a", "~~a ~~ ", "![a", "|", "<!-- ", "- - ", "#"]
)
def test_no_pattern_takes_long(tmp_path: Path, unit: str) -> None:
    read(tmp_path, "a.md", "start\n\n" + unit * (400_000 // len(unit)))


@pytest.mark.parametrize("start", ["---\n", "---\na: ", "[a]: b.c", "[a]: b.c (", "[a]: <", "```"])
@pytest.mark.parametrize("unit", [" ", ".", "a:", "\\", "a: b\n", "` "])
def test_no_beginning_takes_long(tmp_path: Path, start: str, unit: str) -> None:
    read(tmp_path, "a.md", start + unit * (400_000 // len(unit)) + "`\nend")

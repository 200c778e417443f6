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
        ("~~gone~~ \\*kept\\*", "gone *kept*"),
        ("[1] stays, and [ ] too", "[1] stays, and [ ] too"),
    ],
)
def test_inline_marks(marked: str, plain: str) -> None:
    assert inline(marked) == plain


def test_quotes_rules_and_link_targets(tmp_path: Path) -> None:
    text = "> quoted\n> > more\n\n***\n\n[1]: http://a.b 'c'\nafter\n"
    assert read(tmp_path, "a.md", text).text == "quoted\nmore\n\nafter"


def test_an_open_fence_runs_to_the_end(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "a\n\n~~~\n# b\n").text == "a\n\n# b"


@pytest.mark.parametrize(
    "unit", ["`", "` ", "*a **b ", "[", "[a](", "_a ", "<a ", "~~a", "![a", "|", "<!-- ", "- - ", "#"]
)
def test_no_pattern_takes_long(tmp_path: Path, unit: str) -> None:
    read(tmp_path, "a.md", "start\n\n" + unit * (400_000 // len(unit)))

"""Boxes side by side are words of their own; what is one word or one amount stays one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats.reading import read


def text(folder: Path, body: str) -> str:
    return read(folder, "a.html", f"<!doctype html><html><body>{body}</body></html>").text


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ("<span>X-ray</span><span>£60</span>", "X-ray £60"),
        ("<span>Ann Lee</span><span>Chair</span>", "Ann Lee Chair"),
        ("<b><i>Ann Lee</i></b><span><em>Chair</em></span>", "Ann Lee Chair"),
        ("<span>bob77</span><span>3 hours ago</span>", "bob77 3 hours ago"),
        ("<a>Share on Facebook</a><a>Tweet</a>", "Share on Facebook Tweet"),
        ("<a href=a>roof</a><a href=b>gutter</a>", "roof gutter"),
        ("See <a href=a>roof</a><a href=b>gutter</a>.", "See roof gutter."),
        ("<a href=a>1</a><a href=b>2</a><a href=c>13</a>", "1 2 13"),
        ("<label>Phone:</label><span>0113 496</span>", "Phone: 0113 496"),
        ("<span>Ann Lee</span><svg><path/></svg><img src=a.png><span>(Chair)</span>", "Ann Lee (Chair)"),
        ("<span>Ann (vet)</span><span>Leeds</span>", "Ann (vet) Leeds"),
        ("<span>45 €</span><span>Adult</span>", "45 € Adult"),
        ("<a><span>14 May</span><span>Open day</span></a>", "14 May Open day"),
    ],
)
def test_boxes_side_by_side_are_words_of_their_own(tmp_path: Path, boxes: str, said: str) -> None:
    assert text(tmp_path, f"<div>{boxes}</div>") == said
    cells = f"<table><tr><th>Who<th>What<tr><td>{boxes}<td>x</table>"
    assert text(tmp_path, cells) == f"Who: {said}; What: x"


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("<b>H</b>ello", "Hello"),
        ("<span>T</span><span>he hive</span>", "The hive"),
        ("<span>un</span><span>likely</span>", "unlikely"),
        ("<span>T</span><span>HE HIVE</span>", "THE HIVE"),
        ("<span>H</span><sub>2</sub><span>O</span>", "H2O"),
        ("<span>£</span><span>40</span>", "£40"),
        ("<span>£1</span><span>,250</span><span>.00</span>", "£1,250.00"),
        ("<span>1,</span><span>250</span>", "1,250"),
        ("<span>PN-</span><span>2081</span>", "PN-2081"),
        ("<span>4</span><span>2</span>", "42"),
        ("<span>os.</span><span>getcwd</span><span>(</span><span>)</span>", "os.getcwd()"),
        ("<span>Rent is £1</span><span>250 a </span><b>month</b>", "Rent is £1250 a month"),
        ("<code>get</code><code>Item</code>", "getItem"),
        ("<code><span>get</span><span>Item</span></code>", "getItem"),
        ("<code><a><i>get</i><i>Item</i></a></code>", "getItem"),
        ("<span>CO</span><sub>2</sub>", "CO2"),
        ("It is <span>Half</span><span>Price</span>.", "It is HalfPrice."),
        ("<pre><span>get</span><span>Item</span></pre>", "getItem"),
    ],
)
def test_a_word_in_pieces_stays_one(tmp_path: Path, marked: str, said: str) -> None:
    assert text(tmp_path, f"<div>{marked}</div>") == said

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from rag.errors import DamagedFile, EncryptedFile, LoadError
from rag.formats.base import Source
from rag.types import Document, Span
from rag.web import render
from rag.web.pages import OUTLINE, TINT, WIDTH_PX, PageImage, page_html, page_image
from rag.web.quotes import Part, parts
from tests.web import papers
from tests.web.papers import QUOTE, by_hand, document_of, drawn, source_of
from tests.web.test_html import Elements
from tests.web.things import HOSTILE

WHITE = (255, 255, 255)


def pixels(image: PageImage) -> Image.Image:
    return Image.open(io.BytesIO(image.png)).convert("RGB")


def under(folder: Path, image: PageImage) -> str:
    """What pdfium says stands in the outlined boxes: its own search for text in a rectangle, not ours."""
    with pypdfium2.PdfDocument(folder / "lease.pdf") as pdf:
        page = pdf[image.page - 1]
        place = pypdfium2.PdfPosConv(page, (0, 0, image.width, image.height, 0))
        textpage = page.get_textpage()
        found = []
        for box in image.boxes:
            left, top, right, bottom = (
                round(share * side) for share, side in zip(box, 2 * (image.width, image.height), strict=True)
            )
            (x, y), (other_x, other_y) = place.to_page(left, top), place.to_page(right, bottom)
            inside = (min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y))
            found.append(textpage.get_text_bounded(*inside).strip())
    return " ".join(found)


def shown(folder: Path, data: bytes, quote: str, page: int = 1) -> PageImage:
    with source_of(folder, data) as source:
        return page_image(source, Part(page, quote))


@pytest.mark.parametrize(
    ("data", "quote", "expected"),
    [
        (drawn(papers.plain), QUOTE, QUOTE),
        (drawn(papers.hyphened), QUOTE, QUOTE.replace("ninety", "nine\x02 ty").replace("written", "writ\x02 ten")),
        (drawn(papers.turned), QUOTE, QUOTE),
        (papers.columns(), QUOTE, QUOTE),
        (drawn(papers.table), "Part: Valve; Price: 7.00; Stock: 14", "Valve 7.00 14"),
        (
            papers.ligatures(),
            "The office files \N{MATHEMATICAL ITALIC SMALL X} in the bafin.",
            "The office files \N{MATHEMATICAL ITALIC SMALL X} in the bafin.",
        ),
    ],
    ids=["two lines", "hyphens", "turned", "columns", "table", "ligatures"],
)
def test_what_is_outlined_is_the_quote(tmp_path: Path, data: bytes, quote: str, expected: str) -> None:
    assert quote in document_of(tmp_path, data).text
    image = shown(tmp_path, data, quote)
    assert under(tmp_path, image).split() == expected.split()


def test_the_outline_is_drawn_and_all_else_left_as_it_is(tmp_path: Path) -> None:
    image, bare = shown(tmp_path, drawn(papers.plain), QUOTE), shown(tmp_path, drawn(papers.plain), "")
    assert (image.width, bare.boxes) == (WIDTH_PX, ())
    after, before = pixels(image), pixels(bare)
    assert before.getpixel((5, 5)) == WHITE
    framed = Image.new("1", after.size)
    for box in image.boxes:
        left, top = round(box.left * image.width), round(box.top * image.height)
        right, bottom = round(box.right * image.width), round(box.bottom * image.height)
        inside = after.crop((left, top, right, bottom))
        assert inside.getpixel((0, 0)) == TINT
        assert min(inside.convert("L").tobytes()) < 20, "black letters stay black"
        assert after.getpixel((left - 3, (top + bottom) // 2)) == OUTLINE
        assert after.getpixel((right + 3, (top + bottom) // 2)) == OUTLINE
        framed.paste(1, (left - 4, top - 4, right + 4, bottom + 4))
    outside = Image.composite(before, after, framed)
    assert outside.tobytes() == before.tobytes()
    assert before.tobytes() != after.tobytes()


def test_no_line_is_drawn_between_the_lines_of_a_quote(tmp_path: Path) -> None:
    image = shown(tmp_path, drawn(papers.plain), QUOTE)
    first, second = image.boxes
    middle = round((first.left + second.right) / 2 * image.width)
    top, bottom = round(first.top * image.height), round(second.bottom * image.height)
    column = {pixels(image).getpixel((middle, y)) for y in range(top, bottom)}
    assert OUTLINE not in column


def test_a_quote_may_go_from_one_column_to_the_next(tmp_path: Path) -> None:
    image = shown(tmp_path, papers.columns(), QUOTE)
    lefts = [box.left for box in image.boxes]
    assert min(lefts) < 0.5 < max(lefts)
    assert len(image.boxes) >= 2


def test_where_the_lines_are(tmp_path: Path) -> None:
    """From where `plain` put them, on A4."""
    width, height = 595.28, 841.89
    boxes = shown(tmp_path, drawn(papers.plain), QUOTE).boxes
    first, second = boxes[0], boxes[1]
    begins = 72 + papers.width_of("Rent is paid in April. ")
    assert first.left * width == pytest.approx(begins, abs=1.0)
    assert first.right * width == pytest.approx(
        begins + papers.width_of("The club may end the lease with ninety"), abs=1
    )
    assert (1 - first.bottom) * height < 760 - 3 * 14.4 < (1 - first.top) * height
    assert second.left * width == pytest.approx(72, abs=1.0)


def test_a_turned_page_is_shown_as_it_is_read(tmp_path: Path) -> None:
    image = shown(tmp_path, drawn(papers.turned), QUOTE)
    [box] = image.boxes
    assert (box.right - box.left) * image.width > 5 * (box.bottom - box.top) * image.height


def test_a_quote_over_the_page_is_outlined_on_both(tmp_path: Path) -> None:
    document = document_of(tmp_path, drawn(papers.over_the_page))
    start = document.text.index(QUOTE)
    first, second = parts(document, Span(start, start + len(QUOTE)))
    for part, expected in ((first, "The club may end the lease with ninety"), (second, "days of written notice.")):
        image = shown(tmp_path, drawn(papers.over_the_page), part.text, part.page)
        assert under(tmp_path, image) == expected
        assert image.pages == 2


def test_the_second_of_two_is_outlined_where_it_is_the_one(tmp_path: Path) -> None:
    document = document_of(tmp_path, drawn(papers.twice))
    tops = []
    for start in (document.text.index(QUOTE), document.text.rindex(QUOTE)):
        [part] = parts(document, Span(start, start + len(QUOTE)))
        with source_of(tmp_path, drawn(papers.twice)) as source:
            [box] = page_image(source, part).boxes
        tops.append(box.top)
    assert tops[0] < tops[1]


def test_a_page_cropped_to_its_middle(tmp_path: Path) -> None:
    def cropped(canvas: Canvas) -> None:
        canvas.setCropBox((60, 600, 500, 800))
        papers.plain(canvas)

    image = shown(tmp_path, drawn(cropped), QUOTE)
    assert under(tmp_path, image).split() == QUOTE.split()
    assert image.height < image.width


def test_a_quote_that_is_not_there_leaves_the_page_bare(tmp_path: Path) -> None:
    image = shown(tmp_path, drawn(papers.plain), "The moon is made of cheese.")
    assert image.boxes == ()
    assert pixels(image).tobytes() == pixels(shown(tmp_path, drawn(papers.plain), "")).tobytes()


@pytest.mark.parametrize(
    "box", [b"[0 0 14400 14400]", b"[0 0 10 14400]", b"[0 0 14400 1]", b"[0 0 9e9 9e9]", b"[5 5 5 5]"]
)
def test_a_huge_page_is_drawn_small(tmp_path: Path, box: bytes) -> None:
    image = shown(tmp_path, by_hand(box, b"BT /F 9 Tf 0 0 Td (Words) Tj ET"), "Words")
    assert 1 <= image.width <= WIDTH_PX
    assert image.width * image.height <= 1.01 * render.PIXELS
    assert pixels(image).size == (image.width, image.height)
    with source_of(tmp_path, by_hand(box, b"BT /F 9 Tf 0 0 Td (Words) Tj ET")) as source:
        large = page_image(source, Part(1, ""), width_px=1_000_000)
    assert large.width * large.height <= 1.01 * render.PIXELS


def test_a_page_that_is_never_done_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_LIMIT_S", 0.0)
    data = by_hand(b"[0 0 600 800]", b"BT /F 9 Tf 9 9 Td (Words) Tj ET " + b"0 0 m 600 800 l S " * 20_000)
    with pytest.raises(LoadError, match="page 1 takes too long to draw"):
        shown(tmp_path, data, "Words")


@pytest.mark.parametrize("page", [0, -1, 2, 10**12])
def test_a_page_that_is_not_there_is_said_to_be(tmp_path: Path, page: int) -> None:
    with pytest.raises(LoadError, match="was asked for, and it has 1 page"):
        shown(tmp_path, drawn(papers.plain), QUOTE, page)


def opened(data: bytes) -> Source:
    return Source(io.BytesIO(data), "lease.pdf", len(data), len(data))


def test_a_file_that_cannot_be_read_is_said_to_be() -> None:
    whole = drawn(papers.plain)
    with pytest.raises(EncryptedFile, match="needs a password"):
        page_image(opened(drawn(papers.plain, encrypt="pw")), Part(1, QUOTE))
    with pytest.raises(DamagedFile, match="truncated"):
        page_image(opened(whole[:400]), Part(1, QUOTE))
    with pytest.raises(DamagedFile, match="no readable PDF"):
        page_image(opened(b"nothing of the kind %%EOF"), Part(1, QUOTE))
    broken = whole.replace(b"/Kids [", b"/Kids (", 1)
    with pytest.raises(LoadError):
        page_image(opened(broken), Part(1, QUOTE))


def test_many_at_once(tmp_path: Path) -> None:
    """Without the lock pdfium crashes the process."""
    found: list[int] = []

    def work(source: Callable[[], AbstractContextManager[Source]]) -> None:
        for _ in range(5):
            with source() as opened:
                found.append(len(page_image(opened, Part(1, QUOTE), width_px=300).boxes))

    threads = []
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        threads.append(threading.Thread(target=work, args=(lambda f=folder: source_of(f, drawn(papers.plain)),)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert found == [2] * 20


def figure(image: PageImage, document: Document, quote: str) -> Elements:
    start = document.text.index(quote)
    return Elements(page_html(image, document, Span(start, start + len(quote))))


def test_the_figure_says_what_it_shows(tmp_path: Path) -> None:
    document = replace(document_of(tmp_path, drawn(papers.plain)), dated="2024-02-29")
    found = figure(shown(tmp_path, drawn(papers.plain), QUOTE), document, QUOTE)
    attributes = dict(found.tags)["img"]
    assert attributes["alt"] == "Page 1 of lease.pdf, the cited passage outlined"
    assert str(attributes["src"]).startswith("data:image/png;base64,iVBOR")
    assert (attributes["width"], attributes["height"]) == ("1200", "1697")
    assert "button" not in dict(found.tags)
    assert "page 1 of 1 · 29 Feb 2024" in found.text
    [spot] = [given for tag, given in found.tags if given.get("id") == "fn-page-spot"]
    assert str(spot["style"]).startswith("top:1")


def test_the_figure_says_where_the_passage_is_when_it_is_not_outlined_here(tmp_path: Path) -> None:
    data = drawn(papers.over_the_page)
    document = document_of(tmp_path, data)
    first, second = shown(tmp_path, data, "The club", 1), shown(tmp_path, data, "days", 2)
    assert "goes on on page 2" in figure(first, document, QUOTE).text
    assert "begins on page 1" in figure(second, document, QUOTE).text
    bare = figure(replace(second, boxes=()), document, QUOTE)
    assert "could not be found" in bare.text
    assert dict(bare.tags)["img"]["alt"] == "Page 2 of lease.pdf"
    assert "The cited passage is on page 2." in figure(first, document, "Boats are kept dry.").text
    steps = [given for tag, given in bare.tags if given.get("class") == "fn-to-page"]
    assert [(given["data-page"], "disabled" in given) for given in steps] == [("1", False), ("3", True)]


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_becomes_markup(tmp_path: Path, name: str) -> None:
    document = replace(document_of(tmp_path, drawn(papers.plain)), path=name)
    found = figure(shown(tmp_path, drawn(papers.plain), QUOTE), document, QUOTE)
    assert {tag for tag, _ in found.tags} == {"figure", "figcaption", "div", "span", "img"}
    assert not [key for _, given in found.tags for key in given if key.startswith("on")]
    assert all(str(given["src"]).startswith("data:image/png;") for _, given in found.tags if "src" in given)

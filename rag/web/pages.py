"""A page of a PDF as it looks, a passage outlined on it; and the figure that shows it.

pdfium is called under the lock that loading holds too; drawing the outline and packing the picture need none.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import ImageChops, ImageDraw
from PIL.Image import Image, composite, new
from pypdfium2 import PdfiumError

from rag.errors import DamagedFile, LoadError
from rag.formats.base import Source
from rag.formats.pdf import PDFIUM, opened
from rag.types import Document, Span
from rag.web.html import count, dated, element, escape, name_of
from rag.web.quotes import Part, find, parts
from rag.web.render import Box, Canvas, characters, lines, page_of

WIDTH_PX = 1200
"""Twice the width of the pane, for screens with two pixels to a point."""
TINT = (255, 226, 122)
"""Multiplied into the page, so that black letters stay black."""
OUTLINE = (180, 83, 9)
"""Seen on white as on black."""
_LINE_PX = 600
"""A picture of this width has an outline one pixel wide; larger ones a wider one."""
_OPEN = "open it in a PDF program"


@dataclass(frozen=True, slots=True)
class PageImage:
    """A picture of a page.

    Attributes:
        png: The picture as a PNG file.
        width: In pixels.
        height: In pixels.
        boxes: What is outlined, line by line: edges as shares of width and height, in [0, 1]; empty where the passage
            was not found, or none was sought.
        page: Number of the page, from 1.
        pages: How many the file has.
    """

    png: bytes
    width: int
    height: int
    boxes: tuple[Box, ...]
    page: int
    pages: int


def page_image(source: Source, part: Part, *, width_px: int = WIDTH_PX) -> PageImage:
    """Draw a page with a passage outlined on it.

    Args:
        source: The PDF; `rag.loaders.original` gives the very file that was indexed.
        part: Page, and what of the passage stands on it; a blank text for a page without outline.
        width_px: Wanted width; less for a page that would have more than `PIXELS`.

    Returns:
        The picture.

    Raises:
        DamagedFile: The file or the page cannot be read.
        EncryptedFile: It needs a password.
        LoadError: It has no such page, or the page takes too long to draw.
    """
    with opened(source) as document:
        try:
            with PDFIUM:
                pages = len(document)
                if not 1 <= part.page <= pages:
                    raise _no_page(source.name, part.page, pages)
                picture, boxes = _drawn(document, part, width_px)
        except PdfiumError as exc:
            raise DamagedFile(source.name, f"page {part.page} cannot be read", f"{_OPEN} and save it again") from exc
        except TimeoutError as exc:
            raise LoadError(source.name, f"page {part.page} takes too long to draw", _OPEN) from exc
    if boxes:
        picture = _outlined(picture, boxes)
    width, height = picture.size
    shares = (Box(box.left / width, box.top / height, box.right / width, box.bottom / height) for box in boxes)
    return PageImage(_png(picture), width, height, tuple(shares), part.page, pages)


def page_html(image: PageImage, document: Document, span: Span) -> str:
    """Show a page.

    Args:
        image: The picture.
        document: What it is a page of.
        span: The cited passage.

    Returns:
        A figure with its caption, and buttons (`fn-to-page`, `data-page`) to the pages around; an element with the id
        `fn-page-spot` stands where the passage begins, to scroll to.
    """
    cited = [part.page for part in parts(document, span)]
    name = name_of(document.path)
    drawn = element("div", _img(image, name) + _spot(image), class_="fn-page-picture")
    title = element("span", escape(name), class_="fn-document", title=document.path, dir="auto")
    where = " · ".join(filter(None, (f"page {image.page:,} of {image.pages:,}", dated(document))))
    said = element("span", where, class_="fn-place")
    note = _note(image, cited)
    noted = element("p", escape(note), class_="fn-page-note", role="status") if note else ""
    head = element("div", title + said + _steps(image), class_="fn-page-head")
    return element("figure", element("figcaption", head + noted) + drawn, class_="fn-page", data_page=image.page)


def _drawn(document: Any, part: Part, width_px: int) -> tuple[Image, list[Box]]:
    with page_of(document, part.page - 1) as (page, textpage):
        canvas = Canvas(page, width_px)
        spans = find(part, characters(textpage)) if part.text.strip() else []
        boxes: list[Box] = []
        for start, end in spans:
            found = (canvas.box(textpage, index) for index in range(start, end))
            boxes += lines(box for box in found if box)
        return canvas.picture(), boxes


def _outlined(picture: Image, boxes: Sequence[Box]) -> Image:
    """The picture with boxes tinted and one line drawn around them all, so that none runs through the words."""
    line_px = max(1, round(picture.width / _LINE_PX))
    inner, outer = (_mask(picture, boxes, by) for by in (line_px, 2 * line_px))
    tinted = ImageChops.multiply(picture, new("RGB", picture.size, TINT))
    framed = composite(new("RGB", picture.size, OUTLINE), picture, outer)
    return composite(tinted, framed, inner)


def _mask(picture: Image, boxes: Sequence[Box], grown_by: int) -> Image:
    mask = new("L", picture.size)
    for left, top, right, bottom in boxes:
        edges = (left - grown_by, top - grown_by, right + grown_by - 1, bottom + grown_by - 1)
        ImageDraw.Draw(mask).rectangle(edges, fill=255)
    return mask


def _png(picture: Image) -> bytes:
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    return packed.getvalue()


def _img(image: PageImage, name: str) -> str:
    alt = f"Page {image.page} of {name}" + (", the cited passage outlined" if image.boxes else "")
    data = f"data:image/png;base64,{base64.b64encode(image.png).decode('ascii')}"
    return element("img", src=data, width=image.width, height=image.height, alt=alt).removesuffix("</img>")


def _spot(image: PageImage) -> str:
    """Where the passage begins; the top of the page where it is not outlined."""
    top = image.boxes[0].top if image.boxes else 0.0
    return element("span", id="fn-page-spot", class_="fn-spot", style=f"top:{top:.2%}", aria_hidden="true")


def _note(image: PageImage, cited: Sequence[int]) -> str:
    """What there is to say of a passage that is not outlined, or not in full."""
    if not cited:
        return ""
    if image.page not in cited:
        return f"The cited passage is on page {cited[0]:,}."
    if not image.boxes:
        return "The cited passage is on this page, but its words could not be found in the picture."
    if image.page != cited[-1]:
        return f"The cited passage goes on on page {cited[-1]:,}."
    return f"The cited passage begins on page {cited[0]:,}." if image.page != cited[0] else ""


def _steps(image: PageImage) -> str:
    """Buttons to the page before and the page after; none for a single one."""
    if image.pages < 2:
        return ""
    steps = (("‹", "Previous page", image.page - 1), ("›", "Next page", image.page + 1))
    buttons = [
        element(
            "button",
            sign,
            type="button",
            class_="fn-to-page",
            data_page=page,
            aria_label=name,
            disabled=not 1 <= page <= image.pages,
        )
        for sign, name, page in steps
    ]
    return element("span", "".join(buttons), class_="fn-page-steps")


def _no_page(name: str, page: int, pages: int) -> LoadError:
    return LoadError(name, f"page {page:,} was asked for, and it has {count(pages, 'page')}", "go to one of these")

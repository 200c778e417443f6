"""PowerPoint presentations: a slide is a page and its title a heading; then its text, tables, charts and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.formats.archive import local, opened
from rag.formats.base import Builder, Extracted, Source, raised, squeeze
from rag.formats.chart import chart_lines
from rag.formats.labels import labels
from rag.formats.ooxml import Package, Relation, attribute, child
from rag.formats.rows import named_rows
from rag.formats.spread import Box, covered, spread

_TITLES = ("title", "ctrTitle")
_DECORATION = ("dt", "ftr", "sldNum", "hdr", "sldImg")
_SHAPES = ("sp", "graphicFrame", "grpSp")
_ON = ("1", "true")


def extract(source: Source) -> Extracted:
    """Read a presentation.

    Args:
        source: The file; `.pptx`, `.pptm` and shows.

    Returns:
        Its text, with a page for each slide and a heading for each title.

    Raises:
        DamagedFile: Parts are missing or malformed.
        EncryptedFile: It needs a password.
        OversizeFile: It unpacks to more than the limit.
    """
    with opened(source) as archive:
        package = Package(archive, source)
        main = package.main()
        relations = package.relations(main)
        out = Builder(source)
        order = child(package.tree(main), "sldIdLst")
        for number, slide in enumerate(order if order is not None else (), start=1):
            out.page(number)
            if relation := relations.get(_relation_id(slide)):
                _slide(out, package, relation.target)
        return out.done(package.title(), package.dated())


def _relation_id(slide: Any) -> str:
    """The `r:id`, beside which there is a plain `id`."""
    return next((str(value) for key, value in slide.attrib.items() if key.endswith("}id")), "")


def _slide(out: Builder, package: Package, part: str) -> None:
    shapes = [shape for shape in package.tree(part).iter() if local(shape) in _SHAPES]
    shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)
    relations = package.relations(part)
    for shape in shapes:
        _shape(out, shape)
        for chart in _charts(shape, relations):
            for line in chart_lines(package.tree(chart)) if chart in package.archive.NameToInfo else ():
                out.paragraph(line)
    if notes := package.related(part, "notesSlide"):
        bodies = (
            shape for shape in package.tree(notes).iter() if local(shape) == "sp" and _placeholder(shape) == "body"
        )
        for text in (text for body in bodies for text in _paragraphs(child(body, "txBody"))):
            out.paragraph(text)


def _shape(out: Builder, shape: Any) -> None:
    kind = _placeholder(shape)
    if local(shape) == "graphicFrame":
        table = next((inner for inner in shape.iter() if local(inner) == "tbl"), None)
        rows = list(spread(_boxes(table))) if table is not None else []
        for line in named_rows(rows, header=None if labels(rows) or table is None else _has_header(table)):
            out.paragraph(line)
    elif local(shape) == "sp" and kind not in _DECORATION:
        texts = _paragraphs(child(shape, "txBody"))
        if kind in _TITLES:
            out.heading(" ".join(texts), 1)
        elif kind == "none" or len(texts) < 2:
            for text in texts:
                out.paragraph(text)
        else:
            out.paragraph("\n".join(f"- {text}" for text in texts))


def _charts(shape: Any, relations: dict[str, Relation]) -> list[str]:
    """Names of the parts with the charts of a frame; shapes in groups come by themselves."""
    frame = shape if local(shape) == "graphicFrame" else ()
    found = (relations.get(_relation_id(inner)) for part in frame for inner in part.iter() if local(inner) == "chart")
    return [relation.target for relation in found if relation and relation.kind == "chart"]


def _placeholder(shape: Any) -> str:
    """Type of placeholder that a shape is: `body` where it names none, `none` where it is no placeholder."""
    for properties in shape:
        if local(properties) in ("nvSpPr", "nvGraphicFramePr"):
            mark = child(properties, "nvPr", "ph")
            return attribute(mark, "type", "body") if mark is not None else "none"
    return "none"


def _paragraphs(body: Any) -> list[str]:
    if body is None:
        return []
    return [text for paragraph in body if local(paragraph) == "p" and (text := squeeze(_text(paragraph)))]


def _text(element: Any) -> str:
    pieces = []
    for inner in element.iter():
        name = local(inner)
        if name == "t":
            text = inner.text or ""
            pieces.append(raised(text) if _is_raised(inner.getparent()) else text)
        elif name == "br":
            pieces.append(" ")
    return "".join(pieces)


def _is_raised(run: Any) -> bool:
    properties = child(run, "rPr")
    shift = attribute(properties, "baseline", "0") if properties is not None else "0"
    return not shift.startswith(("-", "0"))


def _has_header(table: Any) -> int | None:
    properties = child(table, "tblPr")
    return 1 if properties is not None and attribute(properties, "firstRow") in _ON else None


def _boxes(table: Any) -> Iterator[Iterator[Box]]:
    """Cells by row, without those that one to their left goes on over."""
    for row in table:
        if local(row) == "tr":
            yield (_box(cell) for cell in row if local(cell) == "tc" and attribute(cell, "hMerge") not in _ON)


def _box(cell: Any) -> Box:
    text = " ".join(_paragraphs(child(cell, "txBody")))
    runs = [child(run, "rPr") for run in cell.iter() if local(run) == "r"]
    bold = bool(runs) and all(looks is not None and attribute(looks, "b") in _ON for looks in runs)
    return Box(text, covered(attribute(cell, "gridSpan")), is_marked=bold, hangs=attribute(cell, "vMerge") in _ON)

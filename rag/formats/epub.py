"""E-books (EPUB): the chapters in reading order, each one's headings as a map. Protected books are told apart."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from rag.errors import DamagedFile, EncryptedFile
from rag.formats import html
from rag.formats.archive import local, opened, parse, read
from rag.formats.base import Builder, Extracted, Source, squeeze
from rag.formats.dates import stated_day
from rag.formats.decode import decode

logger = logging.getLogger(__name__)

_CONTAINER = "META-INF/container.xml"
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_CHAPTERS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_AGAIN = "save it again from the program that made it"


def extract(source: Source) -> Extracted:
    """Read an e-book.

    Args:
        source: The file.

    Returns:
        Its text, headings, title and date. A chapter without a heading of its own is headed by its document's title.

    Raises:
        DamagedFile: Parts are missing or malformed.
        EncryptedFile: It is protected.
        OversizeFile: It unpacks to more than the limit.
    """
    with opened(source) as archive:
        _refuse_protected(archive, source)
        package = _package(archive, source)
        root = parse(read(archive, package, source))
        title = next((squeeze(el.text or "") for el in root.iter() if local(el) == "title"), "")
        out = Builder(source)
        for name in _spine(root, posixpath.dirname(package)):
            _chapter(out, archive, name, title)
        dated = stated_day(*(el.text or "" for el in root.iter() if local(el) == "date"))
        return out.done(title, dated)


def _refuse_protected(archive: ZipFile, source: Source) -> None:
    names = archive.namelist()
    protected = "META-INF/rights.xml" in names
    if "META-INF/encryption.xml" in names:
        methods = [
            el
            for el in parse(read(archive, "META-INF/encryption.xml", source)).iter()
            if local(el) == "EncryptionMethod"
        ]
        protected |= any(method.get("Algorithm") not in _FONT_SCRAMBLING for method in methods)
    if protected:
        raise EncryptedFile(source.name, "protected against copying (DRM)", "use a copy without protection")


def _package(archive: ZipFile, source: Source) -> str:
    """Name of the part that lists the others."""
    for element in parse(read(archive, _CONTAINER, source)).iter():
        if local(element) == "rootfile":
            return posixpath.normpath(str(element.get("full-path", "")))
    raise DamagedFile(source.name, "its container names no book", _AGAIN)


def _spine(root: Any, folder: str) -> Iterator[str]:
    """Names of the chapters in reading order, each once; the list of them is one only where there is no other."""
    items = {el.get("id"): el for el in root.iter() if local(el) == "item"}
    wanted = [items.get(el.get("idref")) for el in root.iter() if local(el) == "itemref"]
    chapters = [item for item in wanted if item is not None and item.get("media-type") in _CHAPTERS]
    told = [item for item in chapters if "nav" not in item.get("properties", "").split()]
    for href in dict.fromkeys(item.get("href", "") for item in told or chapters):
        yield posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _chapter(out: Builder, archive: ZipFile, name: str, book: str) -> None:
    if name not in archive.namelist():
        logger.warning("%s: chapter %s is missing", out.source.name, name)
        return
    part = Builder(out.source)
    title = html.append(part, decode(read(archive, name, out.source)) or "").title
    chapter = part.done()
    if not chapter.headings and chapter.text and title and title != book:
        out.heading(title, 1)
    out.append(chapter)

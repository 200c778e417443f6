"""Zip containers, opened with care: encrypted, damaged and exploding ones are told apart before anything is unpacked.

Members are read into memory within limits and never written to disk, so their names can reach nothing.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zipfile import ZipFile

from rag.errors import DamagedFile, EncryptedFile, OversizeFile
from rag.formats.base import TREE_BYTES, Source

_MEMBERS = 50_000
_RATIO = 250
"""No honest markup packs this well; a bomb packs a thousandfold."""
_RATIO_FROM_BYTES = 10_000_000
"""Small members may pack better, as a sheet of zeros does."""
_MEDIA = tuple(
    ".png .jpg .jpeg .jfif .gif .bmp .dib .tif .tiff .ico .webp .wdp .jxr .emf .wmf .emz .wmz .pct .pict .eps .psd "
    ".mp3 .m4a .wav .wma .aac .ogg .flac .mid .mp4 .m4v .mov .avi .wmv .mpg .mpeg .webm .swf "
    ".ttf .otf .woff .woff2 .odttf .fntdata .bin .ole .zip .pdf .docx .xlsx .pptx".split()
)
"""Pictures, sounds, films, fonts and embedded objects: nothing that is read, and bitmaps pack well. A part may still be
read whatever its name is, so that each alone keeps to the limit."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What office files and e-books may use; the other methods cannot be unpacked a little at a time."""
_DAMAGED = "save it again from the program that made it"


@contextmanager
def opened(source: Source) -> Iterator[ZipFile]:
    """Open a zip container that is fit to be read.

    Args:
        source: The file.

    Yields:
        The archive.

    Raises:
        DamagedFile: It is truncated or otherwise no sound zip, or packed by a method that no document uses.
        EncryptedFile: Its members need a password.
        OversizeFile: They unpack to more than the limit, or far more than text can.
    """
    try:
        archive = ZipFile(source.file)
    except zipfile.BadZipFile as exc:
        raise DamagedFile(source.name, "a truncated or damaged zip container", _DAMAGED) from exc
    with archive:
        _check(archive, source)
        yield archive


def read(archive: ZipFile, name: str, source: Source) -> bytes:
    """Unpack one member.

    Args:
        archive: From `opened`.
        name: Of the member.
        source: The file, for messages.

    Returns:
        Its bytes.

    Raises:
        DamagedFile: There is no such member.
        OversizeFile: It is past `TREE_BYTES`.
    """
    try:
        member = archive.getinfo(name)
    except KeyError as exc:
        raise DamagedFile(source.name, f"its part {name} is missing", _DAMAGED) from exc
    if member.file_size > TREE_BYTES:
        raise OversizeFile(source.name, f"{name} unpacks to {member.file_size:,} bytes", "split the document")
    with archive.open(member) as part:
        return part.read(member.file_size)  # without a size, all that is there is unpacked, whatever it claims


def parse(data: bytes) -> Any:
    """Parse XML without expanding entities, reading a DTD or going to the network.

    Args:
        data: An XML document.

    Returns:
        The root, an lxml element.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def local(element: Any) -> str:
    """Name of an element without its namespace, which differs between editions of a format.

    Args:
        element: An lxml element; an unexpanded entity has no name.

    Returns:
        The name; empty where there is none.
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _check(archive: ZipFile, source: Source) -> None:
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedFile(source.name, "its contents need a password", "save it without one")
    if any(member.compress_type not in _METHODS for member in members):
        raise DamagedFile(source.name, "parts packed by a method that no document uses", _DAMAGED)
    read = [member for member in members if not member.filename.lower().endswith(_MEDIA)]
    bomb = any(member.file_size > max(_RATIO_FROM_BYTES, _RATIO * member.compress_size) for member in read)
    largest = max((member.file_size for member in members), default=0)
    if len(members) > _MEMBERS or bomb or max(largest, sum(member.file_size for member in read)) > source.limit:
        raise OversizeFile(
            source.name,
            f"unpacks to {sum(member.file_size for member in members):,} bytes in {len(members):,} parts",
            "take it out of the folder unless you trust it; split it if you do",
        )

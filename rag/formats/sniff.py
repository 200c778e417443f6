"""What a file is, by its content first and its suffix second.

A suffix only chooses between kinds of text; whatever has a signature is what the signature says.
"""

from __future__ import annotations

import codecs
import re
from typing import Literal, NoReturn
from zipfile import ZipFile

from rag.errors import BinaryFile, DamagedFile, EncryptedFile
from rag.formats.archive import opened
from rag.formats.base import Source

Kind = Literal["plain", "markdown", "html", "pdf", "docx", "pptx", "xlsx", "epub", "table", "json", "mail"]

_SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".csv", ".tsv", ".tab"), "table"),
    **dict.fromkeys((".json", ".jsonl", ".ndjson", ".ipynb", ".geojson"), "json"),
    **dict.fromkeys((".eml", ".mht", ".mhtml"), "mail"),
}
_CONTAINERS = {".pdf", ".docx", ".docm", ".pptx", ".pptm", ".ppsx", ".xlsx", ".xlsm", ".epub"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_BYTES = 64_000_000
"""Of a compound file that are looked through for what it holds."""
_OLE_ENTRIES: tuple[tuple[str, str, str], ...] = (
    ("WordDocument", "a Word 97 document", "save it as .docx"),
    ("PowerPoint Document", "a PowerPoint 97 presentation", "save it as .pptx"),
    ("Workbook", "an Excel 97 workbook", "save it as .xlsx"),
    ("Book", "an Excel 95 workbook", "save it as .xlsx"),
    ("__properties_version", "an Outlook message", "save it as .eml"),
)
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AGAIN = "save it again from the program that made it"
_CONVERT = "save what it says as text or PDF, or take it out of the folder"
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (0, b"\0\0\1\0", "an icon"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a compiled class"),
    (0, b"\0asm", "a compiled module"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a rar archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"ID3", "an MP3 recording"),
    (0, b"OggS", "an Ogg recording"),
    (0, b"fLaC", "a FLAC recording"),
    (0, b"RIFF", "a sound, film or image"),
    (4, b"ftyp", "a film"),
    (0, b"\x1aE\xdf\xa3", "a film"),
    (0, b"SQLite format 3\0", "a SQLite database"),
    (0, b"PAR1", "a Parquet table"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"\x89HDF\r\n", "an HDF5 file"),
    (0, b"GGUF", "model weights"),
    (0, b"wOF", "a font"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"{\\rtf", "a rich text file (RTF)"),
)
_COULD_BE_WORDS = {
    b"MZ",
    b"GIF8",
    b"BZh",
    b"ID3",
    b"OggS",
    b"fLaC",
    b"RIFF",
    b"PAR1",
    b"ftyp",
    b"GGUF",
    b"wOF",
    b"ustar",
}
"""Signatures that a text may begin with; then it holds no zero byte."""
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_MAIL_HEADER = re.compile(r"^(from|message-id|mime-version|received|return-path):", re.I | re.M)


def sniff(source: Source) -> Kind:
    """Tell what a file is.

    Args:
        source: The file, not empty.

    Returns:
        Its kind.

    Raises:
        BinaryFile: It is of a kind that is not read here.
        DamagedFile: Its suffix promises a container, and it is none.
        EncryptedFile: It is an office file under a password.
    """
    head = source.head()
    if head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"%PDF-") or (
        source.suffix == ".pdf" and b"%PDF-" in head[:1024]
    ):
        return "pdf"
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return _container(source)
    if head.startswith(_OLE):
        _refuse_compound(source)
    for offset, signature, name in _SIGNATURES:
        if head.startswith(signature, offset) and (b"\0" in head or signature not in _COULD_BE_WORDS):
            raise BinaryFile(source.name, f"{name}, which is not read here", _CONVERT)
    if source.suffix in _CONTAINERS and b"\0" in head and not head.startswith(_BOMS):
        raise DamagedFile(source.name, f"neither a {source.suffix} file nor a text", _AGAIN)
    return _kind_of_text(source, _rough(head))


def _container(source: Source) -> Kind:
    with opened(source) as archive:
        names = archive.namelist()
        mimetype = _beginning(archive, "mimetype") if "mimetype" in names else b""
    kinds: tuple[tuple[str, Kind], ...] = (
        ("word/", "docx"),
        ("ppt/", "pptx"),
        ("xl/", "xlsx"),
        ("META-INF/container.xml", "epub"),
    )
    if mimetype.startswith(b"application/vnd.oasis.opendocument"):
        raise BinaryFile(
            source.name, "an OpenDocument file, which is not read here", "save it as .docx, .xlsx or .pptx"
        )
    if "xl/workbook.bin" in names:
        raise BinaryFile(source.name, "a binary Excel workbook, which is not read here", "save it as .xlsx")
    for prefix, kind in kinds:
        if any(name.startswith(prefix) for name in names):
            return kind
    if source.suffix in _CONTAINERS:
        reason = f"a zip archive without the parts of a {source.suffix} file"
        raise DamagedFile(source.name, reason, _AGAIN)
    raise BinaryFile(source.name, "a zip archive, which is not read here", "unpack it into the folder")


def _beginning(archive: ZipFile, name: str) -> bytes:
    """No more of a part than tells its kind is unpacked."""
    with archive.open(name) as part:
        return part.read(100)


def _refuse_compound(source: Source) -> NoReturn:
    """An OLE compound file: the names in its directory, UTF-16, say what it holds."""
    data = source.head(_OLE_BYTES)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise EncryptedFile(source.name, "an office document under a password", "save it without one")
    for entry, name, hint in _OLE_ENTRIES:
        if entry.encode("utf-16-le") in data:
            raise BinaryFile(source.name, f"{name}, which is not read here", hint)
    raise BinaryFile(source.name, "an old office file, which is not read here", "save it as .docx, .xlsx or .pptx")


def _rough(head: bytes) -> str:
    """Good enough to see tags and header names in."""
    if head.startswith(_BOMS):
        return head.decode("utf-16", "replace")
    return head.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").decode("latin-1")


def _kind_of_text(source: Source, head: str) -> Kind:
    known = _SUFFIXES.get(source.suffix)
    if known != "mail" and _HTML.match(_first_tag(head)):
        return "html"
    if known:
        return known
    if source.suffix in (".txt", "") or source.suffix in _CONTAINERS:
        names = {found[1].lower() for found in _MAIL_HEADER.finditer(head.split("\n\n")[0])}
        if "from" in names and names & {"message-id", "mime-version", "received", "return-path"}:
            return "mail"
    return "plain"


def _first_tag(head: str) -> str:
    """The text from its first tag on, past an XML declaration and comments."""
    head = head.lstrip()
    for opening, closing in (("<?", "?>"), ("<!--", "-->")):
        while head.startswith(opening) and (end := head.find(closing)) >= 0:
            head = head[end + len(closing) :].lstrip()
    return head

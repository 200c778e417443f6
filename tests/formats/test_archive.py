from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Mapping

import pytest
from lxml import etree

from rag.errors import DamagedFile, EncryptedFile, OversizeFile
from rag.formats.archive import local, opened, parse, read
from rag.formats.base import Source


def source(parts: Mapping[str, bytes], limit: int = 100_000_000) -> Source:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return Source(buffer, "a.docx", buffer.tell(), limit)


def test_parts_are_read() -> None:
    one = source({"a.xml": b"<a/>"})
    with opened(one) as archive:
        assert read(archive, "a.xml", one) == b"<a/>"
        with pytest.raises(DamagedFile, match=r"its part b\.xml is missing"):
            read(archive, "b.xml", one)


@pytest.mark.parametrize(
    ("parts", "limit"),
    [
        ({"a.xml": b" " * 20_000_000}, 100_000_000),
        ({"xl/strings.dat": b" " * 20_000_000}, 100_000_000),
        ({"xl/strings": b" " * 20_000_000}, 100_000_000),
        ({"a.xml": b"<a/>" * 50, "b.dat": b"<a/>" * 50}, 300),
        ({"xl/media/strings.png": b" " * 400}, 300),
        ({"a.xml": b"<a/>" * 100}, 300),
        ({f"{n}.txt": b"" for n in range(50_001)}, 100_000_000),
    ],
)
def test_what_explodes_is_refused_unread(parts: dict[str, bytes], limit: int) -> None:
    with pytest.raises(OversizeFile, match=r"a\.docx: unpacks to"), opened(source(parts, limit)):
        pass


def test_pictures_may_be_large() -> None:
    with opened(source({"word/media/a.bmp": b"\0" * 20_000_000})):
        pass


def test_a_part_gives_no_more_than_it_claims() -> None:
    data = source({"a.xml": b" " * 9_000_000}).read()
    data = data.replace((9_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    one = Source(io.BytesIO(data), "a.docx", len(data), 100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(zipfile.BadZipFile), opened(one) as archive:
            read(archive, "a.xml", one)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_parts_packed_as_no_document_packs_them_are_refused(method: int) -> None:
    """They cannot be unpacked a little at a time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a.xml", "<a/>")
    with pytest.raises(DamagedFile, match="packed"), opened(Source(buffer, "a.docx", buffer.tell(), 1_000)):
        pass


def test_a_password() -> None:
    one = source({"a.xml": b"<a/>"})
    data = bytearray(one.read())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(EncryptedFile), opened(Source(io.BytesIO(bytes(data)), "a.docx", len(data), 1_000)):
        pass


def test_a_cut_container() -> None:
    data = source({"a.xml": b"<a/>"}).read()[:-10]
    with pytest.raises(DamagedFile, match="truncated or damaged zip"), opened(Source(io.BytesIO(data), "a", 9, 9)):
        pass


def test_entities_are_not_expanded_and_files_not_read() -> None:
    secret = b'<!DOCTYPE a [<!ENTITY e "boom"><!ENTITY f SYSTEM "file:///etc/hostname">]><a>&e;&f;</a>'
    assert "".join(parse(secret).itertext()) in ("", "&e;&f;")
    laughs = b'<!DOCTYPE a [<!ENTITY a0 "lol">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
    )
    with pytest.raises(etree.XMLSyntaxError):
        parse(laughs + b"]><a b='&a11;'/>")


def test_names_without_their_namespace() -> None:
    assert local(parse(b'<x:p xmlns:x="http://a.b"/>')) == "p"

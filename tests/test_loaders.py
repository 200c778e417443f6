from __future__ import annotations

import hashlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.errors import BinaryFile, DamagedFile, EmptyFile, LoadError, OversizeFile
from rag.formats import reader
from rag.formats.base import Extracted, Source
from rag.loaders import document_path, file_digest, list_files, load
from rag.types import Heading

LIMIT = 1_000_000


@pytest.fixture(autouse=True)
def _nothing_hangs() -> Iterator[None]:
    """A file that is waited for fails its test, not the whole run."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("hangs"))
    signal.alarm(30)
    yield
    signal.alarm(0)


def test_a_document_is_told_by_its_path_its_content_and_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = folder / "Große Pumpe.md"
    data = b"# Pumps\n\nThe pump is sound.\n"
    path.write_bytes(data)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    document = load(path, tmp_path, LIMIT)
    assert document.path == "a/b/Große Pumpe.md"
    assert document.sha256 == hashlib.sha256(data).hexdigest() == file_digest(path)
    assert (document.size_bytes, document.modified_s) == (len(data), 1_700_000_000)
    assert document.title == "Pumps"
    assert document.headings == (Heading(0, 1, "Pumps"),)


def test_two_files_of_one_name_are_two_documents(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text("words")
    assert [load(path, tmp_path, LIMIT).path for path in list_files(tmp_path)] == ["a/x.txt", "b/x.txt"]


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "empty"), (b" \n\t\r\n \x0b", "holds no text"), (b"\xef\xbb\xbf", "")]
)
def test_nothing_in_it(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(EmptyFile, match=rf"a\.txt: .*{reason}"):
        load(tmp_path / "a.txt", tmp_path, LIMIT)


def test_the_size_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 11)
    assert load(path, tmp_path, 11).text == "x" * 11
    with pytest.raises(OversizeFile, match=r"a\.txt: 11 bytes, and the limit is 10 .*RAG_MAX_FILE_BYTES"):
        load(path, tmp_path, 10)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(LoadError, match=r"a\.txt: a pipe, not a file"):
        load(tmp_path / "a.txt", tmp_path, LIMIT)
    with pytest.raises(LoadError, match="a pipe"):
        file_digest(tmp_path / "a.txt")


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words")
    opened = os.open

    def swapped(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return opened(name, flags)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(LoadError, match="a pipe"):
        load(path, tmp_path, LIMIT)


def test_sockets_folders_and_devices_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        with pytest.raises(LoadError, match="s: a socket"):
            load(tmp_path / "s", tmp_path, LIMIT)
    with pytest.raises(LoadError, match="a folder"):
        load(tmp_path, tmp_path.parent, LIMIT)
    with pytest.raises(LoadError, match="null: a device"):
        load(Path("/dev/null"), Path("/dev"), LIMIT)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"a\.txt: gone \("):
        load(tmp_path / "a.txt", tmp_path, LIMIT)


def test_links(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "secret.txt"
    (root / "sub").mkdir(parents=True)
    outside.write_text("secret")
    (root / "real.txt").write_text("words")
    (root / "inside.txt").symlink_to("real.txt")
    (root / "outside.txt").symlink_to(outside)
    (root / "broken.txt").symlink_to("nothing.txt")
    (root / "loop.txt").symlink_to("loop.txt")
    (root / "folder").symlink_to(tmp_path)
    assert [path.name for path in list_files(root)] == ["broken.txt", "inside.txt", "loop.txt", "real.txt"]
    assert load(root / "inside.txt", root, LIMIT).text == "words"
    for path, reason in (
        ("outside.txt", "leads out of the folder"),
        ("folder/secret.txt", "leads out of the folder"),
        ("../secret.txt", "leads out of the folder"),
        ("broken.txt", "a link to a file that is gone"),
        ("loop.txt", "too many levels of symbolic links"),
    ):
        with pytest.raises(LoadError, match=reason):
            load(root / path, root, LIMIT)


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words")

    def refuse(name: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    if os.geteuid() == 0:  # root may read anything
        monkeypatch.setattr(os, "open", refuse)
    path.chmod(0)
    with pytest.raises(LoadError, match=r"a\.txt: permission denied .*chmod"):
        load(path, tmp_path, LIMIT)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words")

    def extract(source: Source) -> Extracted:
        with path.open("a") as file:
            file.write("more")
        return Extracted("words")

    monkeypatch.setitem(reader._EXTRACT, "plain", extract)
    with pytest.raises(LoadError, match="changed while it was read"):
        load(path, tmp_path, LIMIT)


@pytest.mark.parametrize(
    ("raised", "error", "reason"),
    [
        (ValueError("bad\n value"), DamagedFile, "malformed: bad value"),
        (KeyError(), DamagedFile, "malformed: KeyError"),
        (RecursionError(), DamagedFile, "nested too deeply"),
        (MemoryError(), OversizeFile, "memory"),
        (OSError(22, "Invalid argument"), DamagedFile, "points outside itself"),
        (OSError(5, "Input/output error"), LoadError, "input/output error"),
        (BinaryFile("a.txt", "as it is"), BinaryFile, "as it is"),
    ],
)
def test_whatever_a_parser_raises_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception, error: type[LoadError], reason: str
) -> None:
    def extract(source: Source) -> Extracted:
        raise raised

    (tmp_path / "a.txt").write_text("words")
    monkeypatch.setitem(reader._EXTRACT, "plain", extract)
    with pytest.raises(LoadError, match=rf"a\.txt: .*{reason}") as caught:
        load(tmp_path / "a.txt", tmp_path, LIMIT)
    assert type(caught.value) is error


NAMES = [
    b"two\nlines.txt",
    b"caf\xe9.txt",
    b"\x1b[31mred.txt",
    "rtl\u202etxt.exe.txt".encode(),
    b"x" * 250 + b".txt",
    b"-rf.txt",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_bytes_are_made_printable(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_text("words")
    (listed,) = list_files(tmp_path)
    document = load(listed, tmp_path, LIMIT)
    document.path.encode()
    assert document.path.isprintable()
    assert document.text == "words"
    path.write_text("")
    with pytest.raises(EmptyFile) as caught:
        load(path, tmp_path, LIMIT)
    assert str(caught.value).isprintable() and caught.value.path == document.path == document_path(path, tmp_path)


def test_what_is_listed(tmp_path: Path) -> None:
    kept = ["B.txt", "a.txt", "image.png", "sub/c.txt", "sub.txt"]
    left_out = [
        ".hidden",
        ".git/config",
        "~$a.docx",
        "__pycache__/a.pyc",
        "node_modules/a/b.md",
        "sub/.cache/x",
        "Thumbs.db",
    ]
    for name in kept + left_out:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("words")
    assert [path.relative_to(tmp_path).as_posix() for path in list_files(tmp_path)] == sorted(kept)


def test_a_hidden_folder_may_be_named_itself(tmp_path: Path) -> None:
    root = tmp_path / ".notes"
    root.mkdir()
    (root / "a.txt").write_text("words")
    assert list_files(root) == [root / "a.txt"]


def test_no_parser_is_imported_before_a_file_needs_it() -> None:
    heavy = "{'lxml', 'openpyxl', 'pypdfium2', 'charset_normalizer', 'bs4'}"
    code = f"import sys, rag.loaders; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("words")
    with pytest.raises(LoadError, match="none: no such folder"):
        list_files(tmp_path / "none")
    with pytest.raises(LoadError, match="file: not a folder"):
        list_files(tmp_path / "file")


def test_a_folder_that_cannot_be_listed_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "shut").mkdir()
    walk = os.walk

    def refusing(root: Path, onerror: Callable[[OSError], None]) -> object:
        onerror(PermissionError(13, "Permission denied", str(tmp_path / "shut")))
        return walk(root)

    monkeypatch.setattr(os, "walk", refusing)
    with caplog.at_level(logging.WARNING):
        assert len(list_files(tmp_path)) == 1
    assert "shut: cannot be listed: Permission denied" in caplog.text

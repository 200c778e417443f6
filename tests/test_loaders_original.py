"""The file behind a document, opened again: tests of `rag.loaders.original`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.loaders import load, original

LIMIT = 1_000_000


def test_the_very_file_of_a_document_is_opened_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words.")
    document = load(tmp_path / "a.txt", tmp_path, LIMIT)
    with original(document, tmp_path) as source:
        assert (source.read(), source.name, source.size_bytes) == (b"Words.", "a.txt", 6)
    (tmp_path / "a.txt").write_text("Other!")
    with (
        pytest.raises(LoadError, match=r"a\.txt: changed since it was indexed .*rag index"),
        original(document, tmp_path),
    ):
        pass
    (tmp_path / "a.txt").unlink()
    with pytest.raises(LoadError, match=r"a\.txt: gone .*rag index"), original(document, tmp_path):
        pass
    with pytest.raises(LoadError, match=r"gone .*rag index .* --index 'my index'"):
        original(document, tmp_path, "my index").__enter__()


@pytest.mark.parametrize("path", ["../out.txt", "sub/../../out.txt", "link.txt", "linked/out.txt", "/etc/hostname"])
def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    root = tmp_path / "docs"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "out.txt").write_text("Words.")
    (root / "link.txt").symlink_to(tmp_path / "out.txt")
    (root / "linked").symlink_to(tmp_path)
    document = replace(load(tmp_path / "out.txt", tmp_path, LIMIT), path=path)
    with pytest.raises(LoadError, match="leads out of the folder"), original(document, root):
        pass


def test_a_name_that_was_written_with_escapes_is_found_again(tmp_path: Path) -> None:
    for name in (b"a\xff.txt", b"b\x07.txt"):
        path = tmp_path / os.fsdecode(name)
        path.write_text("Words.")
        document = load(path, tmp_path, LIMIT)
        assert "\\x" in document.path
        with original(document, tmp_path) as source:
            assert source.read() == b"Words."

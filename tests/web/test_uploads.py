from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.web.uploads import MOST, refusal, safe_name, save


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\system.txt", "system.txt"),
        ("/abs/olute.txt", "olute.txt"),
        (".hidden.txt", "hidden.txt"),
        ("...", "file"),
        ("", "file"),
        ("con.txt", "file_con.txt"),
        ("a\u202egnp.txt", "agnp.txt"),
        ("tab\tand\nline.txt", "tabandline.txt"),
        ("nul\x00l.txt", "null.txt"),
        ("two  words .txt", "two words.txt"),
        ('<img src="x">.html', "_img src=_x_.html"),
        ("~$lock.docx", "lock.docx"),
        ("Größe 数.txt", "Größe 数.txt"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_any_name_becomes_one_visible_part_of_a_path(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 150
    assert safe.isprintable()


def arrived(root: Path, name: str, content: str = "Words.") -> Path:
    folder = root / "arrived" / str(len(list(root.rglob("*"))))
    folder.mkdir(parents=True)
    (folder / name).write_text(content, "utf-8")
    return folder / name


def test_files_go_under_uploads_and_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    files = [arrived(tmp_path, "a.txt", "one"), arrived(tmp_path, "a.txt", "two"), arrived(tmp_path, "a.txt", "one")]
    assert [upload.path for upload in save(files, folder, 100)] == [
        "uploads/a.txt",
        "uploads/a-2.txt",
        "uploads/a.txt",
    ]
    assert (folder / "uploads" / "a.txt").read_text("utf-8") == "one"
    assert (folder / "uploads" / "a-2.txt").read_text("utf-8") == "two"
    assert sorted(path.name for path in (folder / "uploads").iterdir()) == ["a-2.txt", "a.txt"]


@pytest.mark.parametrize(
    ("collection", "place"),
    [
        ("", "uploads"),
        ("leases/2031", "uploads/leases/2031"),
        ("leases\\2031", "uploads/leases/2031"),
        ("contracts/", "uploads/contracts"),
        (" / leases // 2031 ", "uploads/leases/2031"),
        ("..", "uploads"),
        ("../..", "uploads"),
        ("/etc/./../cron", "uploads/etc/cron"),
        ("a/.../.git", "uploads/a/file/git"),
    ],
)
def test_a_collection_is_a_folder_or_several_within_each_other(tmp_path: Path, collection: str, place: str) -> None:
    [upload] = save([arrived(tmp_path, "a.txt")], tmp_path / "docs", 100, collection)
    assert upload.path == f"{place}/a.txt"
    assert (tmp_path / "docs" / upload.path).is_file()


@given(st.text(alphabet=st.sampled_from("ab./\\ :\0"), max_size=16))
def test_no_collection_leads_out_of_the_uploads(collection: str) -> None:
    with TemporaryDirectory() as root:
        [upload] = save([arrived(Path(root), "a.txt")], Path(root) / "docs", 100, collection)
        assert (Path(root) / "docs" / upload.path).resolve().is_relative_to(Path(root).resolve() / "docs" / "uploads")


def test_a_collection_without_end_is_turned_back(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2,000 folders within each other, and at most 8 are made"):
        save([arrived(tmp_path, "a.txt")], tmp_path / "docs", 100, "a/" * 2_000)
    assert not (tmp_path / "docs").exists()


def test_types_and_sizes_are_limited(tmp_path: Path) -> None:
    files = [arrived(tmp_path, "a.exe"), arrived(tmp_path, "noext"), arrived(tmp_path, "big.txt", "x" * 101)]
    uploads = save(files, tmp_path / "docs", 100)
    assert [upload.path for upload in uploads] == ["", "", ""]
    assert ".exe" in uploads[0].reason
    assert "without a suffix" in uploads[1].reason
    assert "101 bytes, and the limit is 100" in uploads[2].reason
    assert all(upload.hint for upload in uploads)
    assert not (tmp_path / "docs").exists()


def test_no_more_than_so_many_are_taken_at_once(tmp_path: Path) -> None:
    files = [arrived(tmp_path, "a.txt", "one") for _ in range(MOST + 2)]
    uploads = save(files, tmp_path / "docs", 100)
    assert [upload.path for upload in uploads] == ["uploads/a.txt"] * MOST + [""] * 2
    assert "more than 100 files at once" in uploads[-1].reason and uploads[-1].hint


def test_a_file_that_is_not_sent_is_refused_as_one_that_is() -> None:
    assert refusal("a.txt", 100, 100) is None
    for name, size, late in (("a.exe", 1, False), ("a", 1, False), ("A.TXT", 101, False), ("a.txt", 1, True)):
        why = refusal(name, size, 100, late=late)
        assert why and why.name == name and why.reason and why.hint and not why.path


def test_a_link_in_the_folder_is_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine", "utf-8")
    (tmp_path / "docs" / "uploads").mkdir(parents=True)
    (tmp_path / "docs" / "uploads" / "a.txt").symlink_to(outside)
    [upload] = save([arrived(tmp_path, "a.txt", "theirs")], tmp_path / "docs", 100)
    assert upload.path == "uploads/a-2.txt"
    assert outside.read_text("utf-8") == "mine"

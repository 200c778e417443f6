"""Every kind of damage to `rag.db` is found, named and given a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import IndexDamaged
from rag.store import SqliteStore
from tests.small_index import MANIFEST, change, make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents, closed."""
    return make(tmp_path / "index")


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_damage_with_a_remedy(folder: Path, content: bytes) -> None:
    (folder / "rag.db").write_bytes(content)
    problems = SqliteStore.check(folder)
    assert len(problems) == 1 and problems[0].remedy.startswith("rag index"), problems
    if content:
        for opening in (SqliteStore.open_existing, lambda f: SqliteStore.open(f, MANIFEST)):
            with pytest.raises(IndexDamaged, match=f"rag index --rebuild --index {folder}"):
                opening(folder)


def test_a_truncated_database_is_found_by_the_check(folder: Path) -> None:
    whole = (folder / "rag.db").read_bytes()
    for share in (0.3, 0.6, 0.9):
        (folder / "rag.db").write_bytes(whole[: int(len(whole) * share)])
        assert SqliteStore.check(folder), share


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("DELETE FROM vectors WHERE chunk = 1", "1 chunks without a vector"),
        ("UPDATE vectors SET vector = x'00' WHERE chunk = 1", "1 vectors of a wrong length"),
        ("DELETE FROM chunks WHERE id = 2", "1 documents whose chunks are not all there"),
        ("DELETE FROM documents WHERE path = 'b.txt'", "1 chunks without a document"),
        ("UPDATE chunks SET text = 'Rent was due.' WHERE id = 1", "1 documents whose chunks are not passages"),
        ("INSERT INTO lexical (lexical) VALUES ('delete-all')", "3 chunks that are not in the lexical index"),
        ("DROP TABLE vectors", "no such table"),
    ],
)
def test_the_check_names_what_does_not_fit(folder: Path, damage: str, named: str) -> None:
    assert SqliteStore.check(folder) == []
    change(folder, damage)
    assert named in "; ".join(problem.what for problem in SqliteStore.check(folder))

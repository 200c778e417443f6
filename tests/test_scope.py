from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.scope import check, choices, covers, normalised

PATHS = ["legal/lease.pdf", "legal/old/lease.pdf", "legalese.txt", "minutes.txt"]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ([], ()),
        (["./legal/"], ("legal",)),
        (["legal\\lease.pdf"], ("legal/lease.pdf",)),
        (["minutes.txt", "legal", "legal/lease.pdf", "legal"], ("legal", "minutes.txt")),
        (["legal", "legalese.txt"], ("legal", "legalese.txt")),
        (["/"], ()),
        (["."], ()),
    ],
)
def test_a_scope_is_read_however_it_is_written(given_: list[str], expected: tuple[str, ...]) -> None:
    assert normalised(given_) == expected


def test_a_folder_covers_what_is_under_it_and_no_name_that_begins_like_it() -> None:
    assert [path for path in PATHS if covers(("legal",), path)] == PATHS[:2]
    assert [path for path in PATHS if covers(("legal/lease.pdf",), path)] == PATHS[:1]
    assert [path for path in PATHS if covers((), path)] == PATHS


@given(st.lists(st.text("ab/.\\", max_size=6), max_size=4), st.text("ab/", min_size=1, max_size=6))
def test_normalising_twice_changes_nothing_and_covers_the_same(paths: list[str], path: str) -> None:
    scope = normalised(paths)
    assert normalised(scope) == scope
    assert covers(scope, path) or scope


def test_a_scope_that_names_nothing_proposes_what_is_near() -> None:
    check(("legal", "minutes.txt"), PATHS)
    with pytest.raises(UsageError, match=r"legal/lease\.pdf"):
        check(("legal/leese.pdf",), PATHS)
    with pytest.raises(UsageError, match="a document or a folder"):
        check(("xylophone",), PATHS)


def test_folders_with_their_counts_come_before_documents() -> None:
    assert choices(PATHS)[:3] == [("legal/ (2)", "legal"), ("legal/old/ (1)", "legal/old"), (PATHS[0], PATHS[0])]
    assert len(choices(PATHS)) == 6

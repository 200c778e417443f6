"""A scope is read however it is written, stands for what is under it, and is refused where nothing is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.scope import choices, covers, listed, normalised, resolved, same

PATHS = ["legal/lease.pdf", "legal/old/lease.pdf", "legalese.txt", "minutes.txt"]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ([], ()),
        (["./legal/"], ("legal",)),
        (["minutes.txt", "legal", "legal/lease.pdf", "legal"], ("legal", "minutes.txt")),
        (["legal", "legalese.txt"], ("legal", "legalese.txt")),
        (["legal.txt", "legal/old", "legal"], ("legal", "legal.txt")),
        (["/legal//old/"], ("legal/old",)),
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
def test_normalising_changes_nothing_of_what_is_covered(paths: list[str], path: str) -> None:
    scope = normalised(paths)
    assert normalised(scope) == scope
    plain = [normalised([one]) for one in paths]
    document = "/".join(part for part in path.split("/") if part)
    assert covers(scope, document) == (not plain or any(covers(one, document) for one in plain))
    assert not any(covers((one,), other) for one in scope for other in scope if one != other), "one of them is idle"


def test_a_scope_that_is_there_is_found() -> None:
    assert resolved([], PATHS) == resolved(["."], PATHS) == ()
    assert resolved(["minutes.txt", "./legal/"], PATHS) == ("legal", "minutes.txt")
    assert resolved(["legal\\old", ".\\minutes.txt"], PATHS) == ("legal/old", "minutes.txt")
    assert resolved(["legal\\lease.pdf", "legal"], PATHS) == ("legal",)


def test_a_name_that_has_a_backslash_is_taken_by_its_word() -> None:
    odd = ["caf\\xe9/lease.pdf", "caf/xe9/lease.pdf"]  # as the index writes a name that is no UTF-8
    assert [resolved([path], odd) for path in odd] == [(path,) for path in odd]
    assert resolved(["caf\\xe9"], odd) == ("caf\\xe9",)
    assert covers(("caf\\xe9",), odd[0])


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("legal/leese.pdf", "did you mean legal/lease.pdf or legal/old/lease.pdf or legalese.txt?"),
        ("contracts/legal", "did you mean legal"),
        ("LEGAL", "did you mean legal?"),
        ("legal/lease.pdf/x", "did you mean legal/lease.pdf"),
        ("xylophone", "name a document or a folder of the index"),
        ("\\", "name a document or a folder of the index"),
        ("..", "name a document or a folder of the index"),
    ],
)
def test_a_scope_that_names_nothing_proposes_what_is_near(path: str, hint: str) -> None:
    with pytest.raises(UsageError, match="no document of the index is there") as caught:
        resolved(["minutes.txt", path], PATHS)
    assert repr(path) in caught.value.message
    assert caught.value.hint.startswith(hint)


@pytest.mark.timeout(60)
def test_a_hostile_scope_costs_no_more_than_its_length() -> None:
    known = [f"{number % 100}/{number}.txt" for number in range(5_000)]
    for paths in (["/".join("a" * 200_000)], [f"{n}" * 3 for n in range(100_000)], ["x" * 1_000_000]):
        with pytest.raises(UsageError) as caught:
            resolved(paths, known)
        assert len(str(caught.value)) < 300


def test_folders_with_their_counts_come_before_documents() -> None:
    assert choices(PATHS)[:3] == [("legal/ (2)", "legal"), ("legal/old/ (1)", "legal/old"), (PATHS[0], PATHS[0])]
    assert len(choices(PATHS)) == 6


def test_two_scopes_are_the_same_however_written() -> None:
    assert same(["legal", "legal/old"], ["./legal/"]) and same(["a\\b"], ["a/b"]) and same([], ["."])
    assert not same(["legal"], []) and not same(["legal"], ["legal/old"])


def test_a_long_scope_is_cut_within_a_sentence() -> None:
    assert listed(("legal", "minutes.txt")) == "legal, minutes.txt"
    assert listed([str(number) for number in range(1_005)]) == "0, 1, 2, 3, 4 and 1,000 more"

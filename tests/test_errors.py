"""The error tree: drawn as it is, with exit codes and hints that survive."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from rag import errors
from rag.errors import EncryptedFile, LoadError, RagError, UsageError

CLASSES = [item for _, item in inspect.getmembers(errors, inspect.isclass) if item.__module__ == errors.__name__]


def test_every_error_is_a_rag_error() -> None:
    assert all(issubclass(item, RagError) for item in CLASSES)


def test_the_drawing_is_the_tree() -> None:
    """Each class stands once in the docstring's drawing, under its parent."""
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^(?:    )([│├└─ ]*)([A-Z]\w+)\b", line)
        if not found:
            continue
        depth, name = len(found[1]), found[2]
        above = [item for item in above if item[0] < depth]
        drawn[name] = above[-1][1] if above else "Exception"
        above.append((depth, name))
    assert drawn == {item.__name__: item.__base__.__name__ for item in CLASSES}  # type: ignore[union-attr]


@pytest.mark.parametrize("item", CLASSES)
def test_exit_codes(item: type[RagError]) -> None:
    assert item.exit_code == (2 if issubclass(item, UsageError) else 1)
    assert item.__doc__


def test_message_and_hint() -> None:
    error = RagError("no index", "rag index")
    assert (error.message, error.hint, str(error)) == ("no index", "rag index", "no index (rag index)")
    assert str(RagError("no index")) == "no index"


def test_kinds_of_unreadable_files_differ() -> None:
    kinds = [item.kind for item in CLASSES if issubclass(item, LoadError)]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("item", [c for c in CLASSES if issubclass(c, LoadError)])
def test_load_errors_survive_the_trip_between_processes(item: type[LoadError]) -> None:
    error = item("a.pdf", "needs a password", "qpdf --decrypt a.pdf b.pdf")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is item
    assert (again.path, again.reason, again.hint) == (error.path, error.reason, error.hint)
    assert str(again) == str(error)


def test_a_load_error_names_its_file() -> None:
    assert EncryptedFile("a.pdf", "needs a password").message == "a.pdf: needs a password"

"""The part of the index that a question is limited to: documents and folders, by path.

A folder stands for every document under it, a collection is a folder, and an empty scope is everything. Knows paths
alone.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence

from rag.errors import UsageError

_NEAR = 3
"""Most paths that an error proposes."""
_COMPARED = 10_000
"""Most paths that a wrong one is compared with: a quarter of a second."""
_LISTED = 5
"""Most paths of a scope that a sentence names."""
_SHOWN = 60
"""Most characters of a wrong path that an error repeats."""


def normalised(paths: Iterable[str]) -> tuple[str, ...]:
    """A scope as it is compared and shown.

    Args:
        paths: Documents and folders of the index, as anybody may write them, such as `./legal/`.

    Returns:
        Sorted, without repeats, without what another one covers; empty for everything.
    """
    kept: list[list[str]] = []
    for parts in sorted([part for part in path.split("/") if part not in ("", ".")] for path in paths):
        if not kept or parts[: len(kept[-1])] != kept[-1]:  # what a folder covers comes right after it
            kept.append(parts)
    return tuple(sorted("/".join(parts) for parts in kept if parts))


def covers(scope: Sequence[str], path: str) -> bool:
    """Whether a document is within a scope."""
    return not scope or any(path == part or _under(path, part) for part in scope)


def same(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two scopes name the same, with whatever separators they were written."""
    first, second = (normalised(path.replace("\\", "/") for path in paths) for paths in (one, other))
    return first == second


def listed(scope: Sequence[str]) -> str:
    """A scope within a sentence: its paths, a long one cut."""
    more = len(scope) - _LISTED
    return ", ".join(scope[:_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def resolved(paths: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    r"""A scope that is there.

    Args:
        paths: As `normalised` takes them; `\` parts folders too, but in the name of a document that has one.
        known: The path of every document.

    Returns:
        As `normalised` gives it.

    Raises:
        UsageError: One of the paths is no document and no folder of the index.
    """
    scope = normalised(paths)
    if not scope:
        return ()
    there = _places(known)
    return normalised(path if path in there else _elsewhere(path, there) for path in scope)


def choices(paths: Sequence[str]) -> list[tuple[str, str]]:
    """What a question can be limited to.

    Args:
        paths: Of every document.

    Returns:
        What to call it and what it is: folders with the number of their documents, then documents, each by path.
    """
    folders = [(f"{folder}/ ({number})", folder) for folder, number in sorted(_folders(paths).items())]
    return folders + [(path, path) for path in sorted(paths)]


def _folders(paths: Iterable[str]) -> Counter[str]:
    """Every folder with the number of documents under it."""
    return Counter(path[:at] for path in paths for at, character in enumerate(path) if character == "/")


def _places(paths: Iterable[str]) -> set[str]:
    """Every document and every folder."""
    places = set(paths)
    for path in list(places):
        folder = path.rpartition("/")[0]
        while folder and folder not in places:
            places.add(folder)
            folder = folder.rpartition("/")[0]
    return places


def _elsewhere(path: str, there: set[str]) -> str:
    """A path as Windows writes it, with the separators of the index."""
    (found,) = normalised([path.replace("\\", "/")]) or ("",)
    if found in there:
        return found
    near = _near(found, there)
    hint = f"did you mean {' or '.join(near)}?" if near else "name a document or a folder of the index"
    shown = path if len(path) <= _SHOWN else f"{path[: _SHOWN - 1]}…"
    raise UsageError(f"scope {shown!r}: no document of the index is there", hint)


def _near(path: str, there: set[str]) -> list[str]:
    """What has the same name in another folder or in other case, and what is spelt like it."""
    name = _name(path)
    same = sorted(place for place in there if _name(place) == name)
    close = difflib.get_close_matches(path, sorted(there)[:_COMPARED], _NEAR, 0.5)
    return list(dict.fromkeys([*same, *close]))[:_NEAR]


def _name(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def _under(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")

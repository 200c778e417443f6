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


def normalised(paths: Iterable[str]) -> tuple[str, ...]:
    r"""A scope as it is compared and shown.

    Args:
        paths: Documents and folders of the index, as anybody may write them: `./legal/`, `legal\lease.pdf`.

    Returns:
        Sorted, without repeats, without what another one covers; empty for everything.
    """
    plain = {"/".join(part for part in path.replace("\\", "/").split("/") if part not in ("", ".")) for path in paths}
    if "" in plain:
        return ()
    return tuple(sorted(path for path in plain if not any(_under(path, other) for other in plain)))


def covers(scope: Sequence[str], path: str) -> bool:
    """Whether a document is within a scope."""
    return not scope or any(path == part or _under(path, part) for part in scope)


def check(scope: Sequence[str], paths: Sequence[str]) -> None:
    """Refuse a scope that names what is not there.

    Args:
        scope: From `normalised`.
        paths: Of every document.

    Raises:
        UsageError: A part of it covers no document.
    """
    for part in scope:
        if not any(covers((part,), path) for path in paths):
            known = [*_folders(paths), *paths]
            near = difflib.get_close_matches(part, known, _NEAR, 0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else "name a document or a folder of the index"
            raise UsageError(f"scope {part!r}: no document of the index is there", hint)


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


def _under(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")

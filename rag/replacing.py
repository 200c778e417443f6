"""A file is written beside the one whose place it takes: who reads meanwhile has all of the old one or of the new.

What is not whole yet is hidden, so no folder of documents takes it for one. Knows nothing of what is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_UNFINISHED = ".part"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file in one step.

    Args:
        path: The file, which may be there.

    Yields:
        Another in its folder, to be written; it takes the place of the first as this is left, or is removed where
        something was raised.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}{_UNFINISHED}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def remove_unfinished(path: Path) -> None:
    """Remove what killed processes have left of a file that nobody is writing now."""
    for part in path.parent.glob(f".{path.name}.*{_UNFINISHED}"):
        part.unlink(missing_ok=True)

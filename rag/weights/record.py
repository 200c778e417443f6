"""What a folder of weights should hold: a small JSON file beside them with the size and SHA-256 of each.

Knows nothing of where they came from, nor of what they are for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "weights.json"
"""The record's own file."""


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its size in bytes and its SHA-256, hex."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """The files of a folder.

    Attributes:
        name: The model's name.
        source: Where they came from: a source, or the file that they were converted from.
        revision: Which version of that: commit, requirements, or digest.
        files: Path in the folder to size and digest.
    """

    name: str
    source: str
    revision: str
    files: Mapping[str, Entry]

    @classmethod
    def of(cls, folder: Path, name: str, source: str, revision: str) -> Record:
        """Read every file of a folder and take note of it."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
        files = {path.relative_to(folder).as_posix(): Entry(path.stat().st_size, sha256(path)) for path in paths}
        return cls(name, source, revision, files)

    @classmethod
    def read(cls, folder: Path) -> Record | None:
        """The record of a folder; None where there is none, or none that can be read."""
        try:
            data = json.loads((folder / NAME).read_text("utf-8"))
            files = {path: Entry(**entry) for path, entry in data.pop("files").items()}
            return cls(files=files, **data)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, folder: Path) -> None:
        """Put the record into its folder."""
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    def is_whole(self, folder: Path) -> bool:
        """Every file is there, in its size; digests are not looked at."""
        paths = [(folder / path, entry.size_bytes) for path, entry in self.files.items()]
        return all(path.is_file() and path.stat().st_size == size for path, size in paths)

    def size_bytes(self) -> int:
        """Size of all files."""
        return sum(entry.size_bytes for entry in self.files.values())

    def digest(self) -> str:
        """SHA-256, hex, of the weights: of one file its own, of several that of their digests in order of path."""
        kinds = (".safetensors", ".gguf")
        found = [entry.sha256 for path, entry in sorted(self.files.items()) if path.endswith(kinds)]
        return found[0] if len(found) == 1 else hashlib.sha256("\n".join(found).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verification:
    """What the check of one file found: `reason` and `hint` are empty where it is sound."""

    model: str
    file: str
    ok: bool
    reason: str = ""
    hint: str = ""


def check(name: str, path: Path, expected: str) -> Verification:
    """Read a file and compare its digest.

    Args:
        name: The model that it belongs to.
        path: The file; need not exist.
        expected: SHA-256, hex.

    Returns:
        Whether it is sound; if not, why, and what mends it.
    """
    found = sha256(path) if path.is_file() else "missing"
    if found == expected:
        return Verification(name, path.name, True)
    hint = f"delete {path.parent}, then: rag models pull {name}"
    return Verification(name, path.name, False, f"SHA-256 is {found}, expected {expected}", hint)

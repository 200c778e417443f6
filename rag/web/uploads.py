"""Files that users hand in: checked, given safe names, and put into the folder under `uploads/`.

Nothing of what a file is called can lead out of that folder or hide it. Knows the folder and the limits; nothing of the
index or of Gradio.
"""

from __future__ import annotations

import re
import shutil
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UsageError
from rag.loaders import file_digest, located
from rag.replacing import replacing

FOLDER = "uploads"
"""Where uploads go, inside the folder of documents."""
SUFFIXES = frozenset(
    ".txt .md .markdown .rst .text .log .html .htm .xhtml .pdf .docx .pptx .xlsx .csv .tsv .json .jsonl .ndjson .eml "
    ".epub .py .js .ts .java .c .h .cpp .hpp .cs .go .rs .rb .php .sh .sql .xml .yaml .yml .toml .ini .cfg .tex".split()
)
"""What may be uploaded; the folder itself may hold more."""
MOST = 100
"""Most files that are taken at once."""
_LONGEST_BYTES = 150
_DEEPEST = 8
"""Folders within each other that a collection may name."""
_SAVING = threading.Lock()
"""Two files of one name at once would get one place."""
_UNSAFE = re.compile(r'[<>:"/\\|?*%]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of one file.

    Attributes:
        name: As the user called it.
        path: Where it is now, relative to the folder of documents; empty where it was refused.
        reason: Why it was refused; empty where it was not.
        hint: What mends it.
    """

    name: str
    path: str = ""
    reason: str = ""
    hint: str = ""


def save(files: Iterable[Path], folder: Path, max_bytes: int, collection: str = "") -> list[Upload]:
    """Copy uploaded files into the folder.

    Args:
        files: Where they arrived; their names are the users'.
        folder: The folder of documents.
        max_bytes: Largest file that is taken.
        collection: Folder under `uploads/` that they go into, `/` between it and one within it; empty for none.

    Returns:
        One result per file, in order, those past `MOST` refused. Bytes that are there already are not copied again;
        other bytes of the same name get a number.

    Raises:
        UsageError: A collection of too many folders within each other.
    """
    inner = "/".join([FOLDER, *_folders(collection)])
    with _SAVING:
        return [_save(file, folder, inner, max_bytes, at >= MOST) for at, file in enumerate(files)]


def _folders(collection: str) -> list[str]:
    """Safe names of the folders that a collection names, from the outside; what names none is let be."""
    named = [part for part in re.split(r"[/\\]", collection) if part.strip() not in ("", ".", "..")]
    if len(named) > _DEEPEST:
        told = f"the collection has {len(named):,} folders within each other, and at most {_DEEPEST} are made"
        raise UsageError(told, "give it a shorter name")
    return [safe_name(part) for part in named]


def refusal(name: str, size_bytes: int, max_bytes: int, *, late: bool = False) -> Upload | None:
    """Why a file is not taken.

    Args:
        name: As the user called it.
        size_bytes: Its size.
        max_bytes: Largest file that is taken.
        late: Whether as many as are taken at once came before it.

    Returns:
        The reason and what mends it; None for a file that is taken.
    """
    suffix = Path(safe_name(name)).suffix.lower()
    if suffix not in SUFFIXES:
        known = "save it as text, PDF or one of the office formats"
        return Upload(name, reason=f"files of type {suffix or 'without a suffix'} are not taken", hint=known)
    if size_bytes > max_bytes:
        reason = f"{size_bytes:,} bytes, and the limit is {max_bytes:,}"
        return Upload(name, reason=reason, hint="split it, or raise the limit with RAG_MAX_FILE_BYTES")
    if late:
        return Upload(name, reason=f"more than {MOST} files at once", hint="hand it in after these")
    return None


def is_upload(path: str) -> bool:
    """Whether a document came in by the page, which may then take it away again; others are the folder's own."""
    return path.startswith(f"{FOLDER}/")


def remove(path: str, folder: Path) -> None:
    """Take an uploaded file away.

    Args:
        path: As the index names it.
        folder: The folder of documents.

    Raises:
        UsageError: It was not uploaded, or it cannot be deleted.
    """
    try:
        target, uploads = located(path, folder).resolve(), (folder / FOLDER).resolve()
        if not is_upload(path) or not target.is_relative_to(uploads) or target == uploads:
            raise UsageError(f"{path}: not handed in here, so not deleted here", f"delete it in {folder}")
        target.unlink(missing_ok=True)
    except OSError as exc:
        raise UsageError(f"{path}: cannot be deleted: {exc.strerror}", f"delete it in {folder}") from exc


def safe_name(name: str) -> str:
    """A file name that cannot lead anywhere.

    Args:
        name: Whatever the user called it, path parts included.

    Returns:
        One visible name of at most 150 bytes, its suffix kept, without separators, control characters, leading dots or
        names that an operating system keeps to itself.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    cleaned = " ".join(_UNSAFE.sub("_", visible).split()).strip(". ").lstrip("~$")
    if not cleaned or _RESERVED.fullmatch(cleaned):
        cleaned = f"file_{cleaned}".rstrip("_")
    stem, dot, suffix = cleaned.rpartition(".")
    if not dot or len(suffix) > 10:
        return _cut(cleaned, _LONGEST_BYTES)
    return f"{_cut(stem, _LONGEST_BYTES - len(suffix.encode()) - 1)}.{suffix}"


def _save(file: Path, folder: Path, inner: str, max_bytes: int, late: bool) -> Upload:
    refused = refusal(file.name, file.stat().st_size, max_bytes, late=late)
    if refused:
        return refused
    target = _free(folder / inner, safe_name(file.name), file_digest(file))
    if not target.exists():
        with replacing(target) as part:
            shutil.copyfile(file, part)
    return Upload(file.name, target.relative_to(folder).as_posix())


def _free(folder: Path, name: str, digest: str) -> Path:
    """The first of `name`, `name-2`, ... that is free or holds these very bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, suffix = Path(name).stem, Path(name).suffix
    number = 1
    while True:
        target = folder / (name if number == 1 else f"{stem}-{number}{suffix}")
        if not target.exists() or (target.is_file() and not target.is_symlink() and file_digest(target) == digest):
            return target
        number += 1


def _cut(text: str, size_bytes: int) -> str:
    return text.encode()[:size_bytes].decode("utf-8", "ignore").rstrip(". ")

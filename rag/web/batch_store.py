"""Batches on disk: a folder each beside the index, with the questions, the answers, and whose it is.

A batch is its owner's alone, and its name is random: nobody comes upon another's. Knows files; nothing of pipelines,
pages or Gradio. Its methods may be called from any thread.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import StoreError, UsageError
from rag.web.batch_questions import Questions

FOLDER = "batches"
"""Where they are, in the folder of the index; indexing anew leaves it alone."""
MOST = 50
"""Batches of one owner."""
_ABOUT, _QUESTIONS, _ANSWERS = "batch.json", "questions.jsonl", "answers.jsonl"
_ID = re.compile(r"[0-9a-f]{32}")
_NAME = 120
"""Characters of a name at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch.

    Attributes:
        id: 32 hex digits, random.
        owner: Whose it is.
        name: Of the file that was handed in.
        made_s: When, in seconds since 1970.
        total: How many questions it has.
        folder: Where it is.
    """

    id: str
    owner: str
    name: str
    made_s: float
    total: int
    folder: Path

    @property
    def questions(self) -> Path:
        """JSON lines, as `rag batch` reads them."""
        return self.folder / _QUESTIONS

    @property
    def answers(self) -> Path:
        """JSON lines, as `rag batch` writes them; may not be there yet."""
        return self.folder / _ANSWERS


class BatchStore:
    """All batches of all owners; each method looks at one owner's only.

    Args:
        index: Folder of the index; made with the first batch.
    """

    def __init__(self, index: Path) -> None:
        self._folder = index / FOLDER

    def add(self, owner: str, name: str, questions: Questions) -> Batch:
        """Keep a file of questions.

        Args:
            owner: Whose it is.
            name: What the user called it; for people.
            questions: What is in it.

        Returns:
            The batch, without an answer yet.

        Raises:
            UsageError: The owner has as many as there may be.
            StoreError: It cannot be written.
        """
        if len(self.list(owner)) >= MOST:
            raise UsageError(f"you have {MOST} batches, and more are not kept", "delete one that is done")
        made = secrets.token_hex(16)
        batch = Batch(made, owner, name[:_NAME], time.time(), questions.total, self._folder / made)
        about = {name: value for name, value in asdict(batch).items() if name not in ("id", "folder")}
        with self._reporting():
            part = self._folder / f".{made}.part"
            part.mkdir(mode=0o700, parents=True)
            (part / _QUESTIONS).write_bytes(questions.lines)
            (part / _ABOUT).write_text(json.dumps(about), "utf-8")
            part.rename(batch.folder)
        return batch

    def list(self, owner: str) -> list[Batch]:
        """An owner's batches.

        Args:
            owner: Whose.

        Returns:
            The last one first; what is no batch is let be.

        Raises:
            StoreError: They cannot be read.
        """
        with self._reporting():
            folders = list(self._folder.iterdir()) if self._folder.is_dir() else []
            found = [self._read(folder) for folder in folders if _ID.fullmatch(folder.name)]
        mine = [batch for batch in found if batch is not None and batch.owner == owner]
        return sorted(mine, key=lambda batch: (-batch.made_s, batch.id))

    def get(self, owner: str, id_: str) -> Batch:
        """One batch.

        Args:
            owner: Whose it is.
            id_: From anywhere.

        Returns:
            The batch.

        Raises:
            KeyError: The owner has no such batch.
            StoreError: It cannot be read.
        """
        with self._reporting():
            batch = self._read(self._folder / id_) if _ID.fullmatch(id_) else None
        if batch is None or batch.owner != owner:
            raise KeyError(id_)
        return batch

    def delete(self, batch: Batch) -> None:
        """Forget a batch with its answers, for good.

        Args:
            batch: One that nothing writes to.

        Raises:
            StoreError: It cannot be removed.
        """
        with self._reporting():
            gone = self._folder / f".{batch.id}.gone"
            batch.folder.rename(gone)
            shutil.rmtree(gone)

    def _read(self, folder: Path) -> Batch | None:
        """None where there is no batch, or one that is being removed or is none of ours."""
        try:
            about = json.loads((folder / _ABOUT).read_bytes())
            return Batch(id=folder.name, folder=folder, **about)
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
            return None

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            told = f"batches cannot be kept or read: {exc.strerror}"
            raise StoreError(told, "check the disk and the folder of the index: rag doctor") from exc

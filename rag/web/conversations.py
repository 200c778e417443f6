"""Conversations on disk: every question with its answer and sources whole, each conversation its owner's alone.

One SQLite file beside the index, which indexing anew leaves alone. Knows what a view is; nothing of pages, sessions or
Gradio. Its methods may be called from any thread and from several processes.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rag.errors import StoreError
from rag.web.view import View

FILE = "chat.db"
"""Name of the file, in the folder of the index."""
_VERSION = 1
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS conversation (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, changed_s REAL NOT NULL);
CREATE INDEX IF NOT EXISTS conversation_owner ON conversation (owner, changed_s);
CREATE TABLE IF NOT EXISTS turn (
    conversation TEXT NOT NULL REFERENCES conversation ON DELETE CASCADE, number INTEGER NOT NULL,
    id TEXT NOT NULL, words TEXT NOT NULL, view TEXT NOT NULL, PRIMARY KEY (conversation, number));
PRAGMA user_version = {_VERSION};
"""
_TITLE = 80
"""Characters of a title at most."""
_BUSY_S, _RETRY_S = 5.0, 0.02
"""How long one who writes is waited for; after how long what SQLite does not wait for is tried again."""
_CANNOT = "conversations cannot be kept or read"
_VIEW = TypeAdapter(View)


@dataclass(frozen=True, slots=True)
class Summary:
    """One conversation in a list.

    Attributes:
        id: Its name in addresses; 32 hex digits.
        title: For people.
        changed_s: When it was last written to, in seconds since 1970.
        turns: How many questions it has.
    """

    id: str
    title: str
    changed_s: float
    turns: int


class Conversations:
    """All conversations of all owners; each method looks at one owner's only.

    Args:
        folder: Of the index; made with the first conversation.

    Attributes:
        being_written: Ids of the questions that a page has answered at this moment.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.being_written: set[str] = set()

    def begin(self, owner: str, title: str, views: Sequence[View] = ()) -> str:
        """Start a conversation.

        Args:
            owner: Whose it is.
            title: For people; cut to 80 characters.
            views: What it begins with; all of it is written, or nothing.

        Returns:
            Its id.

        Raises:
            StoreError: The file cannot be written.
        """
        made = uuid.uuid4().hex
        with self._open() as db:
            db.execute("INSERT INTO conversation VALUES (?, ?, ?, ?)", (made, owner, _titled(title), time.time()))
            db.executemany("INSERT INTO turn VALUES (?, ?, ?, ?, ?)", (_row(made, view) for view in views))
        return made

    def put(self, owner: str, conversation: str, view: View, known: Sequence[str]) -> bool:
        """Write one question down in its place; what stood there and after it goes.

        Args:
            owner: Whose it is.
            conversation: Its id.
            view: The question, as far as its answer has come.
            known: Ids of the questions that the conversation is thought to have, in order.

        Returns:
            False where it has others by now, or the owner has no such conversation; nothing is written then.

        Raises:
            StoreError: The file cannot be written.
        """
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            there = db.execute("SELECT id FROM turn WHERE conversation = ? ORDER BY number", (conversation,))
            if [id_ for (id_,) in there] != list(known) or not self._touched(db, owner, conversation):
                return False
            db.execute("DELETE FROM turn WHERE conversation = ? AND number >= ?", (conversation, view.number))
            db.execute("INSERT INTO turn VALUES (?, ?, ?, ?, ?)", _row(conversation, view))
        return True

    def update(self, owner: str, conversation: str, view: View) -> None:
        """Write down what has become of a question; one that is no longer there, since it was asked anew, is let be.

        Args:
            owner: Whose it is.
            conversation: Its id.
            view: The question with its answer.

        Raises:
            StoreError: The file cannot be written.
        """
        with self._open() as db:
            if self._touched(db, owner, conversation):
                changed = (*_kept(view), conversation, view.id)
                db.execute("UPDATE turn SET words = ?, view = ? WHERE conversation = ? AND id = ?", changed)

    def load(self, owner: str, conversation: str) -> list[View]:
        """One conversation whole.

        Args:
            owner: Whose it is.
            conversation: Its id.

        Returns:
            Questions with their answers, oldest first; an answer that was being written is being written elsewhere
            still, or counts as stopped: the one in whose place it was written stands then.

        Raises:
            KeyError: The owner has no such conversation.
            StoreError: The file cannot be read.
        """
        with self._open() as db:
            mine = "SELECT 1 FROM conversation WHERE id = ? AND owner = ?"
            if not db.execute(mine, (conversation, owner)).fetchone():
                raise KeyError(conversation)
            rows = db.execute(
                "SELECT view FROM turn WHERE conversation = ? ORDER BY number", (conversation,)
            ).fetchall()
        try:
            views = [_VIEW.validate_json(view) for (view,) in rows]
        except ValidationError as exc:
            said = f"{self._path}: an answer of this conversation is damaged: {exc.errors()[0]['msg']}"
            raise StoreError(said, "delete the conversation; the others are sound") from exc
        for view in views:
            if not view.over or view.phase == "elsewhere":
                view.phase = "elsewhere" if view.id in self.being_written else "stopped"
        return [view if view.phase == "elsewhere" else view.settled() for view in views]

    def list(self, owner: str, words: str = "") -> list[Summary]:
        """An owner's conversations.

        Args:
            owner: Whose.
            words: Each must be in the title, a question or an answer; empty for all conversations.

        Returns:
            Those that fit, last changed first.

        Raises:
            StoreError: The file cannot be read.
        """
        if not self._path.exists():
            return []
        wanted = words.casefold().split()
        with self._open() as db:
            rows = db.execute(
                "SELECT c.id, title, changed_s, count(t.id), coalesce(group_concat(words, ' '), '') "
                "FROM conversation c LEFT JOIN turn t ON t.conversation = c.id WHERE owner = ? "
                "GROUP BY c.id ORDER BY changed_s DESC, c.id",
                (owner,),
            ).fetchall()
        return [
            Summary(*about) for *about, said in rows if all(word in f"{about[1].casefold()} {said}" for word in wanted)
        ]

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing.

        Args:
            owner: Whose it is.
            conversation: Its id.
            title: For people; cut to 80 characters.

        Raises:
            StoreError: The file cannot be written.
        """
        if title.strip():
            with self._open() as db:
                named = (_titled(title), conversation, owner)
                db.execute("UPDATE conversation SET title = ? WHERE id = ? AND owner = ?", named)

    def delete(self, owner: str, conversation: str) -> None:
        """Forget a conversation for good.

        Args:
            owner: Whose it is.
            conversation: Its id.

        Raises:
            StoreError: The file cannot be written.
        """
        with self._open() as db:
            db.execute("DELETE FROM conversation WHERE id = ? AND owner = ?", (conversation, owner))

    def _touched(self, db: sqlite3.Connection, owner: str, conversation: str) -> bool:
        """Note that a conversation changes now; False where the owner has none of that id."""
        now = (time.time(), conversation, owner)
        return db.execute("UPDATE conversation SET changed_s = ? WHERE id = ? AND owner = ?", now).rowcount == 1

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file, for one transaction."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_BUSY_S)) as db, db:
                self._prepare(db)
                yield db
        except (sqlite3.OperationalError, OSError) as exc:  # locked, full, read-only, out of reach
            raise StoreError(
                f"{self._path}: {_CANNOT}: {exc}", "check the disk and the permissions, and ask again"
            ) from exc
        except sqlite3.Error as exc:
            raise self._unreadable(str(exc)) from exc

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA foreign_keys = ON")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise self._unreadable(f"it was written by a later version ({version}, this one knows {_VERSION})")
        if version < _VERSION:
            self._path.chmod(0o600)
            _read_while_written(db)
            db.executescript(_SCHEMA)

    def _unreadable(self, why: str) -> StoreError:
        return StoreError(f"{self._path}: {_CANNOT}: {why}", f"move {FILE} away to begin anew")


def _read_while_written(db: sqlite3.Connection) -> None:
    """Keep a journal that lets others read meanwhile; for this alone SQLite does not wait where another writes."""
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_RETRY_S)
        else:
            return


def _row(conversation: str, view: View) -> tuple[str | int, ...]:
    return conversation, view.number, view.id, *_kept(view)


def _kept(view: View) -> Sequence[str]:
    """A view as it is kept: the words that it is found by, and itself."""
    return _words(view).casefold(), _VIEW.dump_json(view).decode()


def _words(view: View) -> str:
    said = " ".join([view.question, *(sentence.text for sentence in view.sentences)])
    return said if view.earlier is None else f"{said} {_words(view.earlier)}"


def _titled(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _TITLE else plain[:_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + " …"

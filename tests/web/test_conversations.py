from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import RagError, StoreError
from rag.types import Premise
from rag.web.conversations import FILE, Conversations, _read_while_written
from rag.web.view import View
from tests.web.test_view import view_after
from tests.web.things import ANSWER, CONFLICT, HOSTILE, REFUSAL

ME, OTHER = "browser:me", "browser:other"


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "index")


def answered(number: int = 1, question: str = "How long is notice?") -> View:
    view = replace(view_after(8), number=number, question=question)
    view.apply(replace(ANSWER, conflicts=(CONFLICT,), missing=("rent",), premises=(Premise("sixty", "ninety"),)))
    return view


def put(kept: Conversations, owner: str, made: str, view: View) -> None:
    """Write one down, knowing what is there."""
    assert kept.put(owner, made, view, [there.id for there in kept.load(owner, made)])


def test_a_conversation_comes_back_as_it_was(kept: Conversations) -> None:
    refused, failed = View(2, "Who?", good=False, remark="it is there"), View(3, "Why?")
    refused.apply(REFUSAL)
    failed.fail(RagError("no index", "rag index seeds"))
    views = [answered(), refused, failed]
    made = kept.begin(ME, "How long is notice?")
    for view in views:
        put(kept, ME, made, view)
    assert Conversations(Path(str(kept._path.parent))).load(ME, made) == views


def test_nobody_sees_or_changes_what_is_anothers(kept: Conversations) -> None:
    made = kept.begin(ME, "mine")
    put(kept, ME, made, answered())
    with pytest.raises(KeyError):
        kept.load(OTHER, made)
    known = [view.id for view in kept.load(ME, made)]
    assert not kept.put(OTHER, made, replace(answered(), question="changed"), known)
    kept.rename(OTHER, made, "changed")
    kept.update(OTHER, made, replace(kept.load(ME, made)[0], question="changed"))
    kept.delete(OTHER, made)
    assert kept.list(OTHER) == []
    assert [about.title for about in kept.list(ME)] == ["mine"]
    assert [view.question for view in kept.load(ME, made)] == ["How long is notice?"]


def test_an_answer_that_was_being_written_is_a_stopped_one(kept: Conversations) -> None:
    made = kept.begin(ME, "q")
    put(kept, ME, made, view_after(5))
    [view] = kept.load(ME, made)
    assert view.phase == "stopped"
    assert [sentence.text for sentence in view.sentences] == ["Notice is ninety days."]


def test_what_is_written_without_knowing_of_the_others_is_not_written(kept: Conversations) -> None:
    first = answered()
    made = kept.begin(ME, "q", [first])
    put(kept, ME, made, answered(2))
    assert not kept.put(ME, made, answered(2), [first.id])
    assert len(kept.load(ME, made)) == 2


def test_all_of_a_beginning_is_written_or_nothing(kept: Conversations) -> None:
    with pytest.raises(StoreError):
        kept.begin(ME, "q", [answered(1), answered(1)])
    assert kept.list(ME) == []


def test_nobody_else_on_the_machine_reads_the_file(kept: Conversations) -> None:
    kept.begin(ME, "q")
    assert kept._path.stat().st_mode & 0o077 == 0


def test_a_question_asked_anew_takes_the_place_of_the_old_one_and_of_what_follows(kept: Conversations) -> None:
    made = kept.begin(ME, "q")
    old = answered(1)
    for view in (old, answered(2), answered(3)):
        put(kept, ME, made, view)
    new = answered(1, "Asked anew?")
    put(kept, ME, made, new)
    kept.update(ME, made, replace(old, remark="late"))
    assert kept.load(ME, made) == [new]


@pytest.mark.parametrize(
    ("words", "found"),
    [("", 2), ("notice", 1), ("NINETY days", 1), ("moon", 0), ("rent straße", 1), ("RENT STRASSE", 1), ("%", 0)],
)
def test_search_looks_at_titles_questions_and_answers(kept: Conversations, words: str, found: int) -> None:
    kept.begin(ME, "A title", [answered()])
    kept.begin(ME, "Rent in the Straße")
    assert len(kept.list(ME, words)) == found


def test_the_last_changed_comes_first(kept: Conversations) -> None:
    first, second = kept.begin(ME, "first"), kept.begin(ME, "second")
    assert [about.id for about in kept.list(ME)] == [second, first]
    put(kept, ME, first, answered())
    assert [(about.id, about.turns) for about in kept.list(ME)] == [(first, 1), (second, 0)]


def test_titles_are_short_and_an_empty_one_changes_nothing(kept: Conversations) -> None:
    made = kept.begin(ME, "word " * 1000)
    assert len(kept.list(ME)[0].title) <= 82
    kept.rename(ME, made, "  Lease\n terms ")
    kept.rename(ME, made, " \n ")
    assert kept.list(ME)[0].title == "Lease terms"


def test_deleting_leaves_no_word_behind(kept: Conversations) -> None:
    made = kept.begin(ME, "q")
    put(kept, ME, made, answered(question="Where is the xylophone?"))
    kept.delete(ME, made)
    assert kept.list(ME) == []
    with sqlite3.connect(kept._path) as db:
        assert db.execute("SELECT count(*) FROM turn").fetchone() == (0,)
    db.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_kept_as_it_is(kept: Conversations, text: str) -> None:
    sound = text.encode("utf-8", "replace").decode()
    made = kept.begin(ME, sound)
    put(kept, ME, made, View(1, sound, phase="stopped"))
    assert kept.load(ME, made)[0].question == sound
    assert kept.list(ME, sound)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be looked at" * 40, b""])
def test_a_damaged_file_is_an_error_that_names_it(kept: Conversations, content: bytes) -> None:
    kept._path.parent.mkdir()
    kept._path.write_bytes(content)
    if content:
        with pytest.raises(StoreError, match=FILE):
            kept.begin(ME, "q")
    else:
        assert kept.begin(ME, "q")


def test_a_damaged_answer_and_a_later_version_are_errors_too(kept: Conversations) -> None:
    made = kept.begin(ME, "q")
    put(kept, ME, made, answered())
    db = sqlite3.connect(kept._path)
    with db:
        db.execute("""UPDATE turn SET view = '{"number": "x"}'""")
    with pytest.raises(StoreError, match="damaged"):
        kept.load(ME, made)
    with db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(StoreError, match="later version"):
        kept.list(ME)


def test_the_first_waits_for_whoever_makes_the_file_at_the_same_time(kept: Conversations) -> None:
    kept._path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(kept._path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        later = threading.Timer(0.3, lambda: other.execute("COMMIT"))
        later.start()
        assert kept.begin(ME, "q")
        later.join()


def test_what_waiting_does_not_mend_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    sqlite3.connect(file).execute("CREATE TABLE some (thing)").connection.close()
    began_s = time.monotonic()
    reader = closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True))
    with reader as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        _read_while_written(db)
    assert time.monotonic() - began_s < 2


def test_many_may_write_at_once(kept: Conversations) -> None:
    def work(owner: str) -> None:
        made = kept.begin(owner, owner)
        for number in range(1, 6):
            put(kept, owner, made, answered(number))

    threads = [threading.Thread(target=work, args=(f"browser:{n}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [[about.turns for about in kept.list(f"browser:{n}")] for n in range(12)] == [[5]] * 12

"""The two streams: nothing from a document commands a terminal, progress comes as bars or as lines."""

from __future__ import annotations

import io
import os
import pty
import re
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.commands import console
from rag.errors import RagError

HOSTILE = "\x1b[31mred\x1b[0m \x1b]0;title\x07 a\rb \x9b2J \u202etxt.exe [bold]x[/bold] :smile:"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_has_no_control_characters(text: str) -> None:
    cleaned = console.clean(text)
    assert len(cleaned) == len(text)
    assert not any(ord(c) < 32 and c not in "\t\n" for c in cleaned)
    assert not any(0x7F <= ord(c) <= 0x9F or c in "\u202e\u2066" for c in cleaned)
    assert console.clean(cleaned) == cleaned


def test_nothing_printed_commands_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.out(HOSTILE)
    console.note(HOSTILE)
    console.complain(RagError(HOSTILE, HOSTILE))
    console.table(("file",), [(HOSTILE,)])
    for stream in capsys.readouterr():
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", stream)
        assert "[bold]x[/bold] :smile:" in stream


def test_an_error_and_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    console.complain(RagError("no index", "rag index"))
    console.complain(RagError("no hint"))
    assert capsys.readouterr() == ("", "error: no index\nhint: rag index\nerror: no hint\n")


def test_json_is_one_line_of_utf8(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    console.out_json({"a": "é\n\ud800"})
    assert capsysbinary.readouterr().out == '{"a": "é\\n\\ud800"}\n'.encode()


def test_a_table_in_a_pipe_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    name = "folder/" + "long-name" * 15
    console.table(("n", "file"), [(1, name), (10, None)], right=("n",))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [" n  file", f" 1  {name}", "10"]


def test_progress_in_a_pipe_is_a_few_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = iter(range(1000, 100_000))
    monkeypatch.setattr("rag.commands.console.time.monotonic", lambda: next(now_s))
    with console.progress() as progress:
        progress("waiting", 0, 0)
        progress("waiting", 0, 0)
        for done in range(13):
            progress("indexing", done, 12)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["waiting", "indexing 25%", "indexing 67%", "indexing 100%"]


def test_progress_on_a_terminal_shows_bars_and_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with console.progress() as progress:
        progress("fetching \x1b[31mweights", 50_000_000, 100_000_000)
        progress("fetching", 100_000_000, 100_000_000)
        for done in range(0, 40, 10):
            progress("indexing", done, 300)
            time.sleep(0.15)
        progress("indexing", 300, 300)
    shown = terminal.getvalue()
    assert "50/100 MB" in shown
    assert re.search(r"0:00:0[1-9]", shown), "how long it will go on"
    assert "100%" in shown
    assert "\x1b[31mweights" not in shown


@pytest.mark.parametrize(
    ("done", "total", "shown"),
    [(0, 0, ""), (7, 0, "7"), (7, 1234, "1%"), (5_400_000, 117_320_768, "5/117 MB"), (2_000_000, 0, "2 MB")],
)
def test_amounts(done: int, total: int, shown: str) -> None:
    assert console._amount(done, total) == shown


def test_a_draft_in_a_pipe_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with console.draft() as grow:
        grow("draft")
    assert capsys.readouterr() == ("", "")


def test_a_draft_on_a_terminal_is_shown_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with console.draft() as grow:
        grow("The deposit ")
        grow("is \x1b[31m400")
    shown = terminal.getvalue()
    assert "The deposit" in shown
    assert "\x1b[31m400" not in shown
    assert "\x1b[2K" in shown.split("The deposit")[-1]


def test_the_draft_of_a_real_command_leaves_standard_output_alone(tmp_path: Path) -> None:
    """On a real terminal device the result is the same as in a pipe."""
    leader, follower = pty.openpty()
    code = (
        "from rag.commands import console\n"
        "with console.draft() as grow:\n    grow('draft words')\n"
        "console.out('checked words')\n"
    )
    with (tmp_path / "out").open("wb") as out:
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, "-c", code],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, follower, 2)],
        )
        os.close(follower)
        shown = b""
        try:
            while part := os.read(leader, 1000):
                shown += part
        except OSError:
            pass  # how Linux says that the other end is closed
        assert os.waitpid(process, 0)[1] == 0
    os.close(leader)
    assert (tmp_path / "out").read_text() == "checked words\n"
    assert b"draft words" in shown

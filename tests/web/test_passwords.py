"""Passwords are hashed, kept by the user, and let in only whom they should."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.cli import main
from rag.errors import UsageError
from rag.web.passwords import Passwords, hashed

RIGHT = "Birnen & Pflaumen: 7 ß"


def test_the_right_password_and_no_other() -> None:
    passwords = Passwords({"ines": hashed(RIGHT), "tobin": hashed("")})
    assert passwords.admits("ines", RIGHT)
    assert passwords.admits("ines", RIGHT), "and again, now that it is known"
    for name, password in (
        ("ines", "x"),
        ("ines", ""),
        ("tobin", RIGHT),
        ("nobody", ""),
        ("", ""),
        ("\ud800", "\ud800"),
    ):
        assert not passwords.admits(name, password), (name, password)


def test_what_is_written_down_tells_nothing_and_is_never_the_same() -> None:
    first, second = hashed(RIGHT), hashed(RIGHT)
    assert first != second
    assert "Birnen" not in first


def test_one_that_is_known_is_let_in_without_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords({"ines": hashed(RIGHT)})
    assert passwords.admits("ines", RIGHT)
    monkeypatch.setattr("hashlib.scrypt", None)
    assert passwords.admits("ines", RIGHT)
    with pytest.raises(TypeError):
        passwords.admits("ines", "another")


def test_a_file_is_read_with_its_remarks(tmp_path: Path) -> None:
    path = tmp_path / "passwords.txt"
    path.write_text(f"# the committee\n\nines:{hashed(RIGHT)}\n", "utf-8")
    assert Passwords.read(path).admits("ines", RIGHT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nobody"),
        ("# only this\n", "nobody"),
        ("ines:plain text\n", "line 1"),
        ("\nines\n", "line 2"),
        (":" + hashed("x"), "line 1"),
        ("ines:scrypt$3$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==", "line 1"),
        ("ines:scrypt$1073741824$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==", "line 1"),
        ("ines:scrypt$1048576$32$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==", "line 1"),
        ("ines:scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$", "line 1"),
    ],
)
def test_a_file_that_lets_nobody_in_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "passwords.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=said):
        Passwords.read(path)


def test_no_file_and_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("missing", "binary"):
        with pytest.raises(UsageError, match=name):
            Passwords.read(tmp_path / name)


def test_the_command_writes_such_a_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["password", "ines"], input=f"{RIGHT}\n{RIGHT}\n")
    assert done.exit_code == 0, done.output
    path = tmp_path / "passwords.txt"
    path.write_text(done.stdout.splitlines()[-1], "utf-8")
    assert Passwords.read(path).admits("ines", RIGHT)
    assert RIGHT not in done.stdout


@pytest.mark.parametrize("name", ["a:b", "#ines", ""])
def test_a_name_that_could_not_be_read_again_is_refused(name: str) -> None:
    assert CliRunner().invoke(main, ["password", name, "--password", "x"]).exit_code == 2


def test_the_costliest_that_a_file_may_ask_for_can_be_tried(tmp_path: Path) -> None:
    path = tmp_path / "passwords.txt"
    path.write_text("ines:scrypt$65536$16$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==", "utf-8")
    assert not Passwords.read(path).admits("ines", "x")


def test_an_empty_password_is_refused() -> None:
    done = CliRunner().invoke(main, ["password", "ines", "--password", ""])
    assert done.exit_code == 2
    assert "the password is empty" in done.stderr

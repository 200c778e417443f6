"""The edge in real processes: exit codes, interrupts, closed pipes, and no socket that leaves the machine."""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rag.cli import main
from rag.commands.edge import Edge
from rag.errors import NoNetwork, RagError, UsageError
from tests.processes import running

ROOT = Path(__file__).parents[1]
RAG = [sys.executable, "-m", "rag"]
LISTENER = """
import os, sys
log = open(os.environ["SOCKET_LOG"], "a", buffering=1)
def heard(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        print(event, args[1], sep="\\t", file=log)
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        print(event, args[:1], sep="\\t", file=log)
sys.addaudithook(heard)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """For a process whose every socket address is written down."""
    (tmp_path / "listener").mkdir()
    (tmp_path / "listener" / "sitecustomize.py").write_text(LISTENER)
    paths = os.pathsep.join([str(tmp_path / "listener"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": paths, "SOCKET_LOG": str(tmp_path / "sockets")}


def run(*arguments: str, env: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [*RAG, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=cwd, timeout=300, check=False)


def leaving(log: Path) -> list[str]:
    """Addresses written down that are neither loopback nor a socket file."""
    return [line for line in log.read_text().splitlines() if _leaves(line.split("\t")[1])]


def _leaves(address: str) -> bool:
    host = address.strip("(),' ").split("'")[0]
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return not (host.startswith("/") or host in ("localhost", "None", ""))


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))", 1),
        ("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))", 0),
        ("import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(('::1', 9))", 0),
        ("import socket; socket.getaddrinfo('example.invalid', 80)", 1),
    ],
)
def test_the_listener_hears(environment: dict[str, str], tmp_path: Path, code: str, count: int) -> None:
    subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, timeout=60, check=False)
    assert len(leaving(tmp_path / "sockets")) == count


def without_network() -> tuple[str, ...]:
    """A prefix that takes the network away, where the system permits it."""
    prefix = ("unshare", "--map-root-user", "--net")
    if not shutil.which("unshare"):
        return ()
    tried = subprocess.run([*prefix, "true"], capture_output=True, timeout=60, check=False)
    return prefix if tried.returncode == 0 else ()


ONE_PROCESS = """
import json, sys
from rag.cli import main
for arguments in json.loads(sys.argv[1]):
    try:
        main(arguments, prog_name="rag")
    except SystemExit as ended:
        assert ended.code in (0, 3), arguments
"""


@pytest.mark.weights
def test_no_socket_leaves_the_machine(environment: dict[str, str], tmp_path: Path, embedder_folder: Path) -> None:
    """Indexing and asking with the weights here, offline mode not even asked for."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "lease.txt").write_text("The deposit is 400 euros. Pets are not allowed in the flat.")
    environment["RAG_EMBEDDER"] = str(embedder_folder)
    ask = ("ask", "How much is the deposit?", "--generator")
    commands = [("index", "docs"), (*ask, "extractive"), (*ask, "smollm2-135m")]
    command = [*without_network(), sys.executable, "-c", ONE_PROCESS, json.dumps(commands)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=500, check=False
    )
    assert leaving(tmp_path / "sockets") == []
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("lease.txt") >= 3, done.stdout


def test_exit_code_and_streams_of_an_error(environment: dict[str, str], tmp_path: Path) -> None:
    done = run("ask", "Who?", env=environment, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert "\nhint: rag index" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("ask",), ("ask", "x", "--polcy", "flag"), ("ask", "x", "--policy", "keep"), ("index", "--k", "0"), ("nope",)],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, list(arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: " in result.stderr


def test_a_wrong_setting_is_exit_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_POLCY", "flag")
    result = CliRunner().invoke(main, ["ask", "x"])
    assert result.exit_code == 2
    assert "did you mean 'policy'?" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RagError("what", "mend"), 1),
        (UsageError("what", "mend"), 2),
        (NoNetwork("what", "mend"), 1),
        (PermissionError(13, "what"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_become_exit_codes(error: BaseException, code: int) -> None:
    @click.group(cls=Edge)
    def group() -> None:
        pass

    @group.command()
    def fail() -> None:
        raise error

    result = CliRunner().invoke(group, ["fail"])
    assert (result.exit_code, result.stdout) == (code, "")
    assert "what" in result.stderr or code == 130


def test_a_bug_is_not_dressed_up_as_an_error() -> None:
    @click.group(cls=Edge)
    def group() -> None:
        pass

    @group.command()
    def fail() -> None:
        raise ZeroDivisionError

    assert isinstance(CliRunner().invoke(group, ["fail"]).exception, ZeroDivisionError)


def test_a_closed_pipe_ends_quietly(environment: dict[str, str], tmp_path: Path) -> None:
    for arguments in (["models", "list"], ["doctor", "--json"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as closed:
            command = [*RAG, *arguments]
            done = subprocess.run(
                command, stdout=closed, stderr=subprocess.PIPE, env=environment, cwd=tmp_path, timeout=120, check=False
            )
        assert done.stderr == b"", arguments
        assert done.returncode == 1, arguments


SAYING = r"""
import click
from rag.commands import console
from rag.commands.edge import Edge
@click.group(cls=Edge)
def group():
    pass
@group.command()
def say():
    with console.progress() as progress, console.draft() as grow:
        progress("reading \u540d", 1, 2)
        grow("\u540d")
    console.note("\u540d")
    console.table(("file",), [("\u540d \ud800",)])
    console.out("\u540d \xe9 \ud800")
group(["say"])
"""


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("latin-1", b"\\u540d \xe9 \\ud800"),
        ("cp1252", b"\\u540d \xe9 \\ud800"),
        ("utf-8", b"\xe5\x90\x8d \xc3\xa9 \\ud800"),
    ],
)
def test_what_an_encoding_lacks_is_written_as_escapes(environment: dict[str, str], encoding: str, said: bytes) -> None:
    command, env = [sys.executable, "-c", SAYING], {**environment, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, env=env, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == said
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("closed", "lines"), [("2>&-", 3), (">&-", 0), (">&- 2>&-", 0), ("<&- 2>&-", 3)])
def test_a_closed_stream_stops_nothing(environment: dict[str, str], closed: str, lines: int) -> None:
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", SAYING]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=120, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, lines), done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.weights
def test_watching_ends_cleanly_on_interrupt(environment: dict[str, str], tmp_path: Path, embedder_folder: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("One sentence.")
    command = [*RAG, "index", "docs", "--watch", "--json", "--embedder", str(embedder_folder)]
    with running(command, tmp_path, environment) as process:
        assert process.stdout
        first = json.loads(process.stdout.readline())
        (tmp_path / "b.txt").write_text("Another sentence.")
        (tmp_path / "b.txt").rename(tmp_path / "docs" / "b.txt")  # whole at once: half a file may be reported first
        second = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert first["counts"]["added"] == second["counts"]["added"] == 1
    assert process.returncode == 130
    assert "Traceback" not in said

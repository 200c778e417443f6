"""The graph of an embedder: made ready once, told when damaged, and silent to its maker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag.embedder import GraphEmbedder
from rag.errors import WeightsError
from rag.inference.graph import Graph


def copied(graph_folder: Path, folder: Path) -> None:
    """A graph that no process has made ready yet."""
    for part in graph_folder.iterdir():
        if part.suffix != ".blob":
            (folder / part.name).symlink_to(part)


@pytest.mark.weights
def test_what_makes_it_ready_is_kept_and_made_anew_when_damaged(graph_folder: Path, tmp_path: Path) -> None:
    copied(graph_folder, tmp_path)
    first = Graph(tmp_path).run([[101, 2023, 102]])
    (ready,) = tmp_path.glob("*.blob")
    kept = ready.read_bytes()
    assert len(kept) < (graph_folder / "model.bin").stat().st_size / 10
    assert (Graph(tmp_path).run([[101, 2023, 102]]) == first).all()
    assert ready.read_bytes() == kept
    for damaged in (b"", b"x" * 100, kept[: len(kept) // 2]):
        ready.write_bytes(damaged)
        assert (Graph(tmp_path).run([[101, 2023, 102]]) == first).all()
        assert ready.stat().st_size > len(kept) / 2 + 1_000
    assert [path.name for path in tmp_path.iterdir() if not path.is_symlink()] == [ready.name]


@pytest.mark.weights
@pytest.mark.parametrize("file", ["model.xml", "graph.json", "tokenizer.json"])
def test_a_damaged_graph_is_named_with_what_mends_it(graph_folder: Path, tmp_path: Path, file: str) -> None:
    copied(graph_folder, tmp_path)
    (tmp_path / file).unlink()
    (tmp_path / file).write_text("{", "utf-8")
    with pytest.raises(WeightsError, match="damaged") as caught:
        GraphEmbedder(tmp_path, "all-MiniLM-L6-v2")
    assert str(tmp_path) in caught.value.hint


@pytest.mark.weights
def test_openvino_reports_to_nobody(graph_folder: Path) -> None:
    code = f"""
import socket, sys
def refused(*_): raise AssertionError("a socket was opened")
socket.socket.connect = socket.create_connection = refused
from pathlib import Path
from rag.inference.graph import Graph
Graph(Path({str(graph_folder)!r})).run([[101, 102]])
from openvino.tools.ovc import telemetry
print(type(telemetry).__module__)
heavy = "torch", "transformers", "sentence_transformers", "openvino_telemetry.main"
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["openvino.tools.ovc.telemetry_stub", "[]"], done.stderr


@pytest.mark.weights
def test_a_signal_finds_its_way_after_graphs_have_come_and_gone(graph_folder: Path) -> None:
    code = f"""
import gc, os, signal
from pathlib import Path
from rag.inference.graph import Graph
signal.signal(signal.SIGTERM, lambda *_: print("heard"))
opened = [Graph(Path({str(graph_folder)!r})) for _ in range(2)]
while opened:
    opened.pop(0)
    gc.collect()
os.kill(os.getpid(), signal.SIGTERM)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "heard\n"), done.stderr


@pytest.mark.weights
def test_indexing_finding_and_quoting_load_no_torch(graph_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "lease.txt").write_text("The deposit is 400 euros. Pets are not allowed in the flat.", "utf-8")
    code = """
import sys
from rag import build_index, open_pipeline
build_index("docs", index="index")
rag = open_pipeline("index", generator="extractive")
print(rag.ask("How much is the deposit?").text)
print([name for name in ("torch", "transformers", "sentence_transformers", "gradio") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["The deposit is 400 euros [1].", "[]"], done.stderr

"""The README tells the truth: its code runs, its map of the package is whole, its figures have files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag import build_index

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_module_is_on_the_map() -> None:
    words = set(re.findall(r"[\w/]+", README.partition("## Where everything is")[2].partition("## Limits")[0]))
    parts = {path.stem for path in (ROOT / "rag").glob("*.py") if not path.stem.startswith("__")}
    parts |= {f"{path.parent.name}/" for path in (ROOT / "rag").glob("*/__init__.py")}
    assert parts - words - {"testing", "contracts", "store_contract"} == set()


@pytest.mark.parametrize("page", ["README.md", "docs/truth.md", "docs/speed.md"])
def test_every_figure_names_a_file_that_is_there(page: str) -> None:
    rows = [row for row in (ROOT / page).read_text("utf-8").splitlines() if row.startswith("| ") and ".json`" in row]
    assert len(rows) > 10
    for name in re.findall(r"`([\w.*-]+\.json)`", "\n".join(rows)):
        assert list((ROOT / "benchmarks" / "results").glob(name)), name


@pytest.mark.weights
def test_a_part_is_swapped_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "lease.txt").write_text("The deposit is 400 euros. Pets are not allowed in the flat.", "utf-8")
    monkeypatch.chdir(tmp_path)
    build_index("docs", index="index")
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "class Loud" in block)
    names: dict[str, object] = {}
    exec(code, names)
    answer = names["rag"].ask("How much is the deposit?")  # type: ignore[attr-defined]
    assert answer.text == "THE DEPOSIT IS 400 EUROS [1]."
    assert answer.citations[0].quote == "The deposit is 400 euros."

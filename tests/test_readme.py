"""The README tells the truth: its code runs, its map of the package is whole, its figures have files."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from rag import build_index
from rag.commands import why
from rag.config import Config
from rag.explanation import Stage
from rag.types import Answer, Chunk, Citation, Conflict, Hit, Premise, Sentence

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
TIMINGS = (
    "retrieve",
    "evidence",
    "judge",
    "attend",
    "review",
    "first_token",
    "total",
    "prompt_tokens",
    "tokens_per_second",
)
OF_A_BATCH = ("history", "role", "content", "error", "type", "message", "hint", "line")
PAGES = [
    path.relative_to(ROOT)
    for at in ("*.md", "docs/*.md", "docs/decisions/*.md", "*/README.md")
    for path in sorted(ROOT.glob(at))
]


def test_every_module_is_on_the_map() -> None:
    words = set(re.findall(r"[\w/]+", README.partition("## Where everything is")[2].partition("## Limits")[0]))
    parts = {path.stem for path in (ROOT / "rag").glob("*.py") if not path.stem.startswith("__")}
    parts |= {f"{path.parent.name}/" for path in (ROOT / "rag").glob("*/__init__.py")}
    assert parts - words == set()


@pytest.mark.parametrize("page", ["README.md", "docs/truth.md", "docs/speed.md"])
def test_every_figure_names_a_file_that_is_there(page: str) -> None:
    rows = [row for row in (ROOT / page).read_text("utf-8").splitlines() if row.startswith("| ") and ".json`" in row]
    assert len(rows) > 10
    for name in re.findall(r"`([\w.*-]+\.json)`", "\n".join(rows)):
        assert list((ROOT / "benchmarks" / "results").glob(name)), name


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text("utf-8"))
    there = [(ROOT / page).parent / link.partition("#")[0] for link in links if "://" not in link]
    assert [str(path) for path in there if not path.exists()] == []


def test_every_setting_is_listed_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", (ROOT / "docs" / "settings.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [(item.name, _shown(item.default)) for item in fields(Config)]


def _shown(default: object) -> str:
    if isinstance(default, bool) or not default:
        return "no" if default is False else "none"
    return f"`{default}`" if isinstance(default, str) else str(default)


def test_every_key_of_an_answer_is_explained() -> None:
    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    place = Citation(1, "a.txt", 0, 4, "Four", None, "", 0.5)
    answer = Answer(
        "?",
        "?",
        "refused",
        "",
        sentences=(Sentence("Four", 1.0, "supported", (1,)),),
        citations=(place,),
        hits=(Hit(Chunk("a.txt", 0, 4, "Four"), 1.0),),
        dropped=(Sentence("Five", 0.0, "unsupported"),),
        conflicts=(Conflict(place, "four", "five"),),
        premises=(Premise("four", "five"),),
        timings=dict.fromkeys(TIMINGS, 1.0),
    )
    assert [key for key in (*_keys(answer.to_dict()), *OF_A_BATCH) if f"`{key}`" not in text] == []


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(inner)


def test_every_column_and_stage_of_an_explanation_is_explained() -> None:
    text = (ROOT / "docs" / "why.md").read_text("utf-8")
    heads = re.findall(r"head = \((.*?)\)\n", inspect.getsource(why))
    assert len(heads) == 2
    columns = [name for head in heads for name in re.findall(r'"([\w ]+)"', head)]
    assert [name for name in (*columns, *get_args(Stage)) if f"`{name}`" not in text] == []


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

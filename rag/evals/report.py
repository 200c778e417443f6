"""The figures of an evaluation as a table for people; the JSON says the same and more.

Knows the result object and nothing of how it came about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SECTIONS = ("retrieval", "passages", "chunking", "answers", "refusal", "citations", "conflicts", "support")
_NONE = "-"
_WIDTH = 22


def table(result: Mapping[str, Any]) -> str:
    """Write the figures out.

    Args:
        result: What `run_eval` gave.

    Returns:
        Lines of text without a last newline: a heading, one block for each section, and what it was measured with.
    """
    return "\n".join([_title(result), *_sections(result), *_promises(result), *_speed(result), *_foot(result)])


def _title(result: Mapping[str, Any]) -> str:
    sample, index = result.get("sample", {}), result.get("index", {})
    of = f" of {sample['of']:,}" if sample.get("of", result["n"]) != result["n"] else ""
    size = f", {index['documents']:,} documents, {index['chunks']:,} chunks" if index else ""
    asked = "questions" if index else "claims"
    return f"{result['dataset']}: {result['n']:,}{of} {asked}{size}"


def _sections(result: Mapping[str, Any]) -> Iterator[str]:
    for name in _SECTIONS:
        section = result.get(name)
        if not section:
            continue
        yield f"\n{name}"
        for key, value in section.items():
            if key in ("parts", "files"):
                yield from _grid(value)
            elif isinstance(value, Mapping):
                yield _row(key, ", ".join(f"{inner} {_number(number)}" for inner, number in value.items()))
            else:
                yield _row(key, _number(value))


def _grid(parts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Parts down, figures across."""
    names = list(next(iter(parts.values())))
    yield "  " + "".ljust(_WIDTH) + "".join(name.rjust(max(10, len(name) + 2)) for name in names)
    for part, figures in parts.items():
        cells = (_number(figures[name]).rjust(max(10, len(name) + 2)) for name in names)
        yield "  " + part.ljust(_WIDTH) + "".join(cells)


def _promises(result: Mapping[str, Any]) -> Iterator[str]:
    kept = result.get("invariants")
    if kept:
        yield f"\ninvariants: {kept['checked']:,} answers checked, {len(kept['violated']):,} violate one"
        yield from (f"  {item['id']}: {'; '.join(item['broken'])}" for item in kept["violated"][:10])
    errors = result.get("errors", [])
    if errors:
        yield f"\nerrors: {len(errors):,} questions failed"
        yield from (f"  {item['id']}: {item['error']}" for item in errors[:10])


def _speed(result: Mapping[str, Any]) -> Iterator[str]:
    if result.get("timings"):
        yield "\nseconds (p50, p95)"
        yield from (_row(stage, f"{_number(s['p50'])}, {_number(s['p95'])}") for stage, s in result["timings"].items())
    tokens = result.get("prompt_tokens", {})
    if tokens.get("p50") is not None:
        yield _row("prompt tokens", f"{tokens['p50']:.0f}, {tokens['p95']:.0f}")


def _foot(result: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield from (f"note: {note}" for note in result.get("notes", []))
    machine = result["machine"]
    models = " and ".join(name for name in (result["embedder"], result["generator"]) if name)
    judge = f", judged by {result['judge']}" if result.get("judge") else ""
    yield f"{models or 'no model'}{judge}, config {result['config']}, commit {result['commit']}"
    yield f"{machine['cpu']}, {machine['cores']} cores, {_number(machine['memory_gib'])} GiB"


def _row(name: str, value: str) -> str:
    return f"  {name.ljust(_WIDTH)}{value}"


def _number(value: Any) -> str:
    if value is None:
        return _NONE
    return f"{value:.3f}" if isinstance(value, float) else f"{value}"

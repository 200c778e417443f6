"""The nouns as text for people: answers, hits, reports, receipts, findings.

Everything is printed through `console`, which makes it harmless to a terminal. Knows nothing of how it came about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.commands.console import note, out, table
from rag.scope import listed

if TYPE_CHECKING:
    from rag.doctor import Finding
    from rag.indexing import Report
    from rag.types import Answer, Chunk, Citation, Evidence, Hit
    from rag.weights.catalogue import ModelStatus
    from rag.weights.record import Verification

_SNIPPET_CHARACTERS = 160
_ALL_UNCHANGED = 20
"""Up to so many unchanged files are listed; more are a number."""
_AMOUNTS = {"prompt_tokens": "prompt of {:,.0f} tokens", "tokens_per_second": "{:,.1f} tokens a second"}
"""How timings are put that are no seconds."""


def answer(found: Answer) -> None:
    """An answer with its numbered sources, or a refusal with what was looked at."""
    out(found.text)
    out()
    if found.status == "refused":
        out(f"Why: {found.reason}")
        out("Looked at:" if found.hits else "Nothing was found to look at.")
        for hit in found.hits:
            out(f"  {place(hit.chunk)}\n      {snippet(hit.chunk.text)}")
    elif found.scope:
        out(f"Looked only in {listed(found.scope)}.\n")
    if found.status == "answered":
        for premise in found.premises:
            out(f"But {premise}.\n")
    for citation in found.citations:
        out(f"[{citation.number}] {place(citation)}\n    “{one_line(citation.quote)}”")
    for conflict in found.conflicts:
        out(f"\nBut where [{conflict.passage.number}] has {conflict.cited}, another passage has {conflict.other}:")
        out(f"    {place(conflict.passage)}\n    “{one_line(conflict.passage.quote)}”")


def work(found: Answer, evidence: Sequence[Evidence]) -> None:
    """How an answer came about, beside it: query, evidence, verdicts, what was taken out, and the seconds."""
    note(f"\nSearched for: {found.query}")
    for item in evidence:
        note(f"evidence {item.score:.2f} {place(item.chunk)}: {one_line(item.text)}")
    for verdict, sentences in (("kept", found.sentences), ("taken out", found.dropped)):
        for sentence in sentences:
            note(f"{verdict}: {sentence.text} ({sentence.verdict}, {sentence.support:.2f}: {sentence.why})")
    note(", ".join(_AMOUNTS.get(name, f"{name} {{:.2f}} s").format(amount) for name, amount in found.timings.items()))
    judge = f", judged by {found.judge}" if found.judge else ""
    note(f"generator {found.model}{judge}, embedder {found.embedder}, settings {found.config}")


def hits(found: Sequence[Hit]) -> None:
    """Passages, best first, with the ranks of each source."""
    if not found:
        out("Nothing found.")
        return
    rows = [
        (n, f"{h.score:.4f}", h.dense_rank, h.lexical_rank, place(h.chunk), snippet(h.chunk.text))
        for n, h in enumerate(found, 1)
    ]
    table(("", "score", "dense", "lexical", "where", "passage"), rows, right=("", "score", "dense", "lexical"))


def report(found: Report) -> None:
    """What was done to each file; many unchanged ones are a number, failures always stand alone, with their remedy."""
    counts = found.counts()
    unchanged = counts.get("unchanged", 0)
    listed = [
        f for f in found.files if f.action != "failed" and (f.action != "unchanged" or unchanged <= _ALL_UNCHANGED)
    ]
    failed = [f for f in found.files if f.action == "failed"]
    if listed:
        table(
            ("action", "chunks", "file", ""),
            [(f.action, f.chunks, f.path, f.reason) for f in listed],
            right=("chunks",),
        )
    if failed:
        table(("not read", "reason", "remedy"), [(f.path, f.reason, f.hint) for f in failed])
    done = ", ".join(f"{number:,} {action}" for action, number in counts.items() if number)
    out(f"{done or 'no files'} in {found.seconds:.1f} s")


def receipts(found: Mapping[str, Any]) -> None:
    """What became of each citation of a saved answer."""
    if found["citations"]:
        rows = [(c["answer"], f"[{c['number']}]", c["outcome"], _then_and_now(c)) for c in found["citations"]]
        table(("answer", "", "outcome", "where"), rows)
    out(", ".join(f"{number:,} {outcome}" for outcome, number in found["counts"].items()))


def findings(found: Sequence[Finding]) -> None:
    """What the doctor saw, and what mends it."""
    table(("", "what", "found", "remedy"), [(f.state, f.name, f.detail, f.remedy) for f in found])


def models(found: Sequence[ModelStatus]) -> None:
    """The catalogue, and what of it is here."""
    rows = [(m.name, m.kind, f"{m.size_bytes / 1e6:,.0f}", m.licence, m.folder if m.present else "") for m in found]
    table(("name", "kind", "MB", "licence", "here"), rows, right=("MB",))


def verified(found: Sequence[Verification]) -> None:
    """Each file of the weights, and whether it is the publisher's."""
    if not found:
        out("No weights are here.")
        return
    rows = [(v.model, v.file, "ok" if v.ok else "wrong", v.reason, v.hint) for v in found]
    table(("model", "file", "", "reason", "remedy"), rows)


def place(source: Citation | Chunk) -> str:
    """Document, page and heading, as far as there are any."""
    page = [f"p. {source.page}"] if source.page else []
    return ", ".join([source.document, *page, *([source.heading] if source.heading else [])])


def snippet(text: str) -> str:
    """The start of a passage, on one line."""
    line = one_line(text)
    return line if len(line) <= _SNIPPET_CHARACTERS else line[: _SNIPPET_CHARACTERS - 1].rstrip() + "…"


def one_line(text: str) -> str:
    """Text without line breaks."""
    return " ".join(text.split())


def _then_and_now(citation: Mapping[str, Any]) -> str:
    then = f"{citation['document']} {citation['start']}-{citation['end']}"
    if citation["outcome"] != "moved" or citation["otherwise"]:
        return then
    return f"{then}, now {citation['now_document']} {citation['now_start']}-{citation['now_end']}"

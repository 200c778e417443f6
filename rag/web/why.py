"""Why this answer? An explanation as HTML: the decision, the passages, the sentences, and where a passage was lost.

Pure. All text goes through `rag.web.html`; the words of the question are lit up in the passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rag.explanation import Candidate, Considered, Explanation, Loss, Stage
from rag.types import Chunk
from rag.web.html import below, count, element, escape, name_of, place
from rag.words import placed_terms, terms

_STAGES: dict[Stage, str] = {
    "index": "in the index",
    "split": "in one piece",
    "candidates": "among the candidates",
    "hits": "among the hits",
    "evidence": "good enough as evidence",
    "prompt": "room in the prompt",
    "decision": "the question is answered",
}
"""What each stage asks of an expected passage, in order."""
_CHARACTERS = 160
"""Characters shown of a passage that is no hit, at most."""
_PARTS = {"nearness": "near", "words": "words", "headings": "headings", "rank": "rank", "passage": "read"}


def why(found: Explanation) -> str:
    """An explanation.

    Args:
        found: What happened.

    Returns:
        A block of HTML that reads on a phone; everything but the hits' names is folded away at first.
    """
    asked = element("p", escape(_short(found.question)), class_="fn-why-question", dir="auto")
    searched = found.query if found.query.split() != found.question.split() else ""
    query = element("p", f"Searched for: {escape(searched)}", class_="fn-query", dir="auto") if searched else ""
    lost = expected(found.expected) if found.expected else ""
    body = lost + _decision(found) + _passages(found) + _sentences(found)
    return element("div", asked + query + body, class_="fn-why")


def expected(loss: Loss) -> str:
    """What became of an expected passage: in one sentence, and stage by stage."""
    arrived = loss.stage == "arrived"
    title = "The expected passage is evidence" if arrived else "Where the expected passage was lost"
    where = element("p", escape(loss.document), class_="fn-place", dir="auto") if loss.document else ""
    quote = element("blockquote", escape(_short(loss.quote)), class_="fn-passage", dir="auto") if loss.quote else ""
    said = element("p", escape(loss.why[:1].upper() + loss.why[1:] + "."), class_="fn-why-said", dir="auto")
    stages = element("ol", "".join(_stages(loss.stage)), class_="fn-stages")
    kind = "fn-why-arrived" if arrived else "fn-why-lost"
    return element("section", _head(title) + where + quote + said + stages, class_=f"fn-why-expected {kind}")


def _stages(lost_at: Stage) -> Iterator[str]:
    """Each stage with a sign and a word for how the passage fared there."""
    state, sign = "passed", "✓"
    for stage, asks in _STAGES.items():
        if stage == lost_at:
            state, sign = "lost here", "✗"
        elif state == "lost here":
            state, sign = "not reached", "–"
        mark = element("span", sign, role="img", aria_label=state)
        yield element("li", f"{mark} {asks}", data_state=state)


def _decision(found: Explanation) -> str:
    decision = found.decision
    verdict = "Answered" if decision.answered else "Refused"
    said = f"{verdict}: the evidence holds the answer with a probability of {decision.probability:.2f};"
    line = element("p", escape(f"{said} {decision.bar:.2f} is needed."))
    by = f"the model was asked ({decision.judge})" if decision.judge else "by what retrieval found"
    rows = [(escape(name.replace("_", "-")), f"{value:.3f}") for name, value in decision.features.items()]
    table = _table("What the probability rests on", ("rests on", "value"), rows) if rows else ""
    missing = f"No evidence has these words of the question: {', '.join(decision.missing)}." if decision.missing else ""
    premises = [f"But {premise}." for premise in decision.premises]
    lacks = "".join(element("p", escape(one), class_="fn-hint", dir="auto") for one in [missing, *premises] if one)
    more = _folded(escape(f"What it rests on: {by}"), table) if table else ""
    return element("section", _head("Decision") + line + lacks + more)


def _passages(found: Explanation) -> str:
    if not found.candidates:
        return element("section", _head("Passages") + element("p", "No passage was found."))
    wanted = set(terms(found.query))
    hits = "".join(_hit(item, wanted) for item in found.hits)
    others = [item for item in found.candidates if item.place is None]
    rows = [_other(item) for item in others]
    head = ("fused", "dense", "words", "passage")
    table = _table("Candidates that are no hits", head, rows)
    more = _folded(escape(f"{count(len(others), 'more candidate')}, which became no hits"), table) if others else ""
    note = f"the best of up to {found.depth} by nearness and {found.depth} by words"
    return element("section", _head("Passages", note) + hits + more)


def _hit(item: Candidate, wanted: set[str]) -> str:
    chunk, hit = item.hit.chunk, item.hit
    number = element("span", str(item.place), class_="fn-number")
    name = element("span", escape(name_of(chunk.document)), class_="fn-document", title=chunk.document, dir="auto")
    where = element("span", escape(place(chunk.page, below(chunk.heading))), class_="fn-place", dir="auto")
    said = f"dense {_rank(hit.dense_rank)} · words {_rank(hit.lexical_rank)}"
    ranks = element("span", escape(said), class_="fn-why-ranks")
    rows = [
        ("dense", _rank(hit.dense_rank), _score(hit.dense_score)),
        ("words", _rank(hit.lexical_rank), _score(hit.lexical_score)),
        ("fused", str(item.rank), _score(hit.score)),
        ("read", str(item.place), _score(item.read)),
    ]
    shares = ", ".join(item.terms) or "none"
    shared = element("p", escape(f"Words of the question: {shares}"), class_="fn-hint", dir="auto")
    text = element("blockquote", _lit(chunk.text, wanted), class_="fn-passage", dir="auto")
    table = _table(f"Ranks and scores of passage {item.place}", ("ranking", "rank", "score"), rows)
    button = _expect(chunk, f"passage {item.place}")
    return _folded(f"{number} {name} {where} {ranks}", table + shared + text + button, class_="fn-why-hit")


def _other(item: Candidate) -> tuple[str, ...]:
    hit = item.hit
    name = element("span", escape(name_of(hit.chunk.document)), class_="fn-document", title=hit.chunk.document)
    shares = escape(", ".join(item.terms))
    text = f"{name}<br>{escape(_short(hit.chunk.text))}" + (f"<br><em>{shares}</em>" if shares else "")
    text += element("div", _expect(hit.chunk, f"candidate {item.rank}"))
    return str(item.rank), _ranked(hit.dense_rank, hit.dense_score), _ranked(hit.lexical_rank, hit.lexical_score), text


def _expect(chunk: Chunk, said: str) -> str:
    """A button that names a passage as the one that was expected."""
    return element(
        "button",
        "Expect this",
        type="button",
        class_="fn-quiet fn-expect",
        data_document=chunk.document,
        data_start=chunk.start,
        data_end=chunk.end,
        aria_label=f"Expect this: {said}",
    )


def _sentences(found: Explanation) -> str:
    if not found.sentences:
        return ""
    wanted = set(terms(found.query))
    kept = sorted((item for item in found.sentences if item.number), key=lambda item: item.number or 0)
    cut = [item for item in found.sentences if not item.number]
    head = ("", "score", "sentence")
    shown = _table("Sentences that are evidence", head, [_sentence(item, wanted) for item in kept])
    rest = _table("Sentences that are no evidence", head, [_sentence(item, wanted) for item in cut])
    more = _folded(escape(f"{count(len(cut), 'sentence')} cut, and why"), rest) if cut else ""
    note = f"of the passages; a score of {found.floor:.3f} by itself is needed"
    return element("section", _head("Sentences", note) + shown + more)


def _sentence(item: Considered, wanted: set[str]) -> tuple[str, ...]:
    sentence = item.sentence
    values = {said: getattr(sentence, part) for part, said in _PARTS.items()}
    parts = " + ".join(f"{said} {value:.2f}" for said, value in values.items() if value is not None)
    parts += f" · {sentence.alone:.2f} by itself" if sentence.alone is not None else ""
    reason = element("strong", escape(item.reason)) + "<br>" if item.reason else ""
    under = element("span", f"{reason}{escape(parts)} · passage {item.place}", class_="fn-place")
    text = element("span", _lit(sentence.text, wanted), dir="auto")
    return (f"[{item.number}]" if item.number else ""), f"{sentence.score:.3f}", f"{text}<br>{under}"


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of safe HTML; its last column takes the room that is left."""
    titles = "".join(element("th", escape(title), scope="col") if title else "<td></td>" for title in head)
    body = "".join(element("tr", "".join(element("td", cell) for cell in row)) for row in rows)
    named = element("caption", escape(caption))
    return element(
        "table", named + element("thead", element("tr", titles)) + element("tbody", body), class_="fn-why-table"
    )


def _lit(text: str, wanted: set[str]) -> str:
    """Escaped text, the words with a wanted term lit up."""
    parts, at = [], 0
    for start, end, term in placed_terms(text):
        if term in wanted and end > at:
            parts += [escape(text[at : max(at, start)]), element("mark", escape(text[max(at, start) : end]))]
            at = end
    return "".join(parts) + escape(text[at:])


def _head(title: str, note: str = "") -> str:
    said = element("span", escape(note), class_="fn-place") if note else ""
    return element("div", element("h2", escape(title)) + said, class_="fn-pane-head")


def _folded(summary: str, content: str, class_: str = "") -> str:
    return element("details", element("summary", summary) + content, class_=class_ or None)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CHARACTERS else line[:_CHARACTERS].rstrip() + " …"


def _ranked(rank: int | None, score: float | None) -> str:
    return f"{rank}<br>{_score(score)}" if rank else "–"


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:.3f}"

"""Where was an expected passage lost? The first stage of the read path that it did not come through, in one sentence.

A passage of several sentences is where the one that came furthest is. Knows the index and the embedder by their
protocols; what happened is in the explanation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from rag import locate, retrieval
from rag.errors import UsageError
from rag.explanation import Candidate, Considered, Expected, Explanation, Loss, Stage
from rag.namesakes import meant
from rag.pipeline import Pipeline
from rag.protocols import Store
from rag.retrieval import Wanted
from rag.scope import covers, listed
from rag.splitter import sentences
from rag.types import Chunk, Document, Hit, Span

_CHARACTERS = 8_000
"""Longest passage."""
_LOOKED_AT = 50
"""Passages that say its words whose documents are looked through before the others."""
_DEEPER = 4
"""How much deeper each search for the rank of a passage goes than the one before."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expected passage stands."""

    document: Document
    span: Span

    @property
    def quote(self) -> str:
        """Its words, as the document has them."""
        return self.document.text[self.span.start : self.span.end]

    def in_chunk(self, chunk: Chunk) -> bool:
        """True where a chunk has a character of it."""
        return chunk.document == self.document.path and _meet(self.span, chunk)

    def loss(self, stage: Stage, why: str) -> Loss:
        """What became of it."""
        return Loss(stage, why, self.document.path, self.span, self.quote)


def check(expected: Expected) -> None:
    """Refuse what cannot be looked for.

    Args:
        expected: As it was given.

    Raises:
        UsageError: Neither words nor a place, a place without its document, or too many words.
    """
    if expected.span is None and not expected.text.strip():
        raise UsageError("the expected passage is empty", "paste its words")
    if expected.span is not None and not expected.document:
        raise UsageError(f"offsets {tuple(expected.span)} without their document", "name the document")
    if len(expected.text) > _CHARACTERS:
        said = f"the expected passage has {len(expected.text):,} characters, at most {_CHARACTERS:,} are looked for"
        raise UsageError(said, "paste the sentence that matters")


def trace(found: Explanation, pipeline: Pipeline, expected: Expected) -> Loss:
    """Say what became of an expected passage.

    Args:
        found: What happened.
        pipeline: Where it happened.
        expected: One that `check` lets pass.

    Returns:
        The first stage that it did not come through, or that it arrived.

    Raises:
        UsageError: Offsets that are not in the document.
    """
    passage = find(pipeline.store, expected, found.candidates)
    if isinstance(passage, Loss):
        return passage
    if not covers(found.scope, passage.document.path):
        return passage.loss("candidates", f"not looked at: the question was limited to {listed(found.scope)}")
    seen = [item for item in found.sentences if passage.in_chunk(item.sentence.chunk) and _meet(passage.span, item)]
    if shown := [item for item in seen if item.number is not None]:
        return _shown(found, passage, shown)
    dense = _dense(found, pipeline, passage)
    pieces = [hit for hit in dense if passage.in_chunk(hit.chunk)]
    if not pieces:
        why = f"not in the index: {passage.document.path} is there, but no passage of it holds these words"
        return passage.loss("index", why)
    stage, why = _in_hits(seen) if seen else _outside(found, pipeline, pieces)
    if _cut(passage, pieces):
        return passage.loss("split", f"cut in two by the splitter, in mid-sentence; what came furthest: {why}")
    return passage.loss(stage, why)


def find(store: Store, expected: Expected, candidates: Sequence[Candidate] = ()) -> Place | Loss:
    """Find an expected passage in the index.

    Args:
        store: The index.
        expected: One that `check` lets pass.
        candidates: Of several places, the one that came furthest among these is meant, else the first.

    Returns:
        Its place, or that it is not in the index.

    Raises:
        UsageError: Offsets that are not in the document, or a name that several documents have.
    """
    paths = [info.path for info in store.documents()]
    if expected.document:
        named = _named(expected.document, paths)
        if isinstance(named, Loss):
            return named
        paths = [named]
    if expected.span is not None:
        return _at(store.read(paths[0]), expected.span)
    met = [item.hit.chunk.document for item in candidates]
    met += [hit.chunk.document for hit in store.lexical(expected.text, _LOOKED_AT)]
    allowed = set(paths)
    for path in dict.fromkeys(path for path in [*met, *paths] if path in allowed):
        document = store.read(path)
        if spans := locate.spans(document.text, expected.text):
            return min((Place(document, span) for span in spans), key=lambda place: _rank(candidates, place))
    where = f"{paths[0]} does not have" if expected.document else "no document has"
    why = f"not in the index: {where} these words; they may have changed, or stand in a picture"
    return Loss("index", why, quote=expected.text)


def _shown(found: Explanation, passage: Place, shown: Sequence[Considered]) -> Loss:
    numbers = ", ".join(f"[{item.number}]" for item in sorted(shown, key=lambda item: item.number or 0))
    decision = found.decision
    if decision.answered:
        return passage.loss("arrived", f"it is evidence {numbers}, of which the answer is written, in part or whole")
    refused = f"a probability of {decision.probability:.2f} that this answers, with {decision.bar:.2f} needed"
    return passage.loss("decision", f"it is evidence {numbers}, but the question is refused: {refused}")


def _in_hits(seen: Sequence[Considered]) -> tuple[Stage, str]:
    """Why the best of these sentences, none of which is evidence, is not."""
    item = max(seen, key=lambda item: (item.sentence.fate not in ("heading", "wordless"), item.sentence.score))
    stage: Stage = "prompt" if item.sentence.fate == "kept" else "evidence"
    return stage, f"hit {item.place}, but its sentence is no evidence: {item.reason}"


def _outside(found: Explanation, pipeline: Pipeline, pieces: Sequence[Hit]) -> tuple[Stage, str]:
    """Why the best of these passages is no hit."""
    keys = {hit.chunk.key for hit in pieces}
    best = next((item for item in found.candidates if item.hit.chunk.key in keys), None)
    if best is None:
        return "candidates", _beyond(found, pipeline, pieces[0])
    if best.hit not in meant(found.query, [item.hit for item in found.candidates]):
        document = best.hit.chunk.document
        return "hits", f"passed over: the question names another document than {document}, of a name much like it"
    last = found.candidates[len(found.hits) - 1].hit
    ranks = f"dense rank {_or_none(best.hit.dense_rank)}, lexical rank {_or_none(best.hit.lexical_rank)}"
    needed = f"the last hit, number {len(found.hits)}, has {last.score:.3f}"
    return "hits", f"fused rank {best.rank} with {best.hit.score:.3f} ({ranks}); {needed}"


def _beyond(found: Explanation, pipeline: Pipeline, dense: Hit) -> str:
    """Where a passage stands in each ranking that is no candidate of either, and where the last candidate does."""
    lexical = _lexical(found, pipeline, dense.chunk)
    last_dense, last_lexical = _last(found.candidates)
    by_vector = f"dense rank {dense.dense_rank} with {dense.score:.3f} (the last candidate has {last_dense:.3f})"
    by_words = (
        f"lexical rank {lexical.lexical_rank} with {lexical.score:.2f} (the last candidate has {last_lexical:.2f})"
        if lexical
        else "lexical rank none (it has no word of the question)"
    )
    return f"{by_vector}, {by_words}: outside the {found.depth} candidates of each"


def _last(candidates: Sequence[Candidate]) -> tuple[float, float]:
    """The lowest dense and the lowest lexical score of the candidates."""
    dense = [c.hit.dense_score for c in candidates if c.hit.dense_rank and c.hit.dense_score is not None]
    lexical = [c.hit.lexical_score for c in candidates if c.hit.lexical_rank and c.hit.lexical_score is not None]
    return min(dense, default=0.0), min(lexical, default=0.0)


def _dense(found: Explanation, pipeline: Pipeline, passage: Place) -> list[Hit]:
    """The dense ranking, as deep as it must be to hold the whole passage."""
    vector = _wanted(found, pipeline).vector
    ranking: list[Hit] = []
    for depth in _depths(found.depth, pipeline.store):
        ranking = pipeline.store.dense(vector, depth, found.scope)
        if _whole(passage, ranking):
            break
    return ranking


def _lexical(found: Explanation, pipeline: Pipeline, chunk: Chunk) -> Hit | None:
    """A passage in the lexical ranking, however deep; None where it is not in it."""
    wanted = _wanted(found, pipeline)
    for depth in _depths(found.depth, pipeline.store):
        ranking = retrieval.lexical(wanted, pipeline.store, depth, found.scope)
        hit = next((hit for hit in ranking if hit.chunk.key == chunk.key), None)
        if hit or len(ranking) < depth:
            return hit
    return None


def _wanted(found: Explanation, pipeline: Pipeline) -> Wanted:
    """What was searched for."""
    return retrieval.wanted(found.question, found.history, pipeline.store, pipeline.embedder, found.scope)


def _depths(first: int, store: Store) -> Iterator[int]:
    """Deeper and deeper, and last everything."""
    total, depth = sum(info.chunks for info in store.documents()), first
    while depth < total:
        yield depth
        depth *= _DEEPER
    yield max(1, total)


def _whole(passage: Place, ranking: Sequence[Hit]) -> bool:
    """True where the chunks of a ranking hold all of a passage, white space aside."""
    text, at = passage.document.text, passage.span.start
    for chunk in sorted((hit.chunk for hit in ranking if passage.in_chunk(hit.chunk)), key=lambda chunk: chunk.start):
        if text[at : chunk.start].strip():
            return False
        at = max(at, chunk.end)
    return not text[at : passage.span.end].strip()


def _cut(passage: Place, pieces: Sequence[Hit]) -> bool:
    """True where a sentence of the passage is in no chunk whole."""
    offset, (start, end) = passage.span.start, passage.span
    spans = [Span(offset + first, offset + last) for first, last in sentences(passage.document.text[start:end])]
    return any(not any(h.chunk.start <= s.start and s.end <= h.chunk.end for h in pieces) for s in spans)


def _rank(candidates: Sequence[Candidate], place: Place) -> tuple[int, int]:
    ranks = [item.rank for item in candidates if place.in_chunk(item.hit.chunk)]
    return min(ranks, default=len(candidates) + 1), place.span.start


def _named(name: str, paths: Sequence[str]) -> str | Loss:
    """The document that a name means: its path, or the one path that ends so."""
    ending = [path for path in paths if path.endswith(f"/{name}")]
    if name in paths or len(ending) == 1:
        return name if name in paths else ending[0]
    near = get_close_matches(name, paths, 1)
    if len(ending) > 1:
        raise UsageError(f"{len(ending)} documents end in {name}", f"write out which, as {ending[0]}")
    return Loss("index", f"not in the index: no document is called {name}" + (f"; {near[0]} is" if near else ""))


def _at(document: Document, span: Span) -> Place:
    if not 0 <= span.start < span.end <= len(document.text):
        said = f"offsets {tuple(span)} are not in {document.path}"
        raise UsageError(said, f"it has {len(document.text):,} characters")
    return Place(document, span)


def _meet(span: Span, other: Chunk | Considered) -> bool:
    place = other.sentence if isinstance(other, Considered) else other
    return place.start < span.end and span.start < place.end


def _or_none(rank: int | None) -> str:
    return "none" if rank is None else str(rank)

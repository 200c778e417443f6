"""What of a draft is checked: its sentences, less one that was cut off, or the evidence itself in their place.

Knows what is known of a question and how sentences are checked; nothing of models.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.citations import Checker, clean
from rag.events import SentenceChecked
from rag.prompts import answer_messages, is_refusal
from rag.protocols import Pointer, StopSignal
from rag.reckoning import closer, telling
from rag.run import Run
from rag.splitter import sentences
from rag.support import echoes
from rag.types import Evidence, Hit, Policy, Span
from rag.words import first_and_missing

_STOPS = (".", "!", "?", "。", "！", "？", '"', "”", ")")
_CLOSER = "another row of the table has more of what was asked"
_ANOTHER = "another row of the table has the most, the least, or the range that is asked for"
_MOST_ROWS = 2
"""Most rows that are quoted because each tells what is asked for."""
_NOT_FAR = 0.4
"""Share of the attention that a second line needs, of the first one's; docs/decisions/0032-attention.md."""


def spans(draft: str) -> list[Span]:
    """Sentences of a draft as far as it is written, markers by themselves left out; none where `is_refusal` says so."""
    return [] if is_refusal(draft) else [span for span in sentences(draft) if clean(draft[span.start : span.end])]


def finished(run: Run, is_full: bool) -> list[Span]:
    """Sentences of a draft that will not grow.

    Args:
        run: Its draft is as long as it will be.
        is_full: Whether it has as many tokens as it may have.

    Returns:
        Its sentences; the last one is left out where the token limit or a stop has cut it off.
    """
    found = spans(run.draft)
    cut = run.stopped or (is_full and len(found) > 1)
    return found[:-1] if cut and not run.draft.rstrip().endswith(_STOPS) else found


def quotes(run: Run, checker: Checker, policy: Policy, pointer: object, stop: StopSignal) -> Iterator[SentenceChecked]:
    """The evidence word for word, where it was judged to hold an answer but the draft has none that is supported.

    A draft which says that the documents do not say is believed, unless a judge has said the reverse.
    docs/decisions/0009-quoting.md has the figures.

    Args:
        run: Its draft is finished.
        checker: Has checked that.
        policy: Only where unsupported sentences are dropped is anything put in their place.
        pointer: As in `quoted`.
        stop: Likewise.

    Yields:
        The sentences that are quoted, checked.
    """
    believed = is_refusal(run.draft) and not run.decision.judge
    if checker.refuses and not (believed or run.stopped) and policy == "drop":
        yield from quoted(run, checker, pointer, stop)


def reckoned(run: Run, checker: Checker) -> Iterator[SentenceChecked] | None:
    """The rows of a table that have the most, the least or the range asked for, in the place of a draft with others.

    Args:
        run: Its draft is finished.
        checker: Has checked that.

    Returns:
        The rows, checked as they are taken; no rows where the draft rests on just these. None where nothing can be
        reckoned. docs/decisions/0033-most-and-least.md has the figures.
    """
    rows = run.places.standing(run.rows)
    if not rows:
        return None
    if {(one.document, one.start) for one in checker.citations} == {(one.chunk.document, one.start) for one in rows}:
        return iter(())
    run.evidence += [row for row in rows if row not in run.evidence]
    run.hits += [Hit(row.chunk, 0.0) for row in rows if row.chunk not in [hit.chunk for hit in run.hits]]
    checker.withdraw(_ANOTHER)
    return _checked(checker, [row.text for row in rows])


def redirected(run: Run, checker: Checker) -> Iterator[SentenceChecked]:
    """Rows that are closer to the question in the place of those that are cited, where there are such.

    Args:
        run: Its draft is finished.
        checker: Has settled what is answered.

    Yields:
        These rows, and word for word what else was cited, checked.
    """
    known = {(item.chunk.document, item.start): item for item in run.evidence}
    cited = [known[one.document, one.start] for one in checker.citations]
    rows = [[row for row in closer(run, item) if row not in cited] for item in cited]
    if not any(rows):
        return
    better = [row for item, instead in zip(cited, rows, strict=True) for row in instead or [item]]
    run.evidence += run.places.standing([row for row in better if (row.chunk.document, row.start) not in known])
    checker.withdraw(_CLOSER)
    yield from _checked(checker, [row.text for row in better])


def quoted(run: Run, checker: Checker, pointer: object, stop: StopSignal, why: str = "") -> Iterator[SentenceChecked]:
    """The evidence word for word in the place of the draft.

    Args:
        run: Its draft is finished.
        checker: Has checked that, and lets go of it.
        pointer: Says what is quoted, if it is a `Pointer` and no row of a table tells. Elsewhere it is first what the
            draft rests on, then what fits the question best.
        stop: Ends the pointing.
        why: What was found amiss in the draft, beyond what the checker has found; empty for nothing.

    Yields:
        The sentences that are quoted, checked.
    """
    checker.withdraw(why)
    lines = [item.text for item in telling(run)[:_MOST_ROWS]]
    yield from _checked(checker, lines or _told(run, pointer, stop) or _fitting(run, checker))


def _checked(checker: Checker, lines: Sequence[str]) -> Iterator[SentenceChecked]:
    """Lines of the evidence in the place of all that was kept before."""
    for at, line in enumerate(dict.fromkeys(lines)):
        yield replace(checker.check(line), anew=at == 0)


def _told(run: Run, pointer: object, stop: StopSignal) -> list[str]:
    """What the model looks at, where that is known and says more than the question."""
    attended = _attended(run, pointer, stop)
    return _pointed_at([(item, share) for item, share in attended if not echoes(clean(item.text), run.question)])


def _attended(run: Run, pointer: object, stop: StopSignal) -> list[tuple[Evidence, float]]:
    """The evidence with what the model attends to of it as it begins to reply; nothing where that is not known."""
    if not isinstance(pointer, Pointer):
        return []
    began_s = time.perf_counter()
    shares = pointer.attends(answer_messages(run.query, run.evidence), stop)
    run.timings["attend"] = time.perf_counter() - began_s
    return list(zip(run.evidence, shares, strict=True)) if shares else []


def _pointed_at(told: Sequence[tuple[Evidence, float]]) -> list[str]:
    """What is attended to most, and the next where that is not far behind."""
    best = sorted(told, key=lambda pair: -pair[1])[:2]
    return [item.text for item, share in best if share > _NOT_FAR * best[0][1] or item is best[0][0]]


def _fitting(run: Run, checker: Checker) -> list[str]:
    near = checker.rests_on
    lines = [item.text for item in run.evidence if not echoes(clean(item.text), run.question)]  # a heading, say
    if near and near.text in lines:
        return [near.text, lines[0]]
    return [lines[at] for at in first_and_missing(run.query, lines)]

"""What of a draft is checked: its sentences, less one that was cut off, or the evidence itself in their place.

Knows what is known of a question and how sentences are checked; nothing of models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.citations import Checker, clean
from rag.events import SentenceChecked
from rag.prompts import is_refusal
from rag.run import Run
from rag.splitter import sentences
from rag.support import echoes
from rag.types import Policy, Span
from rag.words import first_and_missing

_STOPS = (".", "!", "?", "。", "！", "？", '"', "”", ")")


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


def quotes(run: Run, checker: Checker, policy: Policy) -> Iterator[SentenceChecked]:
    """The evidence word for word, where it was judged to hold an answer but the draft has none that is supported.

    A draft which says that the documents do not say is believed, unless a judge has said the reverse.
    docs/decisions/0009-quoting.md has the figures.

    Args:
        run: Its draft is finished.
        checker: Has checked that.
        policy: Only where unsupported sentences are dropped is anything put in their place.

    Yields:
        The sentences that are quoted, checked.
    """
    believed = is_refusal(run.draft) and not run.decision.judge
    if checker.refuses and not (believed or run.stopped) and policy == "drop":
        yield from quoted(run, checker)


def quoted(run: Run, checker: Checker, why: str = "") -> Iterator[SentenceChecked]:
    """The evidence word for word in the place of the draft: first what that rests on, then what fits the question best.

    Args:
        run: Its draft is finished.
        checker: Has checked that, and lets go of it.
        why: What was found amiss in it, beyond what the checker has found; empty for nothing.

    Yields:
        The sentences that are quoted, checked.
    """
    checker.withdraw(why)
    near = checker.rests_on
    lines = [item.text for item in run.evidence if not echoes(clean(item.text), run.question)]  # a heading, say
    if near and near.text in lines:
        both = [near.text, lines[0]]
    else:
        both = [lines[at] for at in first_and_missing(run.query, lines)]
    for at, line in enumerate(dict.fromkeys(both)):
        yield replace(checker.check(line), anew=at == 0)

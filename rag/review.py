"""A second look, once a reply is written: do the passages say all of it, and does it answer what was asked?

Words and numbers are checked sentence by sentence elsewhere; that they stand in the same relation in the source only a
model that reads can tell. It has read the passages when it judged them, so this costs the reading of the reply alone.
docs/decisions/0027-review.md has the figures. Knows what is known of a question, and a reviewer by its protocol.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from rag.answerability import likely_right, reviews
from rag.citations import Checker, clean
from rag.draft import quoted, quotes, reckoned, redirected
from rag.events import SentenceChecked
from rag.prompts import review_messages
from rag.protocols import Judge, Reviewer, StopSignal
from rag.run import Run
from rag.types import Policy

_SURE_ENOUGH = 0.7
"""How likely right a reply must be: a twisted one costs more than the source's words in the place of a right one."""
_WRONG = "read once more, the passages seem not to say this of what was asked"


def settle(
    run: Run, checker: Checker, judge: Judge | None, policy: Policy, stop: StopSignal
) -> Iterator[SentenceChecked]:
    """What becomes of a draft: where it falls, or is too likely wrong, the evidence is quoted.

    Where the most or the least is asked for, and a table tells, its row decides, and nothing is looked at.

    Args:
        run: Its draft is finished.
        checker: Has checked that.
        judge: Looks, if it is a reviewer whose log-odds were fitted.
        policy: Only where unsupported sentences are dropped is anything put in the place of a draft.
        stop: Ends the looking; the reply then stays as it is.

    Yields:
        The sentences that are quoted, checked.
    """
    rows = reckoned(run, checker) if policy == "drop" and not run.stopped else None
    if rows is not None:
        yield from rows
        return
    yield from quotes(run, checker, policy, judge, stop)
    yield from _read_once_more(run, checker, judge, policy, stop)
    if policy == "drop" and not run.stopped:
        yield from redirected(run, checker)


def _read_once_more(
    run: Run, checker: Checker, judge: Judge | None, policy: Policy, stop: StopSignal
) -> Iterator[SentenceChecked]:
    settled = policy != "drop" or run.stopped or checker.refuses or _word_for_word(run, checker)
    if settled or not isinstance(judge, Reviewer) or not reviews(run.decision.judge):
        return
    began_s, reply = time.perf_counter(), " ".join(sentence.text for sentence in checker.kept)
    odds = judge.review(review_messages(run.query, run.evidence, reply), ["Yes", "No"], stop)
    run.timings["review"] = time.perf_counter() - began_s
    run.stopped = not odds
    if odds and likely_right(run.decision, odds[0] - odds[1]) < _SURE_ENOUGH:
        yield from quoted(run, checker, judge, stop, _WRONG)


def _word_for_word(run: Run, checker: Checker) -> bool:
    """Evidence as it stands may be beside the question, but twists nothing."""
    lines = {clean(item.text) for item in run.evidence}
    return all(sentence.text in lines for sentence in checker.kept)

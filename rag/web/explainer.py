"""What happens when someone asks why, or keeps a question as an evaluation case: a session in, HTML out.

Explaining waits its turn for the model, as asking does. Knows the library and the session; nothing of Gradio.
"""

from __future__ import annotations

import logging
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path

from rag import loss
from rag.cases import FILE, Case, Passage, add_case
from rag.errors import RagError, UsageError
from rag.explain import Expected, explain
from rag.explanation import Loss
from rag.types import Turn
from rag.web.html import count, element, escape, message
from rag.web.library import Library
from rag.web.session import Session
from rag.web.view import View
from rag.web.why import why

logger = logging.getLogger(__name__)

_PATIENCE_S = 0.25
"""How long a wait lasts before the place in the line is looked at again."""
_NOTHING = ("Nothing is shown that could be explained.", "Ask a question first.")

_ASK = "ask it without a limit, then keep it"


class Explainer:
    """Explains the answer that a session shows, and keeps it as a case.

    Args:
        library: The documents and the model.

    Attributes:
        cases: The file of cases.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self.cases = Path(library.config.index) / FILE
        self._closed = threading.Event()

    def halt(self) -> None:
        """End what waits for its turn, and begin nothing more."""
        self._closed.set()

    def explain(self, session: Session, text: str = "", document: str = "") -> Iterator[str]:
        """Explain the answer that is shown.

        Args:
            session: The user's.
            text: A passage that was expected; empty for none.
            document: Its document, or the end of its path; empty for whichever has it.

        Yields:
            What is waited for, and last the explanation or what is wrong; nothing more once another answer is shown.
        """
        view = session.current
        if view is None:
            yield message("info", *_NOTHING)
            return
        session.explained = view.id
        try:
            for said in self._in_turn(view, _history(session, view), _expected(text, document)):
                if self.is_behind(session):
                    return
                yield said
        except RagError as exc:
            yield message("error", exc.message, exc.hint)
        except Exception:  # the outermost edge: the page says so and the log says what
            logger.exception("an explanation failed")
            yield message("error", "Something went wrong that should not have.", "The terminal says what.")

    def is_behind(self, session: Session) -> bool:
        """Whether what is explained is another answer than the one that is shown."""
        return bool(session.explained) and (session.current is None or session.current.id != session.explained)

    def words(self, document: str, start: int, end: int) -> str:
        """The words of a passage; empty where the index does not have it any more."""
        try:
            return self._library.read(document).text[max(start, 0) : max(end, 0)]
        except (KeyError, RagError):
            return ""

    def keep(self, session: Session, answerable: bool | None, text: str = "", document: str = "") -> str:
        """Keep the question that is shown as an evaluation case.

        Args:
            session: The user's.
            answerable: Whether the documents answer it; None where nobody has said.
            text: A passage that answers it; empty for those that the answer cites.
            document: As for `explain`.

        Returns:
            What was kept and where, or what is wrong.
        """
        view = session.current
        if view is None:
            return message("info", *_NOTHING)
        try:
            case = self._case(view, _history(session, view), answerable, _expected(text, document))
            replaced = add_case(self.cases, case)
        except RagError as exc:
            return message("error", exc.message, exc.hint)
        return message("info", self._said(case, replaced), f"rag eval {shlex.quote(str(self.cases))}{self._index()}")

    def _in_turn(self, view: View, history: tuple[Turn, ...], expected: Expected | None) -> Iterator[str]:
        line = self._library.line
        ticket = line.join()
        try:
            while not self._library.wait(_PATIENCE_S) or not line.wait(ticket, _PATIENCE_S):
                yield waiting(line.ahead(ticket))  # also where nothing has changed: it ends here when the page is gone
                if self._closed.is_set():
                    return
            yield waiting(0)
            yield why(explain(self._library.pipeline(), view.question, history, expected, view.scope))
        finally:
            line.leave(ticket)

    def _case(self, view: View, history: tuple[Turn, ...], answerable: bool | None, expected: Expected | None) -> Case:
        if view.scope:
            raise UsageError(
                "the question was limited to a part of the index, and a case is measured on all of it", _ASK
            )
        if answerable is None:
            raise UsageError("nobody has said whether the documents answer the question", "choose yes or no")
        if not answerable:
            if expected:
                raise UsageError("a passage is named although the documents do not answer", "empty it, or choose yes")
            return Case(view.question, history, answerable=False)
        if expected is None:
            cited = tuple(Passage(c.document, c.start, c.end, c.quote) for c in view.citations)
            return Case(view.question, history, True, cited)
        return Case(view.question, history, True, (self._passage(expected),))

    def _passage(self, expected: Expected) -> Passage:
        found = loss.find(self._library.pipeline().store, expected)
        if isinstance(found, Loss):
            raise RagError(f"the case is not kept: {found.why}", "paste the words as the document has them")
        return Passage(found.document.path, found.span.start, found.span.end, found.quote)

    def _said(self, case: Case, replaced: bool) -> str:
        passages = f"with {count(len(case.expected), 'passage')} to be found" if case.expected else "without a passage"
        what = passages if case.answerable else "as one that the documents do not answer"
        earlier = ", in place of an earlier word on it" if replaced else ""
        return f"The question is kept in {self.cases}, {what}{earlier}. To measure all that are kept:"

    def _index(self) -> str:
        return f" --index {shlex.quote(self._library.config.index)}"


def waiting(ahead: int) -> str:
    """What stands there until an explanation does, for so many questions ahead."""
    said = f"Waiting: {count(ahead, 'question')} ahead…" if ahead else "Walking the way of the question once more…"
    return element("p", escape(said), class_="fn-note fn-working", role="status")


def _history(session: Session, view: View) -> tuple[Turn, ...]:
    return tuple(turn for earlier in session.views[: view.number - 1] for turn in earlier.turns())


def _expected(text: str, document: str) -> Expected | None:
    """The passage that was named; a document alone names none."""
    if not text.strip():
        if document.strip():
            raise UsageError("a document without a passage", "paste the passage that was expected there")
        return None
    expected = Expected(text.strip(), document.strip())
    loss.check(expected)
    return expected

"""One question and all that is known of its answer so far: events in, what there is to show out.

Knows the events and how a draft falls into sentences; nothing of HTML, of Gradio or of where the events come from.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import Literal

from rag.draft import spans
from rag.errors import RagError
from rag.events import Event, EvidenceSelected, Retrieved, SentenceChecked, Token
from rag.types import Answer, Citation, Conflict, Evidence, Hit, Sentence, Turn

Phase = Literal["loading", "waiting", "searching", "reading", "writing", "done", "stopped", "failed", "elsewhere"]
"""`loading` until the model is there, `waiting` for questions ahead, `reading` from the hits to the first token;
`elsewhere` while another page has it written, of which nothing more comes here."""
_OVER = ("done", "stopped", "failed", "elsewhere")
MOST_REMARK = 2_000
"""Characters of a remark at most; what is past them is not kept."""


@dataclass(slots=True)
class View:
    """A question and its answer as far as it has come.

    Attributes:
        number: Place in the conversation, from 1.
        question: As asked.
        scope: Documents and folders to look in; empty for all.
        phase: What is going on.
        ahead: Questions of others that come first, while `waiting`.
        query: As searched for; empty until then.
        hits: What was found, best first.
        evidence: The sentences to answer from, best first.
        draft: What the model has written, unchecked.
        checked: The checked sentences of the draft, in order.
        answer: The final word; None until then.
        error: What went wrong; empty where nothing did.
        hint: What mends it.
        id: Tells it from the same question asked anew; 32 hex digits.
        good: What the user thinks of the answer; None where nothing was said.
        remark: What the user says is wrong with it.
        earlier: The answer in whose place this one is written; it stands until this one is whole. None for none.
        note: What became of asking it anew, where it stands all the same; else empty.
    """

    number: int
    question: str
    scope: tuple[str, ...] = ()
    phase: Phase = "loading"
    ahead: int = 0
    query: str = ""
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    draft: str = ""
    checked: list[SentenceChecked] = field(default_factory=list)
    answer: Answer | None = None
    error: str = ""
    hint: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    good: bool | None = None
    remark: str = ""
    earlier: View | None = None
    note: str = ""

    def apply(self, event: Event) -> None:
        """Take in the next event of `Pipeline.stream`."""
        match event:
            case Retrieved():
                self.query, self.hits, self.phase = event.query, event.hits, "reading"
            case EvidenceSelected():
                self.evidence = event.evidence
            case Token():
                self.draft, self.phase = self.draft + event.text, "writing"
            case SentenceChecked():
                earlier = [replace(one, kept=False) for one in self.checked] if event.anew else self.checked
                self.checked = [*earlier, event]
            case Answer():
                self.answer, self.phase = event, "done"
                self.query, self.hits = event.query, event.hits

    def fail(self, error: RagError) -> None:
        """End with an error."""
        self.phase, self.error, self.hint = "failed", error.message, error.hint

    def halt(self) -> None:
        """End by the user's wish; what was checked so far stays."""
        self.phase = "stopped"

    def settled(self) -> View:
        """What stands once nothing more comes: this, or the earlier answer where this one did not become whole."""
        earlier, self.earlier = self.earlier, None
        if earlier is None or self.phase == "done":
            return self
        return replace(earlier, number=self.number, id=self.id, note=_outcome(self, earlier.question))

    @property
    def over(self) -> bool:
        """True once nothing more will come."""
        return self.phase in _OVER

    @property
    def worth(self) -> View | None:
        """What asking anew must not lose: an answer that is whole or says something; None where there is none."""
        if self.earlier is not None:
            return self.earlier
        return self if self.phase == "done" or self.sentences else None

    @property
    def refused(self) -> bool:
        """True for an answer that is a refusal, a stopped one left out."""
        return self.phase == "done" and self.answer is not None and self.answer.status == "refused"

    @property
    def rewritten(self) -> str:
        """The query, where it says something else than the question; else empty."""
        return "" if _plain(self.query) == _plain(self.question) else self.query

    @property
    def tail(self) -> str:
        """The part of the draft that is not checked yet; empty once the answer is over."""
        if self.over:
            return ""
        left = spans(self.draft)[len(self.checked) :]
        return self.draft[left[0].start :] if left else ""

    @property
    def sentences(self) -> list[Sentence]:
        """The checked sentences that stay, in order."""
        if self.answer and self.answer.sentences:
            return list(self.answer.sentences)
        return [] if self.refused else [event.sentence for event in self.checked if event.kept]

    @property
    def dropped(self) -> list[Sentence]:
        """The checked sentences that the policy took out."""
        if self.answer:
            return list(self.answer.dropped)
        return [event.sentence for event in self.checked if not event.kept]

    @property
    def citations(self) -> list[Citation]:
        """What is cited so far, ascending by number."""
        if self.answer and self.answer.citations:
            return list(self.answer.citations)
        kept = [] if self.refused else [event for event in self.checked if event.kept]
        return [citation for event in kept for citation in event.citations]

    @property
    def conflicts(self) -> list[Conflict]:
        """Passages that disagree with a cited one; known once the answer is."""
        return list(self.answer.conflicts) if self.answer else []

    def turns(self) -> list[Turn]:
        """What a follow-up may lean on: the question, and the answer where there is one."""
        said = " ".join(sentence.text for sentence in self.sentences)
        return [Turn("user", self.question), *([Turn("assistant", said)] if said else [])]


def _outcome(anew: View, question: str) -> str:
    """What became of a question that was asked anew and is not answered, in words."""
    happened = "was stopped before the answer was whole"
    if anew.phase == "failed":
        happened = f"failed ({': '.join(part for part in (anew.error, anew.hint) if part)})"
    asked = "" if anew.question == question else f" It was: “{anew.question}”"
    return f"Asking anew {happened}. This is the answer from before.{asked}"


def _plain(text: str) -> str:
    return " ".join(text.split())

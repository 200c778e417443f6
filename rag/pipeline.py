"""The read path as events: rewrite, retrieve, select, decide, generate, check.

`stream` is the one way through; `ask` and `ask_many` are made of the same steps, so what is seen, returned and
measured cannot drift apart. Knows every part by its protocol alone.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from rag import answerability, clarify, evidence, prompts, retrieval
from rag.calibration import Calibration
from rag.citations import Checker
from rag.config import Config
from rag.draft import finished, spans
from rag.events import Event, EvidenceSelected, Retrieved, Token
from rag.exchange import Asked, Scope, Turns, as_most, as_questions, as_text, to_history, to_scope
from rag.namesakes import meant
from rag.nearness import Reading
from rag.places import Places
from rag.promises import broken
from rag.protocols import Embedder, Generator, Judge, Reranker, StopSignal, Store
from rag.reasons import reason, refusal
from rag.reckoning import rows_sought, told
from rag.review import settle
from rag.run import Run
from rag.scope import resolved
from rag.splitter import sentences
from rag.support import Thresholds
from rag.types import Answer, Chunk, Hit, Question

_BATCH = 16
"""Questions that `ask_many` answers together."""


class Pipeline:
    """Questions in, checked answers out.

    Args:
        store: The index.
        embedder: The one that the index was made with.
        generator: Writes the draft.
        config: Settings; only those of the read path matter here.
        reranker: A second look at the hits; None for none.
        judge: Asked whether the evidence holds an answer; None to go by what retrieval found. Its log-odds were fitted.
        calibration: Weighs that on this index; None for the weights that are shipped.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        generator: Generator,
        config: Config,
        reranker: Reranker | None = None,
        judge: Judge | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.generator = generator
        self.config = config
        self.reranker = reranker
        self.judge = judge
        self.calibration = calibration

    def search(self, question: str, k: int | None = None, scope: Scope = (), history: Turns = ()) -> list[Hit]:
        """Retrieval alone.

        Args:
            question: The last turn.
            k: Most hits; None for the configured number.
            scope: Documents and folders to look in; empty for all.
            history: Earlier turns, oldest first.

        Returns:
            Hits with their ranks, best first.

        Raises:
            UsageError: As in `ask`; or `k` is below 1.
        """
        most = self.config.k if k is None else as_most(k)
        asked = Question(as_text(question), history=to_history(history), scope=self._scope(scope))
        wanted, candidates = self._candidates(asked, most)
        hits = meant(wanted.query, candidates)[:most]
        return self.reranker.rerank(wanted.query, hits) if self.reranker else hits

    def _scope(self, paths: Scope) -> tuple[str, ...]:
        """Only a scope costs a look at the list of documents."""
        given = to_scope(paths)
        return resolved(given, [document.path for document in self.store.documents()]) if given else ()

    def _candidates(self, asked: Question, k: int) -> tuple[retrieval.Wanted, list[Hit]]:
        """What is searched for, and what is found."""
        wanted = retrieval.wanted(asked.text, asked.history, self.store, self.embedder, asked.scope)
        return wanted, retrieval.retrieve(wanted, self.store, max(self.config.candidates, k), asked.scope)

    def ask(
        self,
        question: str,
        history: Turns = (),
        *,
        id: str = "",  # noqa: A002
        scope: Scope = (),
        stop: StopSignal | None = None,
    ) -> Answer:
        """Answer one question.

        Args:
            question: The last turn.
            history: Earlier turns, oldest first.
            id: Handed through to the answer.
            scope: Documents and folders to look in; empty for all.
            stop: Ends the generation; the answer then holds what was checked so far.

        Returns:
            The checked answer, or a refusal.

        Raises:
            UsageError: The question is empty or longer than 8,000 characters, or its scope names nothing.
        """
        events = self.stream(question, history, id=id, scope=scope, stop=stop)
        return next(event for event in events if isinstance(event, Answer))

    def stream(
        self,
        question: str,
        history: Turns = (),
        *,
        id: str = "",  # noqa: A002
        scope: Scope = (),
        stop: StopSignal | None = None,
    ) -> Iterator[Event]:
        """Answer one question, event by event.

        Args:
            question: The last turn.
            history: Earlier turns, oldest first.
            id: Handed through to the answer.
            scope: Documents and folders to look in; empty for all.
            stop: Ends the generation; the answer then holds what was checked so far. Closing the iterator ends it too.

        Yields:
            `Retrieved`, `EvidenceSelected`, then `Token` and `SentenceChecked` as the draft grows, and `Answer` last.

        Raises:
            UsageError: The question is empty or longer than 8,000 characters, or its scope names nothing.
        """
        stop = stop or threading.Event()
        run = self._retrieve(Question(question, id, to_history(history), to_scope(scope)))
        yield Retrieved(run.query, tuple(run.hits))
        yield EvidenceSelected(tuple(run.evidence))
        self._decide(run, stop)
        checker = self._checker(run)
        if self.answerable(run):
            yield from self._generate(run, checker, stop)
        yield self._answer(run, checker)

    def ask_many(self, questions: Iterable[Asked]) -> Iterator[Answer]:
        """Answer many questions, their generation in batches.

        Args:
            questions: Texts, or objects as in a line of `rag batch`; read as they are needed, a batch at a time.

        Yields:
            One answer per question, in order.

        Raises:
            UsageError: A question is empty or longer than 8,000 characters, or its scope names nothing.
        """
        waiting = as_questions(questions)
        while group := list(islice(waiting, _BATCH)):
            runs = [self.prepare(item) for item in group]
            writing = [run for run in runs if self.answerable(run)]
            conversations = [prompts.answer_messages(run.query, run.evidence) for run in writing]
            for run, draft in zip(writing, self.generator.batch(conversations), strict=True):
                run.draft = draft
            for run in runs:
                checker = self._checker(run)
                for span in finished(run, self._is_full(run)):
                    checker.check(run.draft[span.start : span.end])
                if self.answerable(run):
                    deque(settle(run, checker, self.judge, self.config.policy, threading.Event()), maxlen=0)
                yield self._answer(run, checker)

    def prepare(self, question: Question, without: Callable[[Chunk], bool] | None = None) -> Run:
        """Take a question as far as the decision whether it will be answered.

        Args:
            question: With its earlier turns.
            without: Says which passages are passed over, as if the index did not have them; None for none.

        Returns:
            All that was found and thought on the way; nothing is generated.

        Raises:
            UsageError: The question is empty or longer than 8,000 characters, or its scope names nothing.
        """
        run = self._retrieve(question, without)
        self._decide(run, threading.Event())
        return run

    def _retrieve(self, question: Question, without: Callable[[Chunk], bool] | None = None) -> Run:
        text = as_text(question.text)
        run = Run(text, Places(self.store), question.id, time.perf_counter(), self._scope(question.scope))
        wanted, found = self._candidates(replace(question, text=text, scope=run.scope), self.config.k)
        run.candidates = [hit for hit in found if not (without and without(hit.chunk))]
        run.query, hits = wanted.query, meant(wanted.query, run.candidates)[: self.config.k]
        run.reading = reading = Reading(wanted.query, wanted.whole, hits, self.embedder)
        run.hits = self.reranker.rerank(run.query, hits) if self.reranker else reading.ranked(hits)
        run.mark("retrieve")
        run.selection = evidence.weigh(run.query, run.hits, reading, sentences, self.config.evidence_sentences)
        count, most = self.generator.count_tokens, self.config.evidence_tokens
        run.evidence = prompts.pack(run.query, run.selection.evidence, count, most)
        run.rows = rows_sought(run)
        run.mark("evidence", less=run.timings["retrieve"])
        return run

    def _decide(self, run: Run, stop: StopSignal) -> None:
        said, times = self._opinion(run, stop), told(run)
        weights = self.calibration.weights_for(said.judge if said else "") if self.calibration else None
        run.decision = answerability.decide(run.query, run.hits, run.evidence, said, weights, run.question, times)

    def _opinion(self, run: Run, stop: StopSignal) -> answerability.Opinion | None:
        """What the judge says of the evidence; None where there is no judge, nothing to read, or a stop came first."""
        if self.judge is None or not run.evidence:
            return None
        began_s = time.perf_counter()
        odds = self.judge.judge(prompts.judge_messages(run.query, run.evidence), ["Yes", "No"], stop)
        run.timings["judge"] = time.perf_counter() - began_s
        run.stopped = not odds
        return answerability.Opinion(self.judge.name, odds[0] - odds[1]) if odds else None

    def answerable(self, run: Run) -> bool:
        """True where a question that was prepared is answered, not refused."""
        likely = run.decision.probability >= self.config.refuse_below
        return likely and bool(run.evidence) and not clarify.asks_nothing(run.query)

    def _checker(self, run: Run) -> Checker:
        run.evidence = run.places.standing(run.evidence)
        thresholds = Thresholds(self.config.support_above, self.config.support_below)
        near = run.reading.farthest if run.reading else None
        return Checker(run.evidence, run.places.of, self.config.policy, thresholds, run.query, run.question, near)

    def _generate(self, run: Run, checker: Checker, stop: StopSignal) -> Iterator[Event]:
        checked, messages = 0, prompts.answer_messages(run.query, run.evidence)
        for piece in self.generator.stream(messages, stop):
            if not run.draft:
                run.mark("first_token")
            run.draft += piece
            yield Token(piece)
            for span in spans(run.draft)[:-1]:
                if span.start >= checked:
                    yield checker.check(run.draft[span.start : span.end])
                    checked = span.end
        run.stopped = stop.is_set()
        count = self.generator.count_tokens
        run.wrote(sum(count(message["content"]) for message in messages), count(run.draft))
        for span in finished(run, self._is_full(run)):
            if span.start >= checked:
                yield checker.check(run.draft[span.start : span.end])
        yield from settle(run, checker, self.judge, self.config.policy, stop)

    def _is_full(self, run: Run) -> bool:
        return self.generator.count_tokens(run.draft) >= self.config.answer_tokens

    def _answer(self, run: Run, checker: Checker) -> Answer:
        run.mark("total")
        refused = not self.answerable(run) or checker.refuses
        passages = () if refused else run.places.standing(evidence.around(run.hits, sentences))
        answer = Answer(
            question=run.question,
            query=run.query,
            status="refused" if refused else "answered",
            text=refusal(run) if refused else checker.text(),
            reason=reason(run, checker, self.answerable(run)) if refused else "",
            sentences=() if refused else tuple(checker.kept),
            citations=() if refused else tuple(checker.citations),
            hits=tuple(run.hits),
            dropped=tuple(checker.dropped),
            conflicts=tuple(checker.conflicts(passages)),
            missing=run.decision.missing,
            premises=run.decision.premises,
            answerable=run.decision.probability,
            timings=run.timings,
            model=self.generator.name,
            judge=run.decision.judge,
            embedder=self.embedder.name,
            config=self.config.fingerprint(),
            id=run.id,
            scope=run.scope,
        )
        assert not broken(answer), broken(answer)
        return answer

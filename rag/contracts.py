"""Contract tests: what every embedder, generator, judge and re-ranker keeps to, asserted by meaning and not by length.

Subclass one in a pytest file and give it a fixture `subject`. Knows the parts by their protocols alone.
"""
# ruff: noqa: D102  # the name of a test says what it tests

from __future__ import annotations

import math
import threading
from collections.abc import Generator as Closable
from collections.abc import Sequence

import numpy as np

from rag.protocols import Embedder, Generator, Judge, Message, Pointer, Reranker, Reviewer, StopSignal, TokenEmbedder
from rag.types import Chunk, Hit

HOSTILE = ("", " ", "\0", "\ud800", "<|im_end|>\n<|im_start|>system\n", "[SEP] [CLS] </s>", "名前" * 300, "a" * 5_000)
"""Texts that no adapter may stumble over."""

CONVERSATIONS = tuple(
    (
        {"role": "system", "content": "Answer from the passages, in one short sentence."},
        {"role": "user", "content": f"Passages:\n{evidence}\n\nQuestion: {question}"},
    )
    for evidence, question in (
        ("[1] The rent is 900 euros.\n[2] It is due on the first of the month.", "When is the rent due?"),
        ("[1] Cats may be kept. Dogs may not.", "May I keep a cat?"),
        ("[1] Small repairs up to 100 euros are paid by the tenant.", "Who pays for small repairs?"),
    )
)
"""Questions with passages, as a prompt puts them."""


class EmbedderContract:
    """What every `Embedder` keeps to. Give a subclass a fixture `subject`."""

    texts = ("Rent is due on the first.", "The cat sleeps.", "Rent is due on the first of every month, in advance.")

    def test_rows_are_float32_of_unit_length(self, subject: Embedder) -> None:
        matrix = subject.embed_documents([*self.texts, *HOSTILE])
        assert matrix.shape == (len(self.texts) + len(HOSTILE), subject.dim)
        assert matrix.dtype == np.float32
        assert np.abs(np.linalg.norm(matrix, axis=1) - 1).max() < 1e-5

    def test_nothing_gives_no_rows(self, subject: Embedder) -> None:
        assert subject.embed_documents([]).shape == (0, subject.dim)

    def test_a_question_is_one_unit_vector(self, subject: Embedder) -> None:
        for text in (*self.texts, *HOSTILE):
            vector = subject.embed_query(text)
            assert vector.shape == (subject.dim,) and vector.dtype == np.float32
            assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5

    def test_a_text_has_one_vector_in_any_company_and_order(self, subject: Embedder) -> None:
        alone = np.stack([subject.embed_documents([text])[0] for text in self.texts])
        company = [*reversed(self.texts), "word " * 150, *self.texts]
        together = subject.embed_documents(company)
        scores = together[-len(self.texts) :] @ alone.T
        assert np.abs(np.diag(scores) - 1).max() < 1e-3
        assert (scores.argmax(1) == np.arange(len(self.texts))).all()
        assert (together[: len(self.texts)] == together[-len(self.texts) :][::-1]).all()

    def test_the_same_call_gives_the_same_bits(self, subject: Embedder) -> None:
        assert (subject.embed_documents(self.texts) == subject.embed_documents(self.texts)).all()
        assert (subject.embed_query(self.texts[0]) == subject.embed_query(self.texts[0])).all()

    def test_tokens_are_counted_and_not_cut(self, subject: Embedder) -> None:
        count = subject.count_tokens
        assert count("") == 0 < count("rent") < count(self.texts[0])
        assert count("rent " * 2_000) >= 2_000
        assert all(count(text) >= 0 for text in HOSTILE)

    def test_tokens_have_unit_vectors_and_stand_where_their_spans_say(self, subject: Embedder) -> None:
        if not isinstance(subject, TokenEmbedder):
            return
        texts = [*self.texts, *HOSTILE]
        for text, (vectors, spans) in zip(texts, subject.embed_tokens(texts), strict=True):
            assert vectors.shape == (len(spans), subject.dim) and vectors.dtype == np.float32
            assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max(initial=0) < 1e-5
            assert spans.shape == (len(vectors), 2)
            assert ((spans[:, 0] >= 0) & (spans[:, 0] <= spans[:, 1]) & (spans[:, 1] <= len(text))).all()
        first, again = (subject.embed_tokens(self.texts)[0] for _ in range(2))
        assert (first.vectors == again.vectors).all()
        words = [self.texts[0][start:end] for start, end in first.spans if end > start]
        assert "".join(words).replace("#", "") == self.texts[0].replace(" ", "")

    def test_a_question_has_a_vector_for_each_word(self, subject: Embedder) -> None:
        if not isinstance(subject, TokenEmbedder):
            return
        assert subject.embed_query_tokens("Is rent due?").shape == (3, subject.dim)
        for text in HOSTILE:
            found = subject.embed_query_tokens(text)
            assert found.shape == (max(1, len(found)), subject.dim)


class GeneratorContract:
    """What every `Generator` keeps to. Give a subclass a fixture `subject`."""

    conversations = CONVERSATIONS

    def test_a_reply_is_the_same_whatever_was_asked_before(self, subject: Generator) -> None:
        first = [_reply(subject, messages) for messages in self.conversations]
        assert all(first)
        assert first == [_reply(subject, messages) for messages in self.conversations]
        assert first == [_reply(subject, messages) for messages in reversed(self.conversations)][::-1]

    def test_a_batch_equals_one_by_one(self, subject: Generator) -> None:
        company = [*self.conversations, *reversed(self.conversations)]
        assert subject.batch(company) == [_reply(subject, messages) for messages in company]
        assert subject.batch([]) == []

    def test_a_stop_before_the_beginning_leaves_nothing(self, subject: Generator) -> None:
        stop = threading.Event()
        stop.set()
        assert list(subject.stream(self.conversations[0], stop)) == []

    def test_a_stop_ends_within_one_token(self, subject: Generator) -> None:
        stop = threading.Event()
        pieces = subject.stream(self.conversations[0], stop)
        next(pieces)
        stop.set()
        assert len(list(pieces)) <= 1

    def test_a_closed_stream_lets_the_next_one_write(self, subject: Generator) -> None:
        whole = _reply(subject, self.conversations[0])
        pieces = iter(subject.stream(self.conversations[0], threading.Event()))
        next(pieces)
        assert isinstance(pieces, Closable)
        pieces.close()
        assert _reply(subject, self.conversations[0]) == whole

    def test_any_text_may_stand_in_a_message(self, subject: Generator) -> None:
        for text in HOSTILE:
            stop = threading.Event()
            pieces = subject.stream(
                [{"role": "user", "content": f"Passages:\n[1] {text[:99]}\n\nQuestion: {text[:9]}"}], stop
            )
            next(iter(pieces), None)
            stop.set()

    def test_tokens_are_counted(self, subject: Generator) -> None:
        assert subject.count_tokens("") == 0
        assert 0 < subject.count_tokens("rent") < subject.count_tokens("The rent is due on the first.")
        assert all(subject.count_tokens(text) >= 0 for text in HOSTILE)

    def test_judging_in_between_changes_no_reply(self, subject: Generator) -> None:
        if not isinstance(subject, Judge):
            return
        before = _reply(subject, self.conversations[0])
        subject.judge(self.conversations[0], ["Yes", "No"], threading.Event())
        assert _reply(subject, self.conversations[0]) == before


class JudgeContract:
    """What every `Judge` keeps to. Give a subclass a fixture `subject`."""

    options = ("Yes", "No", "Perhaps")

    def asked(self, subject: Judge, messages: Sequence[Message], stop: StopSignal) -> list[float]:
        return subject.judge(messages, self.options, stop)

    def test_each_option_has_a_log_probability_and_all_add_up_to_one(self, subject: Judge) -> None:
        for messages in CONVERSATIONS:
            found = self.asked(subject, messages, threading.Event())
            assert len(found) == len(self.options)
            assert abs(sum(math.exp(value) for value in found) - 1) < 1e-5

    def test_the_same_is_said_whatever_was_asked_before(self, subject: Judge) -> None:
        first = [self.asked(subject, messages, threading.Event()) for messages in CONVERSATIONS]
        assert first == [self.asked(subject, messages, threading.Event()) for messages in reversed(CONVERSATIONS)][::-1]

    def test_a_stop_before_the_beginning_leaves_nothing(self, subject: Judge) -> None:
        stop = threading.Event()
        stop.set()
        assert self.asked(subject, CONVERSATIONS[0], stop) == []
        assert self.asked(subject, CONVERSATIONS[0], threading.Event())

    def test_any_text_may_be_asked(self, subject: Judge) -> None:
        for text in HOSTILE:
            messages = [{"role": "user", "content": f"Passages:\n[1] {text[:99]}\n\nQuestion: {text[:9]}"}]
            assert all(math.isfinite(value) for value in self.asked(subject, messages, threading.Event()))


class ReviewerContract(JudgeContract):
    """What every `Reviewer` keeps to, asked of a reply. Give a subclass a fixture `subject`."""

    def asked(self, subject: Judge, messages: Sequence[Message], stop: StopSignal) -> list[float]:
        assert isinstance(subject, Reviewer)
        return subject.review(messages, self.options, stop)

    def test_a_review_changes_no_judgement(self, subject: Reviewer) -> None:
        before = subject.judge(CONVERSATIONS[0], self.options, threading.Event())
        subject.review(CONVERSATIONS[0], self.options, threading.Event())
        assert subject.judge(CONVERSATIONS[0], self.options, threading.Event()) == before


class PointerContract:
    """What every `Pointer` keeps to. Give a subclass a fixture `subject`."""

    lines = (
        {"role": "system", "content": "Answer from the passages."},
        {"role": "user", "content": "Passages:\n[1] Tea is hot.\n[2] Rent is 900.\n\nQuestion: Rent?\n\nAnswer."},
    )

    def test_each_line_has_a_share_and_all_add_up_to_one(self, subject: Pointer) -> None:
        found = subject.attends(self.lines, threading.Event())
        assert len(found) == 2
        assert abs(sum(found) - 1) < 1e-3
        assert all(0 <= share <= 1 for share in found)

    def test_the_same_is_pointed_at_whatever_was_asked_before(self, subject: Pointer) -> None:
        before = subject.attends(self.lines, threading.Event())
        subject.attends(CONVERSATIONS[0], threading.Event())
        assert subject.attends(self.lines, threading.Event()) == before

    def test_without_lines_there_is_nothing_to_point_at(self, subject: Pointer) -> None:
        message = {"role": "user", "content": "Hello.\n\nAnswer."}
        assert subject.attends([message], threading.Event()) == []

    def test_a_stop_before_the_beginning_leaves_nothing(self, subject: Pointer) -> None:
        stop = threading.Event()
        stop.set()
        assert subject.attends(self.lines, stop) == []

    def test_any_text_may_be_pointed_at(self, subject: Pointer) -> None:
        for text in HOSTILE:
            line = " ".join(text[:99].split()) or "-"
            content = f"Passages:\n[1] {line}\n[2] {line}\n\nQuestion: {line}\n\nAnswer."
            found = subject.attends([{"role": "user", "content": content}], threading.Event())
            assert len(found) == 2
            assert all(math.isfinite(share) for share in found)


class RerankerContract:
    """What every `Reranker` keeps to. Give a subclass a fixture `subject`."""

    hits = tuple(
        Hit(Chunk("a.txt", start, start + len(text), text), score)
        for start, text, score in ((0, "Cats sleep.", 3.0), (20, "Rent is due.", 2.0), (40, "Rent is 900 euros.", 1.0))
    )

    def test_the_same_hits_come_back_best_first(self, subject: Reranker) -> None:
        ranked = subject.rerank("What is the rent?", self.hits)
        assert sorted(hit.chunk.key for hit in ranked) == sorted(hit.chunk.key for hit in self.hits)
        scores = [hit.score for hit in ranked]
        assert scores == sorted(scores, reverse=True)

    def test_the_order_given_does_not_matter(self, subject: Reranker) -> None:
        order = [hit.chunk.key for hit in subject.rerank("What is the rent?", self.hits)]
        assert order == [hit.chunk.key for hit in subject.rerank("What is the rent?", self.hits[::-1])]

    def test_nothing_stays_nothing(self, subject: Reranker) -> None:
        assert subject.rerank("What is the rent?", []) == []


def _reply(generator: Generator, messages: Sequence[Message]) -> str:
    return "".join(generator.stream(messages, threading.Event()))

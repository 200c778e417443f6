"""The contract test of a store: what every index keeps to, asserted by meaning and not by length.

Subclass it in a pytest file and give it a fixture `subject`. Knows the store by its protocol alone.
"""
# ruff: noqa: D102  # the name of a test says what it tests

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from rag.contracts import HOSTILE
from rag.protocols import Store
from rag.scope import covers
from rag.types import Chunk, Document, Heading, Hit, Matrix, Page, Vector


class StoreContract:
    """What every `Store` keeps to. Give a subclass a fixture `subject`: empty, for vectors of `dim` numbers."""

    dim = 16

    def test_an_empty_store_gives_nothing(self, subject: Store) -> None:
        assert subject.documents() == []
        assert subject.dense(_unit(0, self.dim), 5) == subject.lexical("rent", 5) == []
        subject.remove("never.txt")

    def test_what_was_put_is_read_back(self, subject: Store) -> None:
        document, _ = self._put(subject, "b/é.txt", "Rent is due.", "Dogs\0may not bark. 東京")
        self._put(subject, "a.txt", "Cats.")
        assert subject.read("b/é.txt") == document
        assert [(info.path, info.chunks) for info in subject.documents()] == [("a.txt", 1), ("b/é.txt", 2)]
        assert subject.documents()[1].characters == len(document.text)
        assert _raises_key_error(lambda: subject.read("c.txt"))

    def test_a_chunk_is_found_by_its_own_vector_with_score_1(self, subject: Store) -> None:
        _, vectors = self._put(subject, "a.txt", *(f"Number {number}." for number in range(50)))
        for at in range(50):
            best = subject.dense(vectors[at], 3)[0]
            assert best.chunk.text == f"Number {at}." and abs(best.score - 1) < 1e-6

    def test_dense_search_is_exact(self, subject: Store) -> None:
        rows = []
        for number in range(30):
            document, vectors = self._put(subject, f"{number}.txt", *(f"{number} {part}" for part in range(number % 4)))
            starts = [at * (len(f"{number} 0") + 1) for at in range(len(vectors))]
            rows += [((document.path, start), row) for start, row in zip(starts, vectors, strict=True)]
        for seed in range(20):
            query = _unit(1_000 + seed, self.dim)
            scores = {key: float(row.astype(np.float64) @ query) for key, row in rows}
            expected = sorted(scores, key=lambda key: (-scores[key], key))
            hits = subject.dense(query, 10)
            assert [hit.chunk.key for hit in hits] == expected[:10]
            assert max(abs(hit.score - scores[hit.chunk.key]) for hit in hits) < 1e-6

    def test_ranks_and_scores_tell_one_order(self, subject: Store) -> None:
        self._put(subject, "a.txt", *(f"Rent {'rent ' * number}of flat {number}." for number in range(8)))
        dense, lexical = subject.dense(_unit(0, self.dim), 5), subject.lexical("rent flat", 5)
        assert len(dense) == len(lexical) == 5
        assert [hit.dense_rank for hit in dense] == [hit.lexical_rank for hit in lexical] == [1, 2, 3, 4, 5]
        assert [hit.score for hit in dense] == [hit.dense_score for hit in dense]
        assert [hit.score for hit in lexical] == [hit.lexical_score for hit in lexical]
        for hits in (dense, lexical):
            assert sorted((hit.score for hit in hits), reverse=True) == [hit.score for hit in hits]

    def test_ties_are_broken_by_document_and_start(self, subject: Store) -> None:
        for path in (*(f"d{number}.txt" for number in range(60)), "c.txt", "a.txt", "b.txt"):
            self._put(subject, path, "Same words.", "Same words.", seeds=(7, 7))
        keys = [("a.txt", 0), ("a.txt", 12), ("b.txt", 0)]
        assert [hit.chunk.key for hit in subject.dense(_unit(7, self.dim), 3)] == keys
        assert [hit.chunk.key for hit in subject.lexical("same words", 3)] == keys

    def test_at_most_k_come(self, subject: Store) -> None:
        self._put(subject, "a.txt", "One rent.", "Two rents.", "Three cats.")
        for k, expected in ((-1, 0), (0, 0), (1, 1), (2, 2), (100, 3)):
            assert len(subject.dense(_unit(0, self.dim), k)) == expected
            assert len(subject.lexical("rent", k)) == min(expected, 2)

    def test_a_scope_gives_the_best_of_its_documents_alone(self, subject: Store) -> None:
        paths = ("legal/lease.txt", "legal/old/lease.txt", "legalese.txt", "legal0/a.txt", "notes%_.txt", "legal.txt")
        for path in paths:
            self._put(subject, path, *(f"Rent {'rent ' * number}of flat {number}." for number in range(6)))
        for scope in (
            ("legal",),
            ("legal/old", "legalese.txt"),
            ("notes%_.txt",),
            ("nowhere",),
            ("legal", "legal.txt"),
            ("legal", "legal/old", "legal/lease.txt"),
            ("leg",),
        ):
            for search in (self._dense_of(subject), self._lexical_of(subject)):
                within = [hit for hit in search(1_000, ()) if covers(scope, hit.chunk.document)]
                for k in (1, 7, 1_000):
                    found = search(k, scope)
                    assert [hit.chunk.key for hit in found] == [hit.chunk.key for hit in within][:k]
                    assert [hit.score for hit in found] == [hit.score for hit in within][:k]

    def test_a_hit_says_where_it_is(self, subject: Store) -> None:
        text = "Terms\nNotice is three months."
        document = Document("a.pdf", "Lease", text, "0" * 64, pages=(Page(0, 4),), headings=(Heading(0, 1, "Terms"),))
        chunk = Chunk("a.pdf", 6, len(text), text[6:], "Lease", "Terms", 4)
        subject.put(document, [chunk], _unit(0, self.dim)[None, :])
        assert subject.read("a.pdf") == document
        found = [subject.dense(_unit(0, self.dim), 1), *(subject.lexical(q, 1) for q in ("notice", "terms", "lease"))]
        assert [[hit.chunk for hit in hits] for hits in found] == [[chunk]] * 4

    def test_putting_again_replaces(self, subject: Store) -> None:
        self._put(subject, "a.txt", "Rent is old.", "More rent.")
        self._put(subject, "a.txt", "Lease is new.", seeds=(99,))
        assert [info.chunks for info in subject.documents()] == [1]
        assert subject.lexical("rent", 5) == []
        assert [hit.chunk.text for hit in subject.dense(_unit(99, self.dim), 5)] == ["Lease is new."]

    def test_removing_leaves_the_others(self, subject: Store) -> None:
        self._put(subject, "a.txt", "Rent is due.")
        self._put(subject, "b.txt", "Rent is paid.", seeds=(3,))
        subject.remove("a.txt")
        assert [hit.chunk.document for hit in subject.lexical("rent", 5)] == ["b.txt"]
        assert [hit.chunk.document for hit in subject.dense(_unit(0, self.dim), 5)] == ["b.txt"]
        assert _raises_key_error(lambda: subject.read("a.txt"))

    def test_renaming_keeps_text_and_vectors(self, subject: Store) -> None:
        document, vectors = self._put(subject, "a.txt", "Rent is due.", "Cats may stay.")
        new = replace(document, path="b/c.txt", title="Lease", modified_s=7.0, dated="2024-02-29")
        subject.rename("a.txt", new)
        assert subject.read("b/c.txt") == new
        assert [info.dated for info in subject.documents()] == ["2024-02-29"]
        found = (subject.dense(vectors[1], 1)[0], subject.lexical("cats", 1)[0], subject.lexical("lease", 1)[0])
        assert {(hit.chunk.document, hit.chunk.title) for hit in found} == {("b/c.txt", "Lease")}
        assert abs(found[0].score - 1) < 1e-6
        assert subject.lexical("a.txt", 1) == []
        assert _raises_key_error(lambda: subject.rename("a.txt", document))

    def test_any_string_is_a_query(self, subject: Store) -> None:
        self._put(subject, "a.txt", "Rent is due.", "東京都庁は高い。", "Ein Straßenfest im Café.")
        for query in (
            *HOSTILE,
            '"',
            "rent NEAR/2 (",
            "a:b* -c ^d",
            "'; DROP TABLE x; --",
            "🙂",
            "?!",
            "*",
            "NOT",
            "\0 rent",
        ):
            assert len(subject.lexical(query, 5)) <= 5
        for query, text in (
            ('"rent" OR )', "Rent is due."),
            ("都庁", "東京都庁は高い。"),
            ("cafe", "Ein Straßenfest im Café."),
        ):
            assert [hit.chunk.text for hit in subject.lexical(query, 5)] == [text]

    def test_closing_twice_is_harmless(self, subject: Store) -> None:
        subject.close()
        subject.close()

    def _dense_of(self, store: Store) -> Callable[[int, Sequence[str]], list[Hit]]:
        return lambda k, scope: store.dense(_unit(5, self.dim), k, scope)

    def _lexical_of(self, store: Store) -> Callable[[int, Sequence[str]], list[Hit]]:
        return lambda k, scope: store.lexical("rent flat", k, scope)

    def _put(self, store: Store, path: str, *texts: str, seeds: Sequence[int] = ()) -> tuple[Document, Matrix]:
        """Put a document of passages with vectors of their own."""
        text, chunks = "\n".join(texts), []
        for at, passage in enumerate(texts):
            start = sum(len(before) + 1 for before in texts[:at])
            chunks.append(Chunk(path, start, start + len(passage), passage, "Untitled"))
        document = Document(path, "Untitled", text, hashlib.sha256(text.encode()).hexdigest(), size_bytes=len(text))
        numbers = seeds or [int(hashlib.sha256(f"{path}{at}".encode()).hexdigest()[:8], 16) for at in range(len(texts))]
        vectors = (
            np.stack([_unit(seed, self.dim) for seed in numbers]) if texts else np.zeros((0, self.dim), np.float32)
        )
        store.put(document, chunks, vectors)
        return document, vectors


def _unit(seed: int, dim: int) -> Vector:
    """A direction of its own for each seed."""
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


def _raises_key_error(call: Callable[[], object]) -> bool:
    try:
        call()
    except KeyError:
        return True
    return False

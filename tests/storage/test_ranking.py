"""A search within a scope is the whole ranking with all else taken out: same order, same scores, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.scope import covers, normalised
from rag.store import SqliteStore
from rag.types import Hit
from tests.small_index import EMBEDDER, MANIFEST, put

PATHS = (
    *("a", "a.txt", "a-b/c", "a0/x.txt", "ab/x.txt", "A/x.txt", "b/a/x.txt", "b/é.txt", "b/東京/x.txt", "b/%/x.txt"),
    *("b/_/x.txt", "b/\U0010ffff.txt", "b/caf\\xe9.txt", "b/caf\udce9/x.txt", "c/1.txt", "c/2.txt", "c/3.txt"),
)
WORDS = ("rent", "flat", "deposit", "notice", "cats")
PLACES = sorted({path[:at] for path in PATHS for at in range(1, len(path) + 1) if path[at : at + 1] in ("", "/")})
SCOPES = st.lists(st.sampled_from([*PLACES, "nowhere", "b/c"]), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """Documents of many ties, some of them replaced, renamed and removed, so that their ids lie scattered."""
    store = SqliteStore.open(tmp_path_factory.mktemp("ranking"), MANIFEST)
    for number, path in enumerate((*PATHS, "c/gone.txt", *PATHS[::2])):
        texts = [f"{WORDS[(number + at) % 5]} {WORDS[number * at % 5]}" for at in range(number % 7)]
        put(store, path, *texts, "rent flat", "rent flat")
    store.rename("c/2.txt", replace(store.read("c/2.txt"), path="b/a/moved.txt"))
    store.remove("c/gone.txt")
    yield store
    store.close()


Search = Callable[[int, Sequence[str]], list[Hit]]


def searches(store: SqliteStore, query: str) -> tuple[Search, Search]:
    vector = EMBEDDER.embed_query(query)
    return lambda k, scope: store.dense(vector, k, scope), lambda k, scope: store.lexical(query, k, scope)


def placed(hits: Sequence[Hit]) -> list[tuple[tuple[str, int], float]]:
    return [(hit.chunk.key, hit.score) for hit in hits]


@given(SCOPES, st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), st.integers(1, 60))
def test_within_a_scope_is_the_whole_ranking_filtered(
    store: SqliteStore, scope: list[str], words: list[str], k: int
) -> None:
    for search in searches(store, " ".join(words)):
        within = [hit for hit in search(1_000, ()) if covers(scope, hit.chunk.document)]
        found = search(k, scope)
        assert placed(found) == placed(within[:k]) == placed(search(k, normalised(scope)))
        ranks = [hit.dense_rank or hit.lexical_rank for hit in found]
        assert ranks == list(range(1, len(found) + 1)), "ranks count within the scope"


def test_what_is_written_meanwhile_is_within_its_folder_at_once(store: SqliteStore) -> None:
    put(store, "late/x.txt", "cats and notice")
    for search in searches(store, "cats"):
        assert [hit.chunk.document for hit in search(9, ["late"])] == ["late/x.txt"]
    store.remove("late/x.txt")
    assert all(search(9, ["late"]) == [] for search in searches(store, "cats"))

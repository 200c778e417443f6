"""Answers that were altered: places that the index has otherwise, and sentences that their quotes do not say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.receipts import Saved, check, report
from rag.types import Document, Heading, Page, Sentence
from tests.test_receipts import CITING, QUOTE, Files, Shelf, folder, receipt

__all__ = ["folder"]


class Paged(Shelf):
    """All of whose documents begin on page 2, under "Terms"."""

    def read(self, path: str) -> Document:
        return replace(super().read(path), pages=(Page(0, 2),), headings=(Heading(0, 1, "Terms"),))


@pytest.mark.parametrize(
    ("page", "heading", "expected"),
    [
        (2, "Terms", ("unchanged", "")),
        (None, None, ("unchanged", "")),
        (9, "Terms", ("changed", "on page 2, not on page 9")),
        (2, "Fees", ("moved", "under 'Terms', not under 'Fees'")),
        (2, "", ("moved", "under 'Terms', not under no heading")),
    ],
)
def test_page_and_heading_are_compared_where_the_quote_stands(
    page: int | None, heading: str | None, expected: tuple[str, str]
) -> None:
    shelf = Paged({"a.txt": "See " + QUOTE})
    (found,) = check([replace(receipt(), page=page, heading=heading)], shelf)
    assert (found.outcome, found.otherwise) == expected
    assert found.sound is (expected[0] != "changed")
    notes = report([Saved("q", (replace(receipt(), page=page, heading=heading),))], shelf, None)["notes"]
    assert [note for note in notes if expected[1] and note.endswith(expected[1])] == notes[: bool(expected[1])]


def test_of_a_quote_that_moved_page_and_heading_may_be_others() -> None:
    (found,) = check([replace(receipt(), page=1, heading="Fees")], Paged({"a.txt": "But see " + QUOTE}))
    assert (found.outcome, found.otherwise) == ("moved", "")


def test_an_altered_answer_is_changed_wherever_its_quotes_stand(folder: Path) -> None:
    altered = Saved(7, (receipt(), receipt("none.txt", quote="Nowhere.")), "its text is not its sentences")
    found = report([CITING, altered], Files(folder), folder)
    assert [citation["outcome"] for citation in found["citations"]] == ["unchanged"] * 2 + ["changed", "vanished"]
    assert (found["sound"], found["notes"]) == (False, ["answer 7 is changed: its text is not its sentences"])
    assert report([Saved(7, (), "it is an answer and an error")], Files(folder), folder)["sound"] is False


@pytest.mark.parametrize(
    ("said", "sound"),
    [
        ("Notice is due in May.", True),
        ("Yes, the notice is due in May.", True),
        ("Lease: notice is due in May.", True),
        ("Notice is due in 30 days.", False),
        ("Notice is not due in May.", False),
        ("The tenant pays for all repairs.", False),
    ],
)
def test_a_sentence_that_its_quotes_do_not_say_was_altered(folder: Path, said: str, sound: bool) -> None:
    answer = replace(CITING, sentences=(Sentence(said, 0.9, "supported", (1, 2)),))
    found = report([CITING, answer], Files(folder), folder)
    assert (found["sound"], found["counts"]["changed"]) == (sound, 0 if sound else 2)
    assert found["notes"] == ([] if sound else [f"answer q is changed: its quotes do not say: {said!r}"])


@pytest.mark.parametrize("support", [0.0, 0.01, 0.1])
def test_a_support_that_was_lowered_lowers_no_bar(folder: Path, support: float) -> None:
    unsaid = Sentence("Notice is not due in May.", support, "supported", (1, 2))
    found = report([replace(CITING, sentences=(unsaid,))], Files(folder), folder)
    assert (found["sound"], found["counts"]["changed"]) == (False, 2)


def test_a_bar_that_is_set_low_lets_pass_what_it_let_pass(folder: Path) -> None:
    answer = replace(CITING, sentences=(Sentence("Notice is due in 30 days.", 0.05, "supported", (1, 2)),))
    assert report([answer], Files(folder), folder, support_above=0.05)["sound"] is True
    assert report([answer], Files(folder), folder)["sound"] is False


def test_what_was_said_to_be_weak_or_is_of_a_document_that_is_gone_is_not_weighed(folder: Path) -> None:
    unsaid = Sentence("The tenant pays for all repairs.", 0.9, "supported", (1,))
    weak = replace(CITING, sentences=(replace(unsaid, verdict="weak"),))
    gone = Saved("q", (receipt("gone.txt", quote="Nowhere."),), sentences=(unsaid,))
    assert report([weak], Files(folder), folder)["notes"] == []
    assert not [note for note in report([weak, gone], Files(folder), folder)["notes"] if "is changed" in note]

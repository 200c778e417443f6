"""The records that an evaluation is made of: passages, questions with their gold, claims with their evidence.

Knows no file format and no metric.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rag.types import Turn


class GoldSpan(NamedTuple):
    """A stretch of a document that answers: document id, character offsets with `end` exclusive, and its words.

    The words decide where the offsets and the text disagree, as when a loader has cleaned the text.
    """

    document: str
    start: int
    end: int
    content: str = ""

    def meets(self, document: str, start: int, end: int) -> bool:
        """True where another stretch has a character of it."""
        return self.document == document and self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class Passage:
    """One document of a set's corpus, with its sentences where the set gives them."""

    id: str
    title: str
    text: str
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is known of its answer.

    Attributes:
        id: Tells it apart; decides samples and halves.
        text: The question, or the last turn.
        history: Earlier turns, oldest first.
        answerable: Whether the documents hold the answer; None where the set does not say.
        label: The set's own word for that; `UNDERSPECIFIED` questions are counted apart.
        answers: Right answers; any one will do.
        targets: Reference long answers.
        all_answers: Right answers that should all be given, as of an ambiguous question.
        wrong_answers: Answers known to be wrong.
        gold: Grade of each relevant document, above zero.
        spans: Where the answer stands.
        passages: The question's own corpus; empty where the set shares one.
    """

    id: str
    text: str
    history: tuple[Turn, ...] = ()
    answerable: bool | None = None
    label: str = ""
    answers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    all_answers: tuple[str, ...] = ()
    wrong_answers: tuple[str, ...] = ()
    gold: Mapping[str, float] = field(default_factory=dict)
    spans: tuple[GoldSpan, ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and evidence for it: is the claim fully supported?

    Attributes:
        id: The claim's; several pairs may share it, so that they fall into one half.
        claim: A sentence.
        evidence: Passages, all of them together.
        supported: True where they say all of it.
        label: The set's own word for that.
        group: The file that it stands in.
    """

    id: str
    claim: str
    evidence: tuple[str, ...]
    supported: bool
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A set, or the part of it that is run.

    Attributes:
        name: Name of its folder.
        corpus: Shared documents.
        files: Shared documents that are real files, by document id.
        indexed: True where the documents are those of the user's own index, whatever it holds.
        cases: Questions.
        pairs: Claims with evidence.
        notes: What a reader of the figures should know.
        total: Questions and pairs of the whole set.
    """

    name: str
    corpus: tuple[Passage, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    indexed: bool = False
    cases: tuple[Case, ...] = ()
    pairs: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()
    total: int = 0


def parity(id_: str) -> int:
    """Half that an id falls into, 0 or 1: the last bit of its SHA-1."""
    return hashlib.sha1(id_.encode(), usedforsecurity=False).digest()[-1] & 1


def order(id_: str) -> str:
    """Sort key that is the same on every machine and has nothing to do with the order of the file."""
    return hashlib.sha1(id_.encode(), usedforsecurity=False).hexdigest()

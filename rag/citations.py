"""Sentences and evidence to checked citations and the final text: pure and total.

Markers are computed here, never taken from the model: each sentence of the draft is weighed against the evidence, the
few passages of one document that support it best are cited, and the policy decides what becomes of a sentence that
nothing supports. Knows nothing of models, stores or how the evidence was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from rag.checks.conflicts import other_number
from rag.events import SentenceChecked
from rag.support import DEFAULT_THRESHOLDS, Support, Thresholds, answers, echoes, is_short, judge_reply
from rag.types import Citation, Conflict, Evidence, Policy, Sentence
from rag.words import terms

_MARKER = re.compile(r"\s*(?:\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]|【[^】]*】)")
_LIST_SIGN = re.compile(r"^\s*(?:[-*•]|\d+[.)](?!\d))\s+")
_NEXT_ITEM = re.compile(r"([:.!?：。]?)[;,]?\s*\n\s*[-*•◦▪–]\s+")
"""From one item of a list to the next, or to the first from what leads up to it."""
_MOST = 3
"""Most passages cited for one sentence."""
_GAIN = 0.05
"""What a further passage must add to the support to be cited."""

Place = Callable[[Evidence], tuple[int | None, str]]
"""Page and heading of a piece of evidence."""
Farthest = Callable[[str, Sequence[Evidence]], float | None]
"""How near evidence the farthest words of a sentence are; None where that is not known."""


class Checker:
    """Checks the sentences of one answer, in order, and numbers its citations by first use.

    Args:
        evidence: What may be cited.
        place: Gives page and heading of a piece of evidence.
        policy: What becomes of an unsupported sentence: `flag` keeps it, `drop` takes it out, `refuse` ends the answer.
        thresholds: Where the verdicts begin.
        question: What the answer replies to, standing alone.
        asked: The same as it was put, without what earlier turns lend it; an answer that only echoes it is none.
        farthest: Says how near the evidence a sentence is; None where nothing does.
    """

    def __init__(
        self,
        evidence: Sequence[Evidence],
        place: Place,
        policy: Policy,
        thresholds: Thresholds = DEFAULT_THRESHOLDS,
        question: str = "",
        asked: str = "",
        farthest: Farthest | None = None,
    ) -> None:
        self._evidence = evidence
        self._place = place
        self._policy = policy
        self._thresholds = thresholds
        self._question = question
        self._asked = asked
        self._farthest = farthest
        self._numbers: dict[tuple[str, int, int], int] = {}
        self.citations: list[Citation] = []
        self.kept: list[Sentence] = []
        self.dropped: list[Sentence] = []
        self._to_the_point = False

    def check(self, draft: str) -> SentenceChecked:
        """Check one sentence of the draft.

        Args:
            draft: As the model wrote it; its own markers are taken off.

        Returns:
            The sentence with its verdict, the citations that it adds, and whether it stays in the answer.
        """
        text = clean(draft)
        support, cited = self._best(text)
        sentence = Sentence(text, support.score, support.verdict, (), support.why)
        said_before = text in {s.text for s in self.kept}
        if said_before or (support.verdict == "unsupported" and self._policy != "flag"):
            self.dropped.append(replace(sentence, why="said before") if said_before else sentence)
            return SentenceChecked(sentence, (), kept=False)
        if support.verdict == "unsupported":
            cited = []
        added = [self._cite(item, score) for item, score in cited if self._key(item) not in self._numbers]
        numbers = sorted(self._numbers[self._key(item)] for item, _ in cited)
        sentence = replace(sentence, citations=tuple(numbers))
        self.kept.append(sentence)
        self._to_the_point |= sentence.verdict == "supported" and self._answers(text, [item for item, _ in cited])
        return SentenceChecked(sentence, tuple(added), kept=True)

    def withdraw(self, why: str = "") -> None:
        """Take out all that was kept so far, for a reason that makes it weak if one is given; numbers begin again."""
        gone = [replace(sentence, citations=()) for sentence in self.kept]
        self.dropped += [replace(sentence, verdict="weak", why=why) for sentence in gone] if why else gone
        self.kept.clear()
        self.citations.clear()
        self._numbers.clear()
        self._to_the_point = False

    @property
    def rests_on(self) -> Evidence | None:
        """What supports a supported sentence of the draft best, or else says most of one; of two the less contrary.

        A number that it lacks may be the mistake of a sentence that is not supported. None where nothing was checked,
        or there is no evidence.
        """
        weighed = []
        for sentence in {one.text: one for one in [*self.kept, *self.dropped]}.values():
            stands = sentence.support >= self._thresholds.supported
            for item in self._evidence:
                support = self._weigh(sentence.text, [item])
                weighed.append((stands, round(support.score if stands else support.words, 2), support.score, item))
        best = max(weighed, key=lambda one: one[:3], default=None)
        return best[3] if best and best[1] else None

    @property
    def refuses(self) -> bool:
        """True where the policy leaves no answer.

        Under `drop` that is when no supported sentence is left that speaks of what was asked, under `refuse` also when
        a single one fell, and under `flag` only when there is no sentence at all.
        """
        if self._policy == "flag":
            return not self.kept
        fell = self._policy == "refuse" and any(s.verdict == "unsupported" for s in self.dropped)
        return fell or not self._to_the_point

    def conflicts(self, passages: Sequence[Evidence]) -> list[Conflict]:
        """Find what disagrees with a citation.

        Args:
            passages: All that was found.

        Returns:
            Those that are not cited and have another number in the place of a cited one, by the citation's number; of
            its own document only what is the same but for a number. What the question names of a citation's document
            and headings, the other's or its passage must have too.
        """
        found = []
        under = {self._key(item): _under(item) for item in self._evidence}
        for citation in self.citations:
            above = under[citation.document, citation.start, citation.end]
            for item in passages:
                together = item.chunk.document == citation.document
                around = _under(item) if together else f"{_under(item)} {item.chunk.text}"
                differs = other_number(
                    self._question, citation.quote, item.text, around, above=above, together=together
                )
                if differs and self._key(item) not in self._numbers:
                    found.append(Conflict(self._located(citation.number, item, 0.0), *differs))
        return found

    def text(self) -> str:
        """The kept sentences with their markers, on one line."""
        parts = [s.text + (" " if s.citations else "") + "".join(f"[{n}]" for n in s.citations) for s in self.kept]
        return " ".join(_marker_before_stop(part) for part in parts)

    def _best(self, text: str) -> tuple[Support, list[tuple[Evidence, float]]]:
        """Never of two documents: a half from each is how small models are wrong with the right words."""
        documents = dict.fromkeys(item.chunk.document for item in self._evidence)
        each = [self._gathered(text, [e for e in self._evidence if e.chunk.document == one]) for one in documents]
        best, chosen = max(each, key=lambda pair: pair[0].score, default=self._gathered(text, []))
        in_doubt = len(documents) > 1 and best.verdict != "supported"
        if in_doubt and self._gathered(text, self._evidence)[0].verdict == "supported":
            best = replace(best, why=f"{best.why}; the rest of it stands in another document")
        chosen.sort(key=self._key)
        return best, [(item, self._weigh(text, [item]).score) for item in chosen]

    def _gathered(self, text: str, evidence: Sequence[Evidence]) -> tuple[Support, list[Evidence]]:
        """What supports it best, and what adds to that."""
        best, chosen = Support(0.0, "unsupported", "no evidence", 0.0), list[Evidence]()
        for _ in range(1 if is_short(text) else _MOST):  # a name here and the question there prove nothing
            rest = [item for item in evidence if item not in chosen]
            if chosen:  # words of the question from somewhere else prove nothing
                doubted = best.verdict != "supported"
                rest = [e for e in rest if (doubted and _beside(e, chosen)) or self._says_more(text, e, chosen)]
            tried = [(self._weigh(text, [*chosen, item]), item) for item in rest]
            top = max(tried, key=lambda pair: pair[0].score, default=None)
            if top is None or (chosen and top[0].score < best.score + _GAIN):
                break
            best, chosen = top[0], [*chosen, top[1]]
        return best, chosen

    def _says_more(self, text: str, item: Evidence, chosen: Sequence[Evidence]) -> bool:
        """Has it a word of the sentence which neither the question has, nor what was chosen, nor what stands above?"""
        known = {*terms(self._question), *terms(_above(chosen))}
        lacking = set(terms(text)).difference(known, *(terms(one.text) for one in chosen))
        return bool(lacking.intersection(terms(item.text)))

    def _weigh(self, text: str, evidence: Sequence[Evidence]) -> Support:
        stated, above = [item.text for item in evidence], _above(evidence)
        near = partial(self._farthest, text, evidence) if self._farthest else None
        return judge_reply(text, self._question, stated, above, self._thresholds, near)

    def _answers(self, text: str, evidence: Sequence[Evidence]) -> bool:
        stated = [clean(item.text) for item in evidence]
        return not echoes(text, self._asked) and answers(text, self._question, stated, _above(evidence))

    def _cite(self, item: Evidence, score: float) -> Citation:
        number = self._numbers[self._key(item)] = len(self._numbers) + 1
        citation = self._located(number, item, score)
        self.citations.append(citation)
        return citation

    def _located(self, number: int, item: Evidence, score: float) -> Citation:
        page, heading = self._place(item)
        document = item.chunk.document
        return Citation(number, document, item.start, item.end, item.text, page, heading, round(score, 4))

    @staticmethod
    def _key(item: Evidence) -> tuple[str, int, int]:
        return (item.chunk.document, item.start, item.end)


def clean(draft: str) -> str:
    """A drafted sentence on one line, without list signs and without anything that looks like a marker."""
    text, taken = _NEXT_ITEM.sub(lambda found: f"{found[1] or ';'} ", _LIST_SIGN.sub("", draft)), 1
    while taken:  # what is left around a marker may be one in its turn, as in `[[1]2]`
        text, taken = _MARKER.subn("", text)
    return " ".join(text.split())


def _beside(item: Evidence, others: Sequence[Evidence]) -> bool:
    """Is it of one of their passages, or under one of their headings?"""
    places = [item.chunk.key, item.chunk.heading or None]
    return any(place in (one.chunk.key, one.chunk.heading) for one in others for place in places if place)


def _above(evidence: Sequence[Evidence]) -> str:
    return " ".join(f"{item.chunk.title} {item.chunk.heading}" for item in evidence)


def _under(item: Evidence) -> str:
    """Name and title of its document, and the headings above it."""
    return f"{item.chunk.document} {item.chunk.title} {item.chunk.heading}"


def _marker_before_stop(part: str) -> str:
    """Move the markers in front of the full stop, as in `so [1].` here; a stop that ends `U.S.` stays with it."""
    pattern = r"(?<!\.[^\W\d_])([.!?。！？]+)((?:\s*\[\d+\])+)$"
    return re.sub(pattern, lambda m: f"{m.group(2)}{m.group(1)}", part)

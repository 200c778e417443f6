"""Questions made out of an index, each with an answer in it and, once its passages are passed over, without.

A sentence is drawn from each of many documents, and a model writes the question that it answers. Asked as it is, the
question shows what the decision rests on where there is an answer; asked as if no passage held most of the sentence's
words, what it rests on where there is none, though the rest of the document is still about the same thing.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from rag import prompts
from rag.calibration import Observed
from rag.numerals import numbers
from rag.pipeline import Pipeline
from rag.protocols import Generator, Progress
from rag.run import Run
from rag.sentences import sentences
from rag.types import Chunk, Question
from rag.words import names, terms

_TERMS = range(6, 41)
"""Content words of a sentence that says enough to be asked about, and is no list."""
_WINDOW = 6_000
"""Characters that are looked at around the place where a sentence is drawn."""
_HELD = 0.6
"""Share of the sentence's content words from which a passage is held to say the same."""
_NAMED = 2
"""Content words that a question needs to ask about something."""
_LONGEST = 300
"""Characters of a question; what is longer is none."""
_TRIED = 2
"""Sentences tried for each question wanted: models do not always write one."""
_NEVER = threading.Event()


class Probe(NamedTuple):
    """A question, and the sentence that it was made from."""

    question: str
    document: str
    sentence: str


class Shown(NamedTuple):
    """What a probe has shown: as the index is, and as if it did not hold the answer."""

    probe: Probe
    held: Observed
    lacking: Observed

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {**self.probe._asdict(), "held": dict(self.held.features), "lacking": dict(self.lacking.features)}


def probes(pipeline: Pipeline, writer: Generator, most: int) -> Iterator[Probe]:
    """Make questions; the same index, model and number give the same ones.

    Args:
        pipeline: An open index.
        writer: Writes the questions.
        most: How many at most.

    Yields:
        Questions, their documents as different as the index allows.
    """
    made: set[str] = set()
    for title, document, sentence in islice(_drawn(pipeline, most * _TRIED), most * _TRIED):
        if len(made) == most:
            return
        question = _question(_written(writer, title, sentence))
        if question and question not in made:
            made.add(question)
            yield Probe(question, document, sentence)


def show(pipeline: Pipeline, writer: Generator, most: int, progress: Progress) -> list[Shown]:
    """Make questions, and ask each twice.

    Args:
        pipeline: An open index; nothing is answered.
        writer: Writes the questions.
        most: How many at most.
        progress: Told of the questions asked.

    Returns:
        What they showed, in the order in which they were made.
    """
    found: list[Shown] = []
    progress("asking", 0, most)
    for probe in probes(pipeline, writer, most):
        said = set(terms(probe.sentence))
        held = pipeline.prepare(Question(probe.question))
        lacking = pipeline.prepare(Question(probe.question), without=partial(_says, said))
        found.append(Shown(probe, _observed(held, True), _observed(lacking, False)))
        progress("asking", len(found), most)
    return found


def _observed(run: Run, answerable: bool) -> Observed:
    return Observed(run.decision.features, answerable)


def _says(said: set[str], chunk: Chunk) -> bool:
    return len(said & set(terms(chunk.text))) >= _HELD * len(said)


def _written(writer: Generator, title: str, sentence: str) -> str:
    """A reply up to its first question; small models go on and on."""
    reply = ""
    for piece in writer.stream(prompts.question_messages(title, sentence), _NEVER):
        reply += piece
        if "?" in piece or "？" in piece or len(reply) > _LONGEST:
            break
    return reply


def _question(reply: str) -> str:
    """The question of a reply; empty where it holds none."""
    line = next((line.strip(" \"'*#-“”") for line in reply.splitlines() if "?" in line or "？" in line), "")
    asks = line.endswith(("?", "？")) and len(line) <= _LONGEST and len(set(terms(line))) >= _NAMED
    return line if asks else ""


def _drawn(pipeline: Pipeline, most: int) -> Iterator[tuple[str, str, str]]:
    """Title, document and sentence: one of each document, then a second one of each, in a fixed random order."""
    infos = sorted(pipeline.store.documents(), key=lambda info: _number(info.path))
    each = -(-most // max(1, len(infos)))
    waiting = [_of_document(pipeline, info.path, each) for info in infos]
    while waiting:
        ended = []
        for one in waiting:
            drawn = next(one, None)
            if drawn is None:
                ended.append(one)
            else:
                yield drawn
        waiting = [one for one in waiting if one not in ended]


def _of_document(pipeline: Pipeline, path: str, most: int) -> Iterator[tuple[str, str, str]]:
    try:
        document = pipeline.store.read(path)
    except KeyError:  # it went since it was listed
        return
    text, title = document.text, document.title
    places = [_number(f"{path}:{at}") for at in range(most)]
    chosen = dict.fromkeys(_one_of(text, place) for place in places)
    del document, text  # many of these wait at once
    yield from ((title, path, sentence) for sentence in chosen if sentence)


def _one_of(text: str, number: int) -> str:
    """A sentence that says enough, by a number; empty where none does near the place that it stands for."""
    begin = number % max(1, len(text) - _WINDOW)
    window = text[begin : begin + _WINDOW]
    cut = sentences(window)
    whole = cut[begin > 0 : len(cut) - (begin + _WINDOW < len(text))]  # the window cuts through its first and last
    found = [sentence for span in whole if _can_be_asked(sentence := window[span.start : span.end])]
    return found[number % len(found)] if found else ""


def _can_be_asked(sentence: str) -> bool:
    ends = sentence.rstrip("\"'”’)]»").endswith((".", "!", "。", "！"))
    return ends and len(terms(sentence)) in _TERMS and bool(numbers(sentence) or names(sentence))


def _number(name: str) -> int:
    """A number that the name alone decides."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8])

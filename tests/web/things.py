"""Hits, evidence, citations and events over a small document, and fakes, for the tests of the web chat."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence

from rag.events import EvidenceSelected, Retrieved, SentenceChecked, Token
from rag.protocols import Message, StopSignal
from rag.testing import FakeGenerator
from rag.types import Answer, Chunk, Citation, Conflict, Document, Evidence, Heading, Hit, Page, Sentence

TEXT = "Notice\n\nNotice is ninety days. It must be written. The registrar keeps it.\n\nRent\n\nRent is paid in April."
QUOTE = "Notice is ninety days."
START = TEXT.index(QUOTE)
LEASE = Document(
    "legal/lease.pdf", "Lease", TEXT, "0" * 64, (Page(0, 1),), (Heading(0, 1, "Notice"),), len(TEXT), 1_900_000_000.0
)
CHUNK = Chunk(LEASE.path, 0, TEXT.index("\n\nRent"), TEXT[: TEXT.index("\n\nRent")], "Lease", "Notice", 1)
HIT = Hit(CHUNK, 0.9, 1, 1)
EVIDENCE = Evidence(CHUNK, START, START + len(QUOTE), QUOTE, 1.0)
CITATION = Citation(1, LEASE.path, START, START + len(QUOTE), QUOTE, 1, "Notice", 0.97)
SENTENCE = Sentence("Notice is ninety days.", 0.97, "supported", (1,), "every word is in the passage")
MADE_UP = Sentence("The moon is cheese.", 0.1, "unsupported", (), "no passage says so")
CONFLICT = Conflict(Citation(1, "old/lease.pdf", 0, 22, "Notice is thirty days.", 2, "Notice", 0.0), "ninety", "thirty")
ANSWER = Answer(
    "How long is notice?",
    "How long is notice?",
    "answered",
    "Notice is ninety days [1].",
    sentences=(SENTENCE,),
    citations=(CITATION,),
    hits=(HIT,),
    dropped=(MADE_UP,),
    timings={"total": 1.25},
    model="fake",
)
REFUSAL = Answer("Who?", "Who?", "refused", "The documents do not say.", reason="no passage mentions: who", hits=(HIT,))
EVENTS = (
    Retrieved("How long is notice?", (HIT,)),
    EvidenceSelected((EVIDENCE,)),
    Token("Notice is ninety days. "),
    Token("The moon"),
    SentenceChecked(SENTENCE, (CITATION,), kept=True),
    Token(" is cheese."),
    SentenceChecked(MADE_UP, (), kept=False),
    ANSWER,
)
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "[link](javascript:alert(1)) **bold** `code`",
    "</span></div></article><iframe src=//evil.example>",
    "${alert(1)} {{constructor.constructor('alert(1)')()}}",
    "&lt;script&gt; &amp; &#60;b&#62;",
    "\u202egnirts desrever\u202c \u2066isolate\u2069 \ufeff",
    "null \x00 bell \x07 escape \x1b[31m delete \x7f c1 \x9b",
    "half a pair \ud83d and \udc00",
    "W" * 5000,
)


def read(path: str) -> Document:
    """The one document."""
    if path != LEASE.path:
        raise KeyError(path)
    return LEASE


class GatedGenerator(FakeGenerator):
    """Writes a word each time it is let, and notes when it ends."""

    def __init__(self, *replies: str, free: int = 0) -> None:
        super().__init__(*replies)
        self.gate = threading.Semaphore(free)
        self.ended = threading.Event()
        self.written = 0

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """Word by word; looks at `stop` while it waits."""
        self.ended.clear()
        self.written = 0
        try:
            for piece in re.findall(r"\S+\s*", self._reply(messages)):
                while not self.gate.acquire(timeout=0.01):
                    if stop.is_set():
                        return
                self.written += 1
                yield piece
        finally:
            self.ended.set()

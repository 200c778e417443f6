"""What writes the draft: a local language model, or the evidence itself, or (in `openai_client`) a server.

Drafts are never trusted: markers and support are computed elsewhere. Knows prompts only as messages, and fetches
nothing. Importing this file loads no model library.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import WeightsError
from rag.inference.openai_client import OpenAIGenerator
from rag.inference.prefixes import Prompt
from rag.inference.runaway import Runaway
from rag.protocols import Message, StopSignal
from rag.words import first_and_missing

if TYPE_CHECKING:
    from rag.inference.adapter import Adapter

__all__ = ["ExtractiveGenerator", "OpenAIGenerator", "TransformersGenerator"]

_TOGETHER = 16
"""Replies that a batch writes at once."""
_QUEUE_S = 0.05
"""How often a waiting stream looks whether it has been told to stop; a stop signal cannot wake it."""
LINE = re.compile(r"^\[\d+\] .+$", re.MULTILINE)
"""A line of evidence in a prompt."""
_EVIDENCE = re.compile(r"^\[\d+\] (?:.*?:  )?(.+)$", re.MULTILINE)
"""A sentence of a prompt, without what stands above it, which ends in two spaces."""
_QUESTION = re.compile(r"^Question: (.+)$", re.MULTILINE)
_NEVER = threading.Event()


class TransformersGenerator:
    """A causal language model on this machine, decoded greedily.

    One conversation is written at a time; the others wait. A reply ends at an end token, at `max_new_tokens`, or where
    the model runs away (`rag.inference.runaway`). Replies depend on their messages alone, not on what was asked before.

    Args:
        folder: A folder that `AutoModelForCausalLM` reads; its weights are used in the precision they are stored in.
        name: What the weights are called in the settings.
        max_new_tokens: Most tokens of a reply.
        adapter: File of what it judges with (see `rag.inference`); None where it judges as it is.
        review_adapter: Likewise, of what it reviews with.
        heads: File of the heads that attend to what is replied from (see `attention`); None where none are known.

    Raises:
        WeightsError: The folder holds no such model, or no chat template.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        max_new_tokens: int,
        adapter: Path | None = None,
        review_adapter: Path | None = None,
        heads: Path | None = None,
    ) -> None:
        from rag.inference.adapter import Adapter
        from rag.inference.attention import Attention
        from rag.inference.chat_format import ChatFormat
        from rag.inference.decoding import Decoder

        self.name = name
        self._most = max_new_tokens
        self._format = ChatFormat(folder)
        model = load_model(folder)
        eos = model.generation_config.eos_token_id
        ends = self._format.end_ids() | set(eos if isinstance(eos, list) else [] if eos is None else [eos])
        self._decoder = Decoder(model, frozenset(ends))
        self._judging, self._reviewing = (Adapter(model, file) if file else None for file in (adapter, review_adapter))
        self._attention = Attention(model, heads) if heads else None
        self._lock = threading.Lock()

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """Write a reply.

        Args:
            messages: The conversation.
            stop: Ends the reply within one token, or the waiting for another one.

        Yields:
            Pieces of the reply. No thread is left behind when the iterator is closed.
        """
        with self._turn(stop) as mine:
            if mine:
                yield from self._write(self._format.prompt(messages), stop)

    def batch(self, conversations: Sequence[Sequence[Message]]) -> list[str]:
        """Whole replies, in the order given; each equals what `stream` writes."""
        prompts = [self._format.prompt(messages) for messages in conversations]
        replies: list[str] = []
        with self._lock:
            for at in range(0, len(prompts), _TOGETHER):
                replies += self._group(prompts[at : at + _TOGETHER])
        return replies

    def judge(self, messages: Sequence[Message], options: Sequence[str], stop: StopSignal) -> list[float]:
        """How likely the reply is to begin with one option or another.

        Args:
            messages: The conversation.
            options: At least one; told apart by their first tokens.
            stop: Ends the reading within one layer of the model, or the waiting for another reply.

        Returns:
            Log-probability of each option's first token, normalised over the options; nothing if told to stop.
        """
        return self._likely(messages, options, stop, self._judging)

    def review(self, messages: Sequence[Message], options: Sequence[str], stop: StopSignal) -> list[float]:
        """As `judge`, of a reply that was written."""
        return self._likely(messages, options, stop, self._reviewing)

    def attends(self, messages: Sequence[Message], stop: StopSignal) -> list[float]:
        """What it would reply from.

        Args:
            messages: The conversation; the last one has lines `[n] sentence` before its last paragraph.
            stop: Ends the reading within one layer of the model, or the waiting for another reply.

        Returns:
            For each line its share of the attention, adding up to 1; nothing if told to stop, or where it is not known
            which heads tell.
        """
        if self._attention is None or not (lines := self._format.lines(messages, LINE)):
            return []
        with self._turn(stop) as mine:
            prompt = self._format.prompt(messages)
            noted = self._decoder.attended(prompt, self._attention, stop) if mine else None
        if noted is None:
            return []
        found: list[float] = self._attention.shares(noted, lines).mean(0).tolist()
        return found

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, none of them control tokens."""
        return len(self._format.plain(text))

    def _likely(
        self, messages: Sequence[Message], options: Sequence[str], stop: StopSignal, adapter: Adapter | None
    ) -> list[float]:
        first = [self._format.plain(option)[0] for option in options]
        with self._turn(stop) as mine:
            logits = self._decoder.next_logits(self._format.prompt(messages), first, stop, adapter) if mine else None
        return [] if logits is None else logits.log_softmax(-1).tolist()

    def _write(self, prompt: Prompt, stop: StopSignal) -> Iterator[str]:
        writer = _Writer(self._format.decoder())
        for token in self._decoder.tokens(prompt, self._most, stop):
            if piece := writer.take(token):
                yield piece
            if writer.done:
                return
        if not stop.is_set() and (rest := writer.finish()):
            yield rest

    def _group(self, prompts: list[Prompt]) -> list[str]:
        """Write together what can be, and the rest one by one."""
        writers = [_Writer(self._format.decoder()) for _ in prompts]
        alone = set(range(len(prompts)))
        if self._decoder.writes_together and len(prompts) > 1:
            alone = set(self._decoder.together(prompts, self._most, lambda at, token: writers[at].goes_on(token)))
        return [
            "".join(self._write(prompt, _NEVER)) if at in alone else writer.whole()
            for at, (prompt, writer) in enumerate(zip(prompts, writers, strict=True))
        ]

    @contextmanager
    def _turn(self, stop: StopSignal) -> Iterator[bool]:
        """Wait for the model to be free; False if told to stop first."""
        while not self._lock.acquire(timeout=_QUEUE_S):
            if stop.is_set():
                yield False
                return
        try:
            yield True
        finally:
            self._lock.release()


class _Writer:
    """Tokens of one reply to its text, up to where it should end."""

    def __init__(self, decode: Callable[[int], str]) -> None:
        self._decode = decode
        self._runaway = Runaway()
        self._pieces: list[str] = []

    @property
    def done(self) -> bool:
        return self._runaway.done

    def take(self, token: int) -> str:
        """What may be shown after one more token."""
        return self._runaway.feed(self._decode(token))

    def finish(self) -> str:
        """What was held back."""
        return self._runaway.finish()

    def goes_on(self, token: int) -> bool:
        """Keep what may be shown after one more token; False when the reply should end."""
        self._pieces.append(self.take(token))
        return not self.done

    def whole(self) -> str:
        """The reply, once it has ended."""
        return "".join([*self._pieces, self.finish()])


class ExtractiveGenerator:
    """Answers with sentences of the evidence, word for word; needs no model.

    It reads the lines `[n] sentence` and `Question: ...` of the last message, and replies with the first sentence and
    with the next one that has a word of the question which the first lacks.
    """

    name = "extractive"

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """Yield one or two sentences; nothing where there is no evidence."""
        for piece in _extract(messages[-1]["content"]):
            if stop.is_set():
                return
            yield piece

    def batch(self, conversations: Sequence[Sequence[Message]]) -> list[str]:
        """Whole replies, in the order given."""
        return ["".join(_extract(messages[-1]["content"])) for messages in conversations]

    def count_tokens(self, text: str) -> int:
        """Words and punctuation marks."""
        return len(re.findall(r"\w+|[^\w\s]", text))


def _extract(prompt: str) -> list[str]:
    lines = [match.group(1) for match in _EVIDENCE.finditer(prompt)]
    if not lines:
        return []
    asked = _QUESTION.findall(prompt)
    chosen = [lines[at] for at in first_and_missing(asked[-1] if asked else "", lines)]
    if len(chosen) == 1:
        return chosen
    gap = " " if lines[0].rstrip("\"'”’)]»").endswith((".", "!", "?", "。", "！", "？")) else "\n\n"
    return [lines[0], gap + chosen[1]]


def load_model(folder: Path) -> Any:
    """The model in a folder, on the device it is fast on, its weights laid out as they are multiplied."""
    import torch
    from transformers import AutoModelForCausalLM

    from rag.inference.packing import pack

    device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        model = AutoModelForCausalLM.from_pretrained(str(folder), dtype="auto", local_files_only=True)
    except (OSError, ValueError, KeyError) as exc:
        raise WeightsError(f"{folder}: not a causal language model: {exc}", "rag models verify") from exc
    model = model.to(device).eval()
    pack(model.modules(), model.get_output_embeddings())
    return model

"""Messages to token ids and token ids to text, by a model's own chat template.

Control tokens come from the template alone: the contents of messages are tokenised as plain text, so a document that
says `<|im_end|>` ends nothing. Knows tokenizers but no model.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

from rag.errors import WeightsError
from rag.inference.prefixes import Prompt
from rag.protocols import Message
from rag.types import Span
from rag.utf8 import to_utf8

_MARK = re.compile("\ue000(\\d+)\ue001")
"""Stands for a message's content while the template is filled in."""


class ChatFormat:
    """The chat template and the tokenizer of one model.

    Args:
        folder: The model's folder, with its tokenizer.

    Raises:
        WeightsError: There is no tokenizer, or it has no chat template.
    """

    def __init__(self, folder: Path) -> None:
        from transformers import AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        except (OSError, ValueError) as exc:
            raise WeightsError(f"{folder}: no tokenizer: {exc}", "rag models verify") from exc
        if not self._tokenizer.chat_template:
            raise WeightsError(f"{folder}: the tokenizer has no chat template", "choose an instruct model")
        self._backend = Tokenizer.from_str(self._tokenizer.backend_tokenizer.to_str())
        self.control_ids = frozenset(self._backend.get_added_tokens_decoder())
        self._plain = _without_control(self._backend)

    def prompt(self, messages: Sequence[Message]) -> Prompt:
        """Token ids of a conversation, up to where the reply begins; contents hold no control tokens."""
        marked = [{"role": message["role"], "content": f"\ue000{at}\ue001"} for at, message in enumerate(messages)]
        contents = [message["content"] for message in messages]
        return self._fill(self._template(marked), contents)

    def plain(self, text: str) -> list[int]:
        """Token ids of a text in which nothing is a control token."""
        ids = self._plain.encode(to_utf8(text), add_special_tokens=False).ids
        return [token for token in ids if token not in self.control_ids]

    def lines(self, messages: Sequence[Message], pattern: re.Pattern[str]) -> list[Span]:
        """Where the ids of a conversation's `prompt` say some lines, in their order.

        Args:
            messages: The conversation.
            pattern: Matches each of the lines, before the last paragraph of the last message.

        Returns:
            Offsets among the ids.
        """
        text = to_utf8(messages[-1]["content"].rpartition("\n\n")[0])
        encoded = self._plain.encode(text, add_special_tokens=False)
        both = zip(encoded.ids, encoded.offsets, strict=True)
        begins = [begin for token, (begin, _) in both if token not in self.control_ids]
        first = self.prompt(messages).cuts[0]
        at = [[first + bisect_left(begins, offset) for offset in match.span()] for match in pattern.finditer(text)]
        return [Span(begin, end) for begin, end in at]

    def end_ids(self) -> frozenset[int]:
        """Control tokens that end a reply: the tokenizer's own, and those that stand between two turns."""
        turns = [{"role": "user", "content": "\ue0000\ue001"}, {"role": "assistant", "content": "\ue0001\ue001"}]
        rendered = str(self._tokenizer.apply_chat_template(turns, tokenize=False))
        _, _, between, _, after = _MARK.split(rendered)
        special = {token for token, added in self._backend.get_added_tokens_decoder().items() if added.special}
        ends = special & {*self._special(between), *self._special(after)[:1]}
        return frozenset(ends | {self._tokenizer.eos_token_id} - {None})

    def decoder(self) -> Callable[[int], str]:
        """A function that takes the ids of a reply one by one and gives the text that each completes, maybe none."""
        stream = DecodeStream(skip_special_tokens=True)
        return lambda token: stream.step(self._backend, token) or ""

    def _template(self, messages: list[dict[str, str]]) -> str:
        try:
            return str(self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
        except TemplateError:
            merged = _system_into_user(messages)
            return str(self._tokenizer.apply_chat_template(merged, tokenize=False, add_generation_prompt=True))

    def _fill(self, rendered: str, contents: Sequence[str]) -> Prompt:
        """What comes before the last message, and before its last paragraph, is the same whatever follows."""
        ids: list[int] = []
        cuts: tuple[int, ...] = ()
        parts = _MARK.split(rendered)
        for at, part in enumerate(parts):
            if at % 2 == 0:
                ids += self._special(part)
            elif at < len(parts) - 2:
                ids += self.plain(contents[int(part)])
            else:
                text, gap, paragraph = contents[int(part)].rpartition("\n\n")
                begins = len(ids)
                ids += self.plain(text)
                cuts = (begins, len(ids))
                ids += self.plain(gap + paragraph)
        return Prompt(ids, cuts)

    def _special(self, text: str) -> list[int]:
        ids: list[int] = self._backend.encode(text, add_special_tokens=False).ids
        return ids


def _without_control(backend: Tokenizer) -> Tokenizer:
    settings = json.loads(backend.to_str())
    settings |= {"added_tokens": [], "truncation": None, "padding": None}
    return Tokenizer.from_str(json.dumps(settings))


def _system_into_user(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """For templates that know no system role."""
    system = [message["content"] for message in messages if message["role"] == "system"]
    rest = [dict(message) for message in messages if message["role"] != "system"]
    if rest:
        rest[0]["content"] = "\n\n".join([*system, rest[0]["content"]])
    return rest

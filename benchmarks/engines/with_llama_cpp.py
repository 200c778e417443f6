"""llama.cpp through its Python binding, as its own README has it; greedy."""

from __future__ import annotations

from collections.abc import Iterator

from llama_cpp import Llama
from talk import Piece, Write, serve


def load(file: str, threads: int, most: int) -> Write:
    """Open a GGUF file; prompts that begin alike are read once, as the binding does by itself."""
    model = Llama(file, n_ctx=4096, n_threads=threads, n_threads_batch=threads, verbose=False)

    def write(messages: list[dict[str, str]]) -> Iterator[Piece]:
        prompt_tokens = 0
        for part in model.create_chat_completion(messages, temperature=0, max_tokens=most, stream=True):
            if text := part["choices"][0]["delta"].get("content"):
                prompt_tokens = prompt_tokens or model.n_tokens
                yield text, prompt_tokens

    return write


serve(load)

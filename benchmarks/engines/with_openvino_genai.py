"""OpenVINO GenAI on the same GGUF file, as its own README has it; greedy."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import openvino_genai as genai
from talk import Piece, Write, serve


def load(file: str, threads: int, most: int) -> Write:
    """Open a GGUF file; what prompts have in common is kept, as the library does where it is asked to."""
    scheduling = genai.SchedulerConfig()
    scheduling.enable_prefix_caching = True
    pipeline = genai.LLMPipeline(file, "CPU", scheduler_config=scheduling, INFERENCE_NUM_THREADS=threads)
    tokenizer = pipeline.get_tokenizer()
    greedy = genai.GenerationConfig(max_new_tokens=most, do_sample=False, apply_chat_template=False)

    def write(messages: list[dict[str, str]]) -> Iterator[Piece]:
        prompt = tokenizer.apply_chat_template(genai.ChatHistory(messages), add_generation_prompt=True)
        length = tokenizer.encode(prompt, add_special_tokens=False).input_ids.shape[1]
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()

        def take(piece: str) -> genai.StreamingStatus:
            pieces.put(piece)
            return genai.StreamingStatus.RUNNING

        def run() -> None:
            pipeline.generate(prompt, greedy, take)
            pieces.put(None)

        threading.Thread(target=run).start()
        for piece in iter(pieces.get, None):
            yield piece, length

    return write


serve(load)

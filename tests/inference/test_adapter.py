"""A judge's adapter: on for the last paragraph of what it reads alone, so that answers stay the model's own."""

from __future__ import annotations

import threading
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from rag.answerability import judge_of, reviews
from rag.errors import WeightsError
from rag.inference.adapter import Adapter
from rag.inference.chat_format import ChatFormat
from rag.inference.decoding import Decoder
from rag.inference.prefixes import Prompt

pytestmark = pytest.mark.weights
NEVER = threading.Event()
SOME = range(2, 1000)
PASSAGES = "Passages:\n[1] The rent is 900 euros a month.\n\nQuestion: When is the rent due?\n\n"


@pytest.fixture(scope="module")
def chat(smollm_folder: Path) -> ChatFormat:
    return ChatFormat(smollm_folder)


@pytest.fixture
def model(smollm_folder: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(smollm_folder, dtype="auto").eval()


def file(folder: Path, layer: str, rows: int = 576, inputs: int = 576) -> Path:
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    tensors = {f"{layer}.down": torch.randn(4, inputs) / inputs**0.5, f"{layer}.up": torch.randn(rows, 4)}
    save_file(tensors, folder / "judge.safetensors")
    return folder / "judge.safetensors"


def prompt(chat: ChatFormat, last: str) -> Prompt:
    return chat.prompt([{"role": "user", "content": PASSAGES + last}])


def test_it_changes_what_is_judged_and_nothing_that_is_written(model: Any, chat: ChatFormat, tmp_path: Path) -> None:
    import torch

    judged, asked = prompt(chat, "Yes or no?"), prompt(chat, "Answer in one sentence.")
    plain = Decoder(model, chat.end_ids())
    before = plain.next_logits(judged, SOME, NEVER)
    written = list(plain.tokens(asked, 12, NEVER))
    judging, other = (Adapter(model, file(tmp_path, f"model.layers.{at}.self_attn.q_proj")) for at in (5, 9))
    adapted = Decoder(model, chat.end_ids())
    after = adapted.next_logits(judged, SOME, NEVER, judging)
    assert before is not None and after is not None
    assert not torch.equal(before, after)
    assert list(adapted.tokens(asked, 12, NEVER)) == written, "even where it goes on from what was judged"
    assert list(adapted.tokens(judged, 12, NEVER)) == list(plain.tokens(judged, 12, NEVER)), "or reads the same"
    reviewed = adapted.next_logits(judged, SOME, NEVER, other)
    assert reviewed is not None and not torch.equal(after, reviewed), "one model reads with several"
    again = adapted.next_logits(judged, SOME, NEVER, judging)
    assert again is not None and torch.equal(after, again)


def test_one_of_another_model_is_refused(model: Any, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="made for another model"):
        Adapter(model, file(tmp_path, "model.layers.99.self_attn.q_proj"))
    with pytest.raises(WeightsError, match="made for another model"):
        Adapter(model, file(tmp_path, "model.layers.5.self_attn.q_proj", inputs=100))


@pytest.mark.parametrize("task", ["judge-", "review-"])
def test_every_judge_has_its_adapters_and_every_adapter_its_judge(task: str) -> None:
    found = [item.name for item in (files("rag") / "data").iterdir() if item.name.startswith(task)]
    names = [name.removeprefix(task).removesuffix(".safetensors") for name in found]
    assert names == ["qwen2.5-coder-1.5b"]
    assert [judge_of(name) for name in names] == names
    assert all(map(reviews, names))

"""What a model looks at as it begins to reply: noted, and nothing that it writes changed by it."""

from __future__ import annotations

import json
import threading
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from rag.answerability import judge_of
from rag.errors import WeightsError
from rag.generator import TransformersGenerator
from rag.inference.attention import Attention
from rag.inference.chat_format import ChatFormat
from rag.inference.decoding import Decoder
from rag.prompts import answer_messages, judge_messages
from rag.protocols import Pointer
from rag.testing import FakePointer, PointerContract
from rag.types import Chunk, Evidence

NEVER = threading.Event()
NAME = "qwen2.5-coder-1.5b"


def heads(folder: Path, *chosen: tuple[int, int]) -> Path:
    file = folder / "attention.json"
    file.write_text(json.dumps({"heads": chosen}), "utf-8")
    return file


def lines(*texts: str) -> list[Evidence]:
    return [Evidence(Chunk("a.txt", 0, len(text), text), 0, len(text), text, 1.0) for text in texts]


@pytest.fixture
def model(smollm_folder: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(smollm_folder, dtype="auto").eval()


class TestFake(PointerContract):
    @pytest.fixture
    def subject(self) -> FakePointer:
        return FakePointer(2.0, "Rent")


@pytest.fixture(scope="module")
def small(smollm_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> TransformersGenerator:
    file = heads(tmp_path_factory.mktemp("heads"), (20, 1), (3, 8), (20, 0))
    return TransformersGenerator(smollm_folder, "smollm2-135m", 24, heads=file)


@pytest.mark.weights
class TestReal(PointerContract):
    @pytest.fixture
    def subject(self, small: TransformersGenerator) -> TransformersGenerator:
        return small


@pytest.mark.weights
def test_where_it_is_not_known_which_heads_tell_nothing_is_pointed_at(smollm_folder: Path) -> None:
    generator = TransformersGenerator(smollm_folder, "smollm2-135m", 24)
    assert isinstance(generator, Pointer)
    assert generator.attends(PointerContract.lines, NEVER) == []


@pytest.mark.weights
def test_what_is_noted_changes_nothing_that_is_written(model: Any, smollm_folder: Path, tmp_path: Path) -> None:
    import torch

    chat = ChatFormat(smollm_folder)
    given = lines("The rent is 900 euros a month.", "Cats may be kept.")
    prompts = [chat.prompt(make("May I keep a cat?", given)) for make in (answer_messages, judge_messages)]
    plain = Decoder(model, chat.end_ids())
    written = [list(plain.tokens(prompt, 12, NEVER)) for prompt in prompts]
    attention = Attention(model, heads(tmp_path, (20, 1), (3, 8)))
    decoder = Decoder(model, chat.end_ids())
    noted = decoder.attended(prompts[0], attention, NEVER)
    assert noted is not None and noted.shape == (2, len(prompts[0].ids))
    assert torch.allclose(noted.sum(1), torch.ones(2), atol=1e-2)
    assert [list(decoder.tokens(prompt, 12, NEVER)) for prompt in prompts] == written
    again = decoder.attended(prompts[0], attention, NEVER)
    assert again is not None and torch.equal(noted, again), "whatever was read before"
    assert model.config._attn_implementation == "sdpa"


@pytest.mark.weights
@pytest.mark.parametrize("head", [(99, 0), (0, 99), (-1, 0)])
def test_heads_of_another_model_are_refused(model: Any, tmp_path: Path, head: tuple[int, int]) -> None:
    with pytest.raises(WeightsError, match="made for another model"):
        Attention(model, heads(tmp_path, head))


@pytest.mark.weights
def test_the_default_model_points_at_the_line_that_answers(default_folder: Path) -> None:
    file = Path(str(files("rag") / "data" / f"attention-{NAME}.json"))
    subject = TransformersGenerator(default_folder, NAME, 24, heads=file)
    given = lines(
        "The hire of the hall costs 90 crowns an hour, and the kitchen is hired with it.",
        "Whoever leaves the hall unclean pays the caretaker for two hours.",
        "The caretaker opens the hall a quarter of an hour before the hire begins.",
    )

    def pointed(question: str) -> int:
        shares = subject.attends(answer_messages(question, given), NEVER)
        return shares.index(max(shares))

    assert pointed("How expensive is it to rent the hall?") == 0
    assert pointed("What if we do not clean up?") == 1
    assert pointed("From what time on will somebody let us in?") == 2


def test_every_file_of_heads_is_of_a_judge_and_measured() -> None:
    found = [item.name for item in (files("rag") / "data").iterdir() if item.name.startswith("attention-")]
    assert found == [f"attention-{judge_of(NAME)}.json"]
    result = json.loads(Path(f"benchmarks/results/{found[0].replace('attention', 'attending')}").read_text("utf-8"))
    shipped = json.loads((files("rag") / "data" / found[0]).read_text("utf-8"))
    assert shipped["heads"] == result["heads"]

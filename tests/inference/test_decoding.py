"""Greedy decoding: prompt lookup, kept prompts and batches change how long it takes, never what is written."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.inference.chat_format import ChatFormat
from rag.inference.decoding import Decoder
from rag.inference.lookup import draft
from rag.inference.packing import rows_apart
from rag.inference.prefixes import Prompt

pytestmark = pytest.mark.weights
NEVER = threading.Event()
MOST = 20
SOME = range(2, 1000)
LEASE = """Passages:
[1] The rent is 900 euros a month and is due on the first day of the month, in advance.
[2] Either side may end the lease with three months' notice, in writing, to the end of a month.
[3] Small repairs up to 100 euros are paid by the tenant; the landlord pays for everything else.
[4] Cats may be kept without asking; dogs only where the landlord has agreed in writing."""
QUESTIONS = (
    "When is the rent due?",
    "How long is the period of notice?",
    "Who pays for small repairs?",
    "May a tenant keep a dog?",
)


def logits_of(decoder: Decoder, prompt: Prompt) -> Any:
    logits = decoder.next_logits(prompt, SOME, NEVER)
    assert logits is not None
    return logits


@pytest.fixture(scope="module")
def chat(smollm_folder: Path) -> ChatFormat:
    return ChatFormat(smollm_folder)


@pytest.fixture(scope="module")
def model(smollm_folder: Path) -> Any:
    """In float32: in bfloat16 two tokens are often a rounding apart, and how many are read at once tells which wins."""
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(smollm_folder, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def stored(smollm_folder: Path) -> Any:
    """In the precision that its weights are stored in here."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(smollm_folder, dtype="auto").eval()


@pytest.fixture
def decoder(model: Any, chat: ChatFormat) -> Decoder:
    """One that remembers nothing yet."""
    return Decoder(model, chat.end_ids())


@pytest.fixture(scope="module")
def prompts(chat: ChatFormat) -> list[Prompt]:
    return [chat.prompt([{"role": "user", "content": f"{LEASE}\n\nQuestion: {question}"}]) for question in QUESTIONS]


@pytest.fixture(scope="module")
def written(model: Any, chat: ChatFormat, prompts: list[Prompt]) -> list[list[int]]:
    """What the model writes by transformers' own greedy decoding."""
    import torch

    replies = []
    for ids, _ in prompts:
        inputs = torch.tensor([ids])
        whole = model.generate(
            inputs, attention_mask=torch.ones_like(inputs), do_sample=False, max_new_tokens=MOST, pad_token_id=2
        )
        reply = whole[0, len(ids) :].tolist()
        end = next((at for at, token in enumerate(reply) if token in chat.end_ids()), len(reply))
        replies.append(reply[:end])
    return replies


class Counted:
    """Counts the tokens that a decoder's model reads."""

    def __init__(self, decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tokens: list[int] = []
        forward = decoder._forward

        def counting(ids: Sequence[int], *rest: Any) -> Any:
            self.tokens.append(len(ids))
            return forward(ids, *rest)

        monkeypatch.setattr(decoder, "_forward", counting)


@pytest.mark.parametrize("lookup", [True, False])
def test_the_text_is_the_models_own(
    decoder: Decoder, prompts: list[Prompt], written: list[list[int]], lookup: bool
) -> None:
    assert [list(decoder.tokens(ids, MOST, NEVER, lookup=lookup)) for ids in prompts] == written


def test_lookup_takes_fewer_passes(decoder: Decoder, prompts: list[Prompt], monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(decoder, monkeypatch)

    def passes(lookup: bool) -> int:
        """Forward passes after the last block of the prompt."""
        logits_of(decoder, prompts[1])
        counted.tokens.clear()
        list(decoder.tokens(prompts[1], MOST, NEVER, lookup=lookup))
        return len(counted.tokens) - 1

    plain = passes(lookup=False)
    assert plain >= 8
    assert passes(lookup=True) < plain


def test_a_prompt_that_begins_alike_is_read_from_where_it_differs(
    decoder: Decoder, prompts: list[Prompt], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(decoder, monkeypatch)
    logits_of(decoder, prompts[0])
    begins, parts = prompts[0].cuts
    assert counted.tokens == [begins, parts - begins, len(prompts[0].ids) - parts]
    for prompt in (prompts[1], prompts[1]):
        counted.tokens.clear()
        logits_of(decoder, prompt)
        assert counted.tokens == [len(prompt.ids) - parts]


def test_kept_prompts_change_no_bit(stored: Any, chat: ChatFormat, prompts: list[Prompt]) -> None:
    import torch

    used = Decoder(stored, chat.end_ids())
    ids, cuts = prompts[0]
    for prompt in [*prompts[:2], Prompt(ids[:130], cuts), Prompt(ids, cuts[:1]), Prompt(ids), Prompt(ids[: cuts[1]])]:
        fresh = Decoder(stored, chat.end_ids())
        assert torch.equal(*(logits_of(decoder, prompt) for decoder in (used, fresh)))
        assert list(used.tokens(prompt, 6, NEVER)) == list(fresh.tokens(prompt, 6, NEVER))


def test_logits_are_those_of_the_model_and_finer_than_it_stores_them(
    stored: Any, chat: ChatFormat, prompts: list[Prompt]
) -> None:
    import torch

    ids = prompts[0].ids[:50]
    with torch.inference_mode():
        its_own = stored(input_ids=torch.tensor([ids])).logits[0, -1, 2:1000].float()
    logits = logits_of(Decoder(stored, chat.end_ids()), Prompt(ids))
    assert logits.dtype == torch.float32
    assert torch.allclose(logits, its_own, atol=0.13)
    assert len(set(logits.tolist())) > 990


def test_what_is_told_to_stop_reads_no_more(stored: Any, chat: ChatFormat, prompts: list[Prompt]) -> None:
    stop = threading.Event()
    stop.set()
    decoder = Decoder(stored, chat.end_ids())
    assert decoder.next_logits(prompts[0], SOME, stop) is None
    assert decoder._kept.find(prompts[0]) == (0, [])


def test_a_batch_writes_what_each_writes_alone(
    decoder: Decoder, prompts: list[Prompt], written: list[list[int]]
) -> None:
    replies: dict[int, list[int]] = {at: [] for at in range(len(prompts))}

    def take(at: int, token: int) -> bool:
        replies[at].append(token)
        return True

    unsure = decoder.together(prompts, MOST, take)
    assert len(unsure) < len(prompts) / 2
    assert {at: reply for at, reply in replies.items() if at not in unsure} == {
        at: reply for at, reply in enumerate(written) if at not in unsure
    }


@pytest.mark.parametrize("company", [2, 12])
def test_in_the_precision_of_the_weights_a_batch_writes_what_each_writes_alone(
    stored: Any, chat: ChatFormat, prompts: list[Prompt], company: int
) -> None:
    """Twelve replies that guess are more rows than are read at once."""
    decoder, several = Decoder(stored, chat.end_ids()), (prompts * 3)[:company]
    replies: dict[int, list[int]] = {at: [] for at in range(company)}

    def take(at: int, token: int) -> bool:
        replies[at].append(token)
        return True

    unsure = decoder.together(several, MOST, take)
    assert not unsure or not rows_apart(stored, 32)
    sure = [at for at in replies if at not in unsure]
    assert [replies[at] for at in sure] == [list(decoder.tokens(several[at], MOST, NEVER)) for at in sure]


def test_a_row_of_a_batch_ends_when_it_is_told_to(decoder: Decoder, prompts: list[Prompt]) -> None:
    replies: dict[int, list[int]] = {at: [] for at in range(len(prompts))}

    def take(at: int, token: int) -> bool:
        replies[at].append(token)
        return len(replies[at]) < 1 + at

    unsure = decoder.together(prompts, MOST, take)
    assert all(len(reply) <= 1 + at for at, reply in replies.items())
    assert len(replies[3]) == 4 or 3 in unsure


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_number_of_tokens_is_kept_to(decoder: Decoder, prompts: list[Prompt], most: int) -> None:
    assert len(list(decoder.tokens(prompts[0], most, NEVER))) == most


def test_a_stop_is_heeded_in_the_midst_of_a_block(decoder: Decoder, model: Any, prompts: list[Prompt]) -> None:
    """A block of hundreds of tokens takes seconds on a slow processor; a layer of it does not."""
    ran: list[int] = []
    third = model.model.layers[2].register_forward_hook(lambda *_: ran.append(2))
    last = model.model.layers[-1].register_forward_hook(lambda *_: ran.append(-1))

    class InTheThirdLayer:
        def is_set(self) -> bool:
            return bool(ran)

    assert list(decoder.tokens(prompts[0], MOST, InTheThirdLayer())) == []
    third.remove()
    last.remove()
    assert ran == [2]
    assert list(decoder.tokens(prompts[0], 3, NEVER)), "and the next prompt is read as ever"


def test_a_stop_is_heeded_between_tokens_that_were_guessed_together(
    decoder: Decoder, prompts: list[Prompt], written: list[list[int]]
) -> None:
    stop = threading.Event()
    taken = []
    for token in decoder.tokens(prompts[0], MOST, stop):
        taken.append(token)
        if len(taken) == 5:
            stop.set()
    assert taken == written[0][:5]


def test_a_guess_is_what_followed_the_last_tokens_before() -> None:
    assert draft([1, 2, 3, 4, 5, 9, 1, 2, 3], 2) == [4, 5]
    assert draft([2, 3, 7, 1, 2, 3, 4, 9, 1, 2, 3], 2) == [4, 9]
    assert draft([2, 3, 7, 8, 2, 3], 9) == [7, 8, 2, 3]
    assert draft([1, 2, 3, 4], 5) == []
    assert draft([1, 2, 1, 2], 0) == []
    assert draft([1], 5) == []


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 5))
def test_a_guess_stands_in_the_text(text: list[int], most: int) -> None:
    guess = draft(text, most)
    assert len(guess) <= most
    assert not guess or any(text[at : at + 2 + len(guess)] == text[-2:] + guess for at in range(len(text)))

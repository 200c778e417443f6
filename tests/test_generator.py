"""Generators: the contract on the fake, the extractive one and the real model; stopping, queueing and judging."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import WeightsError
from rag.generator import ExtractiveGenerator, TransformersGenerator
from rag.protocols import Judge
from rag.testing import FakeGenerator, FakeJudge, FakeReviewer, GeneratorContract, JudgeContract, ReviewerContract

LEASE = """Passages:
[1] The rent is 900 euros a month and is due on the first day of the month, in advance.
[2] Either side may end the lease with three months' notice, in writing, to the end of a month.
[3] Small repairs up to 100 euros are paid by the tenant; the landlord pays for everything else.

Question: """

NEVER = threading.Event()


def messages(question: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Answer from the passages."}, {"role": "user", "content": LEASE + question}]


@pytest.fixture(scope="module")
def generator(smollm_folder: Path) -> TransformersGenerator:
    return TransformersGenerator(smollm_folder, "smollm2-135m", 24)


class TestFake(GeneratorContract):
    @pytest.fixture
    def subject(self) -> FakeGenerator:
        return FakeGenerator()


class TestExtractive(GeneratorContract):
    @pytest.fixture
    def subject(self) -> ExtractiveGenerator:
        return ExtractiveGenerator()


@pytest.mark.weights
class TestReal(GeneratorContract):
    @pytest.fixture
    def subject(self, generator: TransformersGenerator) -> TransformersGenerator:
        return generator


class TestFakeJudge(JudgeContract):
    @pytest.fixture
    def subject(self) -> FakeJudge:
        return FakeJudge(2.0)


class TestFakeReviewer(ReviewerContract):
    @pytest.fixture
    def subject(self) -> FakeReviewer:
        return FakeReviewer(2.0, -1.0)


@pytest.mark.weights
class TestRealJudge(JudgeContract):
    @pytest.fixture
    def subject(self, generator: TransformersGenerator) -> TransformersGenerator:
        return generator


@pytest.mark.weights
class TestRealReviewer(ReviewerContract):
    @pytest.fixture
    def subject(self, generator: TransformersGenerator) -> TransformersGenerator:
        return generator


@pytest.mark.weights
def test_no_thread_is_left_behind(generator: TransformersGenerator) -> None:
    before = threading.active_count()
    pieces = generator.stream(messages("When is the rent due?"), threading.Event())
    next(pieces)
    assert threading.active_count() == before
    pieces.close()  # type: ignore[attr-defined]  # a generator, which the protocol need not be
    assert not generator._lock.locked()


@pytest.mark.weights
def test_one_conversation_at_a_time_and_a_stopped_one_leaves_the_queue(generator: TransformersGenerator) -> None:
    first = generator.stream(messages("When is the rent due?"), threading.Event())
    next(first)
    stop = threading.Event()
    waiting: list[str] = []
    thread = threading.Thread(target=lambda: waiting.extend(generator.stream(messages("Who pays?"), stop)))
    thread.start()
    thread.join(0.2)
    assert thread.is_alive() and not waiting
    stop.set()
    thread.join(10)
    assert not thread.is_alive() and not waiting
    assert "".join(first)


@pytest.mark.weights
def test_two_threads_write_what_one_does(generator: TransformersGenerator) -> None:
    questions = ["When is the rent due?", "Who pays for small repairs?"]
    expected = generator.batch([messages(question) for question in questions])
    replies: dict[str, str] = {}

    def ask(question: str) -> None:
        replies[question] = "".join(generator.stream(messages(question), threading.Event()))

    threads = [threading.Thread(target=ask, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [replies[question] for question in questions] == expected


@pytest.mark.weights
def test_a_reply_after_a_judgement_is_the_reply_without_it(
    generator: TransformersGenerator, smollm_folder: Path
) -> None:
    other = TransformersGenerator(smollm_folder, "smollm2-135m", 24)
    plain = "".join(other.stream(messages("When is the rent due?"), threading.Event()))
    for question in ("When is the rent due?", "Who pays?", "When is the rent due?\n\nReply Yes or No."):
        generator.judge(messages(question), ["Yes", "No"], NEVER)
        assert "".join(generator.stream(messages("When is the rent due?"), threading.Event())) == plain


@pytest.mark.weights
def test_the_judge_tells_what_was_said(generator: TransformersGenerator) -> None:
    def odds(text: str) -> float:
        yes, no = generator.judge([{"role": "user", "content": text}], ["Yes", "No"], NEVER)
        return yes - no

    assert odds("Reply with the single word Yes.") > odds("Reply with the single word No.")


@pytest.mark.weights
def test_a_runaway_reply_is_cut_in_stream_and_batch_alike(
    generator: TransformersGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = generator._format.plain(
        "It is due on the first of the month. It is due on the first of the month. It is due"
    )
    monkeypatch.setattr(generator._decoder, "tokens", lambda *_, **__: iter(script))
    assert "".join(generator.stream(messages("x"), threading.Event())) == "It is due on the first of the month."

    def together(prompts: list[list[int]], most: int, take: object) -> list[int]:
        assert callable(take)
        for at in range(len(prompts)):
            assert not all(take(at, token) for token in script)
        return []

    monkeypatch.setattr(generator._decoder, "together", together)
    monkeypatch.setattr(type(generator._decoder), "writes_together", True)
    assert generator.batch([messages("x")] * 2) == ["It is due on the first of the month."] * 2


@pytest.mark.weights
def test_the_default_model_answers_from_the_passages(default_folder: Path) -> None:
    subject = TransformersGenerator(default_folder, "qwen2.5-coder-1.5b", 24)
    first = "".join(subject.stream(messages("When is the rent due?"), threading.Event()))
    assert "first" in first


@pytest.mark.weights
def test_the_default_model_tells_what_the_passages_say_from_what_they_do_not(default_folder: Path) -> None:
    subject = TransformersGenerator(default_folder, "qwen2.5-coder-1.5b", 24)

    def odds(question: str) -> float:
        asked = messages(f"{question}\n\nDo the passages say? Reply Yes or No.")
        yes, no = subject.judge(asked, ["Yes", "No"], NEVER)
        return yes - no

    assert odds("When is the rent due?") > odds("Who was Napoleon?")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=str(tmp_path)) as caught:
        TransformersGenerator(tmp_path / "nothing", "nothing", 10)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("lines", "question", "expected"),
    [
        (["Rent is due on the first.", "The rent is 900 euros."], "When is rent due?", "Rent is due on the first."),
        (
            ["Rent is due on the first.", "Cats sleep.", "The deposit is 900 euros."],
            "When is the rent due, and what is the deposit?",
            "Rent is due on the first. The deposit is 900 euros.",
        ),
        (["Terms of rent", "The deposit is 900."], "rent and deposit?", "Terms of rent\n\nThe deposit is 900."),
        (["Only this."], "Something else?", "Only this."),
        ([], "Anything?", ""),
    ],
)
def test_the_extractive_generator_quotes(lines: list[str], question: str, expected: str) -> None:
    evidence = "\n".join(f"[{number}] {line}" for number, line in enumerate(lines, start=1))
    conversation = [{"role": "user", "content": f"Passages:\n{evidence}\n\nQuestion: {question}"}]
    pieces: Iterator[str] = ExtractiveGenerator().stream(conversation, threading.Event())
    assert "".join(pieces) == expected == ExtractiveGenerator().batch([conversation])[0]


def test_the_extractive_generator_has_no_judgement() -> None:
    assert not isinstance(ExtractiveGenerator(), Judge)
    assert ExtractiveGenerator().name == "extractive"

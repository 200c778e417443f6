from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from rag.answerability import probability, shipped
from rag.calibration import Calibration, Observed, Pairs, Rates, calibrated, clear, errors, expected, fit, load, save
from rag.errors import UsageError

JUDGE = "qwen2.5-coder-1.5b"
NOTHING = Observed({}, False)


def drawn(number: int, held: float, lacking: float, spread: float = 1.0, seed: int = 0) -> Pairs:
    """Questions whose log-odds lie around two values."""
    odds = np.random.default_rng(seed).normal([held, lacking], spread, (number, 2)).tolist()
    return [(Observed({"log_odds": one}, True), Observed({"log_odds": other}, False)) for one, other in odds]


def test_a_judge_that_says_yes_too_easily_is_held_to_more() -> None:
    eager = drawn(60, held=5, lacking=2)
    found = calibrated(eager, JUDGE, 0.5)
    assert found.fitted
    assert found.shipped.false_answers > 0.8
    assert found.expected.false_answers < 0.2 and found.expected.false_refusals < 0.2
    between = -found.weights["intercept"] / found.weights["log_odds"]
    assert between == pytest.approx(3.5, abs=0.5), "half way between the two"


def test_what_is_to_be_expected_is_what_others_show() -> None:
    told = calibrated(drawn(60, held=3, lacking=1), JUDGE, 0.5)
    seen = errors(drawn(2_000, held=3, lacking=1, seed=1), told.weights, 0.5)
    assert told.expected.balanced_accuracy == pytest.approx(seen.balanced_accuracy, abs=0.08)


def test_where_it_is_right_already_nothing_is_fitted() -> None:
    weights = shipped(JUDGE)
    middle = -weights["intercept"] / weights["log_odds"]
    coins = np.random.default_rng(3)
    pairs = []
    for odds in coins.normal(middle, 2, 400).tolist():  # answerable as often as the shipped weights say
        so = coins.random() < probability({"log_odds": odds}, weights)
        pairs.append((Observed({"log_odds": odds}, bool(so)), NOTHING))
    found = calibrated(pairs, JUDGE, 0.5)
    assert (found.fitted, found.weights) == (False, weights)
    assert found.expected == found.shipped


def test_a_few_questions_move_little() -> None:
    weights = shipped(JUDGE)
    moved = [abs(fit(drawn(number, 8, 4), JUDGE)["intercept"] - weights["intercept"]) for number in (0, 2, 40)]
    assert moved[0] == 0
    assert 0 < moved[1] < moved[2]


def test_retrieval_is_fitted_by_its_own_features() -> None:
    pairs = [
        (
            Observed({"nearness": 1.2 + at / 100, "passage": 0.6}, True),
            Observed({"nearness": 1.0, "passage": 0.5}, False),
        )
        for at in range(30)
    ]
    weights = fit(pairs, "")
    assert weights.keys() == {"intercept", "nearness", "passage"}
    assert errors(pairs, weights, 0.5).balanced_accuracy > errors(pairs, shipped(""), 0.5).balanced_accuracy


def test_what_has_no_evidence_is_refused_and_moves_nothing() -> None:
    pairs = [(Observed({}, True), NOTHING)] * 12
    assert fit(pairs, JUDGE) == shipped(JUDGE)
    assert expected(pairs, JUDGE, 0.5) == Rates(0.0, 1.0)
    assert not calibrated(pairs, JUDGE, 0.5).fitted


def test_features_that_never_differ_and_values_without_end_are_fitted_too() -> None:
    same = [
        (Observed({"nearness": 1.0, "passage": 0.5}, True), Observed({"nearness": 1.0, "passage": 0.5}, False))
    ] * 20
    far = [(Observed({"log_odds": 10.0}, True), Observed({"log_odds": -10.0}, False))] * 200
    for pairs, judge in ((same, ""), (far, JUDGE)):
        assert all(math.isfinite(weight) for weight in fit(pairs, judge).values())


def test_one_that_is_sure_and_wrong_is_fitted_too() -> None:
    far = [
        (Observed({"nearness": 60.0, "passage": 40.0}, True), Observed({"nearness": -60.0, "passage": -40.0}, False))
    ]
    wrong = [
        (Observed({"nearness": -60.0, "passage": -40.0}, True), Observed({"nearness": 60.0, "passage": 40.0}, False))
    ]
    found = calibrated([*far * 30, *wrong], "", 0.5)
    assert found.shipped == Rates(1 / 31, 1 / 31)
    assert 0 < probability({"nearness": 1e300, "passage": 0.0}, shipped("")) < 1


def test_the_bar_trades_one_error_for_the_other() -> None:
    pairs = drawn(60, held=2, lacking=0)
    low, high = (expected(pairs, JUDGE, bar) for bar in (0.2, 0.8))
    assert low.false_answers > high.false_answers
    assert low.false_refusals < high.false_refusals


def test_it_is_kept_beside_the_index_and_read_again(tmp_path: Path) -> None:
    found = calibrated(drawn(20, 5, 2), JUDGE, 0.5)
    assert load(tmp_path) is None
    path = save(tmp_path, found)
    assert path.parent == tmp_path
    assert load(tmp_path) == found
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert found.weights_for(JUDGE) == found.weights
    assert found.weights_for("") is None
    clear(tmp_path)
    clear(tmp_path)
    assert load(tmp_path) is None


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: "{", id="cut off"),
        pytest.param(lambda _: "[]", id="a list"),
        pytest.param(lambda data: json.dumps({**data, "weights": None}), id="no weights"),
        pytest.param(lambda data: json.dumps({**data, "weights": {"intercept": 1}}), id="a weight is missing"),
        pytest.param(lambda data: json.dumps({**data, "beside": None}), id="beside nothing"),
        pytest.param(lambda data: json.dumps({**data, "weights": {"intercept": 1, "log_odds": 1e999}}), id="endless"),
        pytest.param(lambda data: json.dumps({**data, "judge": "smollm2-135m"}), id="a judge that was never fitted"),
        pytest.param(lambda data: json.dumps({**data, "expected": None}), id="no rates"),
        pytest.param(lambda data: json.dumps({**data, "probes": 1e999}), id="endless probes"),
        pytest.param(lambda data: json.dumps({**data, "weights": {"intercept": 10**400}}), id="too large a weight"),
    ],
)
def test_a_damaged_file_is_named_with_the_remedy(tmp_path: Path, damage: object) -> None:
    path = save(tmp_path, calibrated(drawn(20, 5, 2), JUDGE, 0.5))
    path.write_text(damage(json.loads(path.read_text("utf-8"))), "utf-8")  # type: ignore[operator]
    with pytest.raises(UsageError, match=path.name) as caught:
        load(tmp_path)
    assert f"rag calibrate --reset --index {tmp_path}" in caught.value.hint


@pytest.mark.parametrize("beside", [None, {"intercept": 1, "log_odds": 2}, {**shipped(JUDGE), "intercept": 9}])
def test_one_of_an_earlier_judge_or_prompt_decides_nothing(tmp_path: Path, beside: dict[str, float] | None) -> None:
    path = save(tmp_path, calibrated(drawn(20, 5, 2), JUDGE, 0.5))
    data = json.loads(path.read_text("utf-8"))
    del data["beside"]
    path.write_text(json.dumps(data if beside is None else {**data, "beside": beside}), "utf-8")
    found = load(tmp_path)
    assert found and found.outdated and found.weights_for(JUDGE) is None


def test_a_feature_that_no_probe_has_weighs_what_is_shipped() -> None:
    assert fit(drawn(60, held=2, lacking=-2), JUDGE)["yes_no"] == shipped(JUDGE)["yes_no"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        save(tmp_path / "none", Calibration(JUDGE, {}, {}, False, 0, "", Rates(0, 0), Rates(0, 0)))

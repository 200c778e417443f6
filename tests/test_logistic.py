"""Logistic curves against what is known of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rag import logistic

MIXED = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
SO = [False, False, True, True, True, False]


def log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def test_with_one_switch_it_gives_the_shares_themselves() -> None:
    intercept, slope = logistic.fit(MIXED, SO)
    assert intercept == pytest.approx(log_odds(1 / 3))
    assert intercept + slope == pytest.approx(log_odds(2 / 3))


def test_what_counts_twice_is_as_if_it_stood_there_twice() -> None:
    twice = logistic.fit(np.vstack([MIXED, MIXED[:1]]), [*SO, SO[0]])
    assert logistic.fit(MIXED, SO, counts=[2, 1, 1, 1, 1, 1]) == pytest.approx(twice)


def test_the_more_firmly_it_is_held_the_nearer_it_stays() -> None:
    centre = np.array([2.0, -1.0])
    free = logistic.fit(MIXED, SO)
    far = [
        float(np.abs(logistic.fit(MIXED, SO, centre=centre, held=firmly * np.eye(2)) - centre).max())
        for firmly in (0.0, 1.0, 1e3, 1e6)
    ]
    assert far[0] == pytest.approx(float(np.abs(free - centre).max()))
    assert far == sorted(far, reverse=True)
    assert far[-1] < 1e-5


def test_held_it_takes_rows_of_one_kind() -> None:
    assert np.isfinite(logistic.fit(MIXED, [True] * 6, held=np.eye(2))).all()


def test_rows_that_do_not_decide_it_are_an_error() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        logistic.fit([[1.0, 1.0], [1.0, 1.0]], [True, False])

"""The logistic curve under which what was seen is likeliest, by Newton's method: pure. Knows numbers alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_STEPS = 50
_NEAR = 1e-9


def fit(
    inputs: ArrayLike,
    so: ArrayLike,
    counts: ArrayLike = 1.0,
    centre: ArrayLike = 0.0,
    held: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Weights under which what is so was likely.

    Args:
        inputs: (n, features); a column of ones makes one of them the intercept.
        so: (n,) bool.
        counts: (n,) what each counts for, or one number for all.
        centre: (features,) weights that these are held near, or one number for all.
        held: (features, features) how firmly, the inverse of a covariance; 0 for not at all, which wants rows of both
            kinds that no straight line tells apart.

    Returns:
        (features,) weights.

    Raises:
        numpy.linalg.LinAlgError: Nothing holds them, and the rows do not decide them.
    """
    x, wanted = np.asarray(inputs, float), np.asarray(so, float)
    n, features = x.shape
    each, near = np.broadcast_to(counts, n), np.broadcast_to(centre, features)
    firmly = np.broadcast_to(held, (features, features))
    weights = np.zeros(features)  # from far out the steps would grow
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (each * (wanted - likely)) - firmly @ (weights - near)
        bend = (x * (each * likely * (1 - likely))[:, None]).T @ x + firmly
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < _NEAR:
            break
    return weights

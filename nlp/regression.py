"""Multinomial logistic regression, for the few weights of the reader. Needs scipy (learning only)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

Array = NDArray[np.float64]


class SoftmaxRegression:
    """L2-penalised multinomial logistic regression, by L-BFGS."""

    def __init__(self, penalty: float, classes: int) -> None:
        self.penalty, self.classes = penalty, classes
        self.weights: Array = np.zeros((0, classes))

    def fit(self, x: Any, y: NDArray[np.int64], weight: Array, steps: int = 400) -> "SoftmaxRegression":
        """Goes on from the weights of the last fit, if there was one."""
        shape = (x.shape[1], self.classes)
        target = np.eye(self.classes)[y]
        penalty = np.full(shape, self.penalty)
        penalty[0] = 0.0

        def loss(flat: Array) -> tuple[float, Array]:
            w = flat.reshape(shape)
            scores = x @ w
            scores -= scores.max(axis=1, keepdims=True)
            powers = np.exp(scores)
            p = powers / powers.sum(axis=1, keepdims=True)
            value = -(weight * np.log((p * target).sum(axis=1) + 1e-12)).sum() + 0.5 * (penalty * w * w).sum()
            gradient = x.T @ (weight[:, None] * (p - target)) + penalty * w
            return float(value), np.asarray(gradient).ravel()

        start = self.weights if self.weights.shape == shape else np.zeros(shape)
        found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps})
        self.weights = found.x.reshape(shape)
        return self


def fact_matrix(features: Sequence[Iterable[str]], index: Mapping[str, int]) -> csr_matrix:
    """A row of ones and noughts for each set of facts, after a first column of ones."""
    indices, pointers = [], [0]
    for names in features:
        indices += [0, *sorted({index[name] for name in names if name in index})]
        pointers.append(len(indices))
    return csr_matrix((np.ones(len(indices)), indices, pointers), shape=(len(features), len(index)))

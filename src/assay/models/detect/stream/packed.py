"""The tails of many statistics at once: the largest weighted surprise of a row, without every column's logarithm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.tails import Tail

Floats = NDArray[np.float64]


class PackedTails:
    """The tails of one method's columns with their weights.

    Below its tail's start no column's surprise exceeds ``floor``, and a tenth of a column's rows lie above: a row that
    has some column far enough above needs no other.
    """

    def __init__(self, tails: Sequence[Tail], weights: Floats) -> None:
        self.tails, self.weights = tuple(tails), weights
        self.start = np.array([tail.start for tail in tails])
        self.shape = np.array([tail.shape for tail in tails])
        self.scale = np.array([tail.scale for tail in tails])
        self.base = np.array([-np.log10(tail.share) for tail in tails])
        self.floor = float((self.base * weights).max())

    def largest(self, scores: Floats) -> Floats:
        """(n,) the largest weighted surprise of the rows of (n, m) scores."""
        if scores.shape[1] == 1:
            return np.asarray(self.tails[0].surprise(scores[:, 0]) * self.weights[0])
        result = np.zeros(len(scores))
        rows, columns = np.nonzero(scores > self.start)
        if len(rows):
            beyond = (scores[rows, columns] - self.start[columns]) / self.scale[columns]
            shape = self.shape[columns]
            values = (self.base[columns] + np.log10(1.0 + shape * beyond) / shape) * self.weights[columns]
            first = np.flatnonzero(np.diff(rows, prepend=-1))
            result[rows[first]] = np.maximum.reduceat(values, first)
        rest = np.flatnonzero(result < self.floor)
        for column, tail in enumerate(self.tails if len(rest) else ()):
            result[rest] = np.maximum(result[rest], tail.surprise(scores[rest, column]) * self.weights[column])
        return result

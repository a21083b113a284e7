"""What a cause's own courses leave unexplained in a case.

The runs of one cause differ by its magnitude, its moment and its chance; a few principal components of their features
hold most of that. What a case shows beside them, in units of what the cause's own runs show when each is left out, is
the residual: an upset of that cause alone leaves noise, any other leaves a pattern. It is the squared prediction error
of Jackson and Mudholkar (1979), kept feature by feature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COMPONENTS = 5
REACH = 3.0  # standard deviations of a component that a case may lie from its cause's mean
BORROWED = 10  # runs' worth of the spread of all causes in that of one
_FLOOR = 0.02
_SINGULAR = 1e-9


@dataclass(frozen=True, slots=True)
class _Course:
    """The courses of one cause: ``mean`` (features,), ``loadings`` (k, features), ``spread`` (k,)."""

    mean: Array
    loadings: Array
    spread: Array

    @classmethod
    def of(cls, rows: Array) -> _Course:
        """From standardised features of at least three runs."""
        mean = rows.mean(axis=0)
        off = rows - mean
        # A cause has far fewer runs than features: the small matrix of products between runs holds all there is.
        values, vectors = np.linalg.eigh(off @ off.T)
        count = min(COMPONENTS, len(rows) - 2, int((values > _SINGULAR * values[-1]).sum()))
        values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
        return cls(mean, vectors.T @ off / np.sqrt(values)[:, None], np.sqrt(values / (len(rows) - 1)))

    def rest(self, case: Array) -> Array:
        """The part of standardised features that the cause does not explain."""
        off = case - self.mean
        reach = REACH * self.spread
        rest: Array = off - np.clip(self.loadings @ off, -reach, reach) @ self.loadings
        return rest


class Residuals:
    """``x`` (runs, features) of causes ``y``; ``unit`` (features,) standardises.

    ``scale`` (causes, features), where it is known already, saves leaving every run out once.
    """

    def __init__(self, x: Array, y: NDArray[np.int64], unit: Array, scale: Array | None = None) -> None:
        self._unit = unit
        self._z, self._y = x / unit, y
        self._courses = [_Course.of(self._z[y == cause]) for cause in range(int(y.max()) + 1)]
        if scale is None:
            self._own = self._left_out()
            scale = self._scale_of(self._own)
        self.scale = scale

    def own(self) -> Array:
        """(runs, features): residuals of the runs themselves, each against the others of its cause. Only where no scale
        was given."""
        return self._own / self.scale[self._y]

    def of(self, x: Array, causes: NDArray[np.int64]) -> Array:
        """(cases, features): residuals of cases, each against one cause."""
        rests = [self._courses[c].rest(case) / self.scale[c] for case, c in zip(x / self._unit, causes, strict=True)]
        return np.array(rests)

    def _left_out(self) -> Array:
        rests = np.empty_like(self._z)
        for cause in range(len(self._courses)):
            members = np.flatnonzero(self._y == cause)
            for run in members:
                rests[run] = _Course.of(self._z[members[members != run]]).rest(self._z[run])
        return rests

    def _scale_of(self, rests: Array) -> Array:
        """The usual size of a cause's residuals, leaning on that of all causes where it has few runs."""
        squares, counts = rests**2, np.bincount(self._y)[:, None]
        each = np.array([squares[self._y == cause].sum(axis=0) for cause in range(len(counts))])
        scale: Array = np.sqrt((each + BORROWED * squares.mean(axis=0)) / (counts + BORROWED)) + _FLOOR
        return scale

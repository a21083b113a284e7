"""Principal components of lagged rows: T2, SPE, and the same for adaptive trailing means of the components.

Dynamic PCA (Ku, Storer and Georgakis 1995). The order of the lags is the one that the tags' own autoregressions ask for
(Schwarz 1978), as far as the number of independent normal rows bears it; the number of components is that of the
eigenvalues above the edge that pure noise of that shape has (Marchenko and Pastur 1967). Variances carry the wandering
between blocks of time of the normal part. The residual part is judged both by the plain sum of squares (SPE, Jackson
and Mudholkar 1979) and in units of its own variances, in which a broken relation of two small tags counts like one of
two large ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.adaptive import Spreads, trailing_count

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_ROWS_PER_COLUMN = 4.0


@dataclass(frozen=True, slots=True)
class Components:
    """``vectors`` (columns, columns) of the lagged standardised rows, leading first; ``count`` of them are kept.

    ``spreads``: what the trailing means of each component do.
    """

    lags: int
    vectors: Floats
    count: int
    spreads: Spreads

    @classmethod
    def of(cls, z: Floats, use: Mask, lags: int, widths: tuple[int, ...]) -> Components:
        """From standardised rows (n, k) without gaps, of which the rows ``use`` are normal."""
        rows = lagged(z, lags)
        whole = trailing_count(use, lags + 1) == lags + 1
        kept = rows[whole]
        covariance = kept.T @ kept / max(1, len(kept))
        values, vectors = np.linalg.eigh(covariance)
        values, vectors = values[::-1], _signed(vectors[:, ::-1])
        count = _kept(values, len(kept))
        scores = rows @ vectors
        return cls(lags, vectors, count, Spreads.of(scores, whole, widths))

    def scores(self, z: Floats) -> Floats:
        """(n, columns) of the lagged rows on all components."""
        return np.asarray(lagged(z, self.lags) @ self.vectors)

    def statistics(self, z: Floats) -> dict[str, Floats]:
        """T2 and the whitened residual of adaptive means in units of their own spread, and the SPE of single rows."""
        scores = self.scores(z)
        means = self.spreads.standardise(scores)
        found = {"t2": (means[:, : self.count] ** 2).sum(axis=1)}
        if self.count < scores.shape[1]:
            found["spe"] = (scores[:, self.count :] ** 2).sum(axis=1)
            found["relation"] = (means[:, self.count :] ** 2).sum(axis=1)
        return found


def lagged(z: Floats, lags: int) -> Floats:
    """(n, k * (lags + 1)): each row beside the ``lags`` before it; the first rows stand for what was before them."""
    if not lags:
        return z
    rows = np.arange(len(z))
    return np.concatenate([z[np.maximum(rows - lag, 0)] for lag in range(lags + 1)], axis=1)


def lag_order(z: Floats, use: Mask, independent: float, highest: int = 3) -> int:
    """The median order of the tags' autoregressions, at most so many that the rows bear the columns."""
    tags = z.shape[1]
    bear = int(independent / (_ROWS_PER_COLUMN * tags)) - 1
    highest = min(highest, bear)
    if highest < 1:
        return 0
    orders = [_order(z[:, j], use, highest) for j in range(tags)]
    return int(np.median(orders))


def _order(x: Floats, use: Mask, highest: int) -> int:
    whole = trailing_count(use, highest + 1) == highest + 1
    at = np.flatnonzero(whole)
    at = at[at >= highest]
    count = len(at)
    if count < 4 * (highest + 1):
        return 0
    columns = np.stack([x[at - lag] for lag in range(highest + 1)], axis=1)
    columns = columns - columns.mean(axis=0)
    cross = columns.T @ columns / count
    if cross[0, 0] <= 1e-12:
        return 0
    best, chosen = np.inf, 0
    for order in range(highest + 1):
        past = slice(1, order + 1)
        gain = 0.0
        if order:
            ridge = cross[past, past] + 1e-9 * np.trace(cross) * np.eye(order)
            gain = float(cross[0, past] @ np.linalg.solve(ridge, cross[past, 0]))
        left = max(float(cross[0, 0]) - gain, 1e-12)
        criterion = count * np.log(left) + order * np.log(count)
        if criterion < best - 1e-9:
            best, chosen = criterion, order
    return chosen


def _kept(values: Floats, rows: int) -> int:
    edge = (1.0 + np.sqrt(len(values) / max(rows, 1))) ** 2 * float(values.mean())
    return int(min(max((values > edge).sum(), 1), len(values)))


def _signed(vectors: Floats) -> Floats:
    """The largest entry of each vector positive, so that the result does not depend on the library's choice."""
    largest = np.abs(vectors).argmax(axis=0)
    signs = np.sign(vectors[largest, np.arange(vectors.shape[1])])
    return vectors * np.where(signs == 0, 1.0, signs)

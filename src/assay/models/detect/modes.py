"""Operating modes: steady states that normal operation returns to or stays in, and the ways between them.

Rows are clustered by k-means (Lloyd 1982) on short trailing means; clusters are merged until every two of them stand
apart with hardly a row between them, so that slow drift is no second mode. A state that was visited once and briefly
is no mode either: those rows are suspicious.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.adaptive import trailing_means

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

ON_THE_WAY = -1
_MOST = 8
_SMOOTH = 4
_APART = 6.0  # distance of two centers, in standard deviations along the line between them
_BETWEEN = 0.1  # share of two modes' rows that may lie in the middle between them
_ONCE, _OFTEN = 0.2, 0.05  # least share of the rows of a mode visited once, or several times
_CLIP = 6.0
_SAMPLE = 3000
_LONGEST = 64
_STARTS = 4
_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Modes:
    """``centers`` (m, k) of the tags by mode; ``spread`` (k,) within modes.

    ``radius``: distance from a center up to which a row belongs to it; ``longest``: rows that a way between two takes.
    """

    centers: Floats
    spread: Floats
    radius: float
    longest: int

    @classmethod
    def of(cls, x: Floats, use: Mask) -> tuple[Modes, Mask]:
        """From rows (n, k) with NaN for missing, of which ``use`` are given as normal; and which rows are of none."""
        rows = np.flatnonzero(use)
        filled = _filled(x[rows])
        labels = _clusters(filled)
        labels = _worth(labels)
        none = np.zeros(len(x), dtype=bool)
        none[rows] = labels < 0
        kept = np.unique(labels[labels >= 0])
        centers = np.stack([np.median(filled[labels == label], axis=0) for label in kept])
        nearest = np.searchsorted(kept, labels[labels >= 0])
        inside = filled[labels >= 0] - centers[nearest]
        spread = 1.4826 * np.median(np.abs(inside), axis=0)
        spread = np.where(spread > 1e-3 * inside.std(axis=0), spread, inside.std(axis=0)) + 1e-300
        modes = cls(centers, spread, np.inf, 0)
        if len(kept) == 1:
            return modes, none
        radius = 1.2 * float(np.quantile(modes._distances(filled[labels >= 0]).min(axis=1), 0.95))
        found = cls(centers, spread, radius, _LONGEST)
        gaps = [b - a - 1 for a, b in found._ways(found._distances(filled))]
        longest = min(max(round(1.5 * float(np.quantile(gaps, 0.9))) if gaps else 0, _SMOOTH), _LONGEST)
        return cls(centers, spread, radius, longest), none

    def assign(self, x: Floats) -> Ints:
        """(n,) the mode of each row of (n, k); ON_THE_WAY between two modes, which needs rows after it to be known."""
        if len(self.centers) == 1:
            return np.zeros(len(x), dtype=np.int64)
        distances = self._distances(x)
        mode: Ints = distances.argmin(axis=1).astype(np.int64)
        for a, b in self._ways(distances):
            mode[max(a - 1, 0) : b + 2] = ON_THE_WAY
        return mode

    def nearest(self, x: Floats) -> Ints:
        """(n,) the mode of each row as far as it can be known without later ones."""
        if len(self.centers) == 1:
            return np.zeros(len(x), dtype=np.int64)
        return np.asarray(self._distances(x).argmin(axis=1), dtype=np.int64)

    def expected(self, mode: Ints) -> Floats:
        """(n, k) the center of each row's mode; of the last one on the way."""
        if len(self.centers) == 1:
            return self.centers[np.zeros(len(mode), dtype=np.int64)]
        known = mode >= 0
        last = np.maximum.accumulate(np.where(known, np.arange(len(mode)), -1))
        first = int(mode[known.argmax()]) if known.any() else 0
        return self.centers[np.where(last >= 0, mode[np.maximum(last, 0)], first)]

    def _distances(self, x: Floats) -> Floats:
        """(n, m) root mean square distance, each tag's clipped: a fault in a few tags makes no other mode."""
        result = np.empty((len(x), len(self.centers)))
        for i, center in enumerate(self.centers):
            apart = np.minimum(np.abs(x - center) / self.spread, _CLIP)
            seen = np.isfinite(apart)
            total = np.where(seen, apart, 0.0)
            result[:, i] = np.sqrt((total**2).sum(axis=1) / np.maximum(seen.sum(axis=1), 1))
        return result

    def _ways(self, distances: Floats) -> list[tuple[int, int]]:
        """(a, b): rows a and b fit two different modes, at most ``longest`` rows lie between them and fit none."""
        fits = np.where(distances.min(axis=1) <= self.radius, distances.argmin(axis=1), -1)
        at = np.flatnonzero(fits >= 0)
        change = np.flatnonzero(fits[at[1:]] != fits[at[:-1]])
        pairs = [(int(at[i]), int(at[i + 1])) for i in change]
        return [(a, b) for a, b in pairs if b - a - 1 <= self.longest]


def _filled(x: Floats) -> Floats:
    seen = np.isfinite(x)
    if seen.all():
        return x
    middle = np.array([np.median(x[seen[:, j], j]) if seen[:, j].any() else 0.0 for j in range(x.shape[1])])
    return np.where(seen, x, middle)


def _clusters(x: Floats) -> Ints:
    """(n,) labels of merged clusters."""
    smooth = trailing_means(x, _SMOOTH)
    low, high = np.quantile(smooth, [0.02, 0.98], axis=0)
    wide = np.maximum(high - low, 1e-9 * np.abs(high) + 1e-300)
    features = np.clip((smooth - low) / wide, -0.5, 1.5)
    step = max(1, -(-len(features) // _SAMPLE))
    some = features[::step]
    most = min(_MOST, len(some) // 20, len(np.unique(some, axis=0)))
    if most < 2:
        return np.zeros(len(x), dtype=np.int64)
    return _merged(features, _nearest(features, _means(some, most)))


def _means(rows: Floats, most: int) -> Floats:
    """(c, k) the best centers of several starts by k-means++ (Arthur and Vassilvitskii 2007), always the same ones."""
    rng = np.random.default_rng(0)
    best, result = np.inf, rows[:1]
    for _ in range(_STARTS):
        centers = rows[rng.integers(len(rows))][None]
        while len(centers) < most:
            apart = ((rows[:, None] - centers) ** 2).sum(axis=2).min(axis=1)
            place = np.searchsorted(np.cumsum(apart), rng.random() * apart.sum())
            centers = np.concatenate([centers, rows[min(int(place), len(rows) - 1)][None]])
        for _ in range(_ROUNDS):
            labels = _nearest(rows, centers)
            moved = np.stack([_center(rows[labels == i], centers[i]) for i in range(most)])
            if np.array_equal(moved, centers):
                break
            centers = moved
        error = float(((rows - centers[_nearest(rows, centers)]) ** 2).sum())
        if error < best:
            best, result = error, centers
    return result


def _center(rows: Floats, before: Floats) -> Floats:
    return np.asarray(rows.mean(axis=0)) if len(rows) else before


def _nearest(rows: Floats, centers: Floats) -> Ints:
    squares = (centers**2).sum(axis=1) - 2.0 * rows @ centers.T
    return np.asarray(squares.argmin(axis=1), dtype=np.int64)


def _merged(features: Floats, labels: Ints) -> Ints:
    """Clusters merged, the least apart first, until every two stand apart."""
    while True:
        names = np.unique(labels)
        worst, pair = _APART, (-1, -1)
        for i, a in enumerate(names):
            for b in names[i + 1 :]:
                apart = _apart(features[labels == a], features[labels == b])
                if apart < worst:
                    worst, pair = apart, (int(a), int(b))
        if pair[0] < 0:
            return labels
        labels = np.where(labels == pair[1], pair[0], labels).astype(np.int64)


def _apart(first: Floats, second: Floats) -> float:
    """Distance of two clusters in standard deviations along the line between them; 0 with rows in between."""
    a, b = np.median(first, axis=0), np.median(second, axis=0)
    line = b - a
    length = float(line @ line)
    if length <= 0.0:
        return 0.0
    along = [(first - a) @ line / length, (second - a) @ line / length - 1.0]
    middle = int((along[0] > 0.3).sum() + (along[1] < -0.3).sum())
    if middle > _BETWEEN * (len(first) + len(second)):
        return 0.0
    spread = max(1.4826 * float(np.median(np.abs(part - np.median(part)))) for part in along)
    return 1.0 / max(spread, 1e-9)


def _worth(labels: Ints) -> Ints:
    """Labels with -1 where a state was visited too briefly to be a mode; the largest state always counts."""
    names, counts = np.unique(labels, return_counts=True)
    result = labels.copy()
    starts = np.concatenate([[True], labels[1:] != labels[:-1]])
    for name, count in zip(names, counts, strict=True):
        least = _OFTEN if int((starts & (labels == name)).sum()) >= 2 else _ONCE
        if count < least * len(labels) and count < counts.max():
            result[labels == name] = -1
    return result

"""Which cause: the observed course against the twin's runs of every hypothesis.

An extremely randomised forest (Geurts, Ernst and Wehenkel 2006) over the windowed features is trained on the twin's
runs alone, aligned by the same alarm as the case. Its votes are sharpened by a temperature fitted on out-of-bag votes.
Whether the case is in the library at all is judged by a second model (see ``judge``), trained by hiding groups of
causes from the forest and on runs under two causes at once; the probability left over goes to ``none``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.models.twin import NONE, Library
from assay.skills.investigate import judge, screening
from assay.skills.investigate.judge import Judge, gaps, within_spread
from assay.skills.investigate.screening import Reference
from assay.skills.investigate.windows import features

Array = NDArray[np.float64]

TREES = 300
HIDDEN_GROUPS = 4
HIDDEN_TREES = 120
NEIGHBOURS = 3
SIZED_BY = 12  # features that estimate a magnitude
# A cause that raises an alarm in fewer than this share of its simulated runs may hide in normal variation.
HIDING_SHARE = 0.8
# What is learnt depends on besides its library.
KEPT_FOR = (TREES, HIDDEN_GROUPS, HIDDEN_TREES, *judge.KEPT_FOR)
_MINIMUM_RUNS = 4


@dataclass(frozen=True, slots=True)
class Courses:
    """Runs that raised an alarm: ``values`` (runs, rows, tags), ``baseline`` (runs, tags), ``alarms`` rows, ``causes``,
    and ``also`` the second cause of each, empty where there is one only."""

    values: NDArray[np.float32]
    baseline: Array
    alarms: NDArray[np.int64]
    causes: NDArray[np.str_]
    also: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Aligned:
    """The library as seen through a case's tags and sampling: runs that raised an alarm, with their alarm rows.

    ``alarm_share`` is per cause the share of its runs that raised an alarm; ``index`` are the runs' numbers in the
    library; ``pairs`` are the runs under two causes at once, neither of which hides.
    """

    values: NDArray[np.float32]
    baseline: Array
    alarms: NDArray[np.int64]
    causes: NDArray[np.str_]
    magnitudes: Array
    index: NDArray[np.int64]
    alarm_share: dict[str, float]
    reference: Reference
    scale: Array
    sample: float
    pairs: Courses


@dataclass(frozen=True, slots=True)
class Ranking:
    """Probabilities that add to one with ``none``; ``in_library`` probability that the case is one of the causes;
    ``distance`` to the nearest runs of the first cause over the typical distance between that cause's own runs;
    ``nearest`` library runs of each cause, closest first; ``magnitude`` estimated per cause."""

    probabilities: dict[str, float]
    in_library: float
    distance: float
    nearest: dict[str, list[int]]
    magnitude: dict[str, float]


def decimate(values: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Every ``step``-th row, the last of each group, as a slower historian would have sampled it."""
    return values[:, step - 1 :: step]


def screened(library: Library, columns: NDArray[np.int64], step: int, reference: Reference) -> NDArray[np.int64]:
    """First alarm row of every run of the library, screened as the case is; -1 where there is none."""
    values = decimate(library.values[:, :, columns], step)
    parts = [
        screening.first_alarm(
            screening.score(reference, values[i : i + 100].astype(np.float64), reference.head), reference.head
        )
        for i in range(0, len(values), 100)
    ]
    return np.concatenate(parts)


def align(
    library: Library,
    columns: NDArray[np.int64],
    step: int,
    reference: Reference,
    scale: Array,
    alarms: NDArray[np.int64],
) -> Aligned:
    """The library's runs that raised an alarm, through the ``columns`` and sampling of a case."""
    values = decimate(library.values[:, :, columns], step)
    raised, causes, single = alarms >= 0, library.causes, library.also == ""
    share = {str(c): float(raised[single & (causes == c)].mean()) for c in np.unique(causes[single])}
    enough = np.array([raised[single & (causes == c)].sum() >= _MINIMUM_RUNS for c in causes])
    kept = single & raised & enough & (causes != NONE)
    seen = [cause for cause in share if share[cause] >= HIDING_SHARE]
    paired = ~single & raised & np.isin(causes, seen) & np.isin(library.also, seen)
    with np.errstate(invalid="ignore"):
        baseline = np.nanmean(values[:, : reference.head].astype(np.float64), axis=1)
    return Aligned(
        values[kept], baseline[kept], alarms[kept], causes[kept], library.magnitudes[kept], np.flatnonzero(kept), share,
        reference, scale, library.sample * step,
        Courses(values[paired], baseline[paired], alarms[paired], causes[paired], library.also[paired]),
    )  # fmt: skip


class Diagnoser:
    """Trained for one library, one set of tags, one sampling interval and one horizon after the alarm."""

    def __init__(
        self,
        aligned: Aligned,
        horizon: float,
        *,
        hidden: frozenset[str] = frozenset(),
        seed: int = 0,
        kept: Callable[[Callable[[], Any]], Any] = lambda learn: learn(),
    ) -> None:
        """``hidden`` causes are left out of the library, as if nobody had thought of them. ``kept(learn)`` returns what
        ``learn()`` returns, plain values, perhaps from disk."""
        keep = ~np.isin(aligned.causes, list(hidden))
        self._aligned = aligned
        self._index = aligned.index[keep]
        self._magnitudes = aligned.magnitudes[keep]
        self.horizon = horizon
        self._x = features(
            aligned.values[keep], aligned.baseline[keep], aligned.scale, aligned.alarms[keep], aligned.sample, horizon
        )
        self.causes, self._y = np.unique(aligned.causes[keep], return_inverse=True)
        self._unit = within_spread(self._x, self._y)
        self._forest = _forest(TREES, seed, bootstrap=True).fit(self._x, self._y)
        learned = kept(lambda: self._learn(hidden, seed))
        self._sharpness = float(learned["sharpness"])
        self._judge = Judge(self._x, self._y, learned["judge"])

    def _learn(self, hidden: frozenset[str], seed: int) -> dict[str, Any]:
        """The sharpness of the votes and the judge's memory, as plain values."""
        known: Array = np.nan_to_num(self._forest.oob_decision_function_)
        outside = [part for part in (self._pairs(hidden), self._hidden(seed)) if len(part[0])]
        return {
            "sharpness": _fit_sharpness(known, self._y),
            "judge": judge.learn(self._x, self._y, known, outside, seed),
        }

    def rank(self, values: Array, baseline: Array, alarm: int) -> Ranking:
        """Rank the causes for one case: ``values`` (rows, tags), ``baseline`` (tags,), row of the alarm."""
        a = self._aligned
        x = features(values[None], baseline[None], a.scale, np.array([alarm]), a.sample, self.horizon)
        votes = self._forest.predict_proba(x)
        chance, distance = self._judge.inside(x, votes)
        inside = float(chance[0])
        sharp = _sharpen(votes, self._sharpness)[0]
        probabilities = {str(c): inside * float(p) for c, p in zip(self.causes, sharp, strict=True)}
        probabilities[NONE] = 1.0 - inside
        order = [int(c) for c in np.argsort(-sharp)[:8]]
        sizes = {c: self._size(x[0], c) for c in order}
        nearest = {str(self.causes[c]): self._neighbours(x[0], c, sizes[c]) for c in order}
        return Ranking(
            probabilities,
            inside,
            float(distance[0]),
            {cause: [int(self._index[i]) for i in members] for cause, members in nearest.items()},
            {str(self.causes[c]): size for c, size in sizes.items()},
        )

    def difference(self, first: str, second: str) -> Array:
        """Per tag, the largest standardised difference of two causes' mean features: what would tell them apart."""
        pair = [np.flatnonzero(self.causes == cause)[0] for cause in (first, second)]
        means = [self._x[self._y == c].mean(axis=0) for c in pair]
        gap: Array = np.abs(means[0] - means[1]) / self._unit
        per_tag: Array = gap.reshape(-1, self._aligned.values.shape[2]).max(axis=0)
        return per_tag

    def _size(self, x: Array, cause: int) -> float:
        """The magnitude of a cause that the case shows: linear fits of the library's magnitudes on the features that
        follow them best, weighted by their precision."""
        members = self._y == cause
        sizes, rows = self._magnitudes[members], self._x[members]
        spread = rows.std(axis=0) * sizes.std()
        if len(sizes) < 6 or sizes.std() < 1e-9:
            return float(np.median(sizes))
        centred = rows - rows.mean(axis=0)
        slope = centred.T @ (sizes - sizes.mean()) / len(sizes)
        correlation = np.divide(slope, spread, out=np.zeros_like(slope), where=spread > 1e-9)
        best = np.argsort(-np.abs(correlation))[:SIZED_BY]
        strength = np.minimum(correlation[best] ** 2, 0.999)
        weight = strength / (1.0 - strength)
        fitted = sizes.mean() + (x - rows.mean(axis=0))[best] * slope[best] / centred[:, best].var(axis=0)
        return float(np.clip((weight * fitted).sum() / weight.sum(), sizes.min(), sizes.max()))

    def _neighbours(self, x: Array, cause: int, size: float) -> list[int]:
        """Runs of a cause that look most like the case; of equally near ones those of its magnitude."""
        members = np.flatnonzero(self._y == cause)
        sizes = self._magnitudes[members]
        off = np.abs(sizes - size) / (sizes.std() + 1e-9)
        distance = gaps(self._x[members], x, self._unit) * (1.0 + off)
        return [int(i) for i in members[np.argsort(distance)[:NEIGHBOURS]]]

    def _hidden(self, seed: int) -> tuple[Array, Array]:
        """Runs and their votes by forests from which their causes were hidden."""
        groups = np.random.default_rng(seed).permutation(len(self.causes)) % HIDDEN_GROUPS
        x: list[Array] = [self._x[:0]]
        votes: list[Array] = [np.zeros((0, len(self.causes)))]
        for group in range(HIDDEN_GROUPS):
            hold = np.isin(self._y, np.flatnonzero(groups == group))
            if hold.all() or not hold.any():
                continue
            forest = _forest(HIDDEN_TREES, seed + group).fit(self._x[~hold], self._y[~hold])
            made = np.zeros((int(hold.sum()), len(self.causes)))
            made[:, forest.classes_] = forest.predict_proba(self._x[hold])
            x.append(self._x[hold])
            votes.append(made)
        return np.concatenate(x), np.concatenate(votes)

    def _pairs(self, hidden: frozenset[str]) -> tuple[Array, Array]:
        """Runs under two causes at once, and their votes."""
        a, pairs = self._aligned, self._aligned.pairs
        keep = ~np.isin(pairs.causes, list(hidden)) & ~np.isin(pairs.also, list(hidden))
        if not keep.any():
            return self._x[:0], np.zeros((0, len(self.causes)))
        x = features(pairs.values[keep], pairs.baseline[keep], a.scale, pairs.alarms[keep], a.sample, self.horizon)
        return x, self._forest.predict_proba(x)


def _forest(trees: int, seed: int, *, bootstrap: bool = False) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(
        trees, max_features=0.1, n_jobs=-1, random_state=seed, bootstrap=bootstrap, oob_score=bootstrap
    )


def _sharpen(votes: Array, power: float) -> Array:
    raised = np.power(votes + 1e-6, power)
    sharp: Array = raised / raised.sum(axis=1, keepdims=True)
    return sharp


def _fit_sharpness(votes: Array, y: NDArray[np.int64]) -> float:
    """The power of the votes with the best likelihood of the true causes (temperature scaling, Guo et al. 2017)."""
    powers = np.geomspace(1.0, 16.0, 33)
    rows = np.arange(len(y))
    likelihood = [float(np.log(_sharpen(votes, p)[rows, y] + 1e-9).mean()) for p in powers]
    return float(powers[int(np.argmax(likelihood))])

"""Which cause: the observed course against the twin's runs of every hypothesis.

An extremely randomised forest (Geurts, Ernst and Wehenkel 2006) over the windowed features is trained on the twin's
runs alone, aligned by the same alarm as the case. Its votes are sharpened by a temperature fitted on out-of-bag votes.
Whether the case is in the library at all is judged by a second, small model on three figures (largest vote, its margin,
and the distance to the nearest runs of that cause), trained by hiding groups of causes from the forest; the
probability left over goes to ``none``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.models.twin import NONE, Library
from assay.skills.investigate import screening
from assay.skills.investigate.screening import Reference
from assay.skills.investigate.windows import features

Array = NDArray[np.float64]

TREES = 300
HIDDEN_GROUPS = 4
HIDDEN_TREES = 120
NEIGHBOURS = 3
# A cause that raises an alarm in fewer than this share of its simulated runs hides in normal variation.
HIDING_SHARE = 0.5
SATURATION = 4.0
TYPICAL_QUANTILE = 0.7
_MINIMUM_RUNS = 4


@dataclass(frozen=True, slots=True)
class Aligned:
    """The library as seen through a case's tags and sampling: runs that raised an alarm, with their alarm rows.

    ``alarm_share`` is per cause the share of its runs that raised an alarm; ``index`` are the runs' numbers in the
    library.
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
    raised = alarms >= 0
    causes = library.causes
    share = {str(c): float(raised[causes == c].mean()) for c in np.unique(causes)}
    enough = np.array([raised[causes == c].sum() >= _MINIMUM_RUNS for c in causes])
    kept = raised & enough & (causes != NONE)
    with np.errstate(invalid="ignore"):
        baseline = np.nanmean(values[kept, : reference.head].astype(np.float64), axis=1)
    return Aligned(
        values[kept], baseline, alarms[kept], causes[kept], library.magnitudes[kept], np.flatnonzero(kept), share,
        reference, scale, library.sample * step,
    )  # fmt: skip


class Diagnoser:
    """Trained for one library, one set of tags, one sampling interval and one horizon after the alarm."""

    def __init__(
        self, aligned: Aligned, horizon: float, *, hidden: frozenset[str] = frozenset(), seed: int = 0
    ) -> None:
        """``hidden`` causes are left out of the library, as if nobody had thought of them."""
        keep = ~np.isin(aligned.causes, list(hidden))
        self._aligned = aligned
        self._index = aligned.index[keep]
        self._magnitudes = aligned.magnitudes[keep]
        self.horizon = horizon
        self._x = features(
            aligned.values[keep], aligned.baseline[keep], aligned.scale, aligned.alarms[keep], aligned.sample, horizon
        )
        self.causes, self._y = np.unique(aligned.causes[keep], return_inverse=True)
        self._weights = _within_spread(self._x, self._y)
        self._forest = _forest(TREES, seed, bootstrap=True).fit(self._x, self._y)
        self._own = np.array([self._typical(c) for c in range(len(self.causes))])
        known = self._known_votes()
        self._sharpness = _fit_sharpness(known, self._y)
        self._judge = _Judge.fit(self._figures(known, self._x, loo=True), self._hidden_figures(seed))

    def rank(self, values: Array, baseline: Array, alarm: int) -> Ranking:
        """Rank the causes for one case: ``values`` (rows, tags), ``baseline`` (tags,), row of the alarm."""
        a = self._aligned
        x = features(values[None], baseline[None], a.scale, np.array([alarm]), a.sample, self.horizon)
        votes = self._forest.predict_proba(x)
        figures = self._figures(votes, x)
        inside = float(self._judge.inside(figures)[0])
        sharp = _sharpen(votes, self._sharpness)[0]
        probabilities = {str(c): inside * float(p) for c, p in zip(self.causes, sharp, strict=True)}
        probabilities[NONE] = 1.0 - inside
        order = np.argsort(-sharp)[:8]
        nearest = {str(self.causes[c]): self._neighbours(x[0], int(c)) for c in order}
        return Ranking(
            probabilities,
            inside,
            float(np.exp(figures[0, 2])),
            {cause: [int(self._index[i]) for i in members] for cause, members in nearest.items()},
            {cause: float(np.median(self._magnitudes[members])) for cause, members in nearest.items()},
        )

    def difference(self, first: str, second: str) -> Array:
        """Per tag, the largest standardised difference of two causes' mean features: what would tell them apart."""
        pair = [np.flatnonzero(self.causes == cause)[0] for cause in (first, second)]
        means = [self._x[self._y == c].mean(axis=0) for c in pair]
        gap: Array = np.abs(means[0] - means[1]) / self._weights
        per_tag: Array = gap.reshape(-1, self._aligned.values.shape[2]).max(axis=0)
        return per_tag

    def _neighbours(self, x: Array, cause: int) -> list[int]:
        members = np.flatnonzero(self._y == cause)
        distance = _gaps(self._x[members], x, self._weights)
        return [int(i) for i in members[np.argsort(distance)[:NEIGHBOURS]]]

    def _typical(self, cause: int) -> float:
        rows = self._x[self._y == cause]
        nearest = [np.sort(_gaps(rows, row, self._weights))[1 : 1 + NEIGHBOURS].mean() for row in rows]
        return float(np.quantile(nearest, TYPICAL_QUANTILE))

    def _known_votes(self) -> Array:
        votes: Array = np.nan_to_num(self._forest.oob_decision_function_)
        return votes

    def _figures(self, votes: Array, x: Array, *, loo: bool = False) -> Array:
        """(cases, 3): log of the largest vote, log of its margin, log of the relative distance to its runs."""
        top = votes.argmax(axis=1)
        ordered = np.sort(votes, axis=1)
        distance = np.array(
            [_distance(self._x, self._y, self._weights, x[i], top[i], i if loo else -1) for i in range(len(x))]
        )
        relative = distance / self._own[top]
        return _stack(ordered, relative)

    def _hidden_figures(self, seed: int) -> Array:
        """Figures of cases whose cause was hidden from the forest."""
        groups = np.random.default_rng(seed).permutation(len(self.causes)) % HIDDEN_GROUPS
        parts: list[Array] = []
        for group in range(HIDDEN_GROUPS):
            hold = np.isin(self._y, np.flatnonzero(groups == group))
            if hold.all() or not hold.any():
                continue
            x, y = self._x[~hold], self._y[~hold]
            forest = _forest(HIDDEN_TREES, seed + group).fit(x, y)
            votes = forest.predict_proba(self._x[hold])
            top = forest.classes_[votes.argmax(axis=1)]
            held = self._x[hold]
            distance = np.array([_distance(x, y, self._weights, held[i], top[i], -1) for i in range(len(held))])
            parts.append(_stack(np.sort(votes, axis=1), distance / self._own[top]))
        return np.concatenate(parts)


def _stack(ordered_votes: Array, relative: Array) -> Array:
    top, margin = ordered_votes[:, -1], ordered_votes[:, -1] - ordered_votes[:, -2]
    return np.stack([np.log(top + 1e-3), np.log(margin + 1e-2), np.log(relative + 1e-6)], axis=1)


def _distance(x: Array, y: NDArray[np.int64], weights: Array, case: Array, cause: int, skip: int) -> float:
    members = np.flatnonzero(y == cause)
    members = members[members != skip]
    return float(np.sort(_gaps(x[members], case, weights))[:NEIGHBOURS].mean())


def _gaps(x: Array, case: Array, weights: Array) -> Array:
    """Distances (rows of ``x``) to a case; a single feature counts at most SATURATION spreads."""
    gap: Array = np.sqrt((np.minimum(np.abs(x - case) / weights, SATURATION) ** 2).mean(axis=-1))
    return gap


def _within_spread(x: Array, y: NDArray[np.int64]) -> Array:
    centres = np.array([x[y == c].mean(axis=0) for c in range(int(y.max()) + 1)])
    spread: Array = np.sqrt(((x - centres[y]) ** 2).mean(axis=0)) + 0.05
    return spread


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


@dataclass(frozen=True, slots=True)
class _Judge:
    """Logistic regression: is the case's cause in the library?"""

    weights: Array
    bias: float
    center: Array = field(repr=False)
    scale: Array = field(repr=False)

    @classmethod
    def fit(cls, known: Array, hidden: Array) -> _Judge:
        from sklearn.linear_model import LogisticRegression

        x = np.concatenate([known, hidden])
        y = np.r_[np.ones(len(known)), np.zeros(len(hidden))]
        center, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
        model = LogisticRegression().fit((x - center) / scale, y)
        return cls(model.coef_[0], float(model.intercept_[0]), center, scale)

    def inside(self, figures: Array) -> Array:
        exponent = (figures - self.center) / self.scale @ self.weights + self.bias
        inside: Array = 1.0 / (1.0 + np.exp(-exponent))
        return inside

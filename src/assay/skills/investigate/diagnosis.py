"""Which cause: the observed course against the twin's runs of every hypothesis.

An extremely randomised forest (Geurts, Ernst and Wehenkel 2006) over the windowed features is trained on the twin's
runs alone, aligned by the same alarm as the case. Its votes are sharpened by a temperature fitted on out-of-bag votes.
Whether the case is in the library at all is judged by a second, small model on four figures (largest vote, its margin,
the distance to the nearest runs of that cause, and the features that fit it worst), trained by hiding groups of causes
from the forest and by laying two causes' courses over one another; the probability left over goes to ``none``.
"""

from __future__ import annotations

from collections.abc import Callable
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
SIZED_BY = 12  # features that estimate a magnitude
# A cause that raises an alarm in fewer than this share of its simulated runs may hide in normal variation.
HIDING_SHARE = 0.8
SATURATION = 4.0
TYPICAL_QUANTILE = 0.7
WORST = 20
DOUBLES = 400
# Chosen on simulated cases whose seeds no reported figure uses: hiding causes in groups makes the judge more timid than
# one unknown cause at a time does.
JUDGE_GAIN, JUDGE_SHIFT = 2.0, 0.3
# A plant's state is none of the library's starts: its figures lie further from the runs than those of the runs from one
# another, by up to this much (logs of vote, margin, distance, worst misfit; seen in modes 1 and 3 on such seeds).
FOREIGN = (0.0, 0.0, 0.05, 0.1)
# What a kept judge depends on besides its library.
JUDGE = (TREES, HIDDEN_GROUPS, HIDDEN_TREES, NEIGHBOURS, SATURATION, TYPICAL_QUANTILE, WORST, DOUBLES, FOREIGN)
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
        self._weights = _within_spread(self._x, self._y)
        self._forest = _forest(TREES, seed, bootstrap=True).fit(self._x, self._y)
        learned = kept(lambda: self._learn(keep, seed))
        self._runs = _Runs.of(self._x, self._y, self._weights, np.array(learned["own"]))
        self._sharpness = float(learned["sharpness"])
        self._judge = _Judge(*(np.array(part) for part in learned["judge"]))

    def _learn(self, keep: NDArray[np.bool_], seed: int) -> dict[str, Any]:
        """Typical distances, the sharpness of the votes, and the judge, as plain values."""
        self._runs = _Runs.of(self._x, self._y, self._weights)
        known = self._known_votes()
        inside = _figures(self._runs, known, self._x, itself=True)
        judge = _Judge.fit(
            np.concatenate([inside, inside + np.array(FOREIGN)]),
            [self._hidden_figures(seed), self._double_figures(keep, seed)],
        )
        return {
            "own": self._runs.own.tolist(),
            "sharpness": _fit_sharpness(known, self._y),
            "judge": [judge.weights.tolist(), float(judge.bias), judge.center.tolist(), judge.scale.tolist()],
        }

    def rank(self, values: Array, baseline: Array, alarm: int) -> Ranking:
        """Rank the causes for one case: ``values`` (rows, tags), ``baseline`` (tags,), row of the alarm."""
        a = self._aligned
        x = features(values[None], baseline[None], a.scale, np.array([alarm]), a.sample, self.horizon)
        votes = self._forest.predict_proba(x)
        figures = _figures(self._runs, votes, x)
        inside = float(self._judge.inside(figures)[0])
        sharp = _sharpen(votes, self._sharpness)[0]
        probabilities = {str(c): inside * float(p) for c, p in zip(self.causes, sharp, strict=True)}
        probabilities[NONE] = 1.0 - inside
        order = [int(c) for c in np.argsort(-sharp)[:8]]
        sizes = {c: self._size(x[0], c) for c in order}
        nearest = {str(self.causes[c]): self._neighbours(x[0], c, sizes[c]) for c in order}
        return Ranking(
            probabilities,
            inside,
            float(np.exp(figures[0, 2])),
            {cause: [int(self._index[i]) for i in members] for cause, members in nearest.items()},
            {str(self.causes[c]): size for c, size in sizes.items()},
        )

    def difference(self, first: str, second: str) -> Array:
        """Per tag, the largest standardised difference of two causes' mean features: what would tell them apart."""
        pair = [np.flatnonzero(self.causes == cause)[0] for cause in (first, second)]
        means = [self._x[self._y == c].mean(axis=0) for c in pair]
        gap: Array = np.abs(means[0] - means[1]) / self._weights
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
        distance = _gaps(self._x[members], x, self._weights) * (1.0 + off)
        return [int(i) for i in members[np.argsort(distance)[:NEIGHBOURS]]]

    def _known_votes(self) -> Array:
        votes: Array = np.nan_to_num(self._forest.oob_decision_function_)
        return votes

    def _hidden_figures(self, seed: int) -> Array:
        """Figures of cases whose cause was hidden from the forest."""
        groups = np.random.default_rng(seed).permutation(len(self.causes)) % HIDDEN_GROUPS
        parts: list[Array] = []
        for group in range(HIDDEN_GROUPS):
            hold = np.isin(self._y, np.flatnonzero(groups == group))
            if hold.all() or not hold.any():
                continue
            forest = _forest(HIDDEN_TREES, seed + group).fit(self._x[~hold], self._y[~hold])
            votes = np.zeros((int(hold.sum()), len(self.causes)))
            votes[:, forest.classes_] = forest.predict_proba(self._x[hold])
            parts.append(_figures(self._runs, votes, self._x[hold]))
        return np.concatenate(parts)

    def _double_figures(self, keep: NDArray[np.bool_], seed: int) -> Array:
        """Figures of two causes at once: one course's deviation from its baseline laid over another course."""
        a = self._aligned
        rng = np.random.default_rng(seed + 1)
        members = np.flatnonzero(keep)
        first, second = rng.choice(members, DOUBLES), rng.choice(members, DOUBLES)
        differ = a.causes[first] != a.causes[second]
        first, second = first[differ], second[differ]
        both = a.values[first] + a.values[second] - a.baseline[second][:, None, :].astype(np.float32)
        alarms = np.minimum(a.alarms[first], a.alarms[second])
        x = features(both, a.baseline[first], a.scale, alarms, a.sample, self.horizon)
        return _figures(self._runs, self._forest.predict_proba(x), x)


@dataclass(frozen=True, slots=True)
class _Runs:
    """The library's features ``x`` with classes ``y``, spreads, and how far the runs of a class lie from one another:
    ``own`` (classes, 2) typical distance and typical worst misfit."""

    x: Array
    y: NDArray[np.int64]
    weights: Array
    spreads: Array
    own: Array

    @classmethod
    def of(cls, x: Array, y: NDArray[np.int64], weights: Array, own: Array | None = None) -> _Runs:
        """``own`` where it is known already."""
        classes = range(int(y.max()) + 1)
        spreads = np.array([np.hypot(x[y == c].std(axis=0), 0.5 * weights) for c in classes])
        draft = cls(x, y, weights, spreads, np.ones((len(classes), 2)) if own is None else own)
        if own is not None:
            return draft
        each = np.array([draft.misfit(x[i], int(y[i]), i) for i in range(len(x))])
        typical = np.array([np.quantile(each[y == c], TYPICAL_QUANTILE, axis=0) for c in classes])
        return cls(x, y, weights, spreads, typical + 1e-9)

    def misfit(self, case: Array, cause: int, skip: int = -1) -> tuple[float, float]:
        """Distance to the nearest runs of a cause, and the mean of the WORST features' gaps to them in its spreads."""
        members = np.flatnonzero(self.y == cause)
        members = members[members != skip]
        gaps = _gaps(self.x[members], case, self.weights)
        order = np.argsort(gaps)
        near = self.x[members[order[: NEIGHBOURS + 2]]].mean(axis=0)
        worst = np.sort(np.abs(case - near) / self.spreads[cause])[-WORST:]
        return float(gaps[order[:NEIGHBOURS]].mean()), float(worst.mean())


def _figures(runs: _Runs, votes: Array, x: Array, *, itself: bool = False) -> Array:
    """(cases, 4): logs of the largest vote, its margin, the relative distance and the relative worst misfit.

    ``itself``: the cases are the library's own runs, and each is compared with the others only.
    """
    top = votes.argmax(axis=1)
    ordered = np.sort(votes, axis=1)
    misfit = np.array([runs.misfit(x[i], int(top[i]), i if itself else -1) for i in range(len(x))])
    relative = np.log(misfit / runs.own[top] + 1e-6)
    margin = ordered[:, -1] - ordered[:, -2]
    return np.column_stack([np.log(ordered[:, -1] + 1e-3), np.log(margin + 1e-2), relative])


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
    bias: Array  # a scalar
    center: Array = field(repr=False)
    scale: Array = field(repr=False)

    @classmethod
    def fit(cls, known: Array, outside: list[Array]) -> _Judge:
        """``known`` and each kind of case from ``outside`` the library weigh as much in all."""
        from sklearn.linear_model import LogisticRegression

        x = np.concatenate([known, *outside])
        y = np.r_[np.ones(len(known)), np.zeros(len(x) - len(known))]
        share = [np.full(len(part), 1.0 / (len(part) * len(outside))) for part in outside]
        weights = np.concatenate([np.full(len(known), 1.0 / len(known)), *share]) * len(x) / 2.0
        center, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
        model = LogisticRegression().fit((x - center) / scale, y, sample_weight=weights)
        return cls(model.coef_[0], model.intercept_[0], center, scale)

    def inside(self, figures: Array) -> Array:
        exponent = JUDGE_GAIN * ((figures - self.center) / self.scale @ self.weights + self.bias) + JUDGE_SHIFT
        inside: Array = 1.0 / (1.0 + np.exp(-exponent))
        return inside

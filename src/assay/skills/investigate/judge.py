"""Is the case's cause in the library at all?

A ranking alone always names something. The judge has learnt from the twin what a wrong name looks like: from runs under
two causes at once, and from runs whose cause was hidden from the forest. It weighs four figures: what a forest makes
of the residuals that the first-ranked cause leaves (see ``residuals``), the margin of its votes, the distance to the
nearest runs of that cause, and the features that fit them worst.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.skills.investigate.residuals import COMPONENTS, Residuals
from assay.skills.investigate.trees import Trees

Array = NDArray[np.float64]

NEIGHBOURS = 3
SATURATION = 4.0
TYPICAL_QUANTILE = 0.7
WORST = 20
TREES = 200
# A case is judged by all trees, what they learnt from by the third that did not see it, which is less decided; and a
# known cause is likelier than an unknown one. Chosen on simulated cases of modes 1 to 4 whose seeds no reported figure
# uses.
GAIN, SHIFT = 1.4, 0.5
VERSION = 4
# What a kept judge depends on besides its library.
KEPT_FOR = (VERSION, TREES, NEIGHBOURS, SATURATION, TYPICAL_QUANTILE, WORST, COMPONENTS)


class Judge:
    """``x`` (runs, features) of causes ``y``; ``learned`` is what ``learn`` returned for the same runs."""

    def __init__(self, x: Array, y: NDArray[np.int64], learned: dict[str, Any]) -> None:
        unit = within_spread(x, y)
        self._residuals = Residuals(x, y, unit, np.array(learned["scale"]))
        self._runs = Runs.of(x, y, unit, np.array(learned["own"]))
        self._trees = Trees.from_plain(learned["trees"])
        self._weights, self._center, self._spread = (np.array(learned[k]) for k in ("weights", "center", "spread"))
        self._bias = float(learned["bias"])

    def inside(self, x: Array, votes: Array) -> tuple[Array, Array]:
        """Per case the probability that its cause is in the library, and the distance to the nearest runs of the
        first-ranked cause over what is typical among its own runs."""
        first = votes.argmax(axis=1)
        figures = misfits(self._runs, votes, x)
        unexplained = _logit(self._trees.second(self._residuals.of(x, first)))
        weighed = (np.column_stack([unexplained, figures]) - self._center) / self._spread @ self._weights + self._bias
        return 1.0 / (1.0 + np.exp(-(GAIN * weighed + SHIFT))), np.exp(figures[:, 1])


def learn(
    x: Array, y: NDArray[np.int64], votes: Array, outside: list[tuple[Array, Array]], seed: int = 0
) -> dict[str, Any]:
    """The judge's memory as plain values.

    ``votes`` (runs, causes) of trees that did not see the run; ``outside``: kinds of cases from outside the library,
    each as features and votes. Known cases weigh as much as all others, and each kind of the others as much.
    """
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.linear_model import LogisticRegression

    unit = within_spread(x, y)
    residuals, runs = Residuals(x, y, unit), Runs.of(x, y, unit)
    rests = [residuals.own(), *(residuals.of(cases, v.argmax(axis=1)) for cases, v in outside)]
    figures = [misfits(runs, votes, x, itself=True), *(misfits(runs, v, cases) for cases, v in outside)]
    known = np.concatenate([np.ones(len(x)), *(np.zeros(len(cases)) for cases, _ in outside)])
    shares = [np.full(len(cases), 1.0 / (len(cases) * len(outside))) for cases, _ in outside]
    weight = np.concatenate([np.full(len(x), 1.0 / len(x)), *shares]) * len(known) / 2.0
    forest = ExtraTreesClassifier(
        TREES, max_features=0.2, min_samples_leaf=2, n_jobs=-1, random_state=seed, bootstrap=True, oob_score=True
    ).fit(np.concatenate(rests), known, sample_weight=weight)
    unexplained = _logit(np.nan_to_num(forest.oob_decision_function_[:, 1], nan=0.5))
    table = np.column_stack([unexplained, np.concatenate(figures)])
    center, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    model = LogisticRegression().fit((table - center) / spread, known, sample_weight=weight)
    return {
        "scale": residuals.scale.tolist(),
        "own": runs.own.tolist(),
        "trees": Trees.of(forest).plain(),
        "weights": model.coef_[0].tolist(),
        "bias": float(model.intercept_[0]),
        "center": center.tolist(),
        "spread": spread.tolist(),
    }


def within_spread(x: Array, y: NDArray[np.int64]) -> Array:
    """(features,) the spread of a feature among the runs of one cause."""
    centres = np.array([x[y == c].mean(axis=0) for c in range(int(y.max()) + 1)])
    spread: Array = np.sqrt(((x - centres[y]) ** 2).mean(axis=0)) + 0.05
    return spread


def gaps(x: Array, case: Array, unit: Array) -> Array:
    """Distances (rows of ``x``) to a case; a single feature counts at most SATURATION units."""
    gap: Array = np.sqrt((np.minimum(np.abs(x - case) / unit, SATURATION) ** 2).mean(axis=-1))
    return gap


@dataclass(frozen=True, slots=True)
class Runs:
    """The library's features ``x`` with causes ``y``, spreads, and how far the runs of a cause lie from one another:
    ``own`` (causes, 2) typical distance and typical worst misfit."""

    x: Array
    y: NDArray[np.int64]
    unit: Array
    spreads: Array
    own: Array

    @classmethod
    def of(cls, x: Array, y: NDArray[np.int64], unit: Array, own: Array | None = None) -> Runs:
        """``own`` where it is known already."""
        causes = range(int(y.max()) + 1)
        spreads = np.array([np.hypot(x[y == c].std(axis=0), 0.5 * unit) for c in causes])
        draft = cls(x, y, unit, spreads, np.ones((len(causes), 2)) if own is None else own)
        if own is not None:
            return draft
        each = np.array([draft.misfit(x[i], int(y[i]), i) for i in range(len(x))])
        typical = np.array([np.quantile(each[y == c], TYPICAL_QUANTILE, axis=0) for c in causes])
        return cls(x, y, unit, spreads, typical + 1e-9)

    def misfit(self, case: Array, cause: int, skip: int = -1) -> tuple[float, float]:
        """Distance to the nearest runs of a cause, and the mean of the WORST features' gaps to them in its spreads."""
        members = np.flatnonzero(self.y == cause)
        members = members[members != skip]
        distances = gaps(self.x[members], case, self.unit)
        order = np.argsort(distances)
        near = self.x[members[order[: NEIGHBOURS + 2]]].mean(axis=0)
        worst = np.sort(np.abs(case - near) / self.spreads[cause])[-WORST:]
        return float(distances[order[:NEIGHBOURS]].mean()), float(worst.mean())


def misfits(runs: Runs, votes: Array, x: Array, *, itself: bool = False) -> Array:
    """(cases, 3): logs of the margin of the largest vote, the relative distance and the relative worst misfit.

    ``itself``: the cases are the library's own runs, and each is compared with the others only.
    """
    top = votes.argmax(axis=1)
    ordered = np.sort(votes, axis=1)
    misfit = np.array([runs.misfit(x[i], int(top[i]), i if itself else -1) for i in range(len(x))])
    relative = np.log(misfit / runs.own[top] + 1e-6)
    margin = ordered[:, -1] - ordered[:, -2]
    return np.column_stack([np.log(margin + 1e-2), relative])


def _logit(share: Array) -> Array:
    logit: Array = np.log(share + 0.01) - np.log(1.01 - share)
    return logit

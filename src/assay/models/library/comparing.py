"""Compare models on the same rows: the same figures, and paired differences with an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assay.kernel.errors import InputError
from assay.models.library.kinds import Prediction
from assay.models.library.metrics import errors, figures, told_apart
from assay.models.library.opened import Opened
from assay.models.library.testing import LEAST_ROWS
from assay.plant.series import Floats, Frame

RESAMPLES, LEVEL, _SEED = 2000, 0.95, 20260101


def compare(models: Sequence[Opened], frame: Frame) -> dict[str, Any]:
    """Every model and the naive rival of each on the rows where all of them speak and the target is known.

    ``pairs``: mean difference of absolute errors (first minus second), its ``LEVEL`` interval, and whether they can be
    told apart. InputError for models of different targets or kinds' truths, or fewer than ``LEAST_ROWS`` common rows.
    """
    frame = frame.good()
    targets = {(one.card.target, one.card.target_unit) for one in models}
    # A label, a life and a value are not the same truth, even under one name.
    truths = {getattr(type(one.kind), "actual", None) for one in models}
    if len(targets) > 1 or len(truths) > 1:
        raise InputError("library.compare_targets", targets=", ".join(sorted(target for target, _ in targets)))
    predictions = _predictions(models, frame)
    both = [side for one in models for side in (one.model, one.naive)]
    actual = told_apart(models[0].kind.actual(frame, models[0].card.target), both)
    common = ~np.isnan(actual)
    for one in predictions.values():
        common &= ~np.isnan(one.median)
    if common.sum() < LEAST_ROWS:
        raise InputError("library.compare_rows", rows=int(common.sum()), wanted=LEAST_ROWS)
    truth = np.where(common, actual, np.nan)
    off = {name: errors(one.median, truth)[common] for name, one in predictions.items()}
    names = sorted(predictions, key=lambda name: float(off[name].mean()))
    pairs = [_pair(a, b, off) for i, a in enumerate(names) for b in names[i + 1 :]]
    return {
        "target": models[0].card.target,
        "unit": models[0].card.target_unit,
        "data": frame.digest(),
        "rows": int(common.sum()),
        "models": [{"name": name, **figures(predictions[name], truth)} for name in names],
        "pairs": pairs,
        "best": _best(names, pairs),
        "rules": {"resamples": RESAMPLES, "level": LEVEL, "block_rows": block_rows(int(common.sum()))},
    }


def block_rows(rows: int) -> int:
    """Rows in a block: the rate rows^(1/3) of Künsch (1989), at least 5, times two for a plant's slow errors."""
    return int(min(rows, max(5, 2 * round(float(rows) ** (1 / 3)))))


def difference_interval(difference: Floats) -> tuple[float, float]:
    """The ``LEVEL`` interval of the mean of dependent values by the circular block bootstrap (Politis and Romano 1992).

    difference: (n,) values in the order of time. Drawn with a fixed seed, so that the same values give the same ends.
    """
    rows, length = len(difference), block_rows(len(difference))
    blocks = -(-rows // length)
    running = np.concatenate([[0.0], np.cumsum(np.concatenate([difference, difference[:length]]))])
    sums = running[length : length + rows] - running[:rows]
    starts = np.random.default_rng(_SEED).integers(0, rows, (RESAMPLES, blocks))
    means = sums[starts].sum(axis=1) / (blocks * length)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _predictions(models: Sequence[Opened], frame: Frame) -> dict[str, Prediction]:
    """By name: the models, then their rivals, a rival that says the same as another one only once."""
    found = {str(one.ref): one.model.predict(frame) for one in models}
    rivals: dict[str, Prediction] = {}
    for one in models:
        said = one.naive.predict(frame)
        if not any(np.array_equal(said.median, other.median, equal_nan=True) for other in rivals.values()):
            rivals["naive" if not rivals else f"naive of {one.ref}"] = said
    return found | rivals


def _pair(first: str, second: str, off: Mapping[str, Floats]) -> dict[str, Any]:
    difference = off[first] - off[second]
    low, high = difference_interval(difference)
    apart = not low <= 0.0 <= high
    mean = float(difference.mean())
    return {"first": first, "second": second, "difference": mean, "low": low, "high": high, "distinguishable": apart}


def _best(names: Sequence[str], pairs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The one with the smallest error and all that cannot be told from it."""
    same = [pair["second"] for pair in pairs if pair["first"] == names[0] and not pair["distinguishable"]]
    return [names[0], *same]

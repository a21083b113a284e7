"""A kind measured against its naive rival by origins that roll forward, on earlier data only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from assay.models.library.card import OriginFigures
from assay.models.library.kinds import Kind, take_rows
from assay.models.library.metrics import figures, told_apart
from assay.plant.series import Frame, to_datetime


@dataclass(frozen=True, slots=True)
class Backtest:
    """Every origin's figures, and over all their rows: mean absolute errors, and the coverage of the interval."""

    origins: tuple[OriginFigures, ...]
    mae: float | None
    naive_mae: float | None
    coverage: float | None

    @property
    def skill(self) -> float | None:
        """1 - error of the model / error of the rival; 0 when both are without error."""
        return skill(self.mae, self.naive_mae)


def beats(kind: Kind, found: float | None) -> bool:
    """Whether a skill makes the model better than its rival."""
    return found is not None and (found > 0.0 or (found == 0.0 and getattr(kind, "ties_pass", False)))


def skill(mae: float | None, naive: float | None) -> float | None:
    """See ``Backtest.skill``; None when either is unknown."""
    if mae is None or naive is None:
        return None
    return 0.0 if mae == naive else 1.0 - mae / naive if naive > 0.0 else -1.0


def backtest(kind: Kind, frame: Frame, target: str, options: BaseModel) -> Backtest:
    """Train on each origin's earlier rows, judge on the rows after it; a row counts where both sides speak."""
    actual = kind.actual(frame, target)
    origins = []
    for origin in kind.origins(frame, target, options):
        earlier, seen = take_rows(frame, origin.train), take_rows(frame, np.union1d(origin.train, origin.test))
        test = np.searchsorted(np.union1d(origin.train, origin.test), origin.test)
        made = (kind.train(earlier, target, options), kind.naive(earlier, target, options))
        model, naive = (one.predict(seen) for one in made)
        truth = np.full(len(seen), np.nan)
        truth[test] = told_apart(actual[origin.test], made)
        truth[np.isnan(model.median) | np.isnan(naive.median)] = np.nan
        start, end = (to_datetime(frame.times[origin.test[at]]).isoformat() for at in (0, -1))
        origins.append(
            OriginFigures(
                train_rows=len(origin.train),
                start=start.replace("+00:00", "Z"),
                end=end.replace("+00:00", "Z"),
                model=figures(model, truth),
                naive=figures(naive, truth),
            )
        )
    found = tuple(origins)
    return Backtest(
        found, _mean(found, "model", "mae"), _mean(found, "naive", "mae"), _mean(found, "model", "coverage")
    )


def _mean(origins: tuple[OriginFigures, ...], side: str, figure: str) -> float | None:
    """Over all rows of all origins."""
    pairs = [(one["rows"], one[figure]) for one in (getattr(origin, side) for origin in origins)]
    known = [(rows, value) for rows, value in pairs if value is not None]
    total = sum(rows for rows, _ in known)
    return sum(rows * value for rows, value in known) / total if total else None

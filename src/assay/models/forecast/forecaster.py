"""Forecasts of many tags: trained and tried on earlier data, combined, with conformal intervals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from assay.kernel.errors import InputError
from assay.models.forecast.fitted import Fitted, answer, judgeable, renewed
from assay.models.forecast.origins import plan_origins
from assay.models.forecast.prepare import Bounds, Options, prepare
from assay.models.forecast.result import ForecastResult
from assay.models.forecast.stored import from_parts, to_parts
from assay.models.forecast.trial import offered, run_trial
from assay.models.library.parts import Parts
from assay.plant.series import Frame

MOST_HORIZON = 2_000
SECONDS, SECONDS_EACH, MOST_SECONDS = 8.0, 1.0, 120.0  # for the slow candidates: at least, for each target, at most


def forecast(
    frame: Frame,
    targets: Sequence[str],
    horizon: int,
    *,
    interval: float = 0.9,
    known_future: Frame | None = None,
    seasons: Sequence[int] | None = None,
    bounds: Bounds | None = None,
    nonnegative: bool | None = None,
    checkpoint: Path | None = None,
    seconds: float | None = None,
) -> ForecastResult:
    """The next ``horizon`` rows of each target after the frame's last row, with what they were tested by.

    interval: nominal share of future values inside low..high, 0.5 to 0.99. known_future: inputs whose future is known;
    their history is read from it or from the frame. seasons: periods in rows, None to find them, empty for none.
    bounds: target -> (low, high), None for an open end. nonnegative: True sets the floor 0, None only where the history
    touches 0 again and again and never goes below. checkpoint: folder of a time-series foundation model, one more
    candidate. seconds: nominal work on two cores that the slow candidates may take (None: 8 s and one more a target, at
    most 120); it is counted from sizes, not by the clock, so the same input gives the same output everywhere.

    InputError for what cannot be forecast: no such target, no good values, a history too short to test the horizon,
    known-future inputs that do not cover it, contradict history or are the target itself.
    """
    made = Forecaster(
        horizon, interval=interval, seasons=seasons, bounds=bounds, nonnegative=nonnegative, seconds=seconds
    )
    return made.fit(frame, targets, known_future=known_future, checkpoint=checkpoint).predict()


class Forecaster:
    """A trained forecast: ``fit`` once, then ``predict`` from the same or a newer history of the same tags.

    Weights and intervals stay as they were tried in ``fit``; a newer history only moves the origin.
    """

    def __init__(
        self,
        horizon: int,
        *,
        interval: float = 0.9,
        seasons: Sequence[int] | None = None,
        bounds: Bounds | None = None,
        nonnegative: bool | None = None,
        seconds: float | None = None,
    ) -> None:
        """See ``forecast``. InputError for a horizon outside 1..2,000 or an interval outside 0.5..0.99."""
        if not 1 <= horizon <= MOST_HORIZON:
            raise InputError("forecast.horizon_range", horizon=horizon, most=MOST_HORIZON)
        if not 0.5 <= interval <= 0.99:
            raise InputError("forecast.interval_range", interval=interval)
        self.horizon = horizon
        self.interval = interval
        self.seconds = seconds
        self.options = Options(None if seasons is None else tuple(int(one) for one in seasons), bounds, nonnegative)
        self._fitted: Fitted | None = None

    def fit(
        self,
        frame: Frame,
        targets: Sequence[str],
        *,
        known_future: Frame | None = None,
        checkpoint: Path | None = None,
    ) -> Self:
        """Try the candidates at earlier origins of ``frame``, then train the good ones on all of it."""
        with threadpool_limits(limits=1):
            prepared = prepare(frame, targets, self.horizon, known_future, self.options)
            plan = plan_origins(prepared.panel, self.horizon)
            prepared = judgeable(prepared, plan, self.horizon)
            panel = prepared.panel
            candidates, left_out = offered(panel, plan, self._allowed(len(panel)), checkpoint)
            trial = run_trial(panel, plan, candidates, self.horizon, prepared.limits, self.interval)
            kept = [at for at in range(len(candidates)) if (trial.weights[:, at] > 0).any()]
            for at in kept:
                candidates[at].fit(panel, panel.length, self.horizon)
            self._fitted = Fitted(prepared, plan, trial, {trial.names[at]: candidates[at] for at in kept}, left_out)
        return self

    def predict(self, frame: Frame | None = None, *, known_future: Frame | None = None) -> ForecastResult:
        """The next rows after the end of ``frame`` (None: the history of ``fit``).

        A newer frame must have the step of the trained one, and known-future inputs again where ``fit`` had them.
        """
        fitted = self._fitted
        if fitted is None:
            raise InputError("forecast.not_fitted")
        with threadpool_limits(limits=1):
            prepared = fitted.prepared
            if frame is not None:
                prepared = renewed(fitted, frame, known_future, self.horizon, self.options)
            return answer(fitted, prepared, self.horizon, self.interval)

    def _allowed(self, series: int) -> float:
        """Seconds for the slow candidates."""
        return min(MOST_SECONDS, SECONDS + SECONDS_EACH * series) if self.seconds is None else self.seconds

    def to_parts(self) -> Parts:
        """All that ``predict`` needs: the history's tail, weights, widths, scores and the trained candidates."""
        if self._fitted is None:
            raise InputError("forecast.not_fitted")
        settings = {"horizon": self.horizon, "interval": self.interval, "seconds": self.seconds}
        return to_parts({**settings, "options": self.options.to_json()}, self._fitted)

    @classmethod
    def from_parts(cls, parts: Parts) -> Self:
        """The inverse of ``to_parts``: the same forecasts to the last bit. IntegrityError when parts are missing."""
        settings, fitted = from_parts(parts)
        options = Options.from_json(settings["options"])
        made = cls(int(settings["horizon"]), interval=float(settings["interval"]), seconds=settings["seconds"])
        made.options, made._fitted = options, fitted
        return made

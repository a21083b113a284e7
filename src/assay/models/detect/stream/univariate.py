"""Anomalies in one series, row by row: bounded memory, no look ahead, the same settings for every series.

Several measures of strangeness are each turned into -log10 of a probability by what the series itself showed before;
a measure over w rows repeats itself, so that an exceedance of it is w times rarer than its rows say. The score is half
the largest of them and half their mean: one measure that is sure, or many that agree. Behind an alarm a row counts only
when it is stranger than the alarm: one event is told once (and again when it grows).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.detect.stream.likelihood import Likelihood
from assay.models.detect.stream.measures import WIDTHS, Measures
from assay.models.library.parts import Parts

Floats = NDArray[np.float64]

# Chosen on generated series (``benchmarks.nab --generated``), between neighbours that do as well.
THRESHOLD = 2.8
REST = 100  # rows
GROWTH = 0.3


class OnlineUnivariate:
    """One series: ``update`` gives a row's score, ``-log10`` of about how probable it is in normal operation.

    A row of at least ``threshold`` is an alarm. For ``rest`` rows behind one, a row of at least the threshold that is
    not stranger by ``growth`` than the strangest so far scores 0. It keeps at most about 4 MB.
    """

    def __init__(self, *, threshold: float = THRESHOLD, rest: int = REST, growth: float = GROWTH) -> None:
        if not (threshold > 0.0 and rest >= 0 and growth >= 0.0):
            raise InputError("stream.univariate_settings", threshold=threshold, rest=rest, growth=growth)
        self.threshold, self.rest, self.growth = threshold, rest, growth
        self.ignored = 0
        self._measures: Measures | None = None
        self._likelihoods = {name: Likelihood() for name in WIDTHS}
        self._time = -math.inf
        self._since, self._peak = rest, 0.0

    def update(self, time: float, value: float) -> float:
        """The score of one row; ``time`` in seconds since 1970.

        A missing (not finite) value, and a row that is not later than the last one, score 0 and change nothing; the
        latter are counted in ``ignored``.
        """
        if not math.isfinite(value):
            return 0.0
        if not time > self._time:
            self.ignored += 1
            return 0.0
        self._time = time
        if self._measures is None:
            self._measures = Measures(value)
        return self._rested(self._score(self._measures.update(time, value)))

    def update_many(self, times: Sequence[float] | Floats, values: Sequence[float] | Floats) -> Floats:
        """(n,) the scores of several rows: the same as row by row."""
        return np.array([self.update(float(time), float(value)) for time, value in zip(times, values, strict=True)])

    @property
    def started(self) -> bool:
        """Whether a value has come."""
        return self._measures is not None

    def to_parts(self) -> Parts:
        """Settings and everything the series remembers, without pickle."""
        from assay.models.detect.stream.keeping_series import to_parts

        return to_parts(self)

    @classmethod
    def from_parts(cls, parts: Parts) -> OnlineUnivariate:
        """The series that ``to_parts`` took apart: it goes on as if it had not been."""
        from assay.models.detect.stream.keeping_series import from_parts

        return from_parts(parts)

    def _score(self, measures: dict[str, float]) -> float:
        surprises = []
        for name, width in WIDTHS.items():
            found = self._likelihoods[name].update(measures[name]) if name in measures else 0.0
            surprises.append(found + math.log10(width) if found > 0.0 else 0.0)
        return 0.5 * max(surprises) + 0.5 * sum(surprises) / len(surprises)

    def _rested(self, score: float) -> float:
        self._since += 1
        if score < self.threshold:
            return score
        if self._since <= self.rest and score < self._peak + self.growth:
            return 0.0
        self._since, self._peak = 0, score
        return score

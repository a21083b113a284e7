"""What a candidate is: something that can be trained on a panel and then forecasts from any origin in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

from assay.models.forecast.panel import Floats, Panel
from assay.models.library.parts import Parts


class Candidate(Protocol):
    """A way to forecast. ``name`` is the same in every language and in stored models."""

    name: str

    def fit(self, panel: Panel, end: int, horizon: int) -> None:
        """Learn from grid positions before ``end`` and nothing later. Methods without training keep the horizon."""
        ...

    def predict(self, panel: Panel, origins: Sequence[int], wanted: Sequence[int]) -> Floats:
        """(series, origins, horizon) in the values' unit, NaN for a series it cannot forecast.

        A forecast at an origin reads only values before it (and known-future inputs). Series outside ``wanted``
        may be left NaN.
        """
        ...

    def to_parts(self) -> Parts: ...

    @classmethod
    def from_parts(cls, parts: Parts) -> Self: ...

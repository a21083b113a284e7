"""Many series on one regular grid: what every candidate reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """Series (rows of the arrays) over grid times (columns).

    names: one a series. start: the first grid time, ns since 1970; step: the grid's step in ns.
    values: (series, times), without holes from ``begins[i]`` on, NaN before.
    observed: (series, times), False where a value was filled in; only observed values are scored.
    seasons: for each series its periods in grid steps, the shortest first; empty when it has none.
    known: (inputs, times or more) known-future inputs from the same first time on, or None.
    """

    names: tuple[str, ...]
    start: int
    step: int
    values: Floats
    observed: NDArray[np.bool_]
    begins: NDArray[np.int64]
    seasons: tuple[tuple[int, ...], ...]
    known: Floats | None = None

    @property
    def length(self) -> int:
        """Grid times."""
        return int(self.values.shape[1])

    def __len__(self) -> int:
        return len(self.names)

    def history(self, series: int, end: int, rows: int | None = None) -> Floats:
        """The values of one series before grid position ``end``, at most the last ``rows``."""
        first = int(self.begins[series])
        if rows is not None:
            first = max(first, end - rows)
        return self.values[series, first:end]

    def season(self, series: int) -> int:
        """The series's shortest period in steps, 1 when it has none."""
        return self.seasons[series][0] if self.seasons[series] else 1

    def times(self, first: int, count: int) -> NDArray[np.datetime64]:
        """Grid times from position ``first`` on, as ``datetime64[ns]``; positions may lie beyond the history."""
        nanoseconds = self.start + self.step * np.arange(first, first + count, dtype=np.int64)
        return nanoseconds.astype("datetime64[ns]")

    def truth(self, origins: list[int], horizon: int) -> Floats:
        """(series, origins, horizon): what followed each origin, NaN where it was not observed."""
        shown = np.where(self.observed, self.values, np.nan)
        return np.stack([shown[:, origin : origin + horizon] for origin in origins], axis=1)

"""A straight line from the last rows to every step of the horizon, estimated in closed form.

Direct multi-step ridge regression on a centred look-back window, one matrix a series, in the manner of NLinear (Zeng et
al., AAAI 2023) and RLinear (Li et al., 2023), but by normal equations instead of gradient steps. The penalty is chosen
on the newest fifth of the training windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import JsonValue

from assay.models.forecast.panel import Floats, Panel
from assay.models.library.parts import Parts

PENALTIES = (1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)  # times the windows and the series's variance
MOST_WINDOWS, WINDOWS_IN_ALL, LEAST_WINDOWS = 12_000, 200_000, 2_000  # of one series, of all, of one in any case
LONGEST_LOOKBACK = 720
LEAST, AMPLE = 2.2, 6.0  # rows of history for each row of look-back: what a season needs, what more than one needs
LONG = [(back, AMPLE) for back in (192, 96, 48)]  # for series without a season
SHORT = [(back, LEAST) for back in (24, 12, 6, 3)]
HELD_OUT = 0.2
FEWEST_WINDOWS = 24
CLEAN = 0.5  # share of a window's target rows that must have been observed


class Linear:
    """``linear`` looks back over the longest season that the history carries, ``linear_short`` over two short ones.

    A season longer than the look-back (a day of minutes) is taken out first: the line works on the differences to the
    season before. ``linear_known`` first takes out the part of the target that follows the known-future inputs at the
    same moment, and puts it back with their future values.
    """

    def __init__(self, name: str = "linear", horizon: int = 0) -> None:
        self.name = name
        self.horizon = horizon
        self.weights: dict[int, Floats] = {}  # series -> (look-back, horizon)
        self.centres: dict[int, int] = {}  # series -> rows whose mean is the window's centre
        self.slopes: dict[int, Floats] = {}  # series -> (inputs,), only with known
        self.lags: dict[int, int] = {}  # series -> season whose differences are forecast

    def fit(self, panel: Panel, end: int, horizon: int) -> None:
        """One matrix for each series that has enough windows."""
        self.horizon = horizon
        most = max(LEAST_WINDOWS, min(MOST_WINDOWS, WINDOWS_IN_ALL // len(panel)))
        for series in range(len(panel)):
            begin = int(panel.begins[series])
            seasons = panel.seasons[series]
            self.lags.pop(series, None)
            if seasons and 2 * seasons[0] > LONGEST_LOOKBACK and horizon <= seasons[0]:
                self.lags[series] = seasons[0]
                begin, seasons = begin + seasons[0], ()
            back = self._lookback(end - begin, horizon, seasons)
            if back is None:
                continue
            if self.name == "linear_known":
                self.slopes[series] = _slopes(panel, series, end)
            values = self._values(panel, series, begin, end)
            centre = min(seasons[0], back) if seasons else 1
            weights = _ridge(values, panel.observed[series, begin:end], back, horizon, centre, most)
            if weights is not None:
                self.weights[series], self.centres[series] = weights, centre

    def predict(self, panel: Panel, origins: Sequence[int], wanted: Sequence[int]) -> Floats:
        """(series, origins, horizon)."""
        out = np.full((len(panel), len(origins), self.horizon), np.nan)
        for series in wanted:
            weights = self.weights.get(series)
            if weights is None:
                continue
            back, lag = len(weights), self.lags.get(series, 0)
            for at, origin in enumerate(origins):
                if origin - back - lag < panel.begins[series]:
                    continue
                window = self._values(panel, series, origin - back, origin)
                centre = window[-self.centres[series] :].mean()
                out[series, at] = (window - centre) @ weights + centre
                if lag:
                    out[series, at] += self._plain(panel, series, origin - lag, origin - lag + self.horizon)
                if series in self.slopes and panel.known is not None:
                    out[series, at] += self.slopes[series] @ panel.known[:, origin : origin + self.horizon]
        return out

    def _values(self, panel: Panel, series: int, first: int, end: int) -> Floats:
        """What the line works on."""
        values, lag = self._plain(panel, series, first, end), self.lags.get(series)
        return values if lag is None else values - self._plain(panel, series, first - lag, end - lag)

    def _plain(self, panel: Panel, series: int, first: int, end: int) -> Floats:
        """Values without what follows the known inputs."""
        values = panel.values[series, first:end]
        if series in self.slopes and panel.known is not None:
            return np.asarray(values - self.slopes[series] @ panel.known[:, first:end], np.float64)
        return values

    def _lookback(self, rows: int, horizon: int, seasons: tuple[int, ...]) -> int | None:
        """As many rows as the history carries; None when there is too little, or for a short one that is no shorter."""
        short = _fitting(rows - horizon, [(2 * seasons[0], LEAST), (seasons[0], LEAST)] if seasons else SHORT)
        if not seasons:
            wanted = LONG
        elif len(seasons) > 1:
            wanted = [(2 * seasons[-1], AMPLE), (seasons[-1], LEAST), (3 * seasons[0], LEAST)]
        else:
            wanted = [(14 * seasons[0], AMPLE), (7 * seasons[0], AMPLE), (4 * seasons[0], AMPLE)]
        long = _fitting(rows - horizon, wanted)
        if self.name == "linear_short":
            return short if long is not None else None
        return long if long is not None else short

    def to_parts(self) -> Parts:
        """The matrices as arrays."""
        arrays: dict[str, Floats] = {f"weights/{series}": weights for series, weights in self.weights.items()}
        arrays |= {f"slopes/{series}": slopes for series, slopes in self.slopes.items()}
        rows: dict[str, JsonValue] = {
            str(series): [centre, self.lags.get(series, 0)] for series, centre in self.centres.items()
        }
        return Parts(about={"name": self.name, "horizon": self.horizon, "rows": rows}, arrays=arrays)

    @classmethod
    def from_parts(cls, parts: Parts) -> Self:
        """The inverse of ``to_parts``."""
        made = cls(str(parts.about["name"]), int(str(parts.about["horizon"])))
        rows: Any = parts.about["rows"]
        made.centres = {int(series): int(centre) for series, (centre, _) in rows.items()}
        made.lags = {int(series): int(lag) for series, (_, lag) in rows.items() if lag}
        for name, array in parts.arrays.items():
            kind, _, series = name.partition("/")
            (made.weights if kind == "weights" else made.slopes)[int(series)] = np.asarray(array, np.float64)
        return made


def _fitting(rows: int, wanted: Sequence[tuple[int, float]]) -> int | None:
    """The first look-back that the rows carry."""
    return next((back for back, times in wanted if back <= LONGEST_LOOKBACK and rows >= times * back), None)


def _ridge(
    values: Floats, observed: np.typing.NDArray[np.bool_], back: int, ahead: int, centre: int, most: int
) -> Floats | None:
    """(look-back, horizon), or None with too few windows whose targets were observed."""
    if len(values) < back + ahead + FEWEST_WINDOWS:
        return None
    windows = sliding_window_view(values, back + ahead)
    seen = sliding_window_view(observed, back + ahead)[:, back:].mean(axis=1) >= CLEAN
    stride = -(-len(windows) // most)
    at = np.flatnonzero(seen)[::-1][::stride][::-1]  # the newest window is always among them
    scale = float(np.std(values))
    if len(at) < FEWEST_WINDOWS or not scale > 1e-9 * float(np.abs(values).max()):
        return None
    rows = windows[at]
    centres = rows[:, back - centre : back].mean(axis=1, keepdims=True)
    x, y = (rows[:, :back] - centres) / scale, (rows[:, back:] - centres) / scale
    cut = int(len(x) * (1.0 - HELD_OUT))
    gap = min(ahead // stride, cut // 4)  # targets of a training window must not lie in the held-out windows
    tried = _solve(x[: cut - gap], y[: cut - gap], PENALTIES)
    losses = [float(np.mean(np.abs(x[cut:] @ weights - y[cut:]))) for weights in tried]
    return _solve(x, y, (PENALTIES[int(np.argmin(losses))],))[0]


def _solve(x: Floats, y: Floats, penalties: Sequence[float]) -> list[Floats]:
    """Ridge solutions by one eigendecomposition of the normal matrix."""
    values, vectors = np.linalg.eigh(x.T @ x)
    projected = vectors.T @ (x.T @ y)
    return [vectors @ (projected / (np.maximum(values, 0.0) + penalty * len(x))[:, None]) for penalty in penalties]


def _slopes(panel: Panel, series: int, end: int) -> Floats:
    """(inputs,): how the target moves with the known inputs, by ridge on seasonal differences."""
    assert panel.known is not None
    begin, season = int(panel.begins[series]), panel.season(series)
    y = panel.values[series, begin:end]
    x = panel.known[:, begin:end]
    dy, dx = y[season:] - y[:-season], (x[:, season:] - x[:, :-season]).T
    seen = panel.observed[series, begin + season : end] & panel.observed[series, begin : end - season]
    dy, dx = dy[seen], dx[seen]
    spread = dx.std(axis=0)
    usable = spread > 1e-9
    slopes = np.zeros(len(spread))
    if usable.any() and len(dy) > 3 * len(spread) + 10:
        z = dx[:, usable] / spread[usable]
        slopes[usable] = np.linalg.solve(z.T @ z + 1e-3 * len(z) * np.eye(z.shape[1]), z.T @ dy) / spread[usable]
    return slopes

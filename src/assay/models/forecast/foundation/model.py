"""What every foundation model offers, and what is the same for all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from assay.kernel.errors import InputError
from assay.models.forecast.foundation.checkpoint import Checkpoint

Floats = NDArray[np.float64]

BLOCK_LIMIT = 64
"""Native horizons that one forecast may span: every block stands on forecasts of the blocks before it."""
VALUE_LIMIT = 1e100
"""No measured value is larger; its square would no longer be a number."""
MEMORY_BYTES = 16 * 1024**2
"""Roughly what the activations of one batch may take; larger batches were not faster on one core."""


class FoundationModel(Protocol):
    """A pretrained forecaster: no training, one model for all series.

    name: the checkpoint's folder. digest: SHA-256 over configuration and weights, for the evidence.
    context: rows of history that are used at most. horizon: rows of one native forecast block.
    quantiles: levels that the model itself gives, ascending; ``(0.5,)`` for a model that gives one point.
    """

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def context(self) -> int: ...
    @property
    def horizon(self) -> int: ...
    @property
    def quantiles(self) -> tuple[float, ...]: ...

    def predict(self, values: Floats, horizon: int, quantiles: Sequence[float]) -> Floats:
        """Forecast the next ``horizon`` rows of every series; see ``Foundation.predict``."""
        ...

    def describe(self) -> dict[str, JsonValue]:
        """What a card or a piece of evidence states about the model."""
        ...


class Foundation(ABC):
    """Checks, batches and levels; an architecture adds ``_rollout``."""

    architecture: ClassVar[str]
    context: int
    horizon: int
    quantiles: tuple[float, ...]

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self.name = checkpoint.name
        self.digest = checkpoint.digest

    @abstractmethod
    def _rollout(self, values: Floats, blocks: int) -> Floats:
        """Forecast (series, blocks * native horizon, native levels) of series that have at least one value each."""

    @abstractmethod
    def _series_bytes(self, rows: int) -> int:
        """Memory that the activations of one series with this many rows take."""

    def predict(self, values: Floats, horizon: int, quantiles: Sequence[float]) -> Floats:
        """Forecast the next ``horizon`` rows.

        values: (series, rows), float, NaN for missing, equally spaced, the latest row last; only the last ``context``
        rows are used. Returns (series, horizon, quantiles) in the unit of ``values``, not decreasing along the last
        axis when the levels ascend (crossing quantiles are put in order: Chernozhukov et al. 2010). A series without
        any value in its last ``context`` rows gets NaN. Levels between the model's own are interpolated; a level
        outside of them is refused, never guessed. Horizons beyond the native one are made of repeated blocks.
        The same call gives the same bits under the same number of BLAS threads (the forecaster sets one).
        InputError for a wrong shape, an infinite value, a horizon or a level that cannot be had.
        """
        window = self._window(values)
        blocks = self._blocks(horizon)
        levels = self._levels(quantiles)
        answer = np.full((window.shape[0], horizon, levels.size), np.nan)
        alive = np.flatnonzero(~np.isnan(window).all(axis=1))
        size = max(1, MEMORY_BYTES // self._series_bytes(window.shape[1]))
        for start in range(0, alive.size, size):
            batch = alive[start : start + size]
            native = np.sort(self._rollout(window[batch], blocks)[:, :horizon], axis=-1)
            answer[batch] = between_levels(native, self.quantiles, levels)
        return answer

    def _window(self, values: Floats) -> Floats:
        table = np.asarray(values, dtype=np.float64)
        if table.ndim != 2 or table.shape[1] == 0:
            raise InputError("foundation.values_shape", found=list(table.shape))
        window = table[:, -self.context :]
        wild = np.argwhere(np.abs(window) > VALUE_LIMIT)
        if wild.size:
            series, row = (int(n) for n in wild[0])
            raise InputError("foundation.values_infinite", series=series, row=row + table.shape[1] - window.shape[1])
        return window

    def _blocks(self, horizon: int) -> int:
        if horizon < 1 or horizon > BLOCK_LIMIT * self.horizon:
            raise InputError("foundation.horizon", found=horizon, limit=BLOCK_LIMIT * self.horizon, name=self.name)
        return -(-horizon // self.horizon)

    def _levels(self, quantiles: Sequence[float]) -> Floats:
        levels = np.asarray(quantiles, dtype=np.float64)
        low, high = self.quantiles[0], self.quantiles[-1]
        for level in levels:
            if not low <= level <= high:
                key = "foundation.point_only" if len(self.quantiles) == 1 else "foundation.level"
                raise InputError(key, found=float(level), low=low, high=high, name=self.name)
        return levels

    def describe(self) -> dict[str, JsonValue]:
        """What a card or a piece of evidence states about the model."""
        return {
            "name": self.name,
            "architecture": self.architecture,
            "parameters": sum(tensor.size for tensor in self._checkpoint.tensors.values()),
            "digest": self.digest,
            "weights_sha256": self._checkpoint.weights_sha256,
            "config_sha256": self._checkpoint.config_sha256,
            "context": self.context,
            "horizon": self.horizon,
            "quantiles": list(self.quantiles),
        }


def between_levels(native: Floats, known: Sequence[float], asked: Floats) -> Floats:
    """Values at the asked levels, linear between the known ones; native is (..., known), ascending."""
    place = np.interp(asked, known, np.arange(len(known), dtype=np.float64))
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, len(known) - 1)
    share = place - low
    below = native[..., low]
    spread: Floats = below + share * (native[..., high] - below)
    return spread

"""Find the alarm and the onset in a case, with a baseline that grows while the history stays quiet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.twin import Library
from assay.skills.investigate import screening
from assay.skills.investigate.case import Grid, Normal, locate_onset, means
from assay.skills.investigate.derived import kept_reference
from assay.skills.investigate.diagnosis import decimate
from assay.skills.investigate.rolling import average
from assay.skills.investigate.screening import STILL_MOVE, Reference

Array = NDArray[np.float64]

HEADS = (0.5, 2.0, 6.0)  # hours of baseline
_MINIMUM_HEAD = 8
_REBASES = 12
# Below this multiple of the limit a deviation is what normal operation shows now and then.
CLEAR_PEAK = 1.4


@dataclass(frozen=True, slots=True)
class Screen:
    """``score`` (rows,) joint statistic (alarm above 1), ``alarm`` and ``onset`` rows or None, the normal stretch,
    ``scale`` (tags,) the normal spread of each tag of the grid, ``shifts`` (tags,) mean deviation after the alarm and
    ``spreads`` (tags,) log of the ratio of spreads, both against normal."""

    score: Array
    alarm: int | None
    onset: int | None
    normal: Normal
    scale: Array
    shifts: Array
    spreads: Array


def spread_of(library: Library, columns: NDArray[np.int64]) -> Array:
    """Normal spread of each tag; a tag that stands still in normal operation gets the move that counts."""
    runs = library.normal()[:, :, columns].astype(np.float64)
    within = np.sqrt(np.nanmean(np.nanvar(runs, axis=1), axis=0))
    spread: Array = np.where(within > 1e-9, within, STILL_MOVE)
    return spread


class Detector:
    """Screens cases of one library, one set of tags and one sampling interval; references are built once each."""

    def __init__(self, library: Library, columns: NDArray[np.int64], step: int) -> None:
        self._library, self._columns, self._step = library, columns, step
        self._normal = decimate(library.normal()[:, :, columns], step)
        self._sample = library.sample * step
        self.scale = spread_of(library, columns)
        self._references: dict[float, Reference] = {}

    def reference(self, head_hours: float) -> Reference:
        """The reference for a baseline of (about) these hours."""
        head = max((h for h in HEADS if h <= head_hours + 1e-9), default=HEADS[0])
        if head not in self._references:
            rows = max(_MINIMUM_HEAD, round(head / self._sample))

            def build() -> Reference:
                return screening.build_reference(self._normal.astype(np.float64), self._sample, rows)

            self._references[head] = kept_reference(self._library, self._columns, self._step, rows, build)
        return self._references[head]

    def twin_baseline(self) -> Array:
        """The normal means of the twin."""
        return means(self._normal.reshape(-1, self._normal.shape[2]).astype(np.float64))

    def screen(self, grid: Grid, given: tuple[int, int] | None = None) -> Screen:
        """Screen a case. ``given`` are rows that the user says were normal."""
        if given is not None:
            baseline = means(grid.values[given[0] : given[1]])
            hours = (given[1] - given[0]) * self._sample
            return self._finish(grid, Normal(given[0], given[1], baseline, given=True), hours, given[1])
        return self._search(grid)

    def _search(self, grid: Grid) -> Screen:
        rows = len(grid.values)
        heads = [h for h in self._head_rows() if h < 0.7 * rows] or [min(self._head_rows()[0], rows // 2)]
        for head, limit in zip(heads, [*heads[1:], rows], strict=True):
            normal = Normal(0, head, means(grid.values[:head]))
            joint = self._score(grid, normal, head * self._sample)
            alarm = _first(joint, head, limit)
            if alarm is not None:
                return self._confirm(grid, normal, alarm)
        return self._result(grid, Normal(0, heads[-1], means(grid.values[: heads[-1]])), joint, None)

    def _confirm(self, grid: Grid, normal: Normal, alarm: int) -> Screen:
        """Judge an alarm against the stretch just before its onset: a slow drift since a far baseline is no upset."""
        back = max(4, round(4.0 / self._sample))
        for _ in range(_REBASES):
            onset = self._onset(grid, normal.baseline, alarm, back)
            if onset < _MINIMUM_HEAD + 2:
                return self._from_twin(grid)
            local = self._before(grid, onset)
            if local is None:
                return self._from_twin(grid)
            joint = self._score(grid, local, (local.last - local.first) * self._sample)
            confirmed = _first(joint, max(onset - 2, local.last), min(len(joint), alarm + back // 4 + 1))
            if confirmed is not None:
                strong = self._after_a_flicker(joint, confirmed)
                if strong is None:
                    return self._result(grid, local, joint, confirmed)
                normal, alarm = local, strong
                continue
            later = _first(joint, alarm + 1, len(joint))
            if later is None:
                return self._result(grid, local, joint, None)
            normal, alarm = local, later
        return self._result(grid, normal, joint, alarm)

    def _after_a_flicker(self, joint: Array, alarm: int) -> int | None:
        """The row of a strong alarm that follows a weak one after an hour of calm: the upset is the strong one."""
        hour = max(4, round(1.0 / self._sample))
        strong = np.flatnonzero(joint[alarm:] > CLEAR_PEAK)
        if not len(strong):
            return None
        row = alarm + int(strong[0])
        if row - alarm < hour:
            return None
        calm = np.convolve((joint[alarm:row] <= 1.0).astype(np.float64), np.ones(hour), "valid")
        return row if calm.max() >= hour else None

    def _before(self, grid: Grid, onset: int) -> Normal | None:
        """The last rows with values before the onset, as many as the longest baseline; None where there are too few."""
        last = max(_MINIMUM_HEAD, onset - 2)
        there = np.flatnonzero(np.isfinite(grid.values[:last]).any(axis=1))
        if len(there) < _MINIMUM_HEAD:
            return None
        first = int(there[-min(len(there), round(HEADS[-1] / self._sample))])
        return Normal(first, last, means(grid.values[first:last]))

    def _from_twin(self, grid: Grid) -> Screen:
        """The history is abnormal from its first rows: the twin's own normal operation is the baseline."""
        normal = Normal(0, 0, self.twin_baseline(), from_twin=True)
        return self._finish(grid, normal, HEADS[-1], 0)

    def _finish(self, grid: Grid, normal: Normal, hours: float, first: int) -> Screen:
        joint = self._score(grid, normal, hours)
        return self._result(grid, normal, joint, _first(joint, first, len(joint)))

    def _score(self, grid: Grid, normal: Normal, hours: float) -> Array:
        reference = self.reference(hours)
        joint: Array = screening.score(reference, grid.values[None], 0, normal.baseline[None])[0]
        return joint

    def _result(self, grid: Grid, normal: Normal, joint: Array, alarm: int | None) -> Screen:
        nothing = np.zeros(len(grid.tags))
        if alarm is None:
            return Screen(joint, None, None, normal, self.scale, nothing, nothing)
        back = max(4, round(4.0 / self._sample))
        onset = max(self._onset(grid, normal.baseline, alarm, back), normal.last if not normal.given else 0)
        after = grid.values[onset : alarm + max(3, round(1.0 / self._sample))]
        z = (after - normal.baseline) / self.scale
        mean = average(z, axis=0)
        variance = np.nan_to_num(average((z - mean) ** 2, axis=0)[0])
        shifts = np.nan_to_num(mean[0])
        return Screen(joint, alarm, onset, normal, self.scale, shifts, 0.5 * np.log(variance + 1e-2))

    def _onset(self, grid: Grid, baseline: Array, alarm: int, back: int) -> int:
        z = (grid.values - baseline) / self.scale
        return locate_onset(z, alarm, back, max(2, round(0.25 / self._sample)))

    def _head_rows(self) -> list[int]:
        return [max(_MINIMUM_HEAD, round(h / self._sample)) for h in HEADS]


def _first(joint: Array, first: int, limit: int) -> int | None:
    above = np.flatnonzero(joint[first:limit] > 1.0)
    return int(first + above[0]) if len(above) else None


Screener = Callable[[Grid], Screen]

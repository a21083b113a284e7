"""A fitted detector on rows as they come: the scores of the batch, with bounded memory and no look ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel.errors import InputError
from assay.models.detect.detector import Detector
from assay.models.detect.missing import completed
from assay.models.detect.stream.admission import Admission, stretches
from assay.models.detect.stream.changes import REACH, Changes
from assay.models.detect.stream.lanes import LANES, reach
from assay.models.detect.stream.packed import PackedTails
from assay.models.detect.stream.result import FIRST, Change, StreamScores
from assay.models.detect.stream.slow import SlowAverage
from assay.models.detect.stream.standing import Standing
from assay.models.library.parts import Parts

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

GAP = 10.0  # samples without a row, from which on the windows start anew
_CHUNK = 256  # rows computed at once: what stays in a core's cache
_FAR = 1e8  # standard deviations: a wilder value says no more, and its square must not overflow


class StreamDetector:
    """Online detection in many tags, from a ``Detector`` that was fitted on normal operation.

    ``lanes``: some of univariate, components, neighbours (all when not given); the joint score of some is cautious,
    because its tail was taken from all. ``gap``: seconds without a row after which nothing before counts any more
    (ten samples of the normal part when not given; without times in it, never).

    However the rows are cut into blocks, the scores are the same up to rounding. They are those of ``Detector.score``
    where that looks at no later rows: a row on the way between two operating modes is scored against the nearer one.
    """

    def __init__(self, detector: Detector, *, lanes: Sequence[str] = tuple(LANES), gap: float | None = None) -> None:
        if not lanes or not set(lanes) <= set(LANES):
            raise InputError("stream.lanes", given=", ".join(lanes) or "-", known=", ".join(LANES))
        if gap is not None and not gap > 0.0:
            raise InputError("stream.gap", given=gap)
        if detector.profile:
            raise InputError("stream.profile")
        learned = detector.learned
        self.detector, self.lanes, self.gap = detector, tuple(lanes), gap
        seconds = gap if gap is not None else (GAP * learned.sample if learned.sample else None)
        self.admission = Admission(None if seconds is None else int(seconds * 1e9))
        self.standing = Standing()
        ensemble = learned.ensemble
        self._tails = {name: PackedTails(ensemble.tails[name], ensemble.weights[name]) for name in ensemble.tails}
        self._reach = reach(ensemble.members)
        self._kept = max(self._reach, REACH)
        self._restart()

    def _restart(self) -> None:
        """Forget what was before; only whether an alarm stands is kept."""
        learned = self.detector.learned
        baseline = learned.baseline
        columns = tuple(learned.tags[column] for column in baseline.columns)
        self._before: Floats = np.empty((0, len(columns)))
        self._gaps: Mask = np.empty((0, len(columns)), dtype=bool)
        self._slow = SlowAverage(baseline.reach)
        self._changes = Changes(columns, learned.penalties)

    @property
    def tags(self) -> tuple[str, ...]:
        """The columns of the rows, in order."""
        return self.detector.learned.tags

    def update(self, times: ArrayLike, values: ArrayLike) -> StreamScores:
        """The scores of a block of rows: ``times`` (n,) ``datetime64`` in UTC, ``values`` (n, tags), NaN for missing.

        A row that is not later than every row before it, and a row without any value, is not scored and changes
        nothing (``status`` LATE, EMPTY). InputError when the block does not fit.
        """
        stamps, rows = np.asarray(times, dtype="datetime64[ns]"), np.asarray(values, dtype=np.float64)
        if stamps.ndim != 1 or rows.shape != (len(stamps), len(self.tags)) or np.isnat(stamps).any():
            raise InputError("stream.block_shape", times=stamps.shape, values=rows.shape, tags=len(self.tags))
        stood = self.standing.stands
        status = self.admission.judge(stamps.view(np.int64), rows)
        joint, alarm = np.full(len(rows), np.nan), np.zeros(len(rows), dtype=bool)
        lanes: dict[str, Floats] = {}
        changes: list[Change] = []
        for part in stretches(status, _CHUNK):
            if status[part[0]] == FIRST:
                self._restart()
            latest, filled = self._standardised(rows[part])
            z, gaps = np.concatenate([self._before, latest]), np.concatenate([self._gaps, filled])
            found = self._surprises(z, gaps, len(part))
            for name, surprises in found.items():
                lanes.setdefault(name, np.full(len(rows), np.nan))[part] = surprises
            joint[part] = self._joint(found, rows[part], filled)
            alarm[part] = self.standing.update(joint[part] > self.detector.threshold)
            changes += [replace(one, row=int(part[one.row])) for one in self._changes.update(z, len(self._before))]
            self._before, self._gaps = z[-self._kept :], gaps[-self._kept :]
        return StreamScores(joint, _carried(alarm, np.isfinite(joint), stood), lanes, status, tuple(changes))

    def _standardised(self, rows: Floats) -> tuple[Floats, Mask]:
        """As ``Baseline.standardise``, of rows whose past is only in the slow average; and which values were filled."""
        baseline = self.detector.learned.baseline
        x = rows[:, baseline.columns]
        centred = x - baseline.modes.centers[baseline.modes.nearest(x)]
        centred -= self._slow.update(centred)
        z = np.clip(centred / baseline.scale, -_FAR, _FAR)
        return completed(z, baseline.covariance), ~np.isfinite(z)

    def _surprises(self, z: Floats, gaps: Mask, count: int) -> dict[str, Floats]:
        """By method, of the last ``count`` of standardised rows, of which values at ``gaps`` were filled."""
        members = self.detector.learned.ensemble.members
        z, gaps = z[-(count + self._reach) :], gaps[-(count + self._reach) :]
        found: dict[str, Floats] = {}
        for lane in self.lanes:
            for name, scores in LANES[lane](members, z, gaps).items():
                found[name] = self._tails[name].largest(scores[-count:])
        return found

    def _joint(self, surprises: dict[str, Floats], rows: Floats, filled: Mask) -> Floats:
        joint = self.detector.learned.ensemble.joint.surprise(np.max(list(surprises.values()), axis=0))
        joint = np.where(filled.all(axis=1), 0.0, joint)
        never = self.detector.never_seen(rows)
        return np.where(never, np.maximum(joint, 2.0 * self.detector.threshold), joint)

    def to_parts(self) -> Parts:
        """The detector and everything the stream remembers, without pickle."""
        from assay.models.detect.stream.keeping import to_parts

        return to_parts(self)

    @classmethod
    def from_parts(cls, parts: Parts) -> StreamDetector:
        """The stream that ``to_parts`` took apart: it goes on as if it had not been."""
        from assay.models.detect.stream.keeping import from_parts

        return from_parts(parts)


def _carried(alarm: Mask, scored: Mask, stood: bool) -> Mask:
    """Rows that were not scored leave the alarm as it was."""
    last = np.maximum.accumulate(np.where(scored, np.arange(len(alarm)), -1))
    return np.where(last >= 0, alarm[np.maximum(last, 0)], stood)

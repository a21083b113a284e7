"""A detector: fitted on normal operation, it scores any later (or other) rows of the same tags."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.detect.adaptive import widths_for
from assay.models.detect.baseline import Baseline, Standard
from assay.models.detect.changes import penalties
from assay.models.detect.components import lag_order
from assay.models.detect.ensemble import FOLDS, Ensemble
from assay.models.detect.expecting import expected
from assay.models.detect.intervals import alarm_intervals
from assay.models.detect.members import QUICK, SLOW, Settings
from assay.models.detect.neighbours import WINDOW
from assay.models.detect.result import Expected, Scores
from assay.models.library.parts import Parts
from assay.plant.notes import Note
from assay.plant.series import Frame

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEWEST_ROWS = 40
MOST_SUSPICIOUS = 0.3  # share of suspicious rows from which the normal part is refused
SAID = 0.01  # share of suspicious rows that is said


@dataclass(frozen=True, slots=True)
class Learned:
    """What ``fit`` found.

    ``penalties`` (k,) of change points by tag; ``sample`` seconds between rows (None where times do not tell).
    """

    tags: tuple[str, ...]
    baseline: Baseline
    ensemble: Ensemble
    expected: Expected
    penalties: Floats
    suspicious: float
    sample: float | None
    notes: tuple[Note, ...]


class Detector:
    """Unsupervised detection of anomalies in many tags.

    ``fit`` takes normal operation (some faults in it are trimmed and said), ``score`` gives every row its surprise.
    ``false_alarms`` is the wanted rate of normal rows above the threshold; ``profile`` adds the matrix profile, whose
    first use compiles for some twenty seconds.
    """

    def __init__(self, *, false_alarms: float = 0.01, profile: bool = False) -> None:
        if not 1e-6 <= false_alarms <= 0.2:
            raise InputError("detect.false_alarms_range", given=false_alarms)
        self.false_alarms = false_alarms
        self.profile = profile
        self._learned: Learned | None = None

    @property
    def learned(self) -> Learned:
        """What was learnt; InputError before ``fit``."""
        if self._learned is None:
            raise InputError("detect.not_fitted")
        return self._learned

    @property
    def threshold(self) -> float:
        """The joint score above which a row counts: -log10 of the wanted rate."""
        return float(-np.log10(self.false_alarms))

    def fit(self, normal: Frame) -> Detector:
        """Learn normal operation; InputError where there is too little of it or too much of it is abnormal."""
        values = normal.good().values
        some: Mask = np.asarray(np.isfinite(values).any(axis=1))
        if not len(normal.tags) or not some.any():
            raise InputError("detect.nothing_normal", rows=len(normal))
        if some.sum() < FEWEST_ROWS:
            raise InputError("detect.too_few_rows", rows=int(some.sum()), least=FEWEST_ROWS)
        baseline, use, bad = Baseline.of(values, some)
        if not len(baseline.columns):
            raise InputError("detect.nothing_moves", rows=len(normal))
        share = float(bad.sum() / some.sum())
        if share > MOST_SUSPICIOUS:
            raise InputError("detect.normal_faulty", share=round(100 * share), most=round(100 * MOST_SUSPICIOUS))
        count = int(use.sum())
        if count < FEWEST_ROWS:
            raise InputError("detect.too_few_rows", rows=count, least=FEWEST_ROWS)
        standard = baseline.standardise(values)
        settings = Settings(
            quick=widths_for(count, QUICK),
            slow=widths_for(count, SLOW),
            lags=lag_order(standard.z, use, count),
            window=min(WINDOW, max(2, count // (4 * FOLDS))),
            profile=self.profile,
        )
        ensemble = Ensemble.of(standard.z, use, settings, standard.gaps)
        sample = _sample(normal)
        found = expected(ensemble.held, ensemble.blocks, self.threshold, self.false_alarms, sample)
        notes = _notes(normal, baseline, share, found)
        self._learned = Learned(
            normal.tags, baseline, ensemble, found, penalties(standard.z, use), share, sample, notes
        )
        return self

    def standardise(self, frame: Frame) -> Standard:
        """The frame's rows against normal operation; InputError when a tag is missing from it."""
        learned = self.learned
        return learned.baseline.standardise(frame.select(learned.tags).good().values)

    def score(self, frame: Frame) -> Scores:
        """The scores of every row of a frame that holds the same tags (in any order)."""
        return self.score_standard(frame, self.standardise(frame))

    def score_standard(self, frame: Frame, standard: Standard) -> Scores:
        """As ``score``, from rows that ``standardise`` gave."""
        learned = self.learned
        surprises = learned.ensemble.surprises(standard.z, standard.gaps)
        joint = np.where(standard.gaps.all(axis=1), 0.0, learned.ensemble.score(surprises))
        never = self.never_seen(frame.select(learned.tags).good().values)
        joint = np.where(never, np.maximum(joint, 2.0 * self.threshold), joint)
        alarm = np.zeros(len(frame), dtype=bool)
        for first, last, _ in alarm_intervals(joint > self.threshold):
            alarm[first : last + 1] = True
        methods = {name: values.max(axis=1) for name, values in surprises.items()}
        return Scores(frame.times, joint, self.threshold, alarm, methods, standard.mode)

    def held_moved(self, values: Floats) -> Mask:
        """(n,) whether a tag that stood still in normal operation has left its value, from rows (n, tags)."""
        return self.learned.baseline.held_moved(values)

    def never_seen(self, values: Floats) -> Mask:
        """(n,) whether a tag that stood still has left its value, or a wandering one is far outside its range."""
        return self.held_moved(values) | self.learned.baseline.wandered_off(values)

    def to_parts(self) -> Parts:
        """The detector taken apart, without pickle."""
        from assay.models.detect.keeping import to_parts

        return to_parts(self)

    @classmethod
    def from_parts(cls, parts: Parts) -> Detector:
        """The detector that ``to_parts`` took apart, with the same scores to the last bit."""
        from assay.models.detect.keeping import from_parts

        return from_parts(parts)


def _sample(frame: Frame) -> float | None:
    if len(frame) < 2:
        return None
    return float(np.median(np.diff(frame.times.view(np.int64)))) / 1e9


def _notes(frame: Frame, baseline: Baseline, share: float, found: Expected) -> tuple[Note, ...]:
    notes = []
    if share > SAID:
        notes.append(Note("detect.note_suspicious", {"share": round(100 * share, 1)}))
    held = [frame.tags[i] for i in baseline.held]
    if held:
        notes.append(Note("detect.note_held", {"tags": ", ".join(held[:10]), "count": len(held)}))
    known = set(baseline.columns) | set(baseline.held)
    empty = [tag for i, tag in enumerate(frame.tags) if i not in known]
    if empty:
        notes.append(Note("detect.note_empty", {"tags": ", ".join(empty[:10]), "count": len(empty)}))
    wandering = [frame.tags[i] for i in baseline.columns[baseline.wandering]]
    if wandering:
        notes.append(Note("detect.note_wandering", {"tags": ", ".join(wandering[:10]), "count": len(wandering)}))
    if not found.sure:
        about = {"rows": found.rows, "independent": round(found.independent), "wanted": found.wanted}
        notes.append(Note("detect.note_unsure", about))
    return tuple(notes)

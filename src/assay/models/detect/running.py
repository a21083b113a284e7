"""``detect``: a history in, alarms with their evidence out."""

from __future__ import annotations

from datetime import datetime

from assay.kernel.errors import InputError
from assay.models.detect.changes import change_points
from assay.models.detect.describing import intervals_of
from assay.models.detect.detector import Detector
from assay.models.detect.oddities import oddities
from assay.models.detect.result import Detection
from assay.models.detect.rules import RuleSet, check, disagreements
from assay.models.detect.unseen import with_unseen_modes
from assay.plant.notes import Note
from assay.plant.series import Frame


def detect(
    frame: Frame,
    *,
    train_rows: int | None = None,
    normal: tuple[datetime, datetime] | None = None,
    false_alarms: float = 0.01,
    rules: RuleSet | None = None,
    profile: bool = False,
    detector: Detector | None = None,
) -> Detection:
    """Score every row of ``frame`` against a normal part of it: its first ``train_rows`` rows, or the rows with
    ``normal[0] <= time < normal[1]``. ``detector``: one fitted before, then the frame needs no normal part.

    InputError when none or several of the three are given, or where there is too little normal operation.
    """
    if sum(given is not None for given in (train_rows, normal, detector)) != 1:
        raise InputError("detect.normal_choice")
    if not len(frame):
        raise InputError("detect.no_rows")
    notes: list[Note] = []
    first, last = 0, 0
    if detector is None:
        first, last = _normal_rows(frame, train_rows, normal)
        part = Frame(frame.times[first:last], frame.tags, frame.good().values[first:last])
        detector = Detector(false_alarms=false_alarms, profile=profile).fit(part)
    learned = detector.learned
    standard = detector.standardise(frame)
    scores = detector.score_standard(frame, standard)
    odd = oddities(frame.select(learned.tags).good(), learned, standard.z, first, last)
    scores = with_unseen_modes(learned, standard.z, scores)
    intervals = intervals_of(frame, detector, standard, scores, odd)
    findings = check(rules, frame.good()) if rules is not None else ()
    notes += [*learned.notes, *odd.notes]
    return Detection(
        tags=learned.tags,
        fitted_rows=(first, last),
        scores=scores,
        intervals=intervals,
        change_points=change_points(frame, learned, standard.z, first, last),
        expected=learned.expected,
        modes=len(learned.baseline.modes.centers),
        suspicious=learned.suspicious,
        wandering=tuple(learned.tags[i] for i in learned.baseline.columns[learned.baseline.wandering]),
        rules=findings,
        disagreements=disagreements(findings, [(one.first, one.last) for one in intervals], frame),
        notes=tuple(notes),
    )


def _normal_rows(frame: Frame, train_rows: int | None, normal: tuple[datetime, datetime] | None) -> tuple[int, int]:
    if train_rows is not None:
        if not 0 < train_rows <= len(frame):
            raise InputError("detect.train_rows_range", given=train_rows, rows=len(frame))
        return 0, train_rows
    start, end = normal or (None, None)
    before = len(frame.between(None, start))
    count = len(frame.between(start, end))
    if not count:
        raise InputError("detect.normal_empty", start=start, end=end)
    return before, before + count

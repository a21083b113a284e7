"""What a detection says, ready for JSON: scores per row, alarms with their tags, changes, expected false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.texts import Lang
from assay.models.detect.rules import Disagreement, RuleFinding
from assay.plant.notes import Note
from assay.plant.series import Times, to_datetime

Floats = NDArray[np.float64]

KNOWN_MODE_CHANGE = -1
UNSEEN = -2


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Per row: ``joint`` (n,) the score, -log10 of the probability that a normal row is as unusual; ``threshold`` for
    the wanted rate of false alarms; ``alarm`` (n,) whether the row lies in an alarm interval; ``methods`` the
    surprises (n,) of each method in the same unit; ``mode`` (n,) the operating mode from 0 on, KNOWN_MODE_CHANGE (-1)
    on the way between known modes, UNSEEN (-2) where no known mode is near.
    """

    times: Times
    joint: Floats
    threshold: float
    alarm: NDArray[np.bool_]
    methods: Mapping[str, Floats]
    mode: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Contribution:
    """A tag's part in an interval: ``share`` of the whole (they sum to 1), by how much and in what way it differs.

    ``kind``: level (shifted by ``size`` normal standard deviations, with its sign), relation (fits the other tags no
    longer), spread (``size`` standard errors more or, negative, less movement).
    """

    tag: str
    share: float
    kind: str
    size: float


@dataclass(frozen=True, slots=True)
class Interval:
    """An alarm: rows ``first`` to ``last`` above the threshold, raised at row ``raised`` when enough of them were seen.

    ``onset``: row in which the change most probably began, at or before ``raised``. ``kind``: change, unseen_mode,
    stuck or unit. ``peak``: the highest score. ``methods``: which were above the threshold, strongest first.
    """

    first: int
    last: int
    raised: int
    onset: int
    start: datetime
    end: datetime
    raised_at: datetime
    onset_at: datetime
    kind: str
    peak: float
    methods: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The level of ``tags`` changed at ``row``; at row ``established`` enough was seen to say so.

    ``size``: of the largest change, in normal standard deviations, with its sign.
    """

    row: int
    established: int
    time: datetime
    established_at: datetime
    tags: tuple[str, ...]
    size: float


@dataclass(frozen=True, slots=True)
class Expected:
    """False alarms to expect. ``wanted`` per row; ``measured`` on normal blocks that were held out of fit and
    threshold, with the 90 % interval ``low`` to ``high`` for the ``independent`` rows that ``rows`` correlated ones
    are worth; ``per_day`` rows at the measured rate (None where times do not tell). ``sure`` says whether the rows
    suffice for the threshold: at least one independent row beyond it could be expected.
    """

    wanted: float
    measured: float
    low: float
    high: float
    per_day: float | None
    rows: int
    independent: float
    blocks: int
    sure: bool


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """The whole answer of ``detect``."""

    tags: tuple[str, ...]
    fitted_rows: tuple[int, int]
    scores: Scores
    intervals: tuple[Interval, ...]
    change_points: tuple[ChangePoint, ...]
    expected: Expected
    modes: int
    suspicious: float
    wandering: tuple[str, ...]
    rules: tuple[RuleFinding, ...]
    disagreements: tuple[Disagreement, ...]
    notes: tuple[Note, ...]

    def to_json(self, lang: Lang = "en", *, rows: bool = True) -> dict[str, Any]:
        """Plain JSON: times in ISO 8601 UTC, numbers rounded to six digits; ``rows`` False leaves the rows out."""
        scores = self.scores
        plain: dict[str, Any] = {
            "tags": list(self.tags),
            "rows_fitted": list(self.fitted_rows),
            "threshold": _plain(scores.threshold),
            "intervals": [_plain(interval) for interval in self.intervals],
            "change_points": [_plain(change) for change in self.change_points],
            "expected_false_alarms": _plain(self.expected),
            "modes": self.modes,
            "suspicious_training_share": _plain(self.suspicious),
            "wandering": list(self.wandering),
            "rules": [_plain(finding) for finding in self.rules],
            "disagreements": [_plain(one) for one in self.disagreements],
            "notes": [{"key": note.key, "text": note.render(lang)} for note in self.notes],
        }
        if rows:
            plain["rows"] = {
                "time": [_plain(to_datetime(time)) for time in scores.times],
                "score": _plain(scores.joint),
                "alarm": [bool(value) for value in scores.alarm],
                "mode": [int(value) for value in scores.mode],
                "methods": {name: _plain(values) for name, values in scores.methods.items()},
            }
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    if isinstance(value, np.ndarray):
        return [_plain(float(one)) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value

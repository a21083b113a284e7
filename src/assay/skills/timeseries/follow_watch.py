"""The live detector: new rows in, what is to be told out; every alarm is kept before it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import TransientError
from assay.plant.series import Frame, to_datetime
from assay.skills.timeseries.follow_findings import Findings, leading
from assay.skills.timeseries.follow_rows import Feed
from assay.skills.timeseries.follow_state import State, StateFile
from assay.skills.timeseries.follow_value import alarm_value, memory_of

if TYPE_CHECKING:
    from assay.models.detect.stream import StreamDetector

BLOCK = 64  # rows that are judged at once, and the fewest that a kept window reaches back over
POLL = 1.0  # seconds between two looks at the history
HEARTBEAT = 60.0  # seconds between two signs of life
_QUIET = 5.0  # usual distances without a row, after which the data is said to have stopped


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell: ``kind`` is the end of its text's key, ``about`` plain data."""

    kind: str
    about: dict[str, Any]


@dataclass(slots=True)
class Anchor:
    """What the stream remembered, and the rows since."""

    memory: dict[str, Any]
    rows: list[Frame] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows."""
        return sum(len(one) for one in self.rows)


@dataclass(slots=True)
class Follower:
    """Judges what ``feed`` gives. ``clock``: seconds that only rise; ``patience``: seconds of the plant's own time
    without a value by tag, after which the tag is said to be lost."""

    feed: Feed
    stream: StreamDetector
    findings: Findings
    file: StateFile
    state: State
    clock: Callable[[], float]
    patience: NDArray[np.float64]
    late: int = 0
    score: float = 0.0
    more: bool = False
    _anchors: list[Anchor] = field(default_factory=list)
    _known: list[datetime] = field(default_factory=list)
    _lost: set[int] = field(default_factory=set)
    _pace: float | None = None
    _arrived: float = 0.0
    _beat: float | None = None
    _stopped: bool = False
    _busy: bool = False

    def __post_init__(self) -> None:
        self._anchors = [Anchor(self.state.memory)]
        self._known = [self.feed.last] * len(self.feed.tags)
        self._arrived = self.clock()

    def poll(self) -> Iterator[Told]:
        """Take what is new, and tell about it; the state on disk is the one after it."""
        try:
            fresh = self.feed.fresh()
        except TransientError as error:
            if not self._busy:
                yield Told("busy", {"problem": str(error)})
            self._busy = True
            return
        self._busy, self.more = False, fresh.more
        if fresh.late:
            self.late += fresh.late
            yield Told("late", {"rows": fresh.late, "until": _iso(self.feed.last)})
        if len(fresh.rows):
            yield from self._arrival(fresh.rows)
            for at in range(0, len(fresh.rows), BLOCK):
                yield from self._block(_cut(fresh.rows, at, at + BLOCK))
            self.state.last, self.state.memory = _iso(self.feed.last), memory_of(self.stream)
            self.file.save(self.state)
        else:
            yield from self._silence()
        if not self.more and (self._beat is None or self.clock() - self._beat >= HEARTBEAT):
            self._beat = self.clock()
            yield Told("heartbeat", self.about())

    def about(self) -> dict[str, Any]:
        """Where it stands."""
        return {
            "rows": self.state.rows,
            "last": self.state.last,
            "score": float(f"{self.score:.4g}"),
            "threshold": float(f"{self.stream.detector.threshold:.4g}"),
            "alarm": self.state.alarm is not None,
            "alarms": self.state.alarms,
            "late": self.late,
        }

    def _arrival(self, rows: Frame) -> Iterator[Told]:
        now = self.clock()
        if self._stopped:
            yield Told("resumed", {"since": self.state.last, "time": _iso(to_datetime(rows.times[0]))})
        elif self._beat is not None and not self.more:  # caught up: rows come as they are recorded
            pace = (now - self._arrived) / len(rows)
            self._pace = pace if self._pace is None else self._pace + 0.2 * (pace - self._pace)
        self._stopped, self._arrived = False, now

    def _silence(self) -> Iterator[Told]:
        quiet, pace = self.clock() - self._arrived, max(self._pace or self.feed.sample, 1e-3)
        if self._stopped or self.more or quiet < max(_QUIET * pace, 3.0 * POLL):
            return
        self._stopped = True
        samples = max(1, round(quiet / pace))
        yield Told("stopped", {"since": self.state.last, "rows": self.state.rows, "samples": samples})

    def _block(self, rows: Frame) -> Iterator[Told]:
        from assay.models.detect.stream import FIRST

        if self._anchors[-1].count >= BLOCK:
            self._anchors = [self._anchors[-1], Anchor(memory_of(self.stream))]
        seen, stood = self.state.rows, self.stream.standing.stands
        scores = self.stream.update(rows.times, rows.values)
        yield from self._tags(rows)
        for row in range(len(rows)):
            time = to_datetime(rows.times[row])
            if scores.status[row] == FIRST and seen + row:
                before = self.state.last if row == 0 else _iso(to_datetime(rows.times[row - 1]))
                yield Told("gap", {"start": before, "end": _iso(time)})
            score, stands = float(scores.joint[row]), bool(scores.alarm[row])
            if np.isfinite(score):
                self.score = score
            if stands and not stood:
                yield from self._raise(_cut(rows, 0, row + 1))
            elif stood and not stands:
                yield from self._return(time)
            elif self.state.alarm is not None and score > self.state.alarm["peak"]:
                self.state.alarm["peak"] = float(f"{score:.6g}")
            stood = stands
        self.state.rows += len(rows)
        self.state.last = _iso(to_datetime(rows.times[-1]))
        self._anchors[-1].rows.append(rows)

    def _raise(self, rows: Frame) -> Iterator[Told]:
        window = _joined([*(one for anchor in self._anchors for one in anchor.rows), rows])
        memory = self._anchors[0].memory
        value = alarm_value(self.stream.detector, memory, window)
        told, new = self.findings.raised(value, memory, window)
        self.state.alarm = {**told, "peak": told["score"]}
        if new:
            self.state.alarms += 1
            yield Told("alarm", {**told, "tag": leading(told)})

    def _return(self, time: datetime) -> Iterator[Told]:
        alarm, self.state.alarm = self.state.alarm, None
        if alarm is not None:
            told, new = self.findings.returned(alarm, time)
            if new:
                yield Told("ended", {**told, "tag": leading(told)})

    def _tags(self, rows: Frame) -> Iterator[Told]:
        """Tags that have had no value for long, each once, and those that have one again."""
        known = np.isfinite(rows.values)
        end = to_datetime(rows.times[-1])
        for column, tag in enumerate(rows.tags):
            found = np.flatnonzero(known[:, column])
            if len(found):
                self._known[column] = to_datetime(rows.times[found[-1]])
            since = self._known[column]
            if column in self._lost and len(found):
                self._lost.remove(column)
                yield Told("tag_back", {"tag": tag, "time": _iso(to_datetime(rows.times[found[0]]))})
            elif column not in self._lost and end - since > timedelta(seconds=float(self.patience[column])):
                self._lost.add(column)
                yield Told("tag_lost", {"tag": tag, "since": _iso(since)})


def _cut(frame: Frame, first: int, last: int) -> Frame:
    return Frame(frame.times[first:last], frame.tags, frame.values[first:last])


def _joined(frames: list[Frame]) -> Frame:
    times, values = [one.times for one in frames], [one.values for one in frames]
    return Frame(np.concatenate(times), frames[0].tags, np.concatenate(values))


def _iso(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")

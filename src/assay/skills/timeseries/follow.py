"""Follow a plant's history as it is recorded, and tell what is abnormal against a normal part of it.

It reads the plant and writes evidence and events; nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.blobs import history_blob
from assay.plant.historian import Readable, open_historian
from assay.plant.records import Records
from assay.plant.series import Frame
from assay.skills.timeseries.follow_findings import Findings
from assay.skills.timeseries.follow_rows import Feed, known_tags, spacing
from assay.skills.timeseries.follow_state import State, StateFile
from assay.skills.timeseries.follow_value import learned_detector, memory_of, stream_with
from assay.skills.timeseries.follow_watch import BLOCK, POLL, Follower, Told

if TYPE_CHECKING:
    from assay.models.detect import Detector
    from assay.models.detect.stream import StreamDetector

_PATIENCE = 10.0  # usual distances without a value, after which a tag is said to be lost
_NEVER = 1e9
_WARMED = 256  # rows before the first judged one that the stream is shown, to have something to judge by


@dataclass(frozen=True, slots=True)
class Question:
    """What to follow. ``plant``: as a user names it, ``id`` its own; ``normal``: (from, to), or ``model``: a kept
    detector; ``tags``: empty for all; ``start``: the first time to judge, where nothing was judged before (default:
    after the normal part; with a model the newest row)."""

    plant: str
    id: str
    normal: tuple[datetime, datetime] | None = None
    model: str | None = None
    tags: tuple[str, ...] = ()
    false_alarms: float = 0.01
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Judge:
    """A detector, where it is from, and how its rows come: usual seconds, the grid's step, patience by tag."""

    detector: Detector
    about: dict[str, Any]
    sample: float
    step: float | None
    patience: NDArray[np.float64]
    normal: Frame | None


@contextmanager
def following(question: Question, records: Records, clock: Callable[[], float]) -> Iterator[Follower]:
    """A follower that goes on where it stood; InputError for a wrong question, BusyError for a second follower."""
    with open_historian(question.plant) as reader:
        span = reader.span()
        if span is None:
            raise InputError("timeseries.follow_nothing_recorded", plant=question.plant)
        judge = _judge(question, reader)
        tags = judge.detector.learned.tags
        key = {**judge.about, "tags": list(tags), "assay": version("assay")}
        with StateFile(question.plant, key).held() as file:
            state = file.load()
            stream = None if state is None else stream_with(judge.detector, state.memory)
            if state is None or stream is None:
                first = question.start or (question.normal[1] if question.normal else span[1])
                stream = _warmed(judge, reader, first)
                last = (first - timedelta(microseconds=1)).isoformat().replace("+00:00", "Z")
                state = State(last, memory_of(stream))
            feed = Feed(reader, tags, judge.sample, datetime.fromisoformat(state.last), judge.step)
            findings = Findings(records, question.id, judge.about)
            yield Follower(feed, stream, findings, file, state, clock, judge.patience)


def follow(
    follower: Follower, wait: Callable[[float], bool], clock: Callable[[], float], seconds: float | None
) -> Iterator[Told]:
    """Everything there is to tell, until ``seconds`` are over (None: never) or ``wait`` (seconds) says to stop."""
    end = None if seconds is None else clock() + seconds
    yield Told("started", {**follower.about(), "tags": len(follower.feed.tags)})
    while True:
        yield from follower.poll()
        left = POLL if end is None else end - clock()
        if left <= 0.0 or wait(0.0 if follower.more else min(POLL, left)):
            break
    yield Told("finished", follower.about())


def _judge(question: Question, reader: Readable) -> _Judge:
    if question.normal is None:
        detector = learned_detector(None, question.model, question.false_alarms, replaying=False)
        sample = detector.learned.sample or 1.0
        patience = np.full(len(detector.learned.tags), 6.0 * _PATIENCE * sample)
        about = {"normal": None, "model": _exact(question.model), "false_alarms": detector.false_alarms}
        return _Judge(detector, about, sample, None, patience, None)
    tags = known_tags(reader, question.tags)
    normal = reader.read(tags, *question.normal).good()
    sample, step = spacing(normal)
    if step is not None:
        normal = reader.read(tags, *question.normal, step=step).good()
    if not len(normal):
        start, end = (one.isoformat() for one in question.normal)
        raise InputError("timeseries.follow_no_normal", plant=question.plant, start=start, end=end)
    newest = reader.span()
    if newest is not None and newest[1] < question.normal[1] - timedelta(seconds=_PATIENCE * sample):
        # What is learned must not change with the rows that are still to come.
        raise InputError(
            "timeseries.follow_normal_ahead", end=question.normal[1].isoformat(), last=newest[1].isoformat()
        )
    digest = history_blob(normal)
    detector = learned_detector(digest, None, question.false_alarms, replaying=False)
    about = {"normal": digest, "model": None, "false_alarms": question.false_alarms}
    return _Judge(detector, about, sample, step, _patience(normal, sample), normal)


def _exact(model: str | None) -> str:
    from assay.models.library.store import Library

    return str(Library().find(str(model)))


def _patience(normal: Frame, sample: float) -> NDArray[np.float64]:
    """Ten usual distances, or three times the longest pause of the tag in the normal part; a tag that had no value
    there is never missed."""
    found = np.full(len(normal.tags), _NEVER)
    stamps = normal.times.view(np.int64) / 1e9
    for column in range(len(normal.tags)):
        known = stamps[np.isfinite(normal.values[:, column])]
        if len(known):
            longest = float(np.diff(known).max()) if len(known) > 1 else float(stamps[-1] - stamps[0])
            found[column] = max(_PATIENCE * sample, 3.0 * longest)
    return found


def _warmed(judge: _Judge, reader: Readable, first: datetime) -> StreamDetector:
    """A stream that has seen what was before ``first``: nothing of it is told."""
    from assay.models.detect.stream import StreamDetector
    from assay.models.detect.stream.standing import Standing

    stream = StreamDetector(judge.detector)
    before = judge.normal
    if before is None or before.end is None or before.end >= first:
        since = first - timedelta(seconds=_WARMED * judge.sample)
        before = reader.read(stream.tags, since, first, step=judge.step).good()
    for at in range(0, len(before), BLOCK):
        stream.update(before.times[at : at + BLOCK], before.values[at : at + BLOCK])
    stream.standing = Standing()
    return stream

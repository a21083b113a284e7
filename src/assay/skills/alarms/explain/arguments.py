"""Arguments of the tools that explain an alarm, and the alarm that they name."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pydantic import AwareDatetime, Field

from assay.kernel.errors import InputError
from assay.plant.file_table import shortened
from assay.plant.model import Plant, load_plant
from assay.skills.alarms.arguments import LogArguments
from assay.skills.alarms.causal import sign_of
from assay.skills.alarms.flooding import Scene, scene
from assay.skills.alarms.log import NANO, RAISED, Alarm, AlarmLog, label, load_log
from assay.skills.alarms.times import iso, nanoseconds


class AlarmArguments(LogArguments):
    """An alarm (``tag``, ``type``) of a log at a moment: its last annunciation up to then is explained.

    ``plant``: a shipped plant or a folder.
    """

    tag: str
    type: str
    at: AwareDatetime | None = None
    plant: str | None = None


class CourseArguments(AlarmArguments):
    """``history``: the digest of a history (see ``plant.blobs``)."""

    history: str


class CauseArguments(AlarmArguments):
    """``history``, when given, also tells symptoms on tags that have no alarm."""

    history: str | None = None


class PassageArguments(AlarmArguments):
    """``documents``: the digest of documents as ``documents.read_documents`` gives them."""

    documents: str
    most: int = Field(default=6, ge=1, le=50)


class PastOrderArguments(AlarmArguments):
    """``orders``: the digest of work orders as ``plant.work_orders`` gives them."""

    orders: str
    most: int = Field(default=5, ge=1, le=50)


class PastArguments(AlarmArguments):
    """``actions``: the digest of what Assay's own records hold of actions (see ``past.recorded``)."""

    actions: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The alarm that is explained: ``raised`` is its last annunciation up to ``at``, ``returned`` when it went (None:
    not known or not yet), all in nanoseconds."""

    seen: Scene
    start: int
    end: int
    alarm: int
    at: int
    raised: int
    returned: int | None
    plant: Plant | None

    @property
    def log(self) -> AlarmLog:
        """The whole log."""
        return self.seen.log

    @property
    def name(self) -> Alarm:
        """Tag and type."""
        return self.log.alarms[self.alarm]

    @property
    def sign(self) -> int:
        """+1 for a high alarm, -1 for a low one, else 0."""
        return sign_of(self.name[1])

    @property
    def until(self) -> int:
        """The moment up to which the alarm is looked at: ``at``, or two hours after it came."""
        return min(max(self.at, self.raised), self.raised + 7200 * NANO)


def case_of(arguments: AlarmArguments) -> Case:
    """The case that the arguments name. InputError when the alarm is not in the log up to that moment."""
    start, end, at = (
        None if one is None else nanoseconds(one) for one in (arguments.start, arguments.end, arguments.at)
    )
    seen = _scene(arguments.log, start, end, at)
    log = seen.log
    first, last = int(log.times[0]), int(log.times[-1])
    now = last if at is None else at
    name = (arguments.tag, arguments.type)
    alarm = log.alarms.index(name) if name in log.alarms else -1
    times = log.times[(log.alarm == alarm) & (log.state == RAISED) & (log.times <= now)]
    if not len(times):
        raise InputError("explain.not_yet", alarm=label(name), moment=iso(now))
    raised, returned = int(times[-1]), None
    if seen.stood is not None:
        own = seen.stood.of(alarm)
        row = int(np.searchsorted(own.start, raised, "right")) - 1
        raised = int(own.start[row])  # an annunciation of an alarm that stood already
        returned = None if own.open[row] else int(own.end[row])
    plant = None if arguments.plant is None else load_plant(arguments.plant)
    return Case(seen, first, last, alarm, now, raised, returned, plant)


@lru_cache(maxsize=2)
def _scene(sha: str, start: int | None, end: int | None, at: int | None) -> Scene:
    """The scene of a kept log: content never changes under its digest, and every tool of the page needs it."""
    log = load_log(sha).between(start, end)
    if not len(log):
        raise InputError("alarms.no_alarm")
    last = int(log.times[-1])
    return scene(log, int(log.times[0]), last if at is None else max(last, at))


def find_alarm(log: AlarmLog, wanted: str, at: int | None) -> Alarm:
    """The alarm that a person means by ``TAG TYPE``, ``TAG.TYPE`` or ``TAG`` alone (then the one that came last up to
    ``at``). InputError with the nearest names when the log has none such."""
    plain = wanted.strip()
    exact = {f"{tag}{gap}{kind}".strip().casefold(): (tag, kind) for tag, kind in log.alarms for gap in " .:/"}
    found = exact.get(plain.casefold())
    if found is not None:
        return found
    own = [index for index, (tag, _) in enumerate(log.alarms) if tag.casefold() == plain.casefold()]
    raised = log.raised()
    mine = np.isin(raised.alarm, own) & (raised.times <= (at if at is not None else np.iinfo(np.int64).max))
    if mine.any():
        return log.alarms[int(raised.alarm[np.flatnonzero(mine)[-1]])]
    names = [f"{tag} {kind}".strip() for tag, kind in log.alarms]
    near = difflib.get_close_matches(plain, names, n=5, cutoff=0.4) or names[:5]
    raise InputError("explain.no_such", alarm=shortened(plain, 60), near=shortened(", ".join(near)))

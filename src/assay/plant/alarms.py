"""The alarm engine: limits with dead-band and on-delay, states by ISA-18.2 / IEC 62682.

An alarm is raised at the first sample at which its value has been beyond the limit for the delay, and returns to
normal when the value is back by the dead-band. A value of bad quality, or NaN, says nothing: the state is held.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text
from assay.plant.records.events import AlarmState, Event, EventKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.plant.model import Plant

AlarmType = Literal["LL", "L", "H", "HH"]


class HistoryLike(Protocol):
    """A stretch of history: ``times`` (n,) datetime64 UTC, ``tags`` k names, ``values`` (n, k), NaN = missing.

    ``quality`` (n, k) or None; negative is bad.
    """

    @property
    def times(self) -> NDArray[np.datetime64]: ...

    @property
    def tags(self) -> tuple[str, ...]: ...

    @property
    def values(self) -> NDArray[np.float64]: ...

    @property
    def quality(self) -> NDArray[np.int16] | None: ...


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """One transition of one alarm. ``value`` and ``limit`` in the tag's unit; ``key`` is its text's key."""

    time: datetime
    tag: str
    type: AlarmType
    previous: AlarmState
    state: AlarmState
    priority: str
    value: float
    limit: float
    key: str

    @property
    def raised(self) -> bool:
        """Whether this transition made the alarm active."""
        return self.key == "plant.alarm_raised"

    def message(self, plant: Plant, lang: Lang = "en") -> str:
        """The transition as a sentence."""
        tag = plant.tag(self.tag)
        return text(
            self.key,
            lang,
            tag=self.tag,
            name=tag.name.get(lang),
            type=self.type,
            value=f"{self.value:.6g}",
            limit=f"{self.limit:.6g}",
            unit=tag.unit,
        )

    def event(self, plant: Plant) -> Event:
        """The transition as a record for the event store."""
        return Event(
            time=self.time,
            plant=plant.id,
            tag=self.tag,
            kind=EventKind.ALARM,
            state=self.state.value,
            priority=self.priority,
            message=self.message(plant, "en"),
            source="assay.plant.alarms",
            data={
                "type": self.type,
                "previous": self.previous.value,
                "value": None if math.isnan(self.value) else self.value,
                "limit": self.limit,
                "key": self.key,
            },
        )


@dataclass(slots=True)
class _Alarm:
    """The state machine of one limit. Times in seconds."""

    tag: str
    type: AlarmType
    limit: float
    deadband: float
    delay: float
    priority: str
    active: bool = False
    acknowledged: bool = True
    since: float | None = None  # when the value went beyond the limit, while the delay runs
    hidden: AlarmState | None = None  # shelved, suppressed or out of service
    until: float = math.inf  # end of shelving
    value: float = math.nan

    @property
    def high(self) -> bool:
        return self.type in ("H", "HH")

    @property
    def state(self) -> AlarmState:
        if self.hidden is not None:
            return self.hidden
        if self.active:
            return AlarmState.ACKNOWLEDGED if self.acknowledged else AlarmState.UNACKNOWLEDGED
        return AlarmState.NORMAL if self.acknowledged else AlarmState.RETURNED_UNACKNOWLEDGED

    def see(self, seconds: float, value: float) -> str | None:
        """Judge one good value; the name of the transition, or None."""
        self.value = value
        excess = value - self.limit if self.high else self.limit - value
        if self.active:
            if excess > -self.deadband:
                return None
            self.active, self.since = False, None
            if self.hidden is not None:
                self.acknowledged = True
            return "returned"
        if excess <= 0:
            self.since = None
            return None
        if self.since is None:
            self.since = seconds
        if seconds - self.since < self.delay:
            return None
        self.active, self.acknowledged, self.since = True, False, None
        return "raised"


def _alarms(plant: Plant) -> dict[str, list[_Alarm]]:
    return {
        tag.id: [_Alarm(tag.id, name, item.at, item.deadband, item.delay, item.priority) for name, item in limits]
        for tag in plant.tags
        if (limits := [(name, tag.alarms[name]) for name in ("LL", "L", "H", "HH") if name in tag.alarms])
    }


@dataclass
class AlarmEngine:
    """The alarms of one plant, fed with each tag's samples in order of time; one older than the tag's last is left out.

    ``late`` counts samples that were left out for that reason. The order is a tag's own: instruments stamp their values
    by their own clocks, and a value that has not changed for days carries an old time.
    """

    plant: Plant
    late: int = 0
    _alarms: dict[str, list[_Alarm]] = field(init=False, repr=False)
    _last: dict[str, float] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._alarms = _alarms(self.plant)

    def update(
        self, time: datetime, values: Mapping[str, float], quality: Mapping[str, int] | None = None
    ) -> list[AlarmEvent]:
        """Judge the values (tag -> value) of one moment; quality below zero is bad. Tags without alarms are ignored."""
        seconds = _seconds(time)
        events = self._end_shelving(time, seconds)
        for tag, value in values.items():
            if tag not in self._alarms:
                continue
            if seconds < self._last.get(tag, -math.inf):
                self.late += 1
                continue
            self._last[tag] = seconds
            for alarm in self._alarms[tag]:
                if not math.isfinite(value) or (quality is not None and quality.get(tag, 0) < 0):
                    alarm.since = None
                    continue
                before = alarm.state
                transition = alarm.see(seconds, float(value))
                if transition is not None and alarm.hidden is None:
                    events.append(_event(alarm, time, before, transition))
        return events

    def elapse(self, time: datetime) -> list[AlarmEvent]:
        """Raise what has been beyond its limit for its delay by ``time``, though no further sample came.

        For links that report changes only: a value that jumps and then stands still is notified once.
        """
        seconds = _seconds(time)
        events = self._end_shelving(time, seconds)
        for alarm in (alarm for alarms in self._alarms.values() for alarm in alarms):
            if alarm.active or alarm.since is None or seconds - alarm.since < alarm.delay:
                continue
            before = alarm.state
            transition = alarm.see(seconds, alarm.value)
            if transition is not None and alarm.hidden is None:
                events.append(_event(alarm, time, before, transition))
        return events

    def acknowledge(self, time: datetime, tag: str, type: AlarmType) -> list[AlarmEvent]:
        """An operator acknowledges an alarm; nothing happens when there is nothing to acknowledge."""
        alarm = self._find(tag, type)
        before = alarm.state
        if alarm.acknowledged or alarm.hidden is not None:
            return []
        alarm.acknowledged = True
        return [_event(alarm, time, before, "acknowledged")]

    def shelve(self, time: datetime, tag: str, type: AlarmType, until: datetime) -> list[AlarmEvent]:
        """Hide an alarm until a time. Raises InputError when ``until`` is not later than ``time``."""
        if until <= time:
            raise InputError("plant.alarm_shelve_until", tag=tag, type=type)
        alarm = self._find(tag, type)
        events = self._hide(time, alarm, AlarmState.SHELVED, "shelved")
        alarm.until = _seconds(until)
        return events

    def suppress(self, time: datetime, tag: str, type: AlarmType, *, by_design: bool = True) -> list[AlarmEvent]:
        """Hide an alarm by design (its equipment stands still), or take it out of service."""
        state = AlarmState.SUPPRESSED_BY_DESIGN if by_design else AlarmState.OUT_OF_SERVICE
        return self._hide(time, self._find(tag, type), state, "suppressed" if by_design else "out_of_service")

    def restore(self, time: datetime, tag: str, type: AlarmType) -> list[AlarmEvent]:
        """End shelving or suppression; an alarm that is active then shows itself as unacknowledged."""
        alarm = self._find(tag, type)
        return [] if alarm.hidden is None else [_show(alarm, time)]

    def state(self, tag: str, type: AlarmType) -> AlarmState:
        """The state of one alarm. Raises InputError when the plant has no such alarm."""
        return self._find(tag, type).state

    def standing(self) -> tuple[tuple[str, AlarmType, AlarmState], ...]:
        """All alarms that are not in the normal state."""
        found = (alarm for alarms in self._alarms.values() for alarm in alarms)
        return tuple((a.tag, a.type, a.state) for a in found if a.state is not AlarmState.NORMAL)

    def _find(self, tag: str, type: AlarmType) -> _Alarm:
        for alarm in self._alarms.get(tag, ()):
            if alarm.type == type:
                return alarm
        raise InputError("plant.alarm_unknown", tag=tag, type=type, plant=self.plant.id)

    def _hide(self, time: datetime, alarm: _Alarm, state: AlarmState, transition: str) -> list[AlarmEvent]:
        before = alarm.state
        if before is state:
            return []
        alarm.hidden, alarm.until = state, math.inf
        return [_event(alarm, time, before, transition)]

    def _end_shelving(self, time: datetime, seconds: float) -> list[AlarmEvent]:
        ended = (a for alarms in self._alarms.values() for a in alarms if a.hidden is not None and a.until <= seconds)
        return [_show(alarm, time) for alarm in ended]


def _show(alarm: _Alarm, time: datetime) -> AlarmEvent:
    before = alarm.state
    alarm.hidden, alarm.until = None, math.inf
    # Whoever shelved it has not seen what came after.
    alarm.acknowledged = not alarm.active
    return _event(alarm, time, before, "restored")


def _event(alarm: _Alarm, time: datetime, before: AlarmState, transition: str) -> AlarmEvent:
    return AlarmEvent(
        time=time.astimezone(UTC),
        tag=alarm.tag,
        type=alarm.type,
        previous=before,
        state=alarm.state,
        priority=alarm.priority,
        value=alarm.value,
        limit=alarm.limit,
        key=f"plant.alarm_{transition}",
    )


def _seconds(time: datetime) -> float:
    if time.tzinfo is None:
        raise InputError("plant.alarm_naive_time", time=time.isoformat())
    return time.timestamp()


def alarms_of(plant: Plant, history: HistoryLike) -> list[AlarmEvent]:
    """All alarm transitions that ``history`` (times ascending) would have caused, by time; nobody acknowledges.

    The same as feeding an engine row by row; columns that never pass a limit are skipped at once, so 1000 rows of 53
    tags take milliseconds.
    """
    import numpy as np

    seconds = history.times.astype("datetime64[ns]").astype(np.int64) / 1e9
    events: list[tuple[float, int, AlarmEvent]] = []
    every = _alarms(plant)
    for column, tag in enumerate(history.tags):
        if tag not in every:
            continue
        values = np.asarray(history.values[:, column], dtype=np.float64)
        good = np.isfinite(values)
        if history.quality is not None:
            good &= np.asarray(history.quality[:, column]) >= 0
        for alarm in every[tag]:
            rows = _rows_that_matter(alarm, values, good)
            if len(rows):
                picked = zip(seconds[rows].tolist(), values[rows].tolist(), good[rows].tolist(), strict=True)
                events += ((event.time.timestamp(), column, event) for event in _replay(alarm, picked))
    events.sort(key=lambda item: item[:2])
    return [event for _, _, event in events]


def _rows_that_matter(alarm: _Alarm, values: NDArray[np.float64], good: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows at which the state can change: where a value passes the limit or the dead-band, or while a delay runs."""
    import numpy as np

    excess = values - alarm.limit if alarm.high else alarm.limit - values
    place = np.where(excess > 0, 1, np.where(excess > -alarm.deadband, 0, -1))
    place[~good] = 2
    beyond = place == 1
    if not beyond.any():
        return np.empty(0, dtype=np.intp)
    matters = np.diff(place, prepend=-1) != 0
    if alarm.delay > 0:
        matters |= beyond
    matters[: int(np.argmax(beyond))] = False
    return np.flatnonzero(matters)


def _replay(alarm: _Alarm, rows: Iterable[tuple[float, float, bool]]) -> list[AlarmEvent]:
    events: list[AlarmEvent] = []
    for seconds, value, good in rows:
        if not good:
            alarm.since = None
            continue
        before = alarm.state
        transition = alarm.see(seconds, value)
        if transition is not None:
            events.append(_event(alarm, datetime.fromtimestamp(seconds, UTC), before, transition))
    return events


def first_alarm(events: Sequence[AlarmEvent], at: datetime | None = None) -> AlarmEvent | None:
    """The earliest raised alarm at or before ``at`` (all when None)."""
    raised = [event for event in events if event.raised and (at is None or event.time <= at)]
    return min(raised, key=lambda event: event.time, default=None)

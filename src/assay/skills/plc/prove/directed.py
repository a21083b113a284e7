"""Long runs in the executor for what no search of a few dozen scans decides: timers of minutes, long sequences.

The properties' expressions are computed by the program itself, in variables that are added to a copy of it, so a run
costs as much as the program. The inputs are held for as long as the program's own times say, and then changed one at a
time or all at once. What is found is cut down and then repeated and judged like any other run; what is not found says
nothing.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product, zip_longest
from typing import Any

from assay.kernel.errors import AssayError
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.types import Text
from assay.skills.plc.prove.judging import Judged, judged
from assay.skills.plc.prove.probes import Probes
from assay.skills.plc.prove.samples import Samples, value_for
from assay.skills.plc.prove.system import VARYING, System
from assay.skills.plc.prove.watcher import Meant
from assay.skills.plc.run.machine import machine

#: Scans of all runs together and of cutting down one of them, and statements of either. Shortest and longest run.
SCANS, CUTTING, STATEMENTS = 40_000, 40_000, 1_000_000
SHORT, LONG = 200, 16_000
#: The greatest number of the program that a run is made long for, because it may count scans.
COUNTED = 6_000
#: Where a time of the program takes more scans than this, so many runs of that length may be made, at most so many
#: scans of all, and so many times the statements.
MINUTES, RUNS, MOST, MORE = 1_500, 16, 240_000, 2
#: Scans before what is switched on goes off again, and more than the longest time that is waited for what follows.
PULSE, SPARE = 3, 10

#: Inputs whose values are all combined for runs that hold them.
COMBINED = 4

#: The inputs of a scan by slot; -1: nanoseconds since the scan before.
Rows = list[dict[int, Any]]

#: A condition or arm of the source, and whether it is the way into it (``then``, ``arm``) or past it (``else``).
Way = tuple[Span, str]


@dataclass(slots=True)
class Far:
    """By property: the inputs of a run that violates (``reachable``: reaches) it, and the conditions that were met."""

    rows: dict[str, Rows] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)


def far(system: System, samples: Samples, meant: Sequence[Meant], deadline: float = math.inf) -> Far:
    """Run the unit long enough for its timers, until the ``deadline`` (of the monotonic clock) at most. Properties that
    speak of the start of a scan are left out."""
    found = Far()
    listed = [one for one in meant if one.property.at == "end"]
    if listed and system.model.unit.kind != "function":
        try:
            _Runs(system, samples, listed, deadline).all(found)
        except (AssayError, RecursionError):  # A unit that cannot run alone: the solver's answer stays.
            pass
    return found


def taken(system: System, samples: Samples, wanted: Collection[Way], deadline: float = math.inf) -> set[Way]:
    """Those of some ways through the unit's branches that a run of the executor took."""
    try:
        return _Runs(system, samples, (), deadline, coverage=True).ways(set(wanted))
    except (AssayError, RecursionError):
        return set()


class _Runs:
    def __init__(
        self, system: System, samples: Samples, meant: Sequence[Meant], deadline: float, *, coverage: bool = False
    ) -> None:
        model = system.model
        self._deadline = deadline
        self._scan, self._samples, self._meant = model.scan_ns, samples, meant
        self._inputs = [one for one in system.inputs if one.number >= 0 and not isinstance(one.type, Text)]
        self._inputs = [one for one in self._inputs if one.sort[0] in ("bool", "int", "time", "real")]
        self._probes = Probes(model.project, model.unit, meant)
        self._machine = machine(self._probes.project, model.unit.name, coverage=coverage)
        self._draw = random.Random(20261127)
        steps = max(model.run.steps, 1)
        tick = self._scan or 10**8
        times = sorted({*samples.times, *[one for each in meant if (one := _own_time(each, tick))]})
        self._holds = sorted({min(-(-one // tick), LONG) for one in times if one > 0})
        self._elapsed = [10**8, *[min(max(one, VARYING[0]), VARYING[1]) for one in times]]
        minutes = bool(self._holds) and self._holds[-1] > MINUTES
        statements = STATEMENTS * (MORE if minutes else 1)
        self._most = max(statements // steps, min(SHORT, 10 * statements // steps))
        counts = [one for one in samples.whole if 1 < one <= COUNTED]
        longest = max([*self._holds, *counts[-1:]], default=0)
        self._length = min(max(SHORT, 2 * longest + 3 * SPARE), LONG)
        if STATEMENTS // steps < SHORT:  # Of a huge unit many short runs show more than one long one.
            self._length = max(self._most // 25, 2)
        self._scans = min(max(SCANS, RUNS * self._length), MOST) if minutes else SCANS

    def all(self, found: Far) -> None:
        """Run after run, until everything is found or the work is done."""
        spent = 0
        for rows in self._drives():
            spent += len(rows)
            for name, one in self._judge(rows).items():
                if one.met is not None:
                    found.met.add(name)
                if one.bad is not None and name not in found.rows:
                    found.rows[name] = self._cut(name, rows[: one.bad + 1])
            if self._done(spent) or len(found.rows) == len(self._meant):
                return

    def ways(self, wanted: set[Way]) -> set[Way]:
        """Run after run, until every wanted way was taken or the work is done."""
        spent, found = 0, set[Way]()
        for rows in self._drives():
            spent += len(rows)
            self._run(rows)
            for span, went in self._machine.hits.branches:
                found |= {(span, "then"), (span, "arm")} if went else {(span, "else")}
            if self._done(spent) or wanted <= found:
                break
        return wanted & found

    def _done(self, spent: int) -> bool:
        return spent > min(self._scans, self._most) or time.monotonic() > self._deadline

    def _run(self, rows: Rows) -> dict[str, list[object]]:
        self._machine.reset()
        columns = {one.name: [row[one.number] for row in rows] for one in self._inputs}
        return self._machine.run(len(rows), columns, self._probes.names, [row[-1] for row in rows])

    def _judge(self, rows: Rows, only: str | None = None) -> dict[str, Judged]:
        values, elapsed = self._run(rows), [row[-1] for row in rows]
        listed = [one for one in self._meant if only in (None, one.property.id)]
        return {one.property.id: judged(one, self._probes.read(one, values), elapsed, self._scan) for one in listed}

    # --- inputs

    def _drives(self) -> Iterator[Rows]:
        """Held inputs first, then inputs that change once in a while, without end."""
        flags = [one for one in self._inputs if one.sort[0] == "bool"]
        if not self._inputs:
            yield self._rows([({}, self._length)])
            return
        yield from _in_turn(self._held(flags), self._switched(flags))
        number = 0
        while True:
            yield self._rows(self._phases(number))
            number += 1

    def _held(self, flags: Sequence[Any]) -> Iterator[Rows]:
        """Everything stays as it is."""
        for values in product((True, False), repeat=min(len(flags), COMBINED)):
            vector = self._vector()
            vector |= {one.number: value for one, value in zip(flags, values, strict=False)}
            yield self._rows([(vector, self._length)])

    def _switched(self, flags: Sequence[Any]) -> Iterator[Rows]:
        """One input on for a moment, or on for the longest time, and what comes of it while nothing else is asked."""
        if not self._holds:
            return
        wait = self._holds[-1] + SPARE
        for one, count in product(flags, (PULSE, wait)):
            vector = self._vector() | {each.number: False for each in flags}
            yield self._rows([(vector, PULSE), ({**vector, one.number: True}, count), (vector, wait)])

    def _phases(self, number: int) -> Iterator[tuple[dict[int, Any], int]]:
        vector = self._vector()
        if number % 4 == 3:  # Most programs do something where little is asked of them.
            vector |= {one.number: False for one in self._inputs if one.sort[0] == "bool"}
        while True:
            yield dict(vector), self._hold(number)
            if number % 3 == 2:
                vector = self._vector()
            else:
                for one in self._draw.sample(self._inputs, min(1 + number % 2, len(self._inputs))):
                    flag = one.sort[0] == "bool"
                    vector[one.number] = not vector[one.number] if flag else self._vector()[one.number]

    def _hold(self, number: int) -> int:
        short = self._draw.choice((1, 1, 2, 3, 5))
        if not self._holds or self._draw.random() < (0.2, 0.5, 0.8)[number % 3]:
            return short
        return self._draw.choice(self._holds) + self._draw.choice((-1, 0, 1, 2, 5))

    def _vector(self) -> dict[int, Any]:
        return {one.number: value_for(one, self._samples, self._draw) for one in self._inputs}

    def _rows(self, phases: Any) -> Rows:
        rows: Rows = []
        for vector, count in phases:
            elapsed = self._scan or self._draw.choice(self._elapsed)
            rows += [{**vector, -1: elapsed} for _ in range(max(1, min(count, self._length - len(rows))))]
            if len(rows) >= self._length:
                break
        return rows

    # --- cutting down

    def _cut(self, name: str, rows: Rows) -> Rows:
        """A run that still does it, with fewer scans and fewer inputs: the end of it, then without pieces of it."""
        left = min(CUTTING, self._most)

        def shorter(less: Rows) -> Rows | None:
            nonlocal left
            left -= len(less)
            place = self._judge(less, name)[name].bad if less and left > 0 else None
            return None if place is None else less[: place + 1]

        for one in self._inputs:
            plain: Any = False if one.sort[0] == "bool" else 0.0 if one.sort[0] == "real" else 0
            if any(row[one.number] != plain for row in rows):
                rows = shorter([{**row, one.number: plain} for row in rows]) or rows
        size = len(rows) // 2
        while size:
            start = 0
            while start < len(rows) - 1:
                less = shorter(rows[:start] + rows[min(start + size, len(rows) - 1) :])
                if less is not None and len(less) < len(rows):
                    rows = less
                else:
                    start += size
            size //= 2
        return rows


def _in_turn(first: Iterator[Rows], second: Iterator[Rows]) -> Iterator[Rows]:
    for pair in zip_longest(first, second):
        yield from (one for one in pair if one is not None)


def _own_time(meant: Meant, tick: int) -> int:
    """The time that a property itself speaks of."""
    bound = meant.property.within or meant.property.lasting
    if bound is None:
        return 0
    return bound.time_ns or (bound.scans or 0) * tick

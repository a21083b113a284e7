"""A unit run over a trace of inputs: one row of outputs a scan, and what stopped it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.ir.types import Array, DataType, Elementary, Enum, Subrange
from assay.skills.plc.run.machine import Fault, Machine
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.traces import Row, Trace

MOST_SCANS = 50_000_000
MOST_COLUMNS = 2000


@dataclass(frozen=True, slots=True)
class Ran:
    """``rows``: the moment and a value a column for every scan that ended. ``fault`` stopped the run in the scan at
    ``fault_ns``. ``unseen``: rows of the trace that fell between two scans."""

    columns: tuple[tuple[str, DataType], ...]
    rows: list[tuple[int, dict[str, Any]]]
    fault: Fault | None
    fault_ns: int
    unseen: int


def choose_unit(project: Project, name: str | None) -> Unit:
    """The unit of this name, else the only program, function block or function of the user's (a program wins, then
    what no other unit uses). InputError names the choice."""
    if name is not None:
        found = project.unit(name)
        if found is None or found.kind in ("method", "action"):
            raise InputError("plc_testing.no_unit", name=name, names=_runnable_names(project))
        return found
    candidates = [one for one in project.own() if one.kind in ("program", "function_block", "function")]
    for kinds in (("program",), ("function_block",), ("function",)):
        of_kind = [one for one in candidates if one.kind in kinds]
        if len(of_kind) > 1:
            of_kind = [one for one in of_kind if not _used(one, candidates)] or of_kind
        if len(of_kind) == 1:
            return of_kind[0]
        if of_kind:
            break
    if not candidates:
        raise InputError("plc_testing.nothing_to_run")
    raise InputError("plc_testing.which_unit", names=_runnable_names(project))


def _runnable_names(project: Project) -> str:
    names = [one.name for one in project.own() if one.kind not in ("method", "action")]
    return ", ".join(names[:30]) or "-"


def _used(unit: Unit, others: Sequence[Unit]) -> bool:
    from assay.skills.plc.ir.types import Block

    def names(kind: DataType) -> bool:
        if isinstance(kind, Array):
            return names(kind.element)
        return isinstance(kind, Block) and kind.name.upper() == unit.name.upper()

    return any(names(one.type) for other in others if other is not unit for one in other.variables)


def moments(
    trace: Trace | None, scan_ns: int | None, scans: int | None, jitter_ns: int = 0, seed: int = 0
) -> Iterator[tuple[int, list[Row]]]:
    """When scans are and which rows are new at each: every ``scan_ns`` from the first row to the last (up to
    ``jitter_ns`` earlier or later, drawn from ``seed``), or at the rows' own moments without it. ``scans`` cuts or
    prolongs."""
    rows = () if trace is None else trace.rows
    if scan_ns is None:
        step = rows[-1].t_ns - rows[-2].t_ns if len(rows) > 1 else 100_000_000
        times = [one.t_ns for one in rows[:scans]]
        while scans is not None and len(times) < scans:
            times.append(times[-1] + step if times else 0)
    else:
        start, end = (rows[0].t_ns, rows[-1].t_ns) if rows else (0, 0)
        count = scans if scans is not None else (end - start) // scan_ns + 1
        if count > MOST_SCANS:
            raise InputError("plc_testing.too_many_scans", count=count, most=MOST_SCANS)
        times = [start + index * scan_ns for index in range(count)]
        if jitter_ns:
            draw = random.Random(seed)
            gaps = [scan_ns + draw.randint(-jitter_ns, jitter_ns) for _ in times[1:]]
            times = list(accumulate(gaps, initial=start))
    place = 0
    for time in times:
        first = place
        while place < len(rows) and rows[place].t_ns <= time:
            place += 1
        yield time, list(rows[first:place])


def run_trace(
    machine: Machine,
    layout: Layout,
    trace: Trace | None = None,
    *,
    scan_ns: int | None = None,
    scans: int | None = None,
    watch: Sequence[str] = (),
) -> Ran:
    """Run a fresh machine over a trace. Inputs hold between rows; other variables are written when their row comes."""
    columns = shown_columns(layout, trace, watch)
    held = {one.name.upper() for one in layout.unit.variables if one.section == "input"}
    schedule = list(moments(trace, scan_ns, scans))
    unseen = sum(max(0, len(fresh) - 1) for _, fresh in schedule)
    if machine.backend == "c" and _plain(columns, trace, held):
        rows = _at_once(machine, columns, trace, schedule)
    else:
        rows = list(_one_by_one(machine, columns, held, schedule))
    fault_ns = schedule[len(rows)][0] if machine.fault is not None else 0
    return Ran(columns, rows, machine.fault, fault_ns, unseen)


_Columns = Sequence[tuple[str, DataType]]
_Rows = list[tuple[int, dict[str, Any]]]
_Schedule = list[tuple[int, list[Row]]]


def _one_by_one(machine: Machine, columns: _Columns, held: set[str], schedule: _Schedule) -> Iterator[tuple[int, Any]]:
    inputs: dict[str, Any] = {}
    for time, fresh in schedule:
        once: dict[str, Any] = {}
        for row in fresh:
            for path, value in row.values.items():
                (inputs if _head(path) in held else once)[path] = value
        machine.scan(inputs | once, time - machine.now_ns)
        if machine.fault is not None:
            return
        yield time, {path: machine.read(path) for path, _ in columns}


def _plain(columns: _Columns, trace: Trace | None, held: set[str]) -> bool:
    """Whether there are columns, all of them numbers, and every input of the trace is known from its first row on."""
    if not columns:
        return False
    given = () if trace is None else trace.columns
    whole = all(path in trace.rows[0].values for path, _ in given) if trace is not None else True
    scalars = (Elementary, Enum, Subrange)
    return (
        whole
        and all(_head(path) in held for path, _ in given)
        and all(isinstance(kind, scalars) for _, kind in (*columns, *given))
    )


def _at_once(machine: Machine, columns: _Columns, trace: Trace | None, schedule: _Schedule) -> _Rows:
    """All scans in one call, at the speed of the executor."""
    inputs: dict[str, list[Any]] = {path: [] for path, _ in (() if trace is None else trace.columns)}
    last: dict[str, Any] = {}
    for _, fresh in schedule:
        for row in fresh:
            last.update(row.values)
        for path, values in inputs.items():
            values.append(last[path])
    times = [time for time, _ in schedule]
    elapsed = [time - before for time, before in zip(times, [machine.now_ns, *times], strict=False)]
    paths = [path for path, _ in columns]
    table = machine.run(len(times), inputs, paths, elapsed)
    values_of = zip(*(table[path] for path in paths), strict=True) if paths else ((),) * len(times)
    return [(time, dict(zip(paths, values, strict=True))) for time, values in zip(times, values_of, strict=False)]


def _head(path: str) -> str:
    return path.split(".")[0].split("[")[0].upper()


def shown_columns(layout: Layout, trace: Trace | None, watch: Sequence[str]) -> tuple[tuple[str, DataType], ...]:
    """What a run writes: inputs, outputs (of a program without any: all its variables), then what is watched."""
    wanted: list[tuple[str, DataType]] = [] if trace is None else list(trace.columns)
    wanted += [(one.name, one.type) for one in layout.inputs]
    wanted += layout.given
    for path in watch:
        found = layout.find(path)
        if found is None:
            raise InputError("plc_testing.unknown_watch", path=path, unit=layout.unit.name, names=layout.names())
        wanted.append(found)
    columns: dict[str, DataType] = {}
    for path, kind in wanted:
        for leaf, each in layout.leaves(path, kind):
            columns.setdefault(leaf, each)
    if len(columns) > MOST_COLUMNS:
        raise InputError("plc_testing.too_many_columns", count=len(columns), most=MOST_COLUMNS)
    return tuple(columns.items())

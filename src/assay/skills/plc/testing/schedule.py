"""The tasks of a configuration as one program that calls the program instances when they are due (IEC 61131-3, 2.7.2).

The program is scanned at the greatest common divisor of the tasks' intervals. In a scan the tasks that are due run one
after the other, that of the smaller priority number first, each as a whole: execution takes no time here, so no task
interrupts another. A task without an interval (or a program without a task) runs in every scan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import gcd

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import NOWHERE
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import BOOL, UDINT, Block

#: The scan where no task has an interval.
SCAN_NS = 100_000_000


@dataclass(frozen=True, slots=True)
class Schedule:
    """``unit`` (of ``project``) calls the instances; ``scan_ns`` is the time between its scans. ``told``: the tasks in
    the order in which they run, with their programs."""

    project: ir.Project
    unit: ir.Unit
    scan_ns: int
    told: str


def scheduled(project: ir.Project, scan_ns: int | None = None) -> Schedule | None:
    """The tasks of a project, None when they run less than two programs: one is run as itself. ``scan_ns``: a scan that
    is asked for. Raises InputError when an interval is no multiple of it, or two instances have the same name."""
    tasks = sorted((one for one in project.tasks if one.programs), key=lambda one: one.priority)
    if sum(len(one.programs) for one in tasks) < 2:
        return None
    intervals = [one.interval_ns for one in tasks if one.interval_ns]
    scan = scan_ns or gcd(*intervals) or SCAN_NS
    for one in tasks:
        if one.interval_ns and one.interval_ns % scan:
            shown = {"interval_ms": f"{one.interval_ns / 1e6:g}", "scan_ms": f"{scan / 1e6:g}"}
            raise InputError("plc_testing.task_scan", task=one.name, **shown)
    variables: list[ir.Variable] = []
    body: list[ir.Statement] = []
    for number, task in enumerate(tasks):
        calls = tuple(_calls(project, task, variables))
        turns = 1 if not task.interval_ns else task.interval_ns // scan
        if turns == 1:
            body += calls
        else:
            count = ir.Variable(f"__task{number}", UDINT, "static")
            variables.append(count)
            body += _every(turns, count, calls)
    unit = ir.Unit(_free(project), "program", tuple(variables), tuple(body))
    whole = replace(project, units={**project.units, unit.name.upper(): unit})
    told = "; ".join(f"{one.name}: {', '.join(name for name, _ in one.programs)}" for one in tasks)
    return Schedule(whole, unit, scan, told)


def _calls(project: ir.Project, task: ir.TaskSpec, variables: list[ir.Variable]) -> Iterator[ir.Statement]:
    for name, program in task.programs:
        if any(one.name.upper() == name.upper() for one in variables):
            raise InputError("plc_testing.instance_twice", name=name)
        unit = project.unit(program)
        kind = Block(program if unit is None else unit.name)
        variables.append(ir.Variable(name, kind, "static"))
        yield ir.CallStatement(ir.Invoke(kind.name, ir.LocalVar(name, kind), (), (), ()))


def _every(turns: int, count: ir.Variable, calls: tuple[ir.Statement, ...]) -> list[ir.Statement]:
    """``IF count = 0 THEN calls; END_IF; count := (count + 1) MOD turns;``"""
    place = ir.LocalVar(count.name, UDINT)
    now = ir.Load(place, UDINT)
    due = ir.Binary("eq", now, ir.Const(0, UDINT), BOOL)
    after = ir.Binary("add", now, ir.Const(1, UDINT), UDINT)
    step = ir.Store(place, ir.Binary("mod", after, ir.Const(turns, UDINT), UDINT))
    return [ir.Choice(((due, calls, NOWHERE),), ()), step]


def _free(project: ir.Project) -> str:
    name = "Configuration"
    while project.unit(name) is not None:
        name += "_"
    return name

"""Test cases run and judged: every expectation that was not met, with its step, scan and moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.run.machine import Fault, Machine
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.suites import Case, Step
from assay.skills.plc.testing.traces import check_settable
from assay.skills.plc.testing.values import read_value, same, show_value


@dataclass(frozen=True, slots=True)
class Failure:
    """``variable`` was ``got`` where ``expected`` was expected, after scan ``scan`` (from 1 in the case) at ``t_ms`` in
    step ``step`` (from 1). A fault that nobody expected stands in ``fault``, with ``variable`` empty."""

    step: int
    scan: int
    t_ms: float
    variable: str
    expected: Any
    got: Any
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: its failures (the first of each expectation of each step), and how many scans ran."""

    case: Case
    failures: tuple[Failure, ...]
    scans: int

    @property
    def passed(self) -> bool:
        """Every expectation was met and no fault came that was not expected."""
        return not self.failures


@dataclass(frozen=True, slots=True)
class BoundStep:
    """A step whose paths and values have been read by the unit's types."""

    step: Step
    sets: dict[str, Any]
    expect: tuple[tuple[str, DataType, Any, float | None], ...]


@dataclass(frozen=True, slots=True)
class BoundCase:
    """A case ready to run."""

    case: Case
    steps: tuple[BoundStep, ...]


def bind(cases: Sequence[Case], layout: Layout) -> tuple[BoundCase, ...]:
    """Read every path and value by the unit's types; InputError with the place for one that is wrong."""
    return tuple(BoundCase(case, tuple(_bound(step, layout) for step in case.steps)) for case in cases)


def _bound(step: Step, layout: Layout) -> BoundStep:
    sets: dict[str, Any] = {}
    for path, raw in step.sets:
        found, kind = _found(path, layout, f"{step.where}.set")
        check_settable(found, layout, f"{step.where}.set", outputs=True)
        for leaf, each, value in _parts(found, kind, raw, layout, f"{step.where}.set.{path}"):
            sets[leaf] = read_value(value, each, f"{step.where}.set.{leaf}")
    expect = []
    for path, raw in step.expect:
        found, kind = _found(path, layout, f"{step.where}.expect")
        tolerance = step.tolerance.get(path.upper(), step.tolerance.get(""))
        for leaf, each, value in _parts(found, kind, raw, layout, f"{step.where}.expect.{path}"):
            expect.append((leaf, each, read_value(value, each, f"{step.where}.expect.{leaf}"), tolerance))
    known = {path.upper() for path, _ in step.expect} | {""}
    for path in step.tolerance:
        if path not in known:
            raise InputError("plc_testing.tolerance_of_nothing", where=f"{step.where}.tolerance", path=path)
    return BoundStep(step, sets, tuple(expect))


def _found(path: str, layout: Layout, where: str) -> tuple[str, DataType]:
    found = layout.find(path)
    if found is None:
        raise InputError(
            "plc_testing.unknown_path", where=where, path=path, unit=layout.unit.name, names=layout.names()
        )
    return found


def _parts(
    path: str, kind: DataType, raw: object, layout: Layout, where: str
) -> Iterator[tuple[str, DataType, object]]:
    """The path itself, or for an object its fields one by one (so that the others keep their values)."""
    fields = layout.fields(kind)
    if not fields or not isinstance(raw, dict):
        yield path, kind, raw
        return
    known = {name.upper(): (name, each) for name, each in fields}
    for name, value in raw.items():
        if str(name).upper() not in known:
            raise InputError(
                "plc_testing.no_member", where=where, value=name, type=path, names=", ".join(one for one, _ in fields)
            )
        spelled, each = known[str(name).upper()]
        yield from _parts(f"{path}.{spelled}", each, value, layout, f"{where}.{spelled}")


def run_case(machine: Machine, bound: BoundCase, after: Callable[[int], None] | None = None) -> Outcome:
    """One case on a fresh instance; its first scan is at 0 ms. ``after`` is told the number of each scan that ended."""
    machine.reset()
    failures: list[Failure] = []
    scan = 0
    for index, step in enumerate(bound.steps, 1):
        if step.step.restart:
            machine.restart()
        seen: set[str] = set()
        for turn in range(step.step.scans):
            machine.scan(step.sets if turn == 0 else None, step.step.scan_ns if scan else 0)
            scan += 1
            if machine.fault is not None:
                break
            if after is not None:
                after(scan)
            if step.step.each or turn == step.step.scans - 1:
                failures += _judged(machine, step, index, scan, seen)
        fault = machine.fault
        if fault is not None or step.step.fault is not None:
            kind = None if fault is None else fault.kind
            if kind != step.step.fault:
                failures.append(Failure(index, scan, machine.now_ns / 1e6, "", step.step.fault, kind, fault))
            if fault is not None and not any(one.step.restart for one in bound.steps[index:]):
                failures += _unreached(bound, index, machine, scan)
                break
    return Outcome(bound.case, tuple(failures), scan)


def _unreached(bound: BoundCase, index: int, machine: Machine, scan: int) -> list[Failure]:
    """The machine has stopped: the first expectation that was never tested fails too, unless the fault already did."""
    fault = machine.fault
    if fault is None or fault.kind != bound.steps[index - 1].step.fault:
        return []
    for later, step in enumerate(bound.steps[index:], index + 1):
        if step.expect:
            path, kind, value, _ = step.expect[0]
            return [Failure(later, scan, machine.now_ns / 1e6, path, show_value(value, kind), None, fault)]
    return []


def _judged(machine: Machine, step: BoundStep, index: int, scan: int, seen: set[str]) -> list[Failure]:
    failures = []
    for path, kind, value, tolerance in step.expect:
        if path in seen:
            continue
        got = machine.read(path)
        if not same(value, got, kind, tolerance):
            seen.add(path)
            failures.append(
                Failure(index, scan, machine.now_ns / 1e6, path, show_value(value, kind), show_value(got, kind))
            )
    return failures

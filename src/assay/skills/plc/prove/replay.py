"""A run that the solver found, repeated by both executors before anybody is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.kernel.errors import AssayError
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.prove.monitor import Monitor
from assay.skills.plc.prove.verdict import Row, Trace
from assay.skills.plc.prove.walk import effects
from assay.skills.plc.prove.watcher import Meant
from assay.skills.plc.run.machine import Backend, Fault, Machine, machine

BACKENDS: tuple[Backend, ...] = ("python", "c")


def inputs_by_path(names: dict[int, str], row: dict[int, Any]) -> dict[str, Any]:
    """Inputs of a scan as paths of the machine."""
    return {names[number]: value for number, value in row.items() if number >= 0 and value is not None}


def run_rows(engine: Machine, rows: Sequence[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The states after each scan (elapsed time, inputs). Shorter when a fault ends the run."""
    engine.reset()
    states = []
    for elapsed, inputs in rows:
        engine.scan(inputs, elapsed)
        if engine.fault is not None:
            break
        states.append(dict(engine.state()))
    return states


class Replayer:
    """Repeats runs of one unit. Machines are made once; without a compiler only the Python one repeats."""

    def __init__(
        self, project: Project, unit: Unit, scan_ns: int | None, backends: Sequence[Backend] = BACKENDS
    ) -> None:
        self.project, self.unit, self.scan_ns = project, unit, scan_ns
        self._backends = backends
        self._machines: dict[str, Machine | None] = {}

    def _machine(self, backend: Backend) -> Machine | None:
        if backend not in self._machines:
            try:
                self._machines[backend] = machine(self.project, self.unit.name, backend=backend)
            except AssayError:
                self._machines[backend] = None
        return self._machines[backend]

    def violates(
        self, meant: Meant, rows: Sequence[tuple[int, dict[str, Any]]]
    ) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
        """The states of the run and the executors on which the property is violated (``reachable``: reached) at its
        last scan; none when one of them disagrees."""
        confirmed: list[str] = []
        states: list[dict[str, Any]] = []
        for backend in self._backends:
            engine = self._machine(backend)
            if engine is None:
                continue
            mine = run_rows(engine, rows)
            states = states or mine
            if len(mine) < len(rows) or not self._bad_last(meant, rows, mine):
                return mine, ()
            confirmed.append(backend)
        return states, tuple(confirmed)

    def _bad_last(self, meant: Meant, rows: Sequence[tuple[int, dict[str, Any]]], states: list[dict[str, Any]]) -> bool:
        monitor = Monitor(self.project, self.unit.name, meant, scan_ns=self.scan_ns)
        result = False
        for (elapsed, inputs), state in zip(rows, states, strict=True):
            result = monitor.step(state, elapsed_ns=elapsed, inputs=inputs)
        return result

    def ran(self, rows: Sequence[tuple[int, dict[str, Any]]]) -> tuple[Span, ...]:
        """The statements that the last scan of a run runs, in their order in the source."""
        states = self.states(rows[:-1])
        if len(states) < len(rows) - 1:
            return ()
        try:
            engine = machine(self.project, self.unit.name, coverage=True)
            if states:
                engine.load(states[-1])
            engine.scan(rows[-1][1], sum(elapsed for elapsed, _ in rows))
        except AssayError:
            return ()
        own = {one.span.source for one in self.project.own()}
        return tuple(sorted(one for one in engine.hits.statements if one.source in own))

    def faults(self, kind: str, span: Span, rows: Sequence[tuple[int, dict[str, Any]]]) -> tuple[str, ...]:
        """The executors on which the run ends with this fault."""
        confirmed: list[str] = []
        for backend in self._backends:
            engine = self._machine(backend)
            if engine is None:
                continue
            run_rows(engine, rows)
            fault = engine.fault
            if fault is None or fault.kind != kind:
                return ()
            confirmed.append(backend)
        return tuple(confirmed)

    def first_fault(self, rows: Sequence[tuple[int, dict[str, Any]]]) -> tuple[Fault | None, tuple[str, ...]]:
        """The fault that ends a run, and the executors that agree on it; None when there is none or they differ."""
        found: Fault | None = None
        confirmed: list[str] = []
        for backend in self._backends:
            engine = self._machine(backend)
            if engine is None:
                continue
            run_rows(engine, rows)
            if engine.fault is None or (found is not None and engine.fault != found):
                return None, ()
            found = engine.fault
            confirmed.append(backend)
        return found, tuple(confirmed)

    def states(self, rows: Sequence[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
        """The states after each scan on the first executor that is there."""
        engine = next((one for one in map(self._machine, self._backends) if one is not None), None)
        return [] if engine is None else run_rows(engine, rows)


def as_trace(
    unit: Unit,
    rows: Sequence[tuple[int, dict[str, Any]]],
    states: Sequence[dict[str, Any]],
    meant: Meant | None,
    replayed: tuple[str, ...],
    spans: tuple[Span, ...] = (),
) -> Trace:
    """The run as a table: inputs that are handed in, outputs, and what else the property speaks of or that moves."""
    sections = {one.name.upper(): one.section for one in unit.variables}
    made, now = [], 0
    for number, (elapsed, inputs) in enumerate(rows, 1):
        now += elapsed
        after = dict(states[number - 1]) if number <= len(states) else {}
        made.append(Row(number, now, elapsed, dict(inputs), after))
    spoken = set()
    if meant is not None:
        spoken = {name for one in meant.expressions() for _, name in effects(one).reads}
    paths = list(states[0]) if states else []
    moving = {path for path in paths if len({repr(one.get(path)) for one in states}) > 1}

    def section(path: str) -> str:
        return sections.get(first_name(path), "static")

    ins = tuple(path for path in (rows[0][1] if rows else ()) if first_name(path) in spoken or _varies(rows, path))
    outs = tuple(path for path in paths if section(path) in ("output", "in_out", "result"))
    others = [path for path in paths if section(path) == "static" and (first_name(path) in spoken or path in moving)]
    return Trace(tuple(made), ins, outs[:40], tuple(others[:40]), spans, replayed)


def _varies(rows: Sequence[tuple[int, dict[str, Any]]], path: str) -> bool:
    values = [inputs.get(path) for _, inputs in rows]
    return any(value not in (False, 0, 0.0, "", None) for value in values)


def first_name(path: str) -> str:
    """The variable that a path begins with, in capitals."""
    return path.split(".")[0].split("[")[0].upper()

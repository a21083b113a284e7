"""A property watched over a simulation: the automaton of the proof over the states of a machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.ir.types import Interface, Pointer
from assay.skills.plc.prove.memory import Layer
from assay.skills.plc.prove.model import Model
from assay.skills.plc.prove.property import Property
from assay.skills.plc.prove.resolve import resolve
from assay.skills.plc.prove.watcher import Meant


class Monitor:
    """Watches one property of a unit. ``scan_ns`` is the fixed scan time with which numbers of scans and times are
    compared (None: it varies); the meaning is that of the proof, so a run that refutes a property fails here at its
    last scan, and no run of a proved property ever fails.

    Raises InputError when the property cannot be judged on this unit.
    """

    def __init__(
        self, project: Project, unit_name: str, property: Property | Meant, *, scan_ns: int | None = 100_000_000
    ) -> None:
        unit = project.unit(unit_name)
        if unit is None:
            raise InputError("plc_prove.no_unit", name=unit_name)
        if isinstance(property, Property):
            ((property, reasons),) = resolve(project, unit, [property])
            if reasons and reasons[0][0] != "unsound_inputs":
                raise InputError(f"plc_prove.{reasons[0][0]}", **reasons[0][1])
        self.property = property.property
        self._model = Model(project, unit, [property], scan_ns=scan_ns)
        self._watcher = self._model.watchers[0]
        self._slots = {one.name.upper(): one.number for one in self._model.slots.values() if one.role != "watch"}
        self._state: dict[int, Any] = {one.number: one.initial for one in self._model.slots.values()}
        self._now = 0

    def step(self, state: Mapping[str, object], *, elapsed_ns: int, inputs: Mapping[str, object] | None = None) -> bool:
        """Tell the state at the end of a scan (``Machine.state()``), the time since the scan before and, for ``at:
        start``, the inputs of the scan. Returns whether the property is violated at this scan end (for ``reachable``:
        whether it is reached)."""
        run = self._model.run
        self._now += elapsed_ns
        run.layer, run.now, run.frame = Layer(), self._now, self._model._frame()
        for number, value in self._state.items():
            run.put(number, value)
        self._take(inputs or {})
        self._watcher.start()
        self._take(state)
        bad = self._watcher.end(elapsed_ns).bad
        self._state = {number: run.read(number) for number in self._state}
        return bad is True

    def _take(self, values: Mapping[str, object]) -> None:
        run = self._model.run
        for path, value in values.items():
            number = self._slots.get(path.upper())
            if number is None:
                start = path.upper()
                numbers = [one for name, one in self._slots.items() if name.startswith((start + "[", start + "."))]
                for one, part in zip(numbers, _flat(value), strict=False):
                    run.put(one, part)
            elif isinstance(self._model.slots[number].type, (Pointer, Interface)):
                run.put(number, None if value is None else self._slots.get(str(value).upper()))
            else:
                run.put(number, value)


def _flat(value: object) -> list[object]:
    """The scalars of nested lists and dicts in order."""
    if isinstance(value, (list, tuple)):
        return [part for one in value for part in _flat(one)]
    if isinstance(value, dict):
        return [part for one in value.values() for part in _flat(one)]
    return [value]

"""What a unit gives after each scan of a run, and the first scan after which two versions of it differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.run.machine import Machine
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.stimuli import Move
from assay.skills.plc.testing.values import same

#: The outputs after a scan, or the kind of the fault that ended the run.
Seen = list[Any] | str


class Observer:
    """The outputs of a unit (of one without outputs: all its variables), place by place."""

    def __init__(self, project: Project, unit: Unit) -> None:
        layout = Layout(project, unit)
        self.places: tuple[tuple[str, DataType], ...] = tuple(
            leaf for name, kind in layout.given for leaf in layout.leaves(name, kind)
        )

    def run(self, machine: Machine, moves: Sequence[Move]) -> Iterator[Seen]:
        """A fresh run, scan by scan; the first scan is at 0."""
        machine.reset()
        first = True
        for move in moves:
            for turn in range(move.scans):
                machine.scan(move.sets if turn == 0 else None, 0 if first else move.scan_ns)
                first = False
                if machine.fault is not None:
                    yield machine.fault.kind
                    return
                yield [machine.read(path) for path, _ in self.places]

    def difference(self, machine: Machine, moves: Sequence[Move], seen: Sequence[Seen]) -> tuple[int, str] | None:
        """The number (from 1) of the first scan after which a machine is not as ``seen``, and in what."""
        for scan, (one, other) in enumerate(zip(self.run(machine, moves), seen, strict=False), 1):
            if one == other:
                continue
            if isinstance(one, str) or isinstance(other, str):
                return scan, "fault"
            for (path, kind), first, second in zip(self.places, one, other, strict=True):
                if first != second and (first == first or second == second) and not same(second, first, kind, None):
                    return scan, path
        return None


def cut(moves: Sequence[Move], scans: int) -> list[Move]:
    """The first ``scans`` scans of a run."""
    kept: list[Move] = []
    for one in moves:
        if scans <= 0:
            break
        kept.append(Move(one.sets, min(one.scans, scans), one.scan_ns))
        scans -= one.scans
    return kept

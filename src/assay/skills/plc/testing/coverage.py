"""How much of a program its tests ran: statements, branches, loops and conditions, as counts and line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.skills.plc.front.source import Source
from assay.skills.plc.run.machine import Machine
from assay.skills.plc.testing.instrument import FLAGS, Point, PointKind

KINDS: tuple[PointKind, ...] = ("statement", "branch", "loop", "condition")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file on which something can run. ``missed``: what did not happen there."""

    source: str
    line: int
    run: bool
    missed: tuple[Point, ...]


class Coverage:
    """The flags of all runs together. ``points``: those of the units that count."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = tuple(points)
        self._hit = [False] * len(points)

    def take(self, machine: Machine) -> int:
        """Add what a machine of the instrumented project ran; returns how many points are new."""
        flags = machine.read(FLAGS)
        assert isinstance(flags, list)
        new = 0
        for index, one in enumerate(flags[: len(self._hit)]):
            if one and not self._hit[index]:
                self._hit[index] = True
                new += 1
        return new

    def hit(self) -> frozenset[int]:
        """The places of the points that happened."""
        return frozenset(index for index, one in enumerate(self._hit) if one)

    def counted(self, units: Iterable[str]) -> list[tuple[Point, bool]]:
        """Every point of these units and whether it happened."""
        names = {one.upper() for one in units}
        return [(point, hit) for point, hit in zip(self.points, self._hit, strict=True) if point.unit.upper() in names]


def totals(counted: Sequence[tuple[Point, bool]]) -> dict[str, dict[str, Any]]:
    """``covered`` and ``total`` of each kind."""
    made = {}
    for kind in KINDS:
        of_kind = [hit for point, hit in counted if point.kind == kind]
        made[f"{kind}s" if kind != "branch" else "branches"] = {"covered": sum(of_kind), "total": len(of_kind)}
    return made


def by_line(counted: Sequence[tuple[Point, bool]], sources: Mapping[str, Source]) -> list[Line]:
    """Lines in the order of files and numbers."""
    lines: dict[tuple[str, int], tuple[bool, list[Point]]] = {}
    for point, hit in counted:
        source = sources.get(point.span.source)
        if source is None:
            continue
        place = (source.name, source.position(point.span.start).line)
        run, missed = lines.get(place, (False, []))
        if not hit:
            missed.append(point)
        lines[place] = (run or hit, missed)
    return [Line(name, line, run, tuple(missed)) for (name, line), (run, missed) in sorted(lines.items())]


def document(counted: Sequence[tuple[Point, bool]], sources: Mapping[str, Source]) -> dict[str, Any]:
    """For JSON: the totals, and every line with whether it ran and what did not happen."""
    lines = [
        {
            "file": one.source,
            "line": one.line,
            "run": one.run,
            "missed": [{"kind": each.kind, "result": each.result, "unit": each.unit} for each in one.missed],
        }
        for one in by_line(counted, sources)
    ]
    return {**totals(counted), "lines": lines}

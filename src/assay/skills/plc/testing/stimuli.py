"""Inputs worth trying: for each input the values at which the program decides something, and random runs over them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.ir.types import DataType, Elementary, Enum, Subrange, Text, base_of
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.values import to_single
from assay.skills.plc.testing.walk import reachable, walk

MOST_LEAVES = 400
_MOST_VALUES = 40
_MOST_TIME = 100 * 24 * 3600 * 10**9


@dataclass(frozen=True, slots=True)
class Move:
    """What is set, and for how many scans of which length it then stays."""

    sets: Mapping[str, Any]
    scans: int
    scan_ns: int


class Stimuli:
    """The inputs of a unit with their values. ``waits``: numbers and lengths of scans after which one of its timers may
    have run out, or nearly; a long time passes in a few long scans."""

    def __init__(self, project: Project, unit: Unit, scan_ns: int) -> None:
        layout = Layout(project, unit)
        self.constants = _constants(project, unit)
        leaves = [leaf for one in layout.inputs for leaf in layout.leaves(one.name, one.type)]
        self.leaves: dict[str, DataType] = dict(leaves[:MOST_LEAVES])
        self.values = {path: self._values(kind) for path, kind in self.leaves.items()}
        self.scan_ns = scan_ns
        times = sorted(one for one in self.constants.get("time", ()) if 0 < one <= _MOST_TIME)
        self.waits = tuple(dict.fromkeys(wait for time in times for wait in _waits(time, scan_ns)))

    def _values(self, kind: DataType) -> tuple[Any, ...]:
        if isinstance(kind, Enum):
            return tuple(number for _, number in kind.members)
        if isinstance(kind, Text):
            return tuple(dict.fromkeys(("", "a", *(one[: kind.length] for one in self.constants.get("text", ())))))
        base = base_of(kind)
        assert isinstance(base, Elementary)
        if base.kind == "bool":
            return (False, True)
        found = self.constants.get(base.kind, set()) | (
            self.constants.get("int", set()) if base.kind != "time" else set()
        )
        low, high = (kind.low, kind.high) if isinstance(kind, Subrange) else (base.low, base.high)
        if base.kind == "real":
            reals = {0.0, 1.0, -1.0, *(float(one) for one in found)}
            around = sorted(each for one in reals for each in (one, one + 1.0, one - 1.0, one + 0.25))
            return tuple(dict.fromkeys(to_single(one) if base.bits == 32 else one for one in around))[:_MOST_VALUES]
        step = 10**8 if base.kind == "time" else 1
        near = {each for one in {0, step, *found} for each in (one, one + step, one - step)}
        kept = sorted((one for one in near if low <= one <= high), key=abs)[:_MOST_VALUES]
        ends = () if base.kind == "time" else tuple(one for one in (low, high) if abs(one) < 2**40)
        return tuple(dict.fromkeys((*kept, *ends)))

    def case(self, rng: random.Random, most: int = 10) -> list[Move]:
        """A random run: few or many inputs change at a step, and what was set is held for one scan or for a timer."""
        share = rng.choice((0.1, 0.3, 0.7))
        moves = [Move(self.sets(rng, 0.5), 1, self.scan_ns)]
        for _ in range(rng.randint(0, most - 1)):
            moves.append(self.move(rng, share))
        return moves

    def move(self, rng: random.Random, share: float) -> Move:
        """One random step."""
        scans, scan_ns = rng.choice((1, 1, 1, 2, 3, 5)), self.scan_ns
        if self.waits and rng.random() < 0.3:
            scans, scan_ns = rng.choice(self.waits)
        return Move(self.sets(rng, share), scans, scan_ns)

    def sets(self, rng: random.Random, share: float) -> dict[str, Any]:
        """Values for some of the inputs, at least one if there is any."""
        if not self.leaves:
            return {}
        chosen = [path for path in self.leaves if rng.random() < share] or [rng.choice(list(self.leaves))]
        made: dict[str, Any] = {}
        for path in chosen:
            others = [value for other, value in made.items() if self.leaves[other] == self.leaves[path]]
            made[path] = rng.choice(others) if others and rng.random() < 0.2 else self.value(rng, path)
        return made

    def value(self, rng: random.Random, path: str) -> Any:
        """A value of one input, mostly one of those worth trying."""
        base = base_of(self.leaves[path])
        if isinstance(base, Elementary) and not isinstance(self.leaves[path], Enum) and rng.random() < 0.15:
            if base.kind in ("int", "bits"):
                kind = self.leaves[path]
                limits = (kind.low, kind.high) if isinstance(kind, Subrange) else (base.low, base.high)
                return rng.randint(max(limits[0], -1000), min(limits[1], 1000))
            if base.kind == "real":
                value = round(rng.uniform(-1000, 1000), 2)
                return to_single(value) if base.bits == 32 else value
        return rng.choice(self.values[path])


def _waits(time: int, scan_ns: int) -> list[tuple[int, int]]:
    """Ways to let a time pass: nearly, just, and a little more."""
    count = time // scan_ns
    if count <= 40:
        return [(count + more, scan_ns) for more in (-1, 0, 1, 2) if count + more > 0]
    step = time // 5 // 10**6 * 10**6 or time // 5
    return [(4, step), (5, step), (6, step), (1, time)]


def _constants(project: Project, unit: Unit) -> dict[str, set[Any]]:
    """The constants of a unit and of all that it runs, by kind."""
    found: dict[str, set[Any]] = {}

    def add(value: Any, kind: DataType) -> None:
        if isinstance(kind, Text) and isinstance(value, str):
            found.setdefault("text", set()).add(value)
        base = base_of(kind)
        if isinstance(base, Elementary) and isinstance(value, (int, float)) and value == value:
            found.setdefault("int" if base.kind == "bits" else base.kind, set()).add(value)
            if base.kind == "real" and abs(value) < 2**31:
                found.setdefault("int", set()).add(int(value))

    for one in reachable(project, unit):
        if one.library:
            continue
        for variable in one.variables:
            add(variable.initial, variable.type)
        for _, node in walk(one.body):
            if isinstance(node, nodes.Const):
                add(node.value, node.type)
            elif isinstance(node, nodes.Switch):
                for ranges, _, _ in node.arms:
                    for pair in ranges:
                        found.setdefault("int", set()).update(pair)
    return found

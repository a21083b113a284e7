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
_MOST_VALUES = 120
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
        leaves = [leaf for name, kind in layout.driven for leaf in layout.leaves(name, kind)]
        self.leaves: dict[str, DataType] = dict(leaves[:MOST_LEAVES])
        compared = _compared(unit)
        self.values = {path: self._values(kind, self.constants) for path, kind in self.leaves.items()}
        #: Of each input those around the constants that it is itself compared with.
        self.near = {
            path: self._values(kind, compared[_root(path)]) if _root(path) in compared else self.values[path]
            for path, kind in self.leaves.items()
        }
        self.scan_ns = scan_ns
        times = sorted(one for one in self.constants.get("time", ()) if 0 < one <= _MOST_TIME)
        self.waits = tuple(dict.fromkeys(wait for time in times for wait in _waits(time, scan_ns)))

    def _values(self, kind: DataType, constants: Mapping[str, set[Any]]) -> tuple[Any, ...]:
        """Values of a type around constants."""
        if isinstance(kind, Enum):
            return tuple(number for _, number in kind.members)
        if isinstance(kind, Text):
            return tuple(dict.fromkeys(("", "a", *(one[: kind.length] for one in sorted(constants.get("text", ()))))))
        base = base_of(kind)
        assert isinstance(base, Elementary)
        if base.kind == "bool":
            return (False, True)
        found = set(constants.get(base.kind, ()))
        if base.kind != "time":
            found |= constants.get("int", set())
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
        return rng.choice(self.near[path] if rng.random() < 0.6 else self.values[path])


def _waits(time: int, scan_ns: int) -> list[tuple[int, int]]:
    """Ways to let a time pass: nearly, just, and a little more."""
    count = time // scan_ns
    if count <= 40:
        return [(count + more, scan_ns) for more in (-1, 0, 1, 2) if count + more > 0]
    step = time // 5 // 10**6 * 10**6 or time // 5
    return [(4, step), (5, step), (6, step), (1, time)]


def _root(path: str) -> str:
    return path.split(".")[0].split("[")[0].upper()


def _add(found: dict[str, set[Any]], value: Any, kind: DataType) -> None:
    """Put a constant under its kind: bit strings with the integers, whole reals with both."""
    if isinstance(kind, Text) and isinstance(value, str):
        found.setdefault("text", set()).add(value)
    base = base_of(kind)
    if isinstance(base, Elementary) and isinstance(value, (int, float)) and value == value:
        found.setdefault("int" if base.kind == "bits" else base.kind, set()).add(value)
        if base.kind == "real" and abs(value) < 2**31:
            found.setdefault("int", set()).add(int(value))


def _constants(project: Project, unit: Unit) -> dict[str, set[Any]]:
    """The constants of a unit and of all that it runs, by kind."""
    found: dict[str, set[Any]] = {}
    for one in reachable(project, unit):
        if one.library:
            continue
        for variable in one.variables:
            _add(found, variable.initial, variable.type)
        for _, node in walk(one.body):
            if isinstance(node, nodes.Const):
                _add(found, node.value, node.type)
            elif isinstance(node, nodes.Switch):
                found.setdefault("int", set()).update(_labels(node))
    return found


def _compared(unit: Unit) -> dict[str, dict[str, set[Any]]]:
    """By variable (upper case), the constants that stand on the other side of its comparisons and in its CASE."""
    found: dict[str, dict[str, set[Any]]] = {}
    for _, node in walk(unit.body):
        if isinstance(node, nodes.Binary) and node.op in ("eq", "ne", "lt", "le", "gt", "ge"):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                constants = [one for _, one in walk(other) if isinstance(one, nodes.Const)]
                for name in _names(side) if constants else ():
                    for one in constants:
                        _add(found.setdefault(name, {}), one.value, one.type)
        elif isinstance(node, nodes.Switch):
            for name in _names(node.selector):
                found.setdefault(name, {}).setdefault("int", set()).update(_labels(node))
    return found


def _names(expression: nodes.Expr) -> set[str]:
    return {one.name.upper() for _, one in walk(expression) if isinstance(one, nodes.LocalVar)}


def _labels(node: nodes.Switch) -> set[int]:
    return {limit for ranges, _, _ in node.arms for pair in ranges for limit in pair}

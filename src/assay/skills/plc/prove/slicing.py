"""The part of a unit that a property depends on (Weiser, "Program slicing", 1984; by whole variables, without order).

What is left out may fault or run for ever: a run that does has no further scan ends, so a property that holds for the
slice holds for the unit; a run that violates it is repeated on the whole unit anyway.
"""

from __future__ import annotations

from dataclasses import replace

from assay.skills.plc.ir.nodes import Choice, ForLoop, Leave, Loop, Project, Statement, Switch, Unit
from assay.skills.plc.prove.walk import Calls, Effects, Root, effects, nodes
from assay.skills.plc.prove.watcher import Meant


def sliced(project: Project, unit: Unit, meant: Meant) -> Unit | None:
    """The unit with only those statements that matter to the property; None when nothing can be left out."""
    calls = Calls(project)
    if any(calls.own(one.name.upper()).anywhere for one in calls.reachable(unit.name)):
        return None
    wanted: set[Root] = {root for one in meant.expressions() for root in effects(one).reads}
    while True:
        slicer = _Slicer(calls, frozenset(wanted))
        body = slicer.keep(unit.body)
        if slicer.needed <= wanted:
            break
        wanted |= slicer.needed
    if body == unit.body:
        return None
    return replace(unit, body=body)


class _Slicer:
    """One pass: keeps what writes a wanted variable and notes what that needs."""

    def __init__(self, calls: Calls, wanted: frozenset[Root]) -> None:
        self._calls, self._wanted = calls, wanted
        self.needed: set[Root] = set()

    def keep(self, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """Statements without those that do not matter."""
        kept = []
        for one in statements:
            left = self._one(one)
            if left is not None:
                kept.append(left)
        return tuple(kept)

    def _one(self, node: Statement) -> Statement | None:
        if isinstance(node, Choice):
            branches = tuple((condition, self.keep(body), span) for condition, body, span in node.branches)
            orelse = self.keep(node.orelse)
            conditions = tuple(condition for condition, _, _ in branches)
            if not orelse and not any(body for _, body, _ in branches) and not self._acts(conditions):
                return None
            self._read(conditions)
            return replace(node, branches=branches, orelse=orelse)
        if isinstance(node, Switch):
            arms = tuple((ranges, self.keep(body), span) for ranges, body, span in node.arms)
            orelse = self.keep(node.orelse)
            if not orelse and not any(body for _, body, _ in arms) and not self._acts(node.selector):
                return None
            self._read(node.selector)
            return replace(node, arms=arms, orelse=orelse)
        if isinstance(node, (ForLoop, Loop)):
            return self._loop(node)
        if isinstance(node, Leave):
            return node
        if not self._acts(node):
            return None
        self._read(node)
        return node

    def _loop(self, node: ForLoop | Loop) -> Statement | None:
        if not self._acts(node) and not _returns(node):
            return None
        body = self.keep(node.body)
        head = (node.place, node.start, node.stop, node.step) if isinstance(node, ForLoop) else node.condition
        self._read(head)
        return replace(node, body=body)

    def _effects(self, part: object) -> Effects:
        found = effects(part)
        for name in sorted(found.calls):
            for unit in self._calls.reachable(name):
                inner = self._calls.own(unit.name.upper())
                for mine, theirs in ((found.writes, inner.writes), (found.reads, inner.reads)):
                    mine |= {root for root in theirs if root[0] == "." or unit.owner is not None}
        return found

    def _acts(self, part: object) -> bool:
        return bool(self._effects(part).writes & self._wanted)

    def _read(self, part: object) -> None:
        found = self._effects(part)
        self.needed |= found.reads | (found.writes & self._wanted)


def _returns(node: ForLoop | Loop) -> bool:
    return any(isinstance(one, Leave) and one.kind == "return" for one in nodes(node))

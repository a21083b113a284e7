"""What there is to cover: every statement, and every branch with both ways it can go."""

from __future__ import annotations

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.run.analysis import analyse, walk


def points(
    project: ir.Project, unit_name: str, *, library: bool = False
) -> tuple[frozenset[Span], frozenset[tuple[Span, bool]]]:
    """Statements and branches of a unit and all it can call, as :class:`~assay.skills.plc.run.machine.Hits` names them.
    Without ``library`` the blocks that come with Assay are left out. A branch that can never go the other way is here,
    too."""
    statements: set[Span] = set()
    branches: set[tuple[Span, bool]] = set()
    analysis = analyse(project, unit_name)
    for name in analysis.order:
        unit = analysis.unit(name)
        if unit.library and not library:
            continue
        for one in walk(unit.body):
            if isinstance(one, ir.Statement):
                statements.add(one.span)
            if isinstance(one, ir.Choice):
                branches.update((span, went) for _, _, span in one.branches for went in (True, False))
            elif isinstance(one, ir.Switch):
                branches.update((span, True) for _, _, span in one.arms)
                branches.add((one.span, False))
            elif isinstance(one, (ir.ForLoop, ir.Loop)):
                branches.update(((one.span, True), (one.span, False)))
    return frozenset(statements), frozenset(branches)

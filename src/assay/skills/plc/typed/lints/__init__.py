"""Lints by the PLCopen coding guidelines."""

from __future__ import annotations

from collections.abc import Sequence

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.typed.world import World


def lint(
    world: World, trees: Sequence[tree.Unit], sources: Sequence[Source], units: Sequence[ir.Unit], project: ir.Project
) -> None:
    """Find what the guidelines advise against."""

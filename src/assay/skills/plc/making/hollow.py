"""Programs that keep every property because next to nothing happens in them.

A motor that never runs keeps "while it runs, the guard is closed". Such a property is vacuous (Kupferman and Vardi
2003), and small faults in statements that nothing reaches change nothing either. So two things are asked of a program
besides its properties: each of their conditions can be met, and each output can change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assay.skills.plc.ir.types import ELEMENTARY
from assay.skills.plc.making.conditions import lines, spelled

if TYPE_CHECKING:
    from assay.skills.plc.ir.nodes import Project
    from assay.skills.plc.making.gates import Wanted
    from assay.skills.plc.prove.verdict import Report

_FIXED = re.compile(r"- always (?:NOT )?([A-Za-z_]\w*)(?: = [+-]?[\w#.]+)?")
_SECONDS = 3.0
_IDLE = ("note_vacuous", "note_not_met")


def hollow(project: Project, wanted: Wanted, report: Report) -> tuple[tuple[str, dict[str, object]], ...]:
    """What makes a program that passed hollow, as reasons against its release: properties whose condition was never
    met, and outputs that never change although no property says what they always are."""
    idle = [one.id for one in report.properties if any(key in _IDLE for key, _ in one.notes)]
    stuck = list(_stuck(project, wanted))
    found: list[tuple[str, dict[str, object]]] = []
    if idle:
        found.append(("hollow_properties", {"names": ", ".join(idle)}))
    if stuck:
        found.append(("stuck_outputs", {"names": ", ".join(stuck)}))
    return tuple(found)


def _stuck(project: Project, wanted: Wanted) -> Iterator[str]:
    from assay.skills.plc.prove.property import parse_properties
    from assay.skills.plc.prove.proving import Options, prove

    face = wanted.interface
    fixed = {one[1].upper() for line in lines(wanted.properties) if (one := _FIXED.fullmatch(line))}
    names = [one for one in face.of("VAR_OUTPUT") if face.names[one][1] in ELEMENTARY and one not in fixed]
    if not names:
        return
    asked = [{"id": one, "kind": "reachable", "when": f"PREV({one}) <> {one}"} for one in names]
    options = Options(scan_ns=wanted.scan_ns, timeout=_SECONDS, obligations=False, backends=("python",))
    for verdict in prove(project, face.name, parse_properties(asked), options).properties:
        if verdict.status != "PROVED":
            yield spelled(verdict.id, face.declarations)

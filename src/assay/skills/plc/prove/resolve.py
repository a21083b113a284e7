"""Properties against a unit: their expressions resolved, or why they cannot be judged."""

from __future__ import annotations

from collections.abc import Sequence

from assay.kernel.errors import InputError
from assay.skills.plc.ir.nodes import Expr, Project, Unit
from assay.skills.plc.ir.types import base_of
from assay.skills.plc.prove.property import Property
from assay.skills.plc.prove.verdict import Reason
from assay.skills.plc.prove.walk import Calls, effects
from assay.skills.plc.prove.watcher import Meant


def resolve(project: Project, unit: Unit, properties: Sequence[Property]) -> list[tuple[Meant, tuple[Reason, ...]]]:
    """Each property with its meaning; the reasons are why it is unsound (then its expressions may be missing)."""
    return [_resolve(project, unit, one) for one in properties]


def _resolve(project: Project, unit: Unit, one: Property) -> tuple[Meant, tuple[Reason, ...]]:
    reasons: list[Reason] = []

    def read(text: str, field: str) -> Expr | None:
        return _expression(project, unit, text, field, reasons) if text else None

    meant = Meant(
        one,
        read(one.when, "when"),
        read(one.then, "then"),
        read(one.before, "before"),
        tuple(found for name in one.of if (found := read(name, "of")) is not None),
    )
    temporary = sorted(name for one in meant.expressions() for name in _temporary(unit, one))
    if temporary:
        reasons.append(("unsound_temporary", {"name": temporary[0]}))
    if not reasons and _only_inputs(project, unit, meant):
        reasons.append(("unsound_inputs", {}))
    return meant, tuple(reasons)


def _expression(project: Project, unit: Unit, text: str, field: str, reasons: list[Reason]) -> Expr | None:
    from assay.skills.plc.typed.expression import expression

    found, diagnostics = expression(project, unit.name, text)
    errors = [one for one in diagnostics if one.severity == "error"]
    if found is None or errors:
        problem = InputError(errors[0].key, **errors[0].values) if errors else None
        reasons.append(("unsound_expression", {"field": field, "text": text, "problem": problem}))
        return None
    kind = base_of(found.type)
    if getattr(kind, "kind", "") != "bool":
        reasons.append(("unsound_type", {"field": field, "text": text}))
        return None
    return found


def _only_inputs(project: Project, unit: Unit, meant: Meant) -> bool:
    """Whether a property speaks of nothing that the program decides."""
    written = Calls(project).globals(unit.name)[1]
    names = {root for one in meant.expressions() for root in effects(one).reads}
    if not names:
        return True
    for kind, name in names:
        if kind == ".":
            variable = project.globals.get(name) or next(
                (one for key, one in project.globals.items() if key.upper() == name), None
            )
            if name in written or (variable is not None and variable.constant):
                return False
        else:
            own = unit.variable(name)
            if own is None or own.section not in ("input", "external") or own.constant:
                return False
    return True


def _temporary(unit: Unit, expression: Expr) -> list[str]:
    """Variables in an expression that do not outlive a scan."""
    names = [name for kind, name in effects(expression).reads if kind == ""]
    return [name for name in names if (one := unit.variable(name)) is not None and one.section == "temp"]

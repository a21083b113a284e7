"""What a reviewer would say of a program: findings of the checker and its guidelines, obligations that fail with their
shortest trace, and what the dependence graph shows. Each finding has its place; a fault has a run that shows it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from assay.kernel.texts import Lang, text
from assay.skills.plc.explain.facts import Facts, read_facts
from assay.skills.plc.explain.roles import latch
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.ir.types import BOOL
from assay.skills.plc.making.certificate import table

if TYPE_CHECKING:
    from assay.skills.plc.prove.verdict import Verdict
    from assay.skills.plc.typed.check import Checked

Severity = Literal["error", "warning", "info"]

_ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its stable ``code``, place, sentence (a text key and what fills it), and the run that shows it."""

    code: str
    severity: Severity
    span: Span
    key: str
    values: dict[str, object]
    trace: tuple[str, ...] = ()

    def text(self, lang: Lang) -> str:
        """The sentence in a language."""
        return text(self.key, lang, **self.values)


def review(checked: Checked, *, timeout: float = 30.0, scan_ns: int = 100_000_000) -> list[Finding]:
    """All findings, errors first, then in the order of the text. A unit with errors is not run or proved.
    ``timeout``: seconds for all proofs together; what a unit leaves of its share is for those after it."""
    found = [
        Finding(one.code, one.severity, one.span, one.key, dict(one.values))
        for one in checked.diagnostics
    ]  # fmt: skip
    units = [one for one in checked.project.own() if one.kind in ("program", "function_block", "function")]
    deadline = time.monotonic() + timeout
    late = 0
    for number, unit in enumerate(units):
        found.extend(_graph(read_facts(checked.project, unit)))
        share = (deadline - time.monotonic()) / (len(units) - number)
        if share <= 0:
            late += 1
            continue
        told = {one.span for one in found}
        found.extend(one for one in _obligations(checked.project, unit, share, scan_ns) if one.span not in told)
    if late:
        values: dict[str, object] = {"late": late, "units": len(units), "seconds": f"{timeout:g}"}
        found.append(Finding("RV-time", "info", units[-late].span, "plc_explain.review_time", values))
    return sorted(found, key=lambda one: (_ORDER[one.severity], one.span.source, one.span.start, one.code))


def _obligations(project: Project, unit: Unit, timeout: float, scan_ns: int) -> Iterator[Finding]:
    from assay.skills.plc.prove.proving import Options, prove

    report = prove(project, unit.name, (), Options(scan_ns=scan_ns, timeout=timeout))
    for key, filled in report.notes:
        if key != "note_global":
            yield Finding("RV-unproved", "info", unit.span, f"plc_prove.{key}", dict(filled))
    for one in report.obligations:
        if one.status == "REFUTED":
            yield _refuted(unit, one)


def _refuted(unit: Unit, one: Verdict) -> Finding:
    values: dict[str, object] = {"unit": unit.name, "what": one.text}
    trace = tuple(table(one.trace)) if one.trace is not None else ()
    return Finding(f"RV-{one.kind}", one.severity, one.span, f"plc_explain.review_{one.kind}", values, trace)


def _graph(facts: Facts) -> Iterator[Finding]:
    """What follows from who writes what."""
    unit = facts.unit
    for variable in unit.variables:
        values: dict[str, object] = {"unit": unit.name, "name": variable.name}
        writes = facts.of(variable.name)
        if variable.section == "output" and variable.type == BOOL and writes:
            yield from _stuck(variable.name, writes, values)


def _stuck(name: str, writes: list[Any], values: dict[str, object]) -> Iterator[Finding]:
    """An output that is set somewhere and never taken back."""
    constants = [one.value.value for one in writes if isinstance(one.value, nodes.Const)]
    held = [found for one in writes if (found := latch(one)) is not None]
    if len(constants) == len(writes) and all(constants):
        yield Finding("RV-never-reset", "warning", writes[0].span, "plc_explain.review_never_reset", values)
    elif len(held) == len(writes) and all(not one.keeps for one in held):
        yield Finding("RV-never-reset", "warning", writes[0].span, "plc_explain.review_never_reset", values)

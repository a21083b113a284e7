"""How much of a generated program was run by what judged it: its tests, and the runs that proofs were shown with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.kernel.texts import Lang
from assay.skills.plc.front.source import Source

if TYPE_CHECKING:
    from assay.skills.plc.ir.nodes import Project
    from assay.skills.plc.prove.verdict import Report, Trace
    from assay.skills.plc.testing.instrument import Point


@dataclass(frozen=True, slots=True)
class Covered:
    """Every point of the program (see ``testing.instrument``) and whether it happened in one of ``cases`` cases of
    tests or ``traces`` runs of proofs. A proof itself speaks of all runs and runs nothing."""

    points: tuple[tuple[Point, bool], ...]
    cases: int
    traces: int


def covered(project: Project, name: str, tests: Any, report: Report | None) -> Covered:
    """Runs the tests (T.json, None: none) and the traces of the verdicts once more on a copy that notes what runs."""
    from assay.skills.plc.run.machine import machine
    from assay.skills.plc.testing.coverage import Coverage
    from assay.skills.plc.testing.instrument import instrument
    from assay.skills.plc.testing.judge import bind, run_case
    from assay.skills.plc.testing.layout import Layout
    from assay.skills.plc.testing.suites import suites_of
    from assay.skills.plc.testing.walk import reachable

    noted = instrument(project)
    seen = Coverage(noted.points)
    unit = project.unit(name)
    assert unit is not None
    cases = 0
    for suite in suites_of(tests) if tests is not None else ():
        tested = project.unit(suite.pou or name) or unit
        engine = machine(noted.project, tested.name)
        for bound in bind(suite.cases, Layout(project, tested)):
            run_case(engine, bound)
            seen.take(engine)
            cases += 1
    traces = [one.trace for one in report.verdicts if one.trace is not None] if report is not None else []
    engine = machine(noted.project, unit.name)
    for trace in traces:
        _run(engine, trace)
        seen.take(engine)
    return Covered(tuple(seen.counted(each.name for each in reachable(project, unit))), cases, len(traces))


def _run(engine: Any, trace: Trace) -> None:
    engine.reset()
    for row in trace.rows:
        engine.scan(row.inputs, row.elapsed_ns)
        if engine.fault is not None:
            return


def coverage_document(found: Covered, program: str, lang: Lang) -> dict[str, Any]:
    """For JSON: ``covered`` and ``total`` of statements, branches, loops and conditions; ``uncovered`` names each line
    on which something did not happen, with its text and what."""
    from assay.skills.plc.testing.coverage import by_line, totals
    from assay.skills.plc.testing.coverage_page import missed

    source = Source("program.st", program)
    rows = program.split("\n")
    lines = [
        {
            "line": one.line,
            "text": rows[one.line - 1].strip(),
            "run": one.run,
            "missed": list(dict.fromkeys(missed(each, lang) for each in one.missed)),
        }
        for one in by_line(found.points, {source.name: source})
        if one.missed
    ]
    return {**totals(found.points), "uncovered": lines, "cases": found.cases, "traces": found.traces}

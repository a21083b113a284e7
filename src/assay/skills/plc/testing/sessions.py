"""What ``assay plc test`` does with a checked project and its suites: outcomes, coverage and mutants together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.kernel.texts import Lang
from assay.skills.plc.front.source import Source, Span
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.run.machine import Backend, machine
from assay.skills.plc.testing.coverage import Coverage
from assay.skills.plc.testing.instrument import Point, instrument
from assay.skills.plc.testing.judge import BoundCase, Outcome, bind, run_case
from assay.skills.plc.testing.junit import sentence
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.mutants import mutate
from assay.skills.plc.testing.running import choose_unit
from assay.skills.plc.testing.scoring import Prover, Score, score
from assay.skills.plc.testing.suites import Suite
from assay.skills.plc.testing.walk import reachable


@dataclass(frozen=True, slots=True)
class Tested:
    """One suite that ran."""

    unit: Unit
    bound: tuple[BoundCase, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Every case passed."""
        return all(one.passed for one in self.outcomes)


@dataclass(frozen=True, slots=True)
class Session:
    """All suites, with the points of the units that they reach when coverage was wanted."""

    suites: tuple[Tested, ...]
    counted: tuple[tuple[Point, bool], ...] | None = None

    @property
    def passed(self) -> bool:
        """Every case of every suite passed."""
        return all(one.passed for one in self.suites)


def run_suites(
    project: Project, suites: Sequence[Suite], *, backend: Backend = "python", coverage: bool = False
) -> Session:
    """Run every case of every suite on a fresh instance. InputError for a unit, path or value that is not there."""
    noted = instrument(project) if coverage else None
    seen = Coverage(noted.points if noted is not None else ())
    ready = []
    for suite in suites:
        unit = choose_unit(project, suite.pou)
        ready.append((unit, bind(suite.cases, Layout(project, unit))))
    tested = []
    for unit, bound in ready:
        fresh = machine(noted.project if noted is not None else project, unit.name, backend=backend)
        outcomes = []
        for case in bound:
            outcomes.append(run_case(fresh, case))
            if noted is not None:
                seen.take(fresh)
        tested.append(Tested(unit, bound, tuple(outcomes)))
    if noted is None:
        return Session(tuple(tested))
    units = {each.name for one in tested for each in reachable(project, one.unit)}
    return Session(tuple(tested), tuple(seen.counted(units)))


def mutation_score(project: Project, tested: Tested, limit: int | None, *, prove: bool = True, seed: int = 1) -> Score:
    """The score of one suite; its cases must have passed."""
    scan_ns = next((step.step.scan_ns for case in tested.bound for step in case.steps), 100_000_000)
    mutants = mutate(project, tested.unit.name, limit=limit, seed=seed)
    prover = Prover(project, tested.unit.name, scan_ns, seconds=3.0, budget=30.0) if prove else None
    return score(project, tested.unit, mutants, tested.bound, prover=prover, scan_ns=scan_ns)


def session_document(session: Session, sources: Mapping[str, Source], lang: Lang) -> dict[str, Any]:
    """The outcomes for JSON."""
    cases = [_case(one.unit.name, outcome, sources, lang) for one in session.suites for outcome in one.outcomes]
    return {
        "passed": session.passed,
        "total": len(cases),
        "failed": sum(not one["passed"] for one in cases),
        "cases": cases,
    }


def _case(unit: str, outcome: Outcome, sources: Mapping[str, Source], lang: Lang) -> dict[str, Any]:
    failures = [
        {
            "step": one.step,
            "scan": one.scan,
            "t_ms": one.t_ms,
            "variable": one.variable or None,
            "expected": one.expected,
            "got": one.got,
            "sentence": sentence(one, lang),
            **({} if one.fault is None else {"fault": one.fault.kind, **place(one.fault.span, sources)}),
        }
        for one in outcome.failures
    ]
    return {
        "pou": unit,
        "name": outcome.case.name,
        "passed": outcome.passed,
        "proposed": outcome.case.proposed,
        "scans": outcome.scans,
        "failures": failures,
    }


def score_document(unit: str, found: Score, sources: Mapping[str, Source]) -> dict[str, Any]:
    """A mutation score for JSON: the counts, and every mutant that was not killed."""
    rest = [
        {
            "id": one.mutant.id,
            "operator": one.mutant.operator,
            "unit": one.mutant.unit,
            **place(one.mutant.span, sources),
            "before": one.mutant.before,
            "after": one.mutant.after,
            "fate": one.fate,
            "by": one.by,
        }
        for one in found.judged
        if one.fate != "killed"
    ]
    counts = {fate: found.count(fate) for fate in ("killed", "survived", "equivalent", "unknown")}
    return {"pou": unit, "mutants": len(found.judged), **counts, "score": found.share, "not_killed": rest}


def place(span: Span, sources: Mapping[str, Source]) -> dict[str, Any]:
    """File, line and column of a span; nothing where it stands in no file."""
    source = sources.get(span.source)
    if source is None:
        return {}
    position = source.position(span.start)
    return {"file": source.name, "line": position.line, "column": position.column}

"""The gates a candidate goes through, in order, and the certificate of the first one it fails.

Interface identical, no error in parsing and typing, properties and obligations proved, given tests passed. What a gate
found is kept whole for the evidence; the certificate is what a model gets: short, with lines and the shortest trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.types import ELEMENTARY
from assay.skills.plc.making.certificate import of_diagnostics, of_tests, of_verdicts
from assay.skills.plc.making.interface import Interface, assemble, same_interface

if TYPE_CHECKING:
    from assay.skills.plc.ir.nodes import Project
    from assay.skills.plc.prove.verdict import Report
    from assay.skills.plc.testing.judge import Outcome

Stage = Literal["interface", "check", "prove", "test", "passed"]
STAGES: tuple[Stage, ...] = ("interface", "check", "prove", "test", "passed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a program must fulfil: ``interface``, ``properties`` in the form of P.json, ``tests`` in that of T.json
    (None: no tests), and the scan time that proofs take when a property gives none."""

    interface: Interface
    properties: Sequence[Mapping[str, Any]] = ()
    tests: Any = None
    scan_ns: int = 100_000_000
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Gated:
    """How far a program came. ``stage`` is the first gate that failed, or ``passed``; ``score`` ranks candidates: the
    gate, then the share of properties that hold, then of the tests. ``hollow``: see :mod:`.hollow`."""

    text: str
    stage: Stage
    certificate: str = ""
    project: Project | None = None
    report: Report | None = None
    outcomes: tuple[Outcome, ...] = ()
    score: tuple[float, ...] = field(default=(0.0,))
    hollow: tuple[tuple[str, Mapping[str, object]], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every gate was passed."""
        return self.stage == "passed"


def contradiction(wanted: Wanted) -> tuple[str, str] | None:
    """Two properties that no program with this interface can keep, by their ids; None when there are none, or when
    the interface or the properties cannot be read (the gates say so)."""
    from assay.skills.plc.prove.duties import contradictions
    from assay.skills.plc.prove.property import parse_properties
    from assay.skills.plc.prove.resolve import resolve
    from assay.skills.plc.typed.check import check

    checked = check([Source("interface.st", assemble(wanted.interface, "", _anything(wanted.interface)))])
    unit = checked.project.unit(wanted.interface.name)
    if unit is None or not checked.ok:
        return None
    read = resolve(checked.project, unit, parse_properties(list(wanted.properties)))
    meant = [one for one, reasons in read if not reasons]
    for key, values in contradictions(meant, checked.project, unit):
        if key == "note_contradict":
            return str(values["first"]), str(values["second"])
    return None


def _anything(interface: Interface) -> str:
    """Statements that write whatever a program may write: what nothing writes would count as a constant."""
    plain = [
        name
        for name in interface.of("VAR_OUTPUT", "VAR_IN_OUT", "VAR")
        if interface.names[name][1] in ELEMENTARY or interface.names[name][1].startswith(("ARRAY", "STRING"))
    ]
    return "\n".join(f"{name} := {name};" for name in plain) or ";"


def judge(text: str, wanted: Wanted) -> Gated:
    """Puts a program through the gates."""
    if not same_interface(wanted.interface, text):
        return Gated(text, "interface", "The declared interface must stay exactly as it was given.")
    source = Source("program.st", text)
    from assay.skills.plc.typed.check import check

    checked = check([source])
    if not checked.ok:
        errors = [one for one in checked.diagnostics if one.severity == "error"]
        return Gated(text, "check", of_diagnostics(errors, source), score=(1.0, -float(len(errors))))
    if checked.project.unit(wanted.interface.name) is None:  # typed, but it holds what cannot be run or proved
        warnings = [one for one in checked.diagnostics if one.severity == "warning"]
        return Gated(text, "check", of_diagnostics(warnings, source), score=(1.0, -float(len(warnings))))
    return _behaviour(text, source, checked.project, wanted)


def _behaviour(text: str, source: Source, project: Project, wanted: Wanted) -> Gated:
    from assay.skills.plc.prove.property import parse_properties
    from assay.skills.plc.prove.proving import Options, prove

    name = wanted.interface.name
    options = Options(scan_ns=wanted.scan_ns, timeout=wanted.seconds)
    report = prove(project, name, parse_properties(list(wanted.properties)), options)
    sound = [one for one in report.properties if one.status != "UNSOUND"]
    holds = [one for one in sound if one.status in ("PROVED", "BOUNDED")]
    bad = [one for one in report.verdicts if one.status == "REFUTED" and one.severity == "error"]
    share = len(holds) / len(sound) if sound else 1.0
    if bad or len(holds) < len(sound):
        failing = bad or [one for one in sound if one not in holds]
        return Gated(text, "prove", of_verdicts(failing, source), project, report, (), (2.0, share))
    outcomes = _tested(project, wanted)
    failed = [one for one in outcomes if not one.passed]
    if failed:
        kept = 1.0 - len(failed) / len(outcomes)
        return Gated(text, "test", of_tests(failed), project, report, outcomes, (3.0, kept))
    return Gated(text, "passed", "", project, report, outcomes, (4.0, share))


def _tested(project: Project, wanted: Wanted) -> tuple[Outcome, ...]:
    if wanted.tests is None:
        return ()
    return run_tests(project, wanted.interface.name, wanted.tests)


def run_tests(project: Project, name: str, tests: Any) -> tuple[Outcome, ...]:
    """The outcomes of a T.json's cases on a unit."""
    from assay.skills.plc.run.machine import machine
    from assay.skills.plc.testing.judge import bind, run_case
    from assay.skills.plc.testing.layout import Layout
    from assay.skills.plc.testing.suites import suites_of

    outcomes: list[Outcome] = []
    for suite in suites_of(tests):
        unit = project.unit(suite.pou or name)
        if unit is None:
            raise InputError("plc_making.tests_unit", name=str(suite.pou)[:60])
        for bound in bind(suite.cases, Layout(project, unit)):
            outcomes.append(run_case(machine(project, unit.name), bound))
    return tuple(outcomes)

"""Do the tests and properties of a program notice the faults that could be in it?

``python -m benchmarks.plc_mutants [--data FOLDER] --json [--limit N] [--only NAME]``: mutants of the Agents4PLC
references (with traces and properties, and proposed tests) and of the library's blocks (their own tests and
properties, and proposed tests). Equivalent: proved, or no difference in 50 scans by the bounded check and by random
runs. Both scores are shown: what is given alone, and with what was proposed. Exit code 1 when fewer than 95 % of the
non-equivalent are noticed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assay.kernel.errors import AssayError, InputError
from assay.skills.plc.blocks.block import blocks as library
from assay.skills.plc.blocks.building import build
from assay.skills.plc.front.guess import guess_dialect
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.prove.agents4plc import read_records
from assay.skills.plc.prove.property import Property, parse_properties
from assay.skills.plc.prove.proving import Options, prove
from assay.skills.plc.run.machine import machine
from assay.skills.plc.testing.judge import BoundCase, bind, run_case
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.mutants import mutate
from assay.skills.plc.testing.proposing import propose
from assay.skills.plc.testing.running import choose_unit
from assay.skills.plc.testing.scoring import Prover, killed_by, score
from assay.skills.plc.testing.suites import Suite, suites_of
from assay.skills.plc.typed.check import check
from benchmarks.about import about
from benchmarks.plc_references import REFERENCES, suite

ENOUGH = 0.95


@dataclass(frozen=True)
class Subject:
    """A program with what came with it."""

    name: str
    text: str
    suite: Callable[[str], dict[str, Any]]
    properties: Sequence[Property]


def references(data: Path) -> Iterator[Subject]:
    """The reference programs of the public set in its folder."""
    for record in read_records(data / REFERENCES):
        given = [one for one, problem in record.properties if one is not None and problem is None]
        yield Subject(record.id, record.program, partial(suite, record), given)


def blocks() -> Iterator[Subject]:
    """The blocks of the library with their default parameters."""
    for one in library():
        built = build(one, {})
        tests = dict(built.tests or {"cases": []})
        yield Subject(one.id, built.st, lambda _, found=tests: found, parse_properties(list(built.properties)))


def measured(subject: Subject, limit: int | None, patience: float) -> dict[str, Any]:
    """One program: how many mutants what is given notices, and with proposed tests."""
    started = time.perf_counter()
    checked = check([Source(f"{subject.name}.st", subject.text, guess_dialect(subject.text))], lints=False)
    if not checked.ok:
        first = next(one for one in checked.diagnostics if one.severity == "error")
        return {"name": subject.name, "error": f"{first.code} {dict(first.values)}"}
    project, unit = checked.project, choose_unit(checked.project, None)
    given, dropped, scan_ns = usable(project, unit, subject.suite(unit.name))
    mutants = mutate(project, unit.name, limit=limit)
    alone = [one for one in mutants if killed_by(one.project, unit.name, list(given)) is None]
    prover = Prover(project, unit.name, scan_ns, seconds=patience, budget=12 * patience)
    made = propose(project, unit, scan_ns=scan_ns, mutants=alone, telling=prover.telling)
    proposed = bind(suites_of(made.document)[0].cases, Layout(project, unit)) if made.document["cases"] else ()
    violated = _violations(subject, project, unit)
    found = score(project, unit, mutants, [*given, *proposed], violated=violated, prover=prover, scan_ns=scan_ns)
    fates = Counter(one.fate for one in found.judged)
    rest = [
        f"{one.fate} {one.mutant.operator}: {one.mutant.before} -> {one.mutant.after} ({one.by})"
        for one in found.judged
        if one.fate in ("survived", "unknown")
    ]
    counted = len(mutants) - fates["equivalent"]
    return {
        "name": subject.name, "mutants": len(mutants), **{fate: fates[fate] for fate in FATES}, "counted": counted,
        "given_cases": len(given), "dropped_cases": dropped, "proposed_cases": len(proposed),
        "killed_by_given_tests": len(mutants) - len(alone), "score": found.share, "rest": rest[:20],
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip


FATES = ("killed", "survived", "equivalent", "unknown")


def usable(project: Project, unit: Unit, document: dict[str, Any]) -> tuple[list[BoundCase], list[str], int]:
    """The given cases that the program passes; the names of the others; the scan time."""
    kept: list[BoundCase] = []
    dropped = []
    tested = machine(project, unit.name)
    found: Sequence[Suite] = suites_of(document) if document["cases"] else ()
    scan_ns = 100_000_000
    for one in (case for each in found for case in each.cases):
        try:
            (bound,) = bind([one], Layout(project, unit))
        except InputError as error:
            dropped.append(f"{one.name}: {error}")
            continue
        scan_ns = one.steps[0].scan_ns
        outcome = run_case(tested, bound)
        if outcome.passed:
            kept.append(bound)
        else:
            dropped.append(f"{one.name}: {outcome.failures[0].variable} {outcome.failures[0].got!r}")
    return kept, dropped, scan_ns


def _violations(subject: Subject, project: Project, unit: Unit) -> Callable[[Project], str | None]:
    """Properties that hold for the program, looked for on a mutant by the prover."""
    options = Options(depth=20, timeout=4.0, obligations=False)
    verdicts = prove(project, unit.name, subject.properties, options).properties
    kept = zip(subject.properties, verdicts, strict=True)
    sound = [given for given, verdict in kept if verdict.status in ("PROVED", "BOUNDED")]

    def violated(mutant: Project) -> str | None:
        if not sound:
            return None
        verdicts = prove(mutant, unit.name, sound, options).properties
        return next((one.id for one in verdicts if one.status == "REFUTED"), None)

    return violated


def run(data: Path | None, limit: int | None, only: str | None, patience: float) -> dict[str, Any]:
    """Every program, one after the other."""
    results: dict[str, list[dict[str, Any]]] = {"references": [], "blocks": []}
    sides: list[tuple[str, Iterator[Subject]]] = [("blocks", blocks())]
    if data is not None:
        sides.insert(0, ("references", references(data)))
    for side, subjects in sides:
        for subject in subjects:
            if only is not None and only.lower() not in subject.name.lower():
                continue
            try:
                one = measured(subject, limit, patience)
            except AssayError as error:
                one = {"name": subject.name, "error": str(error)}
            results[side].append(one)
            told = one.get("error") or f"{one['killed']}/{one['counted']}"
            print(f"{subject.name}: {told}", file=sys.stderr, flush=True)
    return {side: _together(found) for side, found in results.items()}


def _together(found: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("mutants", "counted", *FATES, "killed_by_given_tests")
    totals = {name: sum(one.get(name, 0) for one in found) for name in names}
    share = totals["killed"] / totals["counted"] if totals["counted"] else None
    return {**totals, "score": share, "programs": found}


def main() -> int:
    """Print the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of Agents4PLC; without it the library alone")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--only", default=None)
    parser.add_argument("--patience", type=float, default=10.0, help="seconds of the prover for one mutant")
    given = parser.parse_args()
    result = run(given.data, given.limit, given.only, given.patience)
    files: list[Path] = [given.data / REFERENCES] if given.data is not None else []
    print(json.dumps({"about": about(files, versions=("z3-solver",)), **result}, ensure_ascii=False, indent=2))
    shares = [one["score"] for one in result.values() if one["score"] is not None]
    return 0 if all(one >= ENOUGH for one in shares) else 1


if __name__ == "__main__":
    sys.exit(main())

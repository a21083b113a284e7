"""Agents4PLC: interfaces that parse, references that run their traces, and a verdict on every property.

``python -m benchmarks.plc_agents4plc --data DIR [--only ID] --json``. The data is read where it lies and never
copied. Faults of the set are listed: programs that do not parse, traces that contradict their program, properties that
cannot be judged or that the set's own reference violates.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from assay.kernel.errors import AssayError
from assay.kernel.texts import text
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.prove.agents4plc import Record, read_records
from assay.skills.plc.prove.proving import Options, prove
from assay.skills.plc.prove.resolve import resolve
from assay.skills.plc.prove.verdict import Reason, sentence
from assay.skills.plc.typed.check import Checked, check
from benchmarks.about import about
from benchmarks.plc_references import suite

FILES = ("benchmark_v1/easy", "benchmark_v1/medium", "benchmark_v2/medium", "benchmark_v2/hard")
REFERENCES = "benchmark_v2/high-fidelity"


def run(data: Path, only: str | None) -> dict[str, Any]:
    """Everything about the set."""
    files = [data / f"{name}.jsonl" for name in (*FILES, REFERENCES)]
    records = {name: read_records(data / f"{name}.jsonl") for name in (*FILES, REFERENCES)}
    chosen = [one for one in records[REFERENCES] if only is None or only in one.id]
    references = [reference(one) for one in chosen]
    every = [one for name in records for one in records[name] if only is None or only in one.id]
    verdicts = [each for one in references for each in one["properties"]]
    sound = [one for one in verdicts if one["status"] != "UNSOUND"]
    unbounded = [one for one in sound if one["status"] in ("PROVED", "REFUTED")]
    return {
        "about": about(files, versions=("z3-solver",)),
        "interfaces": interfaces(every),
        "references": {
            "count": len(references),
            "checked": sum(not one["errors"] for one in references),
            "traces": dict(Counter(each["result"] for one in references for each in one["traces"])),
            "verdicts": dict(sorted(Counter(one["status"] for one in verdicts).items())),
            "sound": len(sound),
            "unbounded_share": round(len(unbounded) / len(sound), 4) if sound else None,
            "seconds": round(sum(one["seconds"] for one in references), 2),
            "slowest_seconds": max((one["seconds"] for one in references), default=0.0),
            "programs": references,
        },
        "unsound": unsound(every),
    }


def reference(record: Record) -> dict[str, Any]:
    """One reference: errors, traces, verdicts. ``seconds``: proof alone, properties and obligations."""
    found = check([Source(record.id, record.program, "scl")], lints=False)
    made: dict[str, Any] = {"id": record.id, "errors": errors(found), "traces": [], "properties": [], "seconds": 0.0}
    unit = main_unit(found.project, record)
    if unit is None:
        return made
    made["traces"] = traces(found.project, unit, record)
    properties = [one for one, _ in record.properties if one is not None]
    started = time.process_time()
    report = prove(found.project, unit, properties, Options())
    made["seconds"] = round(time.process_time() - started, 3)
    for one in report.properties:
        shown = {"id": one.id, "kind": one.kind, "status": one.status, "method": one.method, "k": one.k}
        shown |= {"why": said(one.why), "notes": said(one.notes)}
        if one.trace is not None:
            shown["replayed"] = list(one.trace.replayed)
        made["properties"].append(shown)
    made["properties"] += [
        {"id": f"{record.id}.{number}", "status": "UNSOUND", "why": said([reason])}
        for number, (one, reason) in enumerate(record.properties, 1)
        if one is None and reason is not None
    ]
    made["obligations"] = dict(Counter(f"{one.kind} {one.status}" for one in report.obligations))
    return made


def errors(found: Checked) -> list[str]:
    """Sentences of the errors (the first few)."""
    return [text(one.key, "en", **one.values) for one in found.diagnostics if one.severity == "error"][:5]


def said(reasons: Any) -> list[str]:
    """Reasons as sentences."""
    return [sentence(one, "en") for one in reasons]


def main_unit(project: Project, record: Record) -> str | None:
    """The unit that the properties name, else the first function block or program."""
    named = [one.pou for one, _ in record.properties if one is not None and project.unit(one.pou) is not None]
    own = [one.name for one in project.own() if one.kind in ("function_block", "program")]
    return named[0] if named else own[0] if own else None


def candidates(project: Project, unit: str) -> list[Unit]:
    """The units that a property of a record may speak of, the likeliest first."""
    own = [one for one in project.own() if one.kind in ("function_block", "program")]
    return sorted(own, key=lambda one: one.name != unit)


def traces(project: Project, unit: str, record: Record) -> list[dict[str, Any]]:
    """Each trace of the record run: green, or where it is not (or why it cannot be run)."""
    from assay.skills.plc.making.gates import run_tests

    result = []
    whole = suite(record, unit)
    for case in whole["cases"]:
        try:
            (outcome,) = run_tests(project, unit, {**whole, "cases": [case]})
        except AssayError as error:
            result.append({"name": case["name"], "result": "cannot run", "why": error.render("en")})
            continue
        shown: dict[str, Any] = {"name": case["name"], "result": "green" if outcome.passed else "red"}
        if not outcome.passed:
            bad = outcome.failures[0]
            shown["why"] = f"scan {bad.scan}: {bad.variable} is {bad.got}, expected {bad.expected}"
        result.append(shown)
    return result


def interfaces(records: list[Record]) -> dict[str, Any]:
    """Every declared interface parsed and typed."""
    bad = []
    for one in records:
        found = check([Source(one.id, one.interface, "scl")], lints=False)
        if not one.interface or errors(found):
            bad.append({"id": one.id, "errors": errors(found) or ["no declaration"]})
    return {"count": len(records), "clean": len(records) - len(bad), "not_clean": bad}


def unsound(records: list[Record]) -> dict[str, Any]:
    """Properties of the whole set that cannot be judged against the declared interface, with why."""
    listed = []
    total = 0
    for record in records:
        found = check([Source(record.id, record.program or record.interface, "scl")], lints=False)
        unit = main_unit(found.project, record)
        for number, (one, reason) in enumerate(record.properties, 1):
            total += 1
            reasons: tuple[Reason, ...] = () if reason is None else (reason,)
            if one is not None and unit is not None:
                tried = [resolve(found.project, meant, [one])[0][1] for meant in candidates(found.project, unit)]
                reasons = () if () in tried else tried[0]
            if reasons:
                listed.append({"id": f"{record.id}.{number}", "reason": reasons[0][0], "why": said(reasons)})
    return {
        "properties": total,
        "count": len(listed),
        "by": dict(Counter(one["reason"] for one in listed)),
        "list": listed,
    }


def main() -> int:
    """Print the JSON object, or a summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = run(options.data, options.only)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return 0
    shown = {name: value for name, value in result["references"].items() if name != "programs"}
    print(json.dumps(shown, indent=1))
    print(json.dumps({name: result["unsound"][name] for name in ("properties", "count", "by")}, indent=1))
    print(result["interfaces"]["clean"], "of", result["interfaces"]["count"], "interfaces")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The reference programs of Agents4PLC with their traces, read where the data lies, as suites of test cases."""

from __future__ import annotations

from typing import Any

from assay.skills.plc.prove.agents4plc import Record

REFERENCES = "benchmark_v2/high-fidelity.jsonl"


def suite(record: Record, pou: str) -> dict[str, Any]:
    """The traces of a record as T.json: a step a scan of 100 ms."""
    cases = []
    for index, one in enumerate(record.traces, 1):
        given = one.get("input_trace", one.get("input", {}))
        wanted = one.get("expected_output_trace", one.get("expected_output", {}))
        steps: list[dict[str, Any]] = []
        for scan in range(int(one.get("simulation_rounds", 1))):
            step = {"set": _at(given, scan), "expect": _at(wanted, scan)}
            if scan == 0 and isinstance(one.get("initial_state"), dict):
                step["set"] = one["initial_state"] | step["set"]
            steps.append(step)
        if steps:
            cases.append({"name": f"{index}", "steps": steps})
    return {"pou": pou, "scan": "100ms", "cases": cases}


def _at(trace: dict[str, Any], scan: int) -> dict[str, Any]:
    return {name: values[scan] for name, values in trace.items() if isinstance(values, list) and scan < len(values)}

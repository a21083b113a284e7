"""Programs from requirements: how many are verified at the first candidate and within ten, and is a wrong one released?

``python -m benchmarks.plc_generate --data FOLDER --work FOLDER --json [--tasks N] [--seed S] [--candidates K]
[--model none]``: tasks of Agents4PLC drawn by the seed, with all their sound properties given. ``verified`` means that
every gate was passed: interface, typing, every sound property. ``released`` asks more (see ``making/release.py`` and
``making/confirming.py``). A released program is wrong when one of the task's traces, which nothing of the generation
has seen, fails on it; ``released_judged`` counts the released ones that have traces, the others are to be read and
tested by hand (``program`` in their row). What ``--work`` holds already is not done again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assay.kernel.errors import AssayError
from assay.kernel.ports import LanguageModel
from assay.skills.plc.making.gates import run_tests
from assay.skills.plc.making.requirement import Requirement, parse_requirement
from assay.skills.plc.making.work import Made, Task, make
from assay.skills.plc.prove.agents4plc import Record, read_records
from assay.skills.plc.prove.property import Property
from benchmarks.about import about
from benchmarks.plc_references import suite

FILES = ("benchmark_v1", "benchmark_v2")


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the benchmark's folder")
    parser.add_argument("--work", type=Path, required=True, help="results are kept here")
    parser.add_argument("--tasks", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--candidates", type=int, default=10)
    parser.add_argument("--model", choices=("configured", "none"), default="configured")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    files = sorted(one for folder in FILES for one in (options.data / folder).glob("*.jsonl"))
    tasks = drawn([one for file in files for one in read_records(file)], options.tasks, options.seed)
    rows = asyncio.run(_all(tasks, options))
    found = {**about(files, versions=("z3-solver",), seed=options.seed), **summary(rows), "tasks": rows}
    print(json.dumps(found, ensure_ascii=False, indent=1) if options.json else json.dumps(summary(rows), indent=1))
    return 0


def drawn(records: list[Record], count: int, seed: int) -> list[Record]:
    """So many tasks that declare an interface and have at least one sound property."""
    usable = [one for one in records if _interface(one) and any(given for given, _ in one.properties)]
    return random.Random(seed).sample(usable, min(count, len(usable)))


async def _all(tasks: list[Record], options: argparse.Namespace) -> list[dict[str, Any]]:
    from assay.llm.config import open_model

    options.work.mkdir(parents=True, exist_ok=True)
    kept = options.work / f"results_{options.model}_{options.candidates}.jsonl"
    known = {row["id"]: row for row in _lines(kept)}
    model = open_model() if options.model == "configured" else None
    rows = []
    try:
        for place, record in enumerate(tasks, start=1):
            row = known.get(record.id)
            if row is None:
                row = await one(record, model, options.candidates)
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
            rows.append(row)
            told = f"{place}/{len(tasks)} {record.id}: first {row['first']}, verified at {row['verified']}, "
            print(told + f"{row['status']}, wrong {row['wrong']}", file=sys.stderr, flush=True)
    finally:
        if model is not None:
            await model.close()
    return rows


async def one(record: Record, model: LanguageModel | None, candidates: int) -> dict[str, Any]:
    """One task's outcome."""
    began = time.monotonic()
    asked = parse_requirement(record.instruction)
    words = Requirement(asked.text, asked.sentences, None, asked.lang)
    given = tuple(_document(each) for each, _ in record.properties if each is not None)
    row: dict[str, Any] = {"id": record.id, "first": False, "verified": None, "status": "error", "wrong": None}
    try:
        made = await make(Task(words, _interface(record), given, candidates=candidates), model)
    except AssayError as error:
        return {**row, "error": error.render("en")}
    passed = made.search.passed
    return {
        **row,
        "first": bool(made.search.candidates and made.search.candidates[0].gated.passed),
        "verified": passed.number if passed is not None else None,
        "origin": passed.origin if passed is not None else None,
        "stages": [f"{each.origin}:{each.gated.stage}" for each in made.search.candidates],
        "hollow": [key for key, _ in passed.gated.hollow] if passed is not None else [],
        "status": made.release.status,
        "reasons": [key for key, _ in made.release.reasons],
        "adequacy": round(made.adequacy.score, 3) if made.adequacy is not None else None,
        "wrong": _wrong(record, made),
        "program": made.best.text if made.best is not None else None,
        "drafts": [each.draft.body for each in made.search.candidates],
        "tokens": made.search.tokens,
        "seconds": round(time.monotonic() - began, 1),
    }


def _wrong(record: Record, made: Made) -> bool | None:
    """Whether a verified program fails a trace of its task; None when there is nothing to judge it by."""
    best = made.best
    if best is None or not best.passed or best.project is None or not record.traces:
        return None
    tests = suite({"test_cases": list(record.traces)}, made.wanted.interface.name)
    try:
        return any(not each.passed for each in run_tests(best.project, made.wanted.interface.name, tests))
    except AssayError:  # a trace that names what the interface does not have
        return None


def _interface(record: Record) -> str | None:
    """The declared interface; where the task only speaks of one, that of its reference program."""
    found = parse_requirement(record.instruction).interface
    if found is None and record.program:
        found = parse_requirement(record.program).interface
        if found is not None:
            blocks = found[: found.upper().rfind("END_VAR") + len("END_VAR")]
            found = f"{blocks}\nEND_{found.split()[0].upper()}"
    return found


def _document(one: Property) -> dict[str, Any]:
    """A property in the form of P.json."""
    made: dict[str, Any] = {"id": one.id, "kind": one.kind, "text": one.text}
    made |= {key: value for key in ("when", "then", "before") if (value := getattr(one, key))}
    if one.at != "end":
        made["at"] = one.at
    for key, bound in (("within", one.within), ("for", one.lasting)):
        if bound is not None:
            made[key] = {"scans": bound.scans} if bound.scans is not None else {"time": str(bound)}
    return made | ({"of": list(one.of)} if one.of else {})


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares of all tasks; wrong ones among those that could be judged."""
    count = len(rows) or 1
    released = [row for row in rows if row["status"] == "released"]
    return {
        "count": len(rows),
        "verified_first": sum(row["first"] for row in rows) / count,
        "verified": sum(row["verified"] is not None for row in rows) / count,
        "verified_hollow": sum(bool(row.get("hollow")) for row in rows) / count,
        "verified_by_model": sum(row.get("origin") in ("model", "repair") for row in rows) / count,
        "released": len(released) / count,
        "released_judged": sum(row["wrong"] is not None for row in released),
        "released_wrong": sum(bool(row["wrong"]) for row in released),
        "verified_wrong": sum(bool(row["wrong"]) for row in rows),
        "seconds": round(sum(row.get("seconds", 0.0) for row in rows), 1),
    }


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


if __name__ == "__main__":
    raise SystemExit(main())

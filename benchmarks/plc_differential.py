"""Two executors of one language: random programs and traces through the parser, the checker, and both of them.

``python -m benchmarks.plc_differential --count 10000 --seed 1 --json [--keep FILE]``: after each scan all variables and
the fault (kind and place) must be the same, reals bit for bit. ``--keep`` names a file of finished batches, so that a
run that was ended goes on where it stood. A difference is cut down to a small program. Exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.run.machine import Machine, compile_many, machine
from assay.skills.plc.typed.check import check
from benchmarks.about import about
from benchmarks.plc_expressions import value_of
from benchmarks.plc_programs import Node, RandomProgram, random_program

BATCH = 40
WATCHDOG = 3000
#: How many programs may be tried to make one difference smaller.
CUTS = 250


@dataclass(frozen=True, slots=True)
class Scan:
    """What both machines are given before a scan."""

    inputs: dict[str, Any]
    elapsed_ns: int
    restart: bool


def trace_of(program: RandomProgram, seed: int) -> list[Scan]:
    """A random trace: inputs that change now and then, scans of different length, seldom a warm start."""
    rng = random.Random(f"plc trace {seed}")
    text = program.tree.text()  # of a program that was cut down, some inputs may be gone
    there = {path for path, _ in program.inputs if f" {path} : " in text}
    scans = []
    for index in range(rng.randint(4, 14)):
        changed = [(path, kind) for path, kind in program.inputs if index == 0 or rng.random() < 0.4]
        inputs = {path: value_of(rng, kind) for path, kind in changed}
        elapsed = rng.choice((0, 1, 10, 100, 100, 100, 250, 1000, 60_000)) * 10**6
        kept = {path: value for path, value in inputs.items() if path in there}
        scans.append(Scan(kept, elapsed, index > 0 and rng.random() < 0.05))
    return scans


def typed(program: RandomProgram) -> tuple[Project | None, str]:
    """The checked project, or the sentence of the first error."""
    source = Source(f"{program.unit}.st", program.tree.text(), "codesys")
    checked = check([source])
    errors = [one for one in checked.diagnostics if one.severity == "error"]
    if not errors and checked.project.unit(program.unit) is None:
        return None, f"no error, and left out: {', '.join(checked.left_out)}"
    if not errors:
        return checked.project, ""
    first = errors[0]
    return None, f"{first.code} {first.key} {dict(first.values)} | {source.line_text(first.span.start).strip()}"


def difference(first: Machine, second: Machine, scans: Sequence[Scan]) -> dict[str, Any] | None:
    """The first scan after which the machines are not the same, and in what."""
    for index, scan in enumerate(scans):
        for one in (first, second):
            if scan.restart:
                one.restart()
            one.scan(scan.inputs, scan.elapsed_ns)
        found = _unequal(first, second)
        if found:
            return {"scan": index, "unequal": found}
    return None


def _unequal(first: Machine, second: Machine) -> dict[str, Any]:
    faults = [None if one.fault is None else (one.fault.kind, *one.fault.span[1:]) for one in (first, second)]
    found: dict[str, Any] = {}
    if faults[0] != faults[1]:
        found["fault"] = faults
    states = first.state(), second.state()
    if states[0].keys() != states[1].keys():
        found["variables"] = sorted(states[0].keys() ^ states[1].keys())[:5]
    for path in states[0].keys() & states[1].keys():
        if bits(states[0][path]) != bits(states[1][path]):
            found[path] = [repr(one[path]) for one in states]
    return dict(sorted(found.items())[:8])


def bits(value: Any) -> Any:
    """A value so that equal means the same bits; every NaN is one, and TRUE is not 1."""
    if isinstance(value, float):
        return "nan" if value != value else struct.pack("<d", value)
    return (type(value).__name__, value)


def tried(program: RandomProgram, seed: int) -> dict[str, Any] | None:
    """One program alone, through everything: its difference, or None (also when it is not well typed)."""
    project, _ = typed(program)
    if project is None:
        return None
    first = machine(project, program.unit, watchdog=WATCHDOG)
    (second,) = compile_many([(project, program.unit)], watchdog=WATCHDOG)
    return difference(first, second, trace_of(program, seed))


# --- cutting down ---


def shrunk(program: RandomProgram, shows: Callable[[RandomProgram], bool], most: int = CUTS) -> RandomProgram:
    """A smaller program that still ``shows`` what is wanted: pieces are taken away, and branches put in place of the
    statements around them, as long as that goes on."""
    left, again = most, True
    while again and left > 0:
        again, rank = False, 0
        while left > 0:
            cuts = list(_cuts(program.tree, rank))
            if not cuts:
                break
            for cut in cuts:
                left -= 1
                smaller = RandomProgram(cut, program.unit, program.inputs)
                if shows(smaller):
                    program, again = smaller, True
                    break
            else:
                rank += 1
    return program


def _cuts(node: Node, rank: int) -> Iterator[Node]:
    """Copies of the tree without its piece of this rank by size, and with what is inside it in its place."""
    pieces = sorted(_places(node), key=lambda one: -len(list(_at(node, one).lines())))
    if rank < len(pieces):
        place = pieces[rank]
        yield _without(node, place, [])
        inner = [one for _, nodes in _at(node, place).blocks for one in nodes]
        if inner and not _at(node, place).head.startswith(("FUNCTION", "PROGRAM", "METHOD")):
            yield _without(node, place, inner)


_Place = tuple[tuple[int, int], ...]


def _places(node: Node, place: _Place = ()) -> Iterator[_Place]:
    for block, (_, nodes) in enumerate(node.blocks):
        for index, one in enumerate(nodes):
            yield (*place, (block, index))
            yield from _places(one, (*place, (block, index)))


def _at(node: Node, place: _Place) -> Node:
    for block, index in place:
        node = node.blocks[block][1][index]
    return node


def _without(node: Node, place: _Place, instead: list[Node]) -> Node:
    (block, index), *rest = place
    heading, nodes = node.blocks[block]
    new = [_without(nodes[index], tuple(rest), instead)] if rest else instead
    blocks = list(node.blocks)
    blocks[block] = (heading, [*nodes[:index], *new, *nodes[index + 1 :]])
    return Node(node.head, blocks, node.tail)


# --- batches ---


def batch(seeds: Sequence[int], *, cut: bool = True) -> dict[str, Any]:
    """Many programs at once, their C in one translation unit."""
    started = time.perf_counter()
    made = [(seed, random_program(seed)) for seed in seeds]
    ready, rejected, refused = [], [], []
    for seed, program in made:
        project, problem = typed(program)
        if project is None:
            rejected.append({"seed": seed, "problem": problem})
            continue
        try:
            machine(project, program.unit, watchdog=WATCHDOG)
        except InputError as error:
            refused.append({"seed": seed, "problem": str(error)})
        else:
            ready.append((seed, program, project))
    seconds = compile_many([(project, program.unit) for _, program, project in ready], watchdog=WATCHDOG)
    differences, scans, faults, lines = [], 0, 0, 0
    for (seed, program, project), second in zip(ready, seconds, strict=True):
        first = machine(project, program.unit, watchdog=WATCHDOG)
        trace = trace_of(program, seed)
        found = difference(first, second, trace)
        scans += len(trace)
        lines += len(program.tree.text().splitlines())
        faults += first.fault is not None
        if found is not None:
            differences.append(_shown(seed, program, found) if cut else {"seed": seed, **found})
    return {
        "programs": len(ready), "scans": scans, "lines": lines, "faulted": faults, "rejected": rejected,
        "refused": refused, "differences": differences, "seconds": time.perf_counter() - started,
    }  # fmt: skip


def _shown(seed: int, program: RandomProgram, found: dict[str, Any]) -> dict[str, Any]:
    small = shrunk(program, lambda one: tried(one, seed) is not None)
    return {"seed": seed, **(tried(small, seed) or found), "program": small.tree.text()}


def run(count: int, seed: int, keep: Path | None) -> dict[str, Any]:
    """``count`` programs; finished batches are kept in a file with a line each, and not run again."""
    kept: dict[int, dict[str, Any]] = {}
    if keep is not None and keep.exists():
        for line in keep.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            if one["seed"] == seed and one["size"] == BATCH:
                kept[one["first"]] = one["result"]
    results = []
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        result = kept.get(first) if size == BATCH else None
        if result is None:
            result = batch([seed * 1_000_000 + first + index for index in range(size)])
            if keep is not None:
                with keep.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps({"seed": seed, "size": size, "first": first, "result": result}) + "\n")
        results.append(result)
        print(f"{first + size}/{count}", file=sys.stderr, flush=True)
    return _together(results)


def _together(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {
        name: sum(one[name] for one in results) for name in ("programs", "scans", "lines", "faulted")
    }
    made["seconds"] = round(sum(one["seconds"] for one in results), 1)
    rejected = [each for one in results for each in one["rejected"]]
    refused = [each for one in results for each in one["refused"]]
    differences = [each for one in results for each in one["differences"]]
    return made | {
        "rejected": len(rejected), "first_rejected": rejected[:5], "refused": len(refused),
        "first_refused": refused[:5], "differences": len(differences),
        "first_differences": differences[:5],
    }  # fmt: skip


def main() -> int:
    """Print the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = run(given.count, given.seed, given.keep)
    described = about(versions=("cffi",), seed=given.seed, count=given.count)
    print(json.dumps({"about": described, **result}, ensure_ascii=False, indent=2))
    return 1 if result["differences"] or result["rejected"] else 0


if __name__ == "__main__":
    sys.exit(main())

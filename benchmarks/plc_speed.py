"""How fast a 50-line program runs in both executors, and how long it takes to make a machine of it.

``python -m benchmarks.plc_speed --json [--scans N] [--rounds R]``: scans of one machine a second on one core, Python
and C in turn in each round, with five inputs set and six outputs read in each scan, and bare; the median of the rounds,
by processor time (what the core can do) and by the clock (what a busy machine leaves of it). Making a machine is timed
by the clock, because the compiler is another process. Both executors must give the same outputs in every scan and the
same state at the end. Exit code 1 when they do not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.run.machine import Machine, machine
from assay.skills.plc.typed.check import check
from benchmarks.about import about

PROGRAM = """FUNCTION_BLOCK FB_Motor
VAR_INPUT start, stop, trip : BOOL; END_VAR
VAR_OUTPUT run, failed : BOOL; END_VAR
VAR delay : TON; seconds : DINT; END_VAR
failed := (failed OR trip) AND NOT stop;
run := (run OR start) AND NOT stop AND NOT failed;
delay(IN := run, PT := T#2s);
IF delay.Q THEN
  seconds := seconds + 1;
END_IF
END_FUNCTION_BLOCK

PROGRAM Plant
VAR_INPUT level : REAL; start, stop, trip : BOOL; count : INT; END_VAR
VAR_OUTPUT valve, alarm, pump : BOOL; speed : REAL; state : INT; total : DINT; END_VAR
VAR feed, drain : FB_Motor; high : TON; edge : R_TRIG; starts : CTU; i : INT;
    past : ARRAY[0..7] OF REAL; mean : REAL; END_VAR
feed(start := start, stop := stop, trip := trip);
drain(start := feed.run, stop := stop, trip := trip);
edge(CLK := start);
starts(CU := edge.Q, R := stop, PV := 10);
high(IN := level > 80.0, PT := T#500ms);
alarm := high.Q OR feed.failed;
FOR i := 7 TO 1 BY -1 DO
  past[i] := past[i - 1];
END_FOR
past[0] := level;
mean := 0.0;
FOR i := 0 TO 7 DO
  mean := mean + past[i];
END_FOR
mean := mean / 8.0;
CASE state OF
  0: IF start THEN state := 1; END_IF
  1: IF mean > 50.0 THEN state := 2; END_IF
  2: IF mean < 20.0 THEN state := 3; END_IF
ELSE
  state := 0;
END_CASE
valve := state = 2;
pump := drain.run AND NOT alarm;
speed := LIMIT(0.0, speed + (level - mean) * 0.1, 100.0);
IF pump THEN
  total := total + count;
ELSIF alarm THEN
  total := total - 1;
END_IF
END_PROGRAM
"""
OUTPUTS = ("valve", "alarm", "pump", "speed", "state", "total")
STEP_NS = 10_000_000


def inputs_of(scans: int, seed: int) -> dict[str, list[object]]:
    """Random inputs, a value a scan."""
    rng = random.Random(seed)
    chances = {"start": 0.1, "stop": 0.02, "trip": 0.01}
    found: dict[str, list[object]] = {"level": [rng.uniform(0.0, 100.0) for _ in range(scans)]}
    found |= {name: [rng.random() < chance for _ in range(scans)] for name, chance in chances.items()}
    found["count"] = [rng.randrange(-5, 50) for _ in range(scans)]
    return found


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds of one run by processor time and by the clock."""
    processor, clock = time.process_time(), time.perf_counter()
    run()
    return time.process_time() - processor, time.perf_counter() - clock


def making(project: Project) -> dict[str, float]:
    """Seconds to make a machine: Python, C with an empty cache, C from the cache."""
    kept = os.environ.get("ASSAY_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSAY_HOME"] = folder
        try:
            python = timed(lambda: machine(project, "Plant"))[1]
            # another watchdog is another text, so the library that this process has open already does not count
            fresh = timed(lambda: machine(project, "Plant", backend="c", watchdog=999_999))[1]
            cached = timed(lambda: machine(project, "Plant", backend="c", watchdog=999_999))[1]
        finally:
            os.environ.pop("ASSAY_HOME")
            if kept is not None:
                os.environ["ASSAY_HOME"] = kept
    return {"python": round(python, 4), "c_compiled": round(fresh, 4), "c_cached": round(cached, 4)}


def rates_of(
    machines: dict[str, Machine], scans: int, rounds: int, seed: int
) -> tuple[dict[str, dict[str, int]], bool]:
    """Scans a second by clock, executor and kind, and whether both gave the same. Python runs a twentieth of them."""
    whole = inputs_of(scans, seed)
    few = max(1, scans // 20)
    given = {"python": {path: values[:few] for path, values in whole.items()}, "c": whole}
    kinds = [f"{name}_{kind}" for name in machines for kind in ("traced", "bare")]
    rates: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    traces: dict[str, dict[str, list[object]]] = {}
    for _ in range(rounds):
        for name, one in machines.items():
            count = few if name == "python" else scans

            def traced(one: Machine = one, name: str = name, count: int = count) -> None:
                traces[name] = one.run(count, given[name], OUTPUTS, STEP_NS)

            def bare(one: Machine = one, count: int = count) -> None:
                one.run(count, {}, (), STEP_NS)

            one.reset()
            for kind, run in (("traced", traced), ("bare", bare)):
                processor, clock = timed(run)
                rates[f"{name}_{kind}"].append((count / processor, count / clock))
    agree = all(traces["c"][path][:few] == values for path, values in traces["python"].items())
    for one in machines.values():
        one.reset()
        one.run(few, given["python"], (), STEP_NS)
    states = [one.state() for one in machines.values()]
    found = {
        clock: {name: round(statistics.median(one[place] for one in values)) for name, values in rates.items()}
        for place, clock in enumerate(("processor", "clock"))
    }
    return found, agree and all(state == states[0] for state in states)


def measure(scans: int, rounds: int, seed: int) -> dict[str, Any]:
    """Everything as one object."""
    project = check([Source("plant.st", PROGRAM, "iec")]).project
    again = timed(lambda: check([Source("plant.st", PROGRAM, "iec")]))[1]
    made = making(project)
    machines: dict[str, Machine] = {
        "python": machine(project, "Plant"),
        "c": machine(project, "Plant", backend="c"),
    }
    rates, agree = rates_of(machines, scans, rounds, seed)
    return {
        "about": about(versions=["cffi"], seed=seed, scans=scans, rounds=rounds),
        "lines": PROGRAM.count("\n"),
        "check_seconds": round(again, 4),
        "make_seconds": made,
        "scans_per_second": rates,
        "agree": agree,
    }


def main() -> int:
    """Measure and print; exit code 1 when the executors differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object (the only output there is)")
    asked = parser.parse_args()
    found = measure(asked.scans, asked.rounds, asked.seed)
    print(json.dumps(found, indent=1))
    return 0 if found["agree"] else 1


if __name__ == "__main__":
    sys.exit(main())

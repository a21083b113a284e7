"""How fast the reference plant runs through its OPC UA link: plant hours per hour, samples per second, processor time.

``python -m benchmarks.opcua_speed [--hours 8] [--repeats 5] [--secure] [--no-history]`` prints one JSON document.
Each repeat starts the plant as ``assay plant run --speed max`` does: simulator, server and client in one process, over
a real socket on loopback, samples stored in a history of its own. Starting up is not timed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from typing import Any

_LIBRARIES = ("asyncua", "tep-studio", "duckdb", "numpy")


async def one_run(hours: float, seed: int, *, history: bool, secure: bool) -> dict[str, Any]:
    """One run; every published sample must have been received, and stored when there is a history."""
    from assay.connectors.running import running_plant

    async with running_plant(
        "tennessee_eastman", speed=None, seed=seed, history=history, secure=secure, paused=True, hours=hours
    ) as running:
        tags = len(running.link.nodes)
        wall, processor = time.perf_counter(), time.process_time()
        running.server.resume()
        await running.run_until(hours)
        complete = await running.caught_up(60.0)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        published = running.server.publications * tags
        return {
            "complete": complete and running.link.received == published == running.forward.stored,
            "samples": running.link.received,
            "times_real_time": running.hours * 3600.0 / wall,
            "samples_per_second": running.link.received / wall,
            "processor_seconds_per_plant_hour": processor / running.hours,
            "run_queue": os.getloadavg()[0],
        }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--secure", action="store_true")
    parser.add_argument("--no-history", action="store_true")
    options = parser.parse_args()
    runs = []
    for repeat in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["ASSAY_HOME"] = folder
            runs.append(
                asyncio.run(
                    one_run(options.hours, options.seed + repeat, history=not options.no_history, secure=options.secure)
                )
            )
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0] if name != "complete"}
    report = {
        "benchmark": "opcua_speed",
        "options": vars(options),
        "median": median,
        "complete": all(run["complete"] for run in runs),
        "at_least_600": median["times_real_time"] >= 600.0,
        "runs": runs,
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
    }
    print(json.dumps(report, indent=2))
    sys.exit(0 if report["complete"] else 1)


if __name__ == "__main__":
    main()

"""How long ``assay --help`` takes: ``python -m benchmarks.cli_help [--runs N]`` prints JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib import metadata


def measure(command: list[str], runs: int) -> list[float]:
    """Wall seconds of each run of ``command``."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    return seconds


def main() -> None:
    """Time the help, and a bare interpreter as the yardstick, in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    queue = os.getloadavg()[0]
    help_command = [sys.executable, "-m", "assay", "--help"]
    measure(help_command, 1)  # the first one may still compile byte code
    seconds: list[float] = []
    bare: list[float] = []
    for _ in range(runs):
        seconds += measure(help_command, 1)
        bare += measure([sys.executable, "-c", "pass"], 1)
    report = {
        "what": "seconds of assay --help",
        "median": round(statistics.median(seconds), 4),
        "smallest": round(min(seconds), 4),
        "largest": round(max(seconds), 4),
        "bare_interpreter_median": round(statistics.median(bare), 4),
        "runs": runs,
        "bound": 0.3,
        "load_average": queue,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "typer": metadata.version("typer"),
        "assay": metadata.version("assay"),
    }
    print(json.dumps(report, indent=2))
    sys.exit(report["median"] > 0.3)


if __name__ == "__main__":
    main()

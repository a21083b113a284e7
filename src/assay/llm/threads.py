"""Processors, the run queue, and how many threads a model's child process uses."""

from __future__ import annotations

import os
from pathlib import Path

_LOADAVG = Path("/proc/loadavg")
_MOST = 16


def cores() -> int:
    """Processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def run_queue(source: Path = _LOADAVG) -> float:
    """Tasks that run or wait to run now (Linux), else the one-minute load average, else 0 where there is neither."""
    try:
        running = source.read_text(encoding="ascii").split()[3].partition("/")[0]
        return max(0.0, float(running) - 1.0)  # without the task that is asking
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return 0.0


def engine_threads() -> int:
    """Threads for a model's child process: every processor, up to what a small model can use.

    The child's threads sleep while they wait for each other (see ``embedded``). Then a busy machine slows them no
    more than it slows a single one, and an idle machine gives them all it has.
    """
    return min(cores(), _MOST)

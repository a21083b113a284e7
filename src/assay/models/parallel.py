"""Simulations in parallel processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from assay.kernel.errors import TransientError

T = TypeVar("T")

FEW = 8  # fewer jobs run here: starting a process costs about two seconds
_NICE = 5  # a simulation leaves the processor to the plant, its link and the people


def _calls(function: Callable[[Any, Any], T], state: Any, jobs: Sequence[Any]) -> list[T]:
    if os.getpriority(os.PRIO_PROCESS, 0) < _NICE:
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)
    return [function(state, job) for job in jobs]


def run_parallel(function: Callable[[Any, Any], T], state: Any, jobs: Sequence[Any]) -> Iterator[T]:
    """``function(state, job)`` for every job, in order, on all cores; ``function`` must be importable.

    The processes are kept for later calls and never import the caller's main module, so this also works from a plain
    script. Raises TransientError when a process dies (out of memory).
    """
    workers = min(os.cpu_count() or 1, len(jobs))
    if workers < 2 or len(jobs) < FEW:
        yield from (function(state, job) for job in jobs)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    size = max(1, min(8, len(jobs) // (4 * workers)))
    chunks = [jobs[i : i + size] for i in range(0, len(jobs), size)]
    try:
        pool = Parallel(n_jobs=workers, backend="loky", return_as="generator", pre_dispatch="3 * n_jobs", batch_size=1)
        for results in pool(delayed(_calls)(function, state, chunk) for chunk in chunks):
            yield from results
    except TerminatedWorkerError:
        raise TransientError("models.worker_died") from None

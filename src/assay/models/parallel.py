"""Simulations in parallel processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from assay.kernel.errors import TransientError

T = TypeVar("T")

_worker_state: Any = None


def _start_worker(state: Any) -> None:
    global _worker_state
    _worker_state = state
    # A worker must not outlive the terminal's Ctrl-C of its parent, and must leave room for the plant itself.
    os.nice(5)


def _call(payload: tuple[Callable[[Any, Any], Any], Any]) -> Any:
    function, job = payload
    return function(_worker_state, job)


def run_parallel(function: Callable[[Any, Any], T], state: Any, jobs: Sequence[Any]) -> Iterator[T]:
    """``function(state, job)`` for every job, in order, on all cores; ``state`` is sent once to each process.

    ``function`` must be importable. Few jobs run in this process, since starting a process costs about two seconds.
    Raises TransientError when a process dies (out of memory).
    """
    workers = min(os.cpu_count() or 1, len(jobs))
    if workers < 2 or len(jobs) < 8:
        yield from (function(state, job) for job in jobs)
        return
    context = multiprocessing.get_context("spawn")
    chunk = max(1, min(8, len(jobs) // (4 * workers)))
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(state,)) as pool:
        try:
            yield from pool.map(_call, [(function, job) for job in jobs], chunksize=chunk)
        except BrokenProcessPool:
            raise TransientError("models.worker_died") from None

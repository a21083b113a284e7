"""Both executors on random programs: every value bit for bit, every fault at the same place."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable

import pytest
from plc_run_random import program

from assay.skills.plc.run.machine import compile_many, machine


def bits(value: object) -> object:
    """A value that is equal only to itself: reals by their bits, every NaN the same."""
    return struct.pack("<d", math.nan if value != value else value) if isinstance(value, float) else value


def compare(seeds: Iterable[int], *, statements: int, depth: int) -> int:
    """Run the programs of some seeds in both executors; how many ended in a fault."""
    made = [program(seed, statements, depth) for seed in seeds]
    faults = 0
    for (whole, scans), other in zip(made, compile_many([(whole, "P") for whole, _ in made]), strict=True):
        first = machine(whole, "P")
        for inputs in scans:
            first.scan(inputs, 1_234_567_891)
            other.scan(inputs, 1_234_567_891)
            assert first.fault == other.fault
            states = [{path: bits(value) for path, value in one.state().items()} for one in (first, other)]
            assert states[0] == states[1]
        faults += first.fault is not None
    return faults


def test_random_programs_agree() -> None:
    assert compare(range(12), statements=4, depth=3) > 0


@pytest.mark.long
def test_many_random_programs_agree() -> None:
    for start in range(1000, 1400, 50):
        compare(range(start, start + 50), statements=6, depth=4)

"""Mutated sources: the front end never fails and never hangs."""

from __future__ import annotations

from benchmarks.plc_fuzz import attempt, cases


def test_mutated_sources_neither_crash_nor_hang() -> None:
    for number, source in cases(seed=7, start=0, count=2000):
        seconds, trouble = attempt(source, number % 20 == 0)
        assert not trouble, (number, trouble)
        assert seconds < 2, number

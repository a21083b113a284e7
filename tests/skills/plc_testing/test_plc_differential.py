"""Random programs through parser, checker and both executors; and the harness itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks import plc_differential as differential
from benchmarks.plc_programs import random_program

from assay.skills.plc.run.machine import machine
from assay.skills.plc.testing.mutants import mutate


def test_random_programs_give_the_same_on_both_executors() -> None:
    found = differential.batch(list(range(7_000_000, 7_000_008)))
    assert found["programs"] >= 7 and found["rejected"] == [] and found["differences"] == []


@pytest.mark.long
def test_a_hundred_random_programs_give_the_same_on_both_executors() -> None:
    found = differential.batch(list(range(7_000_000, 7_000_100)))
    assert found["programs"] >= 95 and found["rejected"] == [] and found["differences"] == []
    assert found["faulted"] > 3 and found["scans"] > 500


def test_the_same_seed_gives_the_same_program_and_trace() -> None:
    one, other = random_program(5), random_program(5)
    assert one.tree.text() == other.tree.text() != random_program(6).tree.text()
    assert differential.trace_of(one, 5) == differential.trace_of(other, 5)


def test_a_difference_is_seen_and_cut_down() -> None:
    program = random_program(3)
    project, problem = differential.typed(program)
    assert project is not None, problem

    def wrong(candidate: differential.RandomProgram) -> bool:
        """An executor that computes one operation differently, made of a mutant."""
        found, _ = differential.typed(candidate)
        if found is None:
            return False
        trace = differential.trace_of(candidate, 3)
        return any(
            differential.difference(machine(found, candidate.unit), machine(one.project, candidate.unit), trace)
            for one in mutate(found, candidate.unit, operators=["arithmetic", "constant"], limit=12)
        )

    assert wrong(program)
    small = differential.shrunk(program, wrong, 120)
    assert wrong(small)
    assert len(small.tree.text()) < len(program.tree.text()) / 2


def test_finished_batches_are_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differential, "BATCH", 1)
    keep = tmp_path / "kept.jsonl"
    first = differential.run(2, 9, keep)
    assert len(keep.read_text(encoding="utf-8").splitlines()) == 2
    monkeypatch.setattr(differential, "batch", lambda seeds: pytest.fail("run again"))
    assert differential.run(2, 9, keep) == first
    assert json.loads(keep.read_text(encoding="utf-8").splitlines()[0])["size"] == 1


def test_bits_tell_zeros_and_types_apart() -> None:
    assert differential.bits(0.0) != differential.bits(-0.0)
    assert differential.bits(True) != differential.bits(1)
    assert differential.bits(float("nan")) == differential.bits(float("nan"))

"""The prover's interpreter, its terms and its verdicts against the executors, on random programs."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
import z3
from benchmarks.plc_differential import trace_of, typed
from benchmarks.plc_programs import random_program
from plc_prove_st import project_of

from assay.skills.plc.prove.fold import sort_of
from assay.skills.plc.prove.layout import TooBig
from assay.skills.plc.prove.monitor import Monitor
from assay.skills.plc.prove.property import Bound, Property
from assay.skills.plc.prove.proving import Options, deep, prove
from assay.skills.plc.prove.system import System, build
from assay.skills.plc.run.machine import machine

SEEDS = range(3)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or (one == other and repr(one) == repr(other))
    return type(one) is type(other) and bool(one == other)


def evaluated(system: System, term: Any, sort: Any, pairs: list[Any]) -> Any:
    if not isinstance(term, z3.ExprRef):
        return term
    found = z3.simplify(z3.substitute(term, *pairs))
    plain = z3.is_fp_value(found) or (not found.num_args() and found.decl().kind() != z3.Z3_OP_UNINTERPRETED)
    return system.terms.plain(found, sort) if plain else None


def compared(seed: int) -> int:
    """Scans in which the terms gave what the machine gives; asserts that there is no difference."""
    program = random_program(seed)
    project, _ = typed(program)
    assert project is not None
    unit = project.unit(program.unit)
    assert unit is not None
    try:
        with deep():
            system = build(project, unit, scan_ns=None, loop_bound=20)
    except TooBig:
        return 0
    engine = machine(project, unit.name)
    names = {one.name.upper(): one for one in system.model.slots.values()}
    state = {one.number: one.initial for one in system.states}
    inputs = {one.number: one.initial for one in system.model.slots.values()}
    scans = 0
    for row in trace_of(program, seed):
        engine.scan(row.inputs, row.elapsed_ns)
        inputs |= {names[path.upper()].number: value for path, value in row.inputs.items()}
        terms = system.terms
        pairs = [(one.pre, terms.lift(state[one.number], one.sort)) for one in system.states]
        given = {**inputs, -1: row.elapsed_ns}
        pairs += [(one.term, terms.lift(given[one.number], one.sort)) for one in system.inputs if one.number > -2]
        if row.restart or engine.fault is not None:
            break
        seen = {
            one: evaluated(system, term, sort_of(_type(system, one)), pairs) for one, term in system.outputs.items()
        }
        for path, value in engine.state().items():
            slot = names.get(path.upper())
            mine = None if slot is None else seen.get(slot.number)
            if mine is not None and not isinstance(value, str):
                assert same(mine, value), (seed, scans, path, mine, value)
        state = {one.number: evaluated(system, one.next, one.sort, pairs) for one in system.states}
        inputs = {one: seen[one] if one in seen else value for one, value in inputs.items()}
        if any(one is None for one in state.values()):
            break
        scans += 1
    return scans


def _type(system: System, number: int) -> Any:
    return system.model.slots[number].type


def test_terms_give_what_the_machine_gives() -> None:
    assert sum(compared(seed) for seed in SEEDS) > 3


@pytest.mark.long
def test_terms_give_what_the_machine_gives_on_many_programs() -> None:
    assert sum(compared(seed) for seed in range(100, 160)) > 100


def small(draw: random.Random) -> str:
    """A random block with two flags, a counter and a timer."""
    conditions = ["a", "b", "NOT a", "q", "NOT r", "k > 3", "k = 0", "t.Q", "a AND NOT b", "q OR b"]
    actions = [
        "q := TRUE;",
        "q := FALSE;",
        "r := NOT r;",
        "r := q;",
        "k := k + 1;",
        "k := 0;",
        "k := k - 2;",
        "r := t.Q;",
    ]
    lines = [
        f"IF {draw.choice(conditions)} THEN {draw.choice(actions)} ELSE {draw.choice(actions)} END_IF;"
        for _ in range(draw.randint(2, 4))
    ]
    lines.insert(draw.randint(0, len(lines)), f"t(IN := {draw.choice(conditions)}, PT := T#300ms);")
    return f"""FUNCTION_BLOCK F
VAR_INPUT a, b : BOOL; END_VAR VAR_OUTPUT q, r : BOOL; END_VAR VAR k : SINT; t : TON; END_VAR
{" ".join(lines)}
END_FUNCTION_BLOCK"""


def asked(draw: random.Random) -> list[Property]:
    sides = ["a", "q", "r", "NOT q", "k > 2", "k < 0", "t.Q", "ROSE(q)", "PREV(r)", "q AND r"]
    when, then = draw.choice(sides), draw.choice(sides)
    bound = Bound(scans=draw.randint(0, 4)) if draw.random() < 0.5 else Bound(time_ns=draw.randint(0, 5) * 10**8)
    return [
        Property("implication", "implication", when, then + " OR q"),
        Property("forbidden", "forbidden", f"({when}) AND ({then}) AND NOT r"),
        Property("response", "response", when, then, within=bound),
        Property("held", "held", when, then, lasting=bound),
        Property("stays", "stays", when, then, lasting=bound),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_refuted_where_the_monitor_fails_and_nowhere_else(seed: int) -> None:
    draw = random.Random(f"prove {seed}")
    project = project_of(small(draw))
    wanted = asked(draw)
    report = prove(project, "F", wanted, Options(depth=6, obligations=False, backends=("python",)))
    for made, found in zip(wanted, report.properties, strict=True):
        if found.status == "UNSOUND":
            continue
        assert found.status in ("PROVED", "BOUNDED", "REFUTED"), (made, found)
        monitor = Monitor(project, "F", made)
        engine = machine(project, "F")
        if found.status == "REFUTED":
            assert found.trace is not None
            fails = []
            for row in found.trace.rows:
                engine.scan(row.inputs, row.elapsed_ns)
                fails.append(monitor.step(engine.state(), elapsed_ns=row.elapsed_ns, inputs=row.inputs))
            assert fails == [False] * (len(fails) - 1) + [True]
            continue
        scans = 200 if found.status == "PROVED" else found.k
        values = {"a": False, "b": False}
        for _ in range(scans):
            values = {name: draw.random() < 0.5 if draw.random() < 0.4 else value for name, value in values.items()}
            engine.scan(values, 100_000_000)
            if engine.fault is not None:
                break
            assert not monitor.step(engine.state(), elapsed_ns=100_000_000, inputs=values), (made, found.method)

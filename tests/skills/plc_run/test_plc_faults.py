"""Every kind of fault, in both executors: the same kind, place and state, and the machine stays where it stopped."""

from __future__ import annotations

import pytest
from plc_run_ir import at, both, c, ld, op, project, store, unit, v, var
from plc_run_st import checked, same

from assay.kernel.errors import InputError
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as ty
from assay.skills.plc.run.machine import FAULT_KINDS, Fault, Machine, compile_many, machine

#: Name -> (source, inputs of the scan that faults, kind, source text at the fault, what has changed before it).
CASES = {
    "div_zero": ("VAR_INPUT x: INT := 1; END_VAR VAR a, b: INT; END_VAR a := 3; b := 7 / x; a := 4;", {"x": 0}, "3"),
    "index": ("VAR_INPUT x: INT; END_VAR VAR a: INT; l: ARRAY[1..3] OF INT; END_VAR a := 3; l[x] := 1; a := 4;",
              {"x": 4}, "3"),
    "range": ("VAR_INPUT x: INT; END_VAR VAR a: INT; r: INT(0..9); END_VAR a := 3; r := x; a := 4;", {"x": 10}, "3"),
    "null": ("VAR_INPUT x: INT; END_VAR VAR a: INT; p: POINTER TO INT; END_VAR a := 3; p^ := x; a := 4;", {}, "3"),
    "watchdog": ("VAR_INPUT x: BOOL; END_VAR VAR a: INT; END_VAR a := 3; WHILE x DO a := 3; END_WHILE a := 4;",
                 {"x": True}, "3"),
}  # fmt: skip


@pytest.fixture(scope="module")
def machines() -> dict[str, list[Machine]]:
    projects = {name: checked(f"PROGRAM Main {source} END_PROGRAM") for name, (source, _, _) in CASES.items()}
    compiled = compile_many([(one, "Main") for one in projects.values()], watchdog=1000)
    return {
        name: [machine(one, "Main", watchdog=1000), other]
        for (name, one), other in zip(projects.items(), compiled, strict=True)
    }


@pytest.mark.parametrize("kind", CASES)
def test_a_fault_ends_the_scan_where_it_stands(kind: str, machines: dict[str, list[Machine]]) -> None:
    for one in machines[kind]:
        one.scan(CASES[kind][1], 5)
        assert one.fault is not None
        assert one.fault.kind == kind
        assert one.fault.span.source == "t.st"
        assert one.read("a") == 3
        assert one.fault.sentence("en") != one.fault.sentence("zh")
    same(machines[kind])
    for one in machines[kind]:
        one.scan({}, 5)
        assert (one.read("a"), one.now_ns) == (3, 10)
        one.reset()
        assert one.fault is None
        assert one.now_ns == 0
    same(machines[kind])


def test_the_watchdog_counts_turns_and_calls_together() -> None:
    source = """FUNCTION Half : INT VAR_INPUT n: INT; END_VAR Half := n / 2; END_FUNCTION
    PROGRAM Main VAR_INPUT n: INT; END_VAR VAR i, a: INT; END_VAR
    FOR i := 1 TO n DO a := Half(i); END_FOR END_PROGRAM"""
    for one in (machine(checked(source), "Main", backend=name, watchdog=21) for name in ("python", "c")):
        one.scan({"n": 10})  # one call of Main, ten turns, ten calls
        assert one.fault is None
        one.scan({"n": 11})
        assert one.fault is not None
        assert (one.fault.kind, one.read("i"), one.read("a")) == ("watchdog", 11, 5)


def test_recursion_is_stopped_at_the_65th_open_call() -> None:
    source = """FUNCTION Deep : INT VAR_INPUT n: INT; END_VAR VAR l: ARRAY[0..9] OF INT; END_VAR
    l[n MOD 10] := n; IF n > 0 THEN Deep := Deep(n - 1) + l[n MOD 10] / n; END_IF END_FUNCTION
    PROGRAM Main VAR_INPUT n: INT; END_VAR VAR a: INT; END_VAR a := Deep(n); END_PROGRAM"""
    pair = both(checked(source), "Main")
    for one in pair:
        one.scan({"n": 63})
        assert one.fault is None
        assert one.read("a") == 63
        one.scan({"n": 64})
        assert one.fault is not None
        assert one.fault.kind == "recursion"
    same(pair)


def test_exponential_recursion_ends_by_the_watchdog() -> None:
    source = """FUNCTION Fib : DINT VAR_INPUT n: DINT; END_VAR
    IF n < 2 THEN Fib := n; ELSE Fib := Fib(n - 1) + Fib(n - 2); END_IF END_FUNCTION
    PROGRAM Main VAR_INPUT n: DINT; END_VAR VAR a: DINT; END_VAR a := Fib(n); END_PROGRAM"""
    pair = both(checked(source), "Main", watchdog=5000)
    for one in pair:
        one.scan({"n": 15})
        assert one.read("a") == 610
        one.scan({"n": 60})
        assert one.fault is not None
        assert one.fault.kind == "watchdog"
    same(pair)


def test_operands_fault_from_left_to_right() -> None:
    zero, x = c(0, ty.INT), v("x", ty.INT)
    first = op("div", ld(x), ld(v("z", ty.INT)), span=at(1))
    second = op("div", ld(x), ld(v("z", ty.INT)), span=at(2))
    program = unit(
        "P", "program", [var("x", ty.INT), var("z", ty.INT)], [store(x, op("add", op("add", zero, first), second))]
    )
    for one in both(project(program), "P"):
        one.scan()
        assert one.fault == Fault("div_zero", at(1))


def test_a_block_without_its_in_out_is_a_fault_at_the_call() -> None:
    block = unit("FB", "function_block", [var("x", ty.INT, "in_out")], [store(v("x", ty.INT), c(1, ty.INT))])
    call = ir.Invoke("FB", v("f", ty.Block("FB")), (), (), (), at(5))
    program = unit("P", "program", [var("f", ty.Block("FB"))], [ir.CallStatement(call)])
    for one in both(project(block, program), "P"):
        one.scan()
        assert one.fault == Fault("null", at(5))


def test_nan_reaches_no_integer_and_no_comparison() -> None:
    source = """PROGRAM Main VAR_INPUT z: REAL; END_VAR VAR n: REAL; i: INT; l: ARRAY[0..3] OF INT; b: BOOL; m: REAL;
    END_VAR
    n := z / z; i := REAL_TO_INT(n); l[REAL_TO_INT(n)] := 7; b := n >= n OR n < n; m := MAX(1.0, n); END_PROGRAM"""
    pair = both(checked(source), "Main")
    for one in pair:
        one.scan({"z": 0.0})
        assert one.fault is None
        assert (one.read("i"), one.read("l[0]"), one.read("b"), one.read("m")) == (0, 7, False, 1.0)
        assert one.read("n") != one.read("n")
    same(pair)


@pytest.mark.parametrize("backend", ["python", "c"])
def test_huge_arrays_are_refused_in_one_sentence(backend: str) -> None:
    huge = ty.Array(((0, 2_000_000_000),), ty.LREAL)
    whole = project(unit("P", "program", [var("a", huge)], []))
    with pytest.raises(InputError, match=r"needs 1525\d MB"):
        machine(whole, "P", backend=backend)  # type: ignore[arg-type]
    slots = ty.Array(((0, 5_000_000),), ty.BOOL)
    with pytest.raises(InputError, match="may have 32 MB"):
        machine(project(unit("P", "program", [var("a", slots)], [])), "P", backend=backend)  # type: ignore[arg-type]


def test_types_that_contain_themselves_are_refused() -> None:
    block = unit("A", "function_block", [var("x", ty.Block("A"))], [])
    for backend in ("python", "c"):
        with pytest.raises(InputError, match="contains itself"):
            machine(project(block), "A", backend=backend)  # type: ignore[arg-type]


def test_every_kind_has_a_sentence() -> None:
    for kind in FAULT_KINDS:
        assert Fault(kind).sentence("zh")

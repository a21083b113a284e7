"""The port of a machine: paths, values from outside, cold and warm starts, columns, coverage."""

from __future__ import annotations

import math
from typing import Any

import pytest
from plc_run_ir import at, both, c, ld, op, project, store, unit, v, var
from plc_run_st import checked, same

from assay.kernel.errors import InputError
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as ty
from assay.skills.plc.run.coverage import points
from assay.skills.plc.run.machine import Machine, compile_many, machine

SOURCE = """
TYPE ST : STRUCT a: INT; b: ARRAY[1..2, 0..1] OF BOOL; END_STRUCT END_TYPE
VAR_GLOBAL Speed: REAL := 1.5; n: INT; END_VAR
VAR_GLOBAL CONSTANT Limit: INT := 5; END_VAR
VAR_GLOBAL RETAIN kept: INT; END_VAR
FUNCTION_BLOCK Count VAR_INPUT up: BOOL; END_VAR VAR_OUTPUT n: INT; END_VAR VAR RETAIN total: INT; END_VAR
IF up THEN n := n + 1; total := total + 1; END_IF END_FUNCTION_BLOCK
FUNCTION Scale : REAL VAR_INPUT x: INT; k: REAL := 2.0; END_VAR VAR_OUTPUT ok: BOOL; END_VAR VAR_IN_OUT c: INT; END_VAR
VAR t: INT; END_VAR t := x; c := c + 1; ok := x > 0; Scale := INT_TO_REAL(t) * k; END_FUNCTION
PROGRAM Main
VAR_INPUT x: BOOL; m: INT(0..10); t: TIME; s: STRING[4]; r: REAL; u: USINT; END_VAR
VAR_OUTPUT q: INT; st: ST; END_VAR
VAR n, i: INT; f: ARRAY[0..1] OF Count; w: REAL; END_VAR
VAR RETAIN mem: INT; END_VAR
VAR_IN_OUT io: INT; END_VAR
f[1](up := x, n => q); n := n + 1; mem := mem + 1; kept := kept + 1; st.a := q; st.b[2, 1] := x; io := io + 10;
w := Scale(q, c := io); Speed := Speed + 1.0;
IF x THEN i := 1; ELSIF q > 100 THEN i := 2; ELSE i := 3; END_IF
CASE i OF 1: w := w; 2: w := w; END_CASE
FOR i := 1 TO 2 DO w := w; END_FOR
END_PROGRAM
"""


@pytest.fixture(scope="module")
def made() -> dict[str, list[Machine]]:
    whole = checked(SOURCE)
    names = ("Main", "Count", "Scale")
    compiled = compile_many([(whole, name) for name in names])
    return {name: [machine(whole, name), one] for name, one in zip(names, compiled, strict=True)}


@pytest.fixture
def pair(made: dict[str, list[Machine]]) -> list[Machine]:
    for one in made["Main"]:
        one.reset()
    return made["Main"]


def test_paths_read_and_write_without_case(pair: list[Machine]) -> None:
    for one in pair:
        one.write("ST.B[2, 1]", True)
        one.write("F[0].N", 7)
        one.write("main.n", 3)
        one.write(".n", 4)
        one.write("speed", 2.5)
        assert (one.read("st.b[2,1]"), one.read("f[0].n"), one.read("n"), one.read(".N")) == (True, 7, 3, 4)
        assert one.read("st") == {"a": 0, "b": [False, False, False, True]}
        one.write("st", {"a": 5, "b": [True, False, False, False]})
        assert one.read("ST.b[1,0]") is True
        assert one.read("limit") == 5
    same(pair)
    state = pair[0].state()
    assert state[".n"] == 4
    assert state["n"] == 3
    assert "Limit" not in state
    assert state["io"] == 0


@pytest.mark.parametrize("path", ["", "zz", "f[2].n", "f.n", "st.b[1]", "q.x", "n[0]", "Count.n", "f[0]..", "f[x].n"])
def test_an_unknown_path_is_one_sentence(path: str, pair: list[Machine]) -> None:
    for one in pair:
        with pytest.raises(InputError, match="no variable at"):
            one.read(path)


@pytest.mark.parametrize(
    ("path", "value"),
    [("x", 2), ("x", "TRUE"), ("x", 1.0), ("m", 11), ("m", True), ("u", 256), ("u", -1), ("u", 1.5), ("u", math.nan),
     ("s", "abcde"), ("s", 5), ("r", "1"), ("t", 2**63), ("st", {"zz": 1}), ("st.b", [True]), ("st.b", True),
     ("f[0]", None)],
)  # fmt: skip
def test_a_value_that_does_not_fit_changes_nothing(path: str, value: Any, pair: list[Machine]) -> None:
    for one in pair:
        before = one.state()
        with pytest.raises(InputError, match="cannot hold"):
            one.scan({"r": 3.0, path: value} if path != "r" else {path: value}, 7)
        assert one.state() == before
        assert one.now_ns == 0


def test_values_are_rounded_to_the_width_of_a_real(pair: list[Machine]) -> None:
    for one in pair:
        one.write("r", 0.1)
        assert one.read("r") == 0.10000000149011612
        one.write("r", 1e300)
        assert one.read("r") == math.inf
        one.write("u", 7.0)
        assert one.read("u") == 7


def test_scans_outputs_and_in_outs(pair: list[Machine]) -> None:
    for one in pair:
        for _ in range(3):
            one.scan({"x": True}, 1_000_000)
        assert one.outputs() == {"q": 3, "st": {"a": 3, "b": [False, False, False, True]}, "io": 33}
        assert one.read("Speed") == 4.5
        assert one.read("w") == 6.0
        assert one.now_ns == 3_000_000
    same(pair)


def test_a_warm_start_keeps_what_is_retained(pair: list[Machine]) -> None:
    for one in pair:
        one.scan({"x": True}, 5)
        one.scan({"x": True}, 5)
        one.restart()
        kept = {path: one.read(path) for path in ("mem", "kept", "n", "q", "f[1].total", "f[1].n", "x", "Speed")}
        assert kept == {"mem": 2, "kept": 2, "n": 0, "q": 0, "f[1].total": 2, "f[1].n": 0, "x": False, "Speed": 1.5}
        assert one.now_ns == 10
        one.scan({"x": True})
        assert one.read("f[1].total") == 3
        assert one.read("io") == 11
    same(pair)


def test_a_state_goes_from_one_executor_to_the_other(pair: list[Machine]) -> None:
    python, other = pair
    for _ in range(5):
        python.scan({"x": True, "s": "\u6c34a", "r": -0.0})
    other.load(python.state())
    assert other.state() == python.state()
    other.scan({"x": False})
    python.scan({"x": False})
    same(pair)


def test_a_function_runs_alone(made: dict[str, list[Machine]]) -> None:
    for one in made["Scale"]:
        one.reset()
        one.scan({"x": 4})
        one.scan({"x": 5})
        assert one.outputs() == {"Scale": 10.0, "ok": True, "c": 2}
    same(made["Scale"])


def test_columns_give_what_single_scans_give(pair: list[Machine]) -> None:
    xs = [n % 3 == 0 for n in range(50)]
    inputs = {"x": xs, "r": [n * 0.1 for n in range(50)], "m": [n % 11 for n in range(50)]}
    steps = [n * 1000 for n in range(50)]
    columns = [one.run(50, inputs, ["q", "st.a", "io", "Speed", "st.b[2,1]", "r"], steps) for one in pair]
    assert columns[0] == columns[1]
    assert columns[0]["q"] == [n // 3 + 1 for n in range(50)]
    assert columns[0]["r"][1] == 0.10000000149011612
    same(pair)
    with pytest.raises(InputError, match="has 2 values for 3 scans"):
        pair[1].run(3, {"x": [True, False]}, [], 0)
    with pytest.raises(InputError, match="cannot hold"):
        pair[1].run(1, {"m": [11]}, [], 0)
    with pytest.raises(InputError, match="whole number of nanoseconds"):
        pair[1].run(1, {}, [], -1)
    with pytest.raises(InputError, match="takes BOOL"):
        pair[1].run(1, {}, ["s"], 0)


def test_columns_stop_before_the_scan_that_faults() -> None:
    body = [store(v("q", ty.INT), op("div", c(100, ty.INT), ld(v("x", ty.INT))))]
    whole = project(unit("P", "program", [var("x", ty.INT, "input"), var("q", ty.INT, "output")], body))
    pair = both(whole, "P")
    for one in pair:
        assert one.run(5, {"x": [5, 2, 0, 1, 1]}, ["q"], 10) == {"q": [20, 50]}
        assert one.fault is not None
        assert one.read("x") == 0
        assert one.now_ns == 30
        assert one.run(2, {"x": [1, 1]}, ["q"], 10) == {"q": []}
    assert pair[0].state() == pair[1].state()


def test_coverage_tells_what_ran() -> None:
    whole = checked(SOURCE)
    one = machine(whole, "Main", coverage=True)
    statements, branches = points(whole, "Main")
    one.scan({"x": False})
    partly = one.hits
    assert partly.statements < statements
    assert partly.branches < branches
    one.scan({"x": True})
    one.write("f[1].n", 200)
    one.scan({"x": False})
    texts = {SOURCE[span.start : span.end] for span in statements - one.hits.statements}
    assert texts <= {"w := w;", "w := w"}
    assert one.hits.branches <= branches
    assert machine(whole, "Main").hits.statements == frozenset()


def test_unknown_units_and_open_arrays_cannot_run_alone() -> None:
    whole = checked("""FUNCTION T : INT VAR_IN_OUT v: ARRAY[*] OF INT; END_VAR T := v[0]; END_FUNCTION""")
    for backend in ("python", "c"):
        with pytest.raises(InputError, match="no program"):
            machine(whole, "Nope", backend=backend)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="cannot run by itself"):
            machine(whole, "T", backend=backend)  # type: ignore[arg-type]


def test_an_edge_is_true_in_one_scan_only() -> None:
    ups, downs = v("ups", ty.INT), v("downs", ty.INT)
    one = c(1, ty.INT)
    block = unit(
        "FB",
        "function_block",
        [
            var("u", ty.BOOL, "input", edge="rising"),
            var("d", ty.BOOL, "input", edge="falling"),
            var("ups", ty.INT, "output"),
            var("downs", ty.INT, "output"),
        ],
        [
            ir.Choice(((ld(v("u", ty.BOOL)), (store(ups, op("add", ld(ups), one)),), at(1)),), (), at(2)),
            ir.Choice(((ir.Unary("not", ld(v("d", ty.BOOL)), ty.BOOL), (ir.Leave("return"),), at(3)),), (), at(4)),
            store(downs, op("add", ld(downs), one)),
        ],
    )
    pair = both(project(block), "FB")
    for x in (False, True, True, False, False, True, False):
        for made in pair:
            made.scan({"u": x, "d": x})
            assert made.read("u") is x
        same(pair)
    assert pair[0].outputs() == {"ups": 2, "downs": 2}

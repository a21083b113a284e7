"""The standard function blocks by the timing diagrams of IEC 61131-3, and charts by its rules of evolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plc_typed_st import checked

from assay.skills.plc.run.machine import machine

MS = 1_000_000


def block(kind: str, inputs: str, rows: Sequence[Mapping[str, object]], step_ms: int = 100) -> list[dict[str, object]]:
    """The outputs of a standard block, a scan a row; ``inputs`` declares what the rows set."""
    names = [one.split(":")[0].strip() for one in inputs.split(";") if one.strip()]
    bound = ", ".join(f"{one} := {one}" for one in names)
    source = f"FUNCTION_BLOCK T VAR_INPUT {inputs} END_VAR VAR x : {kind}; END_VAR x({bound}); END_FUNCTION_BLOCK"
    runs = machine(checked(source).project, "T")
    found = []
    for place, row in enumerate(rows):
        runs.scan(dict(row), step_ms * MS if place else 0)
        assert runs.fault is None
        found.append({path[2:]: value for path, value in runs.state().items() if path.startswith("x.")})
    return found


def timer(kind: str, levels: str) -> tuple[str, list[int]]:
    """Q as a text of 0 and 1, and ET in ms, for levels of IN every 100 ms and PT = 300 ms."""
    rows = [{"IN": one == "1", "PT": 300 * MS} for one in levels]
    found = block(kind, "IN : BOOL; PT : TIME;", rows)
    times = [one["ET"] for one in found]
    return "".join("1" if one["Q"] else "0" for one in found), [int(one) // MS for one in times if isinstance(one, int)]


def test_on_delay() -> None:
    assert timer("TON", "0111110110") == ("0000110000", [0, 0, 100, 200, 300, 300, 0, 0, 100, 0])


def test_off_delay() -> None:
    assert timer("TOF", "0100000100101")[0] == "0111100111111"
    assert timer("TOF", "0100000")[1] == [0, 0, 0, 100, 200, 300, 300]


def test_pulse_ignores_edges_and_resets_when_both_are_over() -> None:
    assert timer("TP", "0101000110000") == (
        "0111000111000",
        [0, 0, 100, 200, 0, 0, 0, 0, 100, 200, 0, 0, 0],
    )
    assert timer("TP", "0111110")[1] == [0, 0, 100, 200, 300, 300, 0]


def test_a_delay_of_nothing_is_over_at_once() -> None:
    rows = [{"IN": True, "PT": 0}]
    assert block("TON", "IN : BOOL; PT : TIME;", rows)[0]["Q"] is True


def test_edges_see_the_first_scan() -> None:
    rows = [{"CLK": one == "1"} for one in "110010"]
    assert [one["Q"] for one in block("R_TRIG", "CLK : BOOL;", rows)] == [True, False, False, False, True, False]
    assert [one["Q"] for one in block("F_TRIG", "CLK : BOOL;", rows)] == [False, False, True, False, False, True]


def test_bistables_and_their_priorities() -> None:
    both = [(0, 0), (1, 0), (0, 0), (1, 1), (0, 1), (0, 0)]
    sr = block("SR", "S1 : BOOL; R : BOOL;", [{"S1": bool(s), "R": bool(r)} for s, r in both])
    rs = block("RS", "S : BOOL; R1 : BOOL;", [{"S": bool(s), "R1": bool(r)} for s, r in both])
    assert [one["Q1"] for one in sr] == [False, True, True, True, False, False]
    assert [one["Q1"] for one in rs] == [False, True, True, False, False, False]


def test_counters_count_edges_and_stop_at_their_limits() -> None:
    rows = [{"CU": bool(place % 2), "R": place == 7, "PV": 2} for place in range(9)]
    assert [one["CV"] for one in block("CTU", "CU : BOOL; R : BOOL; PV : INT;", rows)] == [0, 1, 1, 2, 2, 3, 3, 0, 0]
    rows = [{"CD": bool(place % 2), "LD": place == 0, "PV": 2} for place in range(6)]
    down = block("CTD", "CD : BOOL; LD : BOOL; PV : INT;", rows)
    assert [one["CV"] for one in down] == [2, 1, 1, 0, 0, -1]
    assert [one["Q"] for one in down] == [False, False, False, True, True, True]
    rows = [{"CD": bool(place % 2), "LD": False, "PV": 0} for place in range(4)]
    assert [one["CV"] for one in block("CTD_UDINT", "CD : BOOL; LD : BOOL; PV : UDINT;", rows)] == [0, 0, 0, 0]
    rows = [{"CU": True, "CD": True, "PV": 5}, {"CU": False, "CD": True, "PV": 5}, {"CU": True, "CD": False, "PV": 5}]
    both = block("CTUD", "CU : BOOL; CD : BOOL; PV : INT;", rows)
    assert [one["CV"] for one in both] == [0, 0, 1]


CHART = """FUNCTION_BLOCK Seq
VAR_INPUT go : BOOL; END_VAR VAR_OUTPUT run, lamp, horn : BOOL; n : INT; END_VAR
INITIAL_STEP S0: END_STEP
STEP S1: run(N); count(P1); END_STEP
STEP S2: lamp(L, T#200ms); horn(S); END_STEP
STEP S3: horn(R); END_STEP
TRANSITION FROM S0 TO S1 := go; END_TRANSITION
TRANSITION FROM S1 TO S2 := S1.T >= T#300ms; END_TRANSITION
TRANSITION FROM S2 TO S3 := S2.T >= T#400ms; END_TRANSITION
TRANSITION FROM S3 TO S0 := TRUE; END_TRANSITION
ACTION count: n := n + 1; END_ACTION
END_FUNCTION_BLOCK"""


def test_a_chart_runs_step_after_step() -> None:
    runs = machine(checked(CHART, "iec").project, "Seq")
    seen = []
    for place in range(12):
        runs.scan({"go": place == 1}, 100 * MS if place else 0)
        out = runs.outputs()
        assert isinstance(out["n"], int)
        seen.append("".join(str(int(bool(out[one]))) for one in ("run", "lamp", "horn")) + str(out["n"]))
    assert seen == [
        "0000", "1001", "1001", "1001", "0111", "0111", "0011", "0011", "0001", "0001", "0001", "0001",
    ]  # fmt: skip


def test_of_two_branches_the_first_by_priority_fires() -> None:
    source = """FUNCTION_BLOCK Seq VAR_INPUT a, b : BOOL; END_VAR VAR_OUTPUT x, y : BOOL; END_VAR
INITIAL_STEP S0: END_STEP STEP S1: x(N); END_STEP STEP S2: y(N); END_STEP
TRANSITION (PRIORITY := 2) FROM S0 TO S1 := a; END_TRANSITION
TRANSITION (PRIORITY := 1) FROM S0 TO S2 := b; END_TRANSITION
END_FUNCTION_BLOCK"""
    for given, expected in (((True, True), (False, True)), ((True, False), (True, False))):
        runs = machine(checked(source, "iec").project, "Seq")
        runs.scan({"a": given[0], "b": given[1]}, 0)
        assert runs.outputs() == {"x": False, "y": False}
        runs.scan({}, MS)
        assert tuple(runs.outputs().values()) == expected


def test_parallel_branches_begin_and_end_together() -> None:
    source = """FUNCTION_BLOCK Seq VAR_INPUT a, b : BOOL; END_VAR VAR_OUTPUT x, y, z : BOOL; END_VAR
INITIAL_STEP S0: END_STEP STEP S1: x(N); END_STEP STEP S2: y(N); END_STEP STEP S3: z(N); END_STEP
TRANSITION FROM S0 TO (S1, S2) := a; END_TRANSITION
TRANSITION FROM (S1, S2) TO S3 := b; END_TRANSITION
END_FUNCTION_BLOCK"""
    runs = machine(checked(source, "iec").project, "Seq")
    runs.scan({}, 0)
    runs.scan({"a": True}, MS)
    assert tuple(runs.outputs().values()) == (True, True, False)
    runs.scan({"b": True}, MS)
    assert tuple(runs.outputs().values()) == (False, False, True)

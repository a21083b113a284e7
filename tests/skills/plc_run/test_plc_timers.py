"""Standard function blocks against their timing diagrams (IEC 61131-3, 2.5.2.3), in both executors."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from plc_run_st import checked, same

from assay.skills.plc.run.machine import Machine, compile_many, machine

MS = 1_000_000
SOURCE = """PROGRAM Main VAR_INPUT x, r: BOOL; END_VAR VAR_OUTPUT on_q, off_q, p_q, c_q, d_q, up, down, sr_q,
rs_q: BOOL; on_et, off_et, p_et: TIME; cv, dv: INT; END_VAR
VAR on: TON; off: TOF; p: TP; cu: CTU; cd: CTD; rt: R_TRIG; ft: F_TRIG; s: SR; t: RS; END_VAR
on(IN := x, PT := T#50ms, Q => on_q, ET => on_et); off(IN := x, PT := T#50ms, Q => off_q, ET => off_et);
p(IN := x, PT := T#50ms, Q => p_q, ET => p_et);
cu(CU := x, R := r, PV := 2, Q => c_q, CV => cv); cd(CD := x, LD := r, PV := 2, Q => d_q, CV => dv);
rt(CLK := x, Q => up); ft(CLK := x, Q => down); s(S1 := x, R := r, Q1 => sr_q); t(S := x, R1 := r, Q1 => rs_q);
END_PROGRAM"""


@pytest.fixture(scope="module")
def made() -> list[Machine]:
    whole = checked(SOURCE)
    return [machine(whole, "Main"), *compile_many([(whole, "Main")])]


def shown(path: str, value: object) -> str:
    """TRUE is 1, times are in milliseconds."""
    assert isinstance(value, int)
    return str(value // MS if path.endswith("et") else int(value))


def course(machines: list[Machine], xs: Sequence[int], paths: Sequence[str], rs: Sequence[int] = ()) -> list[str]:
    """The values of some outputs in scans 20 ms apart, as a text a scan."""
    for one in machines:
        one.reset()
    rows = []
    for number, x in enumerate(xs):
        for one in machines:
            one.scan({"x": bool(x), "r": bool(rs and rs[number])}, 20 * MS if number else 0)
        same(machines)
        rows.append(" ".join(shown(path, machines[0].read(path)) for path in paths))
    return rows


def test_on_delay(made: list[Machine]) -> None:
    rows = course(made, [1, 1, 1, 1, 1, 0, 1, 1, 0], ["on_q", "on_et"])
    assert rows == ["0 0", "0 20", "0 40", "1 50", "1 50", "0 0", "0 0", "0 20", "0 0"]


def test_off_delay(made: list[Machine]) -> None:
    rows = course(made, [0, 1, 1, 0, 0, 0, 0, 1, 0, 1], ["off_q", "off_et"])
    assert rows == ["0 0", "1 0", "1 0", "1 0", "1 20", "1 40", "0 50", "1 0", "1 0", "1 0"]


def test_pulse(made: list[Machine]) -> None:
    rows = course(made, [0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1], ["p_q", "p_et"])
    assert rows == ["0 0", "1 0", "1 20", "1 40", "0 0", "0 0", "1 0", "1 20", "1 40", "0 50", "0 50"]


def test_counters(made: list[Machine]) -> None:
    rows = course(made, [1, 0, 1, 1, 0, 1, 0, 1], ["c_q", "cv", "d_q", "dv"], [1, 0, 0, 0, 0, 0, 1, 0])
    assert rows == ["0 0 0 2", "0 0 0 2", "0 1 0 1", "0 1 0 1", "0 1 0 1", "1 2 1 0", "0 0 0 2", "0 1 0 1"]


def test_edges_and_latches(made: list[Machine]) -> None:
    rows = course(made, [0, 1, 1, 0, 0, 1], ["up", "down", "sr_q", "rs_q"], [0, 0, 1, 0, 1, 1])
    assert rows == ["0 0 0 0", "1 0 1 1", "0 0 1 0", "0 1 1 0", "0 0 0 0", "1 0 1 0"]


def test_a_timer_counts_scans_of_any_length(made: list[Machine]) -> None:
    for one in made:
        one.reset()
    lengths = (0, 7, 31, 1, 10, 1, 500)
    seen = []
    for length in lengths:
        for one in made:
            one.scan({"x": True}, length * MS)
        same(made)
        seen.append((made[1].read("on_q"), made[1].read("on_et")))
    assert seen == [(False, 0), (False, 7 * MS), (False, 38 * MS), (False, 39 * MS), (False, 49 * MS), (True, 50 * MS),
                    (True, 50 * MS)]  # fmt: skip

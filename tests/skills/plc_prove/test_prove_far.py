"""What lies beyond the depth of the search: runs of hundreds of scans, and bounds that are longer than it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from plc_prove_st import block, project_of, proved, verdict

from assay.skills.plc.prove import directed
from assay.skills.plc.prove.judging import Columns, judged
from assay.skills.plc.prove.monitor import Monitor
from assay.skills.plc.prove.property import Bound, Property
from assay.skills.plc.prove.report import rendered
from assay.skills.plc.prove.resolve import resolve

SLOW = block("t(IN := a AND NOT b, PT := T#20s); u(IN := t.Q AND c, PT := T#4s); q := u.Q; r := t.Q;", "t, u : TON;")
LOST = block("IF a THEN q := TRUE; ELSIF b THEN q := FALSE; END_IF; r := a;")
COUNT = block("IF a THEN s := s + 1; END_IF; q := s > 1000;", "s : DINT;")


def test_a_state_behind_long_timers_is_reached_and_the_run_is_cut_down() -> None:
    found = verdict(SLOW, "reachable", "q", backends=("python", "c"))
    assert (found.status, found.method) == ("PROVED", "simulation")
    assert found.trace is not None and found.trace.replayed == ("python", "c")
    assert found.k == len(found.trace.rows) == 241  # 200 scans of 100 ms after the first, then 40.


@pytest.mark.parametrize("minutes", [5, 20])
def test_what_follows_a_switch_after_many_minutes_is_reached(minutes: int) -> None:
    text = block(f"t(IN := a AND NOT b, PT := T#{minutes}m); q := t.Q AND NOT b;", "t : TOF;")
    found = verdict(text, "reachable", "FELL(q) AND NOT b AND NOT c", backends=("python", "c"))
    assert found.status == "PROVED" and found.trace is not None and found.trace.replayed == ("python", "c")


def test_reached_with_a_scan_time_that_varies() -> None:
    assert verdict(SLOW, "reachable", "q", scan_ns=None).status == "PROVED"


def test_what_was_not_reached_is_unknown_and_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directed, "SCANS", 500)
    text = block("IF a THEN s := s + 1; END_IF; q := s = 100000;", "s : DINT;")
    found = verdict(text, "reachable", "q")
    assert found.status == "UNKNOWN"
    assert found.why[0] == ("why_not_reached", {"k": 12})


def test_an_invariant_that_breaks_late_is_refuted() -> None:
    found = verdict(COUNT, "invariant", "", "NOT q")
    assert (found.status, found.method, found.k) == ("REFUTED", "simulation", 1001)


def test_a_response_later_than_the_depth_is_refuted() -> None:
    found = verdict(LOST, "response", "FELL(a) AND q", "r AND b", time_ns=5_000_000_000)
    assert found.status == "REFUTED" and found.trace is not None
    assert found.k == 52


def test_a_bound_that_was_not_searched_is_not_called_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.skills.plc.prove.proving.DEEPEST", 0)
    monkeypatch.setattr(directed, "SCANS", 0)
    text = block("IF s < 100000 THEN IF a THEN s := s + 1; END_IF; END_IF; q := s < 100000;", "s : DINT;")
    found = verdict(text, "held", "a", "q", time_ns=60_000_000_000)
    assert found.status == "UNKNOWN" and found.why[0][0] == "why_short"


def test_a_condition_that_takes_long_is_not_called_vacuous() -> None:
    made = Property("P", "held", "a AND NOT b", "r", lasting=Bound(time_ns=25_000_000_000))
    far_off = Property("Q", "implication", "q", "a")
    report = proved(SLOW, made, far_off)
    assert [one.status for one in report.properties] == ["PROVED", "PROVED"], report.properties
    assert all(not one.notes for one in report.properties)


def test_the_judge_of_columns_means_what_the_monitor_means() -> None:
    project = project_of(block("q := a; r := b;"))
    unit = project.unit("F")
    assert unit is not None
    draw = random.Random(5)
    for number in range(300):
        kind: Any = draw.choice(("response", "held", "stays", "forbidden", "implication"))
        bound = draw.choice((Bound(scans=draw.randint(0, 4)), Bound(time_ns=draw.randint(0, 5) * 70_000_000)))
        before = draw.choice(("", "r"))
        made = Property("P", kind, "q", "r", before=before, within=bound, lasting=bound)
        ((meant, _),) = resolve(project, unit, [made])
        scan = draw.choice((None, 100_000_000))
        rows = [(draw.random() < 0.5, draw.random() < 0.5) for _ in range(12)]
        elapsed = [scan or draw.choice((10_000_000, 100_000_000, 300_000_000)) for _ in rows]
        monitor = Monitor(project, "F", meant, scan_ns=scan)
        bad = [monitor.step({"q": q, "r": r}, elapsed_ns=passed) for (q, r), passed in zip(rows, elapsed, strict=True)]
        when, then = [q for q, _ in rows], [r for _, r in rows]
        columns = Columns(when, then, then if before else None)
        assert judged(meant, columns, elapsed, scan).bad == next((i for i, one in enumerate(bad) if one), None), number


def test_a_return_does_not_hide_the_end_of_a_scan() -> None:
    text = block("t(IN := a, PT := T#20s); r := t.Q; IF r THEN q := PREVIOUS; RETURN; END_IF; q := FALSE;", "t : TON;")
    text = text.replace("q := PREVIOUS;", "q := b;")
    found = verdict(text, "reachable", "q AND ROSE(r)")
    assert (found.status, found.method) == ("PROVED", "simulation")


def test_a_branch_behind_a_long_timer_is_not_dead_and_one_that_was_not_taken_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = block(
        "t(IN := a, PT := T#20s); IF t.Q THEN q := TRUE; END_IF; IF x > 900.0 AND n = 901 THEN r := a; END_IF;"
    )
    text = text.replace("VAR  END_VAR", "VAR t : TON; END_VAR")
    dead = [one for one in proved(text, obligations=True).obligations if one.kind == "dead"]
    assert [(one.status, one.method) for one in dead][:1] == [("PROVED", "simulation")]
    monkeypatch.setattr("assay.skills.plc.prove.duties.taken", lambda *_: set())
    dead = [one for one in proved(text, obligations=True).obligations if one.kind == "dead"]
    assert dead[0].status == "UNKNOWN" and dead[0].why[0][0] == "why_not_reached"


def test_flags_beside_reals_are_proved_though_a_timer_is_long() -> None:
    text = block(
        """e(CLK := b); IF e.Q AND NOT on THEN on := TRUE; q := FALSE; r := FALSE; END_IF;
t(IN := on, PT := T#60s);
IF on AND x >= y - 0.5 THEN on := FALSE; q := TRUE; ELSIF on AND t.Q THEN on := FALSE; r := TRUE; END_IF;
y := x + 1.5;""",
        "e : R_TRIG; t : TON; on : BOOL;",
    )
    assert verdict(text, "exclusive", of=("q", "r")).status == "PROVED"


def test_the_sign_of_a_product_of_two_open_numbers_is_known() -> None:
    text = block("IF x >= 0.0 THEN y := x * (y + 1.0); END_IF;")
    assert verdict(text, "invariant", then="y >= 0.0 OR y <> y").method == "intervals"
    assert verdict(text, "invariant", then="y < 1.0E30").status == "REFUTED"


def test_times_as_numbers_are_bounded_and_not_bit_by_bit() -> None:
    text = block(
        "t(IN := a, PT := T#2s); IF x >= 0.5 THEN y := y + x * LINT_TO_REAL(TIME_TO_LINT(t.ET)) / 1000.0; END_IF;",
        "t : TON;",
    )
    assert verdict(text, "implication", "x < 0.5", "y = PREV(y)").status == "PROVED"
    assert verdict(text, "implication", "x < 0.6", "y = PREV(y)").status == "REFUTED"


def test_a_long_run_is_shown_by_what_changes_in_it() -> None:
    made = Property("P", "response", "FELL(a) AND q", "r AND b", within=Bound(time_ns=5_000_000_000))
    report = proved(LOST, made)
    lines = rendered(report, project_of(LOST), {}, "en")
    scans = [line.split()[0] for line in lines if line.strip()[:1].isdigit() or line.strip().startswith("...")]
    assert scans[:1] == ["1"] and "..." in scans and scans[-5:] == ["48", "49", "50", "51", "52"]
    assert len(scans) < 40

"""Key figures against a slow reference that is written from the definitions."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from benchmarks import alarm_reference as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.skills.alarms.kpi import figures
from assay.skills.alarms.log import NANO, RAISED, RETURNED, AlarmLog, keep_log, load_log, make_log
from assay.skills.alarms.windows import WINDOW, counts_in_fixed, floods, levels, occupation, percentile

Rows = list[reference.Row]


def log_of(rows: Rows) -> AlarmLog:
    return make_log(
        np.array([row[0] for row in rows], np.int64),
        [row[1] for row in rows],
        ["H"] * len(rows),
        np.array([RAISED if row[2] == "raised" else RETURNED for row in rows], np.int8),
        [row[3] for row in rows],
    )


# Steps that meet the windows' edges exactly as often as they miss them.
steps = st.sampled_from(
    [0, 1, 20 * NANO, 30 * NANO, 60 * NANO, 61 * NANO, 120 * NANO, WINDOW, WINDOW + 1, 25 * 3600 * NANO]
)
transition = st.tuples(
    steps, st.sampled_from("ABC"), st.sampled_from(["raised", "raised", "returned"]), st.sampled_from(["low", "high"])
)


@st.composite
def logs(draw: st.DrawFn) -> Rows:
    now, rows = draw(st.integers(0, 10**18)), []
    for step, alarm, state, priority in draw(st.lists(transition, min_size=1, max_size=60)):
        now += step
        rows.append((now, alarm, state, priority))
    return [(rows[0][0], "A", "raised", "low"), *rows, (now, "A", "returned", "low")]


@settings(max_examples=150, deadline=None)
@given(logs())
def test_every_figure_is_the_definitions(rows: Rows) -> None:
    start, end = rows[0][0], rows[-1][0]
    assert reference.differences(figures(log_of(rows), start, end), reference.figures(rows, start, end)) == []


times_strategy = st.lists(st.integers(0, 3 * 3600), min_size=1, max_size=120).map(
    lambda seconds: np.array(sorted(seconds), np.int64) * NANO
)


@given(times_strategy)
def test_sliding_counts_are_naive_counts(times: np.ndarray) -> None:
    end = int(times[-1]) + 2 * WINDOW
    at, level = levels(times, end)
    assert (np.diff(at) > 0).all() and level[-1] == 0 and (level >= 0).all()
    assert [reference.count_in(times.tolist(), int(moment)) for moment in at] == level.tolist()
    assert sum(occupation(times, 0, end)) == end


@given(times_strategy)
def test_floods_are_apart_and_hold_what_they_say(times: np.ndarray) -> None:
    end = int(times[-1]) + 2 * WINDOW
    found = floods(times, end)
    assert [(one.first, one.begin, one.end) for one in found] == reference.flood_list(times.tolist(), end)
    for before, after in pairwise(found):
        assert before.end <= after.first <= after.begin < after.end
    for one in found:
        assert ((times >= one.first) & (times <= one.begin)).sum() > 10 and not one.open


def test_a_flood_begins_over_ten_and_ends_under_five() -> None:
    ten = np.arange(10, dtype=np.int64) * NANO
    assert floods(ten, 10 * WINDOW) == []
    (one,) = floods(np.append(ten, 10 * NANO), 10 * WINDOW)
    # Four are left in the window when the seventh has left it.
    assert (one.first, one.begin, one.end, one.open) == (0, 10 * NANO, 6 * NANO + WINDOW, False)
    (still,) = floods(np.append(ten, 10 * NANO), 60 * NANO)
    assert still.open and still.end == 60 * NANO


def test_percentiles_are_over_time_and_fixed_windows_whole() -> None:
    assert percentile([50, 40, 10], 50) == 0 and percentile([50, 40, 10], 90) == 1 and percentile([50, 40, 10], 91) == 2
    assert percentile([0, 0], 50) is None
    assert counts_in_fixed(np.array([0, 1, WINDOW, 2 * WINDOW]), 0, 2 * WINDOW + 5).tolist() == [2, 1]
    assert counts_in_fixed(np.array([0]), 0, 5).tolist() == []


def test_without_returns_it_says_what_cannot_be_computed() -> None:
    rows: Rows = [(i * NANO, "A", "raised", "low") for i in range(5)]
    found = figures(log_of(rows), 0, 4 * NANO)
    assert found["cannot"] == ["stale", "standing", "durations"]
    assert found["stale"] is found["standing"] is found["durations"] is None
    assert found["chattering"]["annunciations"] == 5


def test_one_moment_has_no_rates() -> None:
    found = figures(log_of([(5, "A", "raised", "low"), (5, "B", "raised", "")]), 5, 5)
    assert found["annunciations"] == 2 and found["rate"]["per_hour"] is None and found["rate"]["median"] is None
    assert [one["priority"] for one in found["priorities"]] == ["", "low"]


def test_duplicates_and_companions_are_told_from_chance() -> None:
    rng = np.random.default_rng(1)
    base = np.sort(rng.choice(30 * 86400, 40, replace=False)) * NANO
    rows: Rows = []
    for shift, alarm in ((0, "A"), (NANO // 2, "B"), (30 * NANO, "C")):
        rows += [(int(t) + shift, alarm, "raised", "low") for t in base]
    rows += [(int(t) * NANO, "D", "raised", "low") for t in rng.choice(30 * 86400, 40, replace=False)]
    rows.sort()
    found = figures(log_of(rows), rows[0][0], rows[-1][0])
    assert [{one["first"], one["second"]} for one in found["duplicates"]] == [{"A H", "B H"}]
    both = {frozenset((one["first"], one["second"])) for one in found["correlated"]}
    assert both == {frozenset(("A H", "C H")), frozenset(("B H", "C H"))}
    assert found["correlated"][0]["lead_seconds"] in (30.0, 29.5)


def test_a_million_rows_take_seconds() -> None:
    rng = np.random.default_rng(2)
    n = 1_000_000
    times = np.sort(rng.integers(0, 365 * 86400, n)) * NANO
    state = np.where(rng.random(n) < 0.5, RAISED, RETURNED).astype(np.int8)
    alarm, zeros = rng.zipf(1.3, n) % 2000, np.zeros(n, np.int32)
    log = AlarmLog(
        times, alarm.astype(np.int32), state, zeros, zeros, tuple((f"T{i}", "H") for i in range(2000)), ("",), ("",)
    )
    began = time.monotonic()
    figures(log, int(times[0]), int(times[-1]))
    assert time.monotonic() - began < 15.0


def test_a_kept_log_is_the_same_and_a_changed_one_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from assay.kernel.errors import IntegrityError

    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    log = log_of([(1, "位号", "raised", "low"), (2, "B", "returned", "high")])
    sha = keep_log(log)
    assert load_log(sha).digest() == sha == keep_log(log)
    (path,) = tmp_path.rglob("*.alarms.parquet")
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(IntegrityError):
        load_log(sha)

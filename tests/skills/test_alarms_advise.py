"""Advice: delays never add alarms, settings give what the engine gives, and nothing protected is lost."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.plant.alarms import alarms_of
from assay.plant.failures import load_failures
from assay.plant.model import Plant, load_plant
from assay.plant.model_schema import AlarmLimit
from assay.plant.series import Frame
from assay.skills.alarms.advice import advise_by_events, advise_by_values, engine_log
from assay.skills.alarms.beyond import beyond, crowded
from assay.skills.alarms.by_values import Proposal, noise, with_settings
from assay.skills.alarms.log import NANO, RAISED, RETURNED, AlarmLog, make_log
from assay.skills.alarms.protected import lost
from assay.skills.alarms.settings import Setting, Signal, delayed, raises, shelved

MINUTE = 60 * NANO
EPOCH = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * NANO


@functools.cache
def reference() -> Plant:
    return load_plant("tennessee_eastman")


@pytest.fixture
def plant() -> Plant:
    return reference()


def with_limits(plant: Plant, limits: dict[str, dict[str, AlarmLimit]]) -> Plant:
    """The plant with these alarms and no others."""
    tags = [tag.model_copy(update={"alarms": limits.get(tag.id, {})}) for tag in plant.tags]
    return Plant(plant.spec.model_copy(update={"tags": tuple(tags)}), plant.path, plant.chain)


def limit(at: float, deadband: float = 0.0, delay: float = 0.0) -> AlarmLimit:
    return AlarmLimit(at=at, priority="low", deadband=deadband, delay=delay, basis="chosen")


def frame_of(values: dict[str, Any], step: int = 60) -> Frame:
    columns = np.column_stack(list(values.values())).astype(float)
    times = (EPOCH + np.arange(len(columns)) * step * NANO).view("datetime64[ns]")
    return Frame(times, tuple(values), columns)


levels = st.lists(st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, float("nan")]), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(levels, st.sampled_from([0.0, 0.5, 1.0, 2.0]), st.sampled_from([0.0, 60.0, 90.0, 180.0]), st.booleans())
def test_a_setting_gives_what_the_engine_gives(values: list[float], band: float, delay: float, high: bool) -> None:
    name = "H" if high else "L"
    model = with_limits(reference(), {"XMEAS_1": {name: limit(0.0, band, delay)}})
    frame = frame_of({"XMEAS_1": values})
    column = frame.values[:, 0]
    signal = Signal(frame.times.astype(np.int64), column, np.isfinite(column), high)
    rows = raises(signal, Setting(0.0, band, delay))
    engine = [event.time.timestamp() for event in alarms_of(model, frame) if event.raised]
    assert (signal.times[rows] / NANO).tolist() == engine


periods = st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), max_size=40)
Delay = st.integers(0, 300)


@given(periods, Delay, Delay)
def test_delays_never_add_alarms(parts: list[tuple[int, int]], on: int, off: int) -> None:
    start, end, now = [], [], 0
    for gap, length in parts:
        start.append((now := now + gap) * NANO)
        end.append((now := now + length) * NANO)
    before = np.array(start, np.int64), np.array(end, np.int64)
    begins, ends = delayed(*before, on * NANO, off * NANO)
    assert len(begins) <= len(start) and (begins[1:] > ends[:-1]).all() and (ends >= begins).all()
    longer, _ = delayed(*before, (on + 10) * NANO, off * NANO)
    assert len(longer) <= len(start)
    assert set(begins.tolist()) <= {one + on * NANO for one in start}
    if on == 0 and off == 0:
        assert begins.tolist() == start and ends.tolist() == end


@given(st.lists(st.integers(0, 20_000), max_size=60, unique=True))
def test_shelving_hides_only_what_follows(seconds: list[int]) -> None:
    times = np.array(sorted(seconds), np.int64) * NANO
    hidden = shelved(times, 3, 600 * NANO, 3600 * NANO)
    assert not hidden[:3].any()
    for i in np.flatnonzero(hidden):
        assert (~hidden[max(0, i - 60) : i]).any() and times[i] - times[~hidden & (times < times[i])][-1] <= 3600 * NANO


def test_lost_means_none_near() -> None:
    at = np.array([10, 20], np.int64) * MINUTE
    assert lost(at, [10 * MINUTE, 31 * MINUTE, 30 * MINUTE, 0]) == [31 * MINUTE]
    assert lost(np.zeros(0, np.int64), [5]) == [5]


def noisy(rng: np.random.Generator, n: int = 2000) -> dict[str, np.ndarray]:
    """A flow that hangs about its limit, and one with a real upset near the end."""
    hanging = rng.normal(0.0, 1.0, n)
    real = rng.normal(-6.0, 1.0, n)
    real[1800:1900] += 12.0
    return {"XMEAS_1": hanging, "XMEAS_2": real}


def test_advice_from_values_removes_noise_and_keeps_the_upset(plant: Plant) -> None:
    model = with_limits(plant, {"XMEAS_1": {"H": limit(1.0)}, "XMEAS_2": {"H": limit(2.0)}})
    frame = frame_of(noisy(np.random.default_rng(1)))
    found = advise_by_values(model, frame, load_failures(plant), (), None)
    assert found["removed_share"] > 0.7 and found["protected"]["lost"] == 0
    assert found["protected"]["count"] >= 1 and found["after"]["annunciations"] >= 1
    best = found["list"][0]
    assert best["tag"] == "XMEAS_1" and best["after"] < best["before"] and best["kinds"]
    again = [
        Proposal((one["tag"], one["type"]), Setting(**one["now"]), Setting(**one["then"]), 0, 0)
        for one in found["list"]
    ]
    assert len(engine_log(with_settings(model, again), frame).raised()) == found["after"]["annunciations"]
    start = EPOCH + 1800 * MINUTE
    times = engine_log(with_settings(model, again), frame).raised()
    mine = times.times[[times.alarms[a][0] == "XMEAS_2" for a in times.alarm]]
    assert lost(mine, [start]) == []


def test_a_limit_never_passes_the_next_alarm(plant: Plant) -> None:
    model = with_limits(plant, {"XMEAS_1": {"H": limit(1.0), "HH": limit(1.6)}})
    rng = np.random.default_rng(2)
    slow = np.convolve(rng.normal(0.0, 1.0, 4000), np.ones(40) / np.sqrt(40), "same")
    found = advise_by_values(model, frame_of({"XMEAS_1": slow}), None, (), None)
    moved = [one for one in found["list"] if one["type"] == "H"]
    assert all(one["then"]["limit"] < 1.6 for one in moved)


def test_noise_is_measured_beside_a_drift() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(0.0, 2.0, 5000) + np.linspace(0.0, 500.0, 5000)
    signal = Signal(np.arange(5000) * NANO, values, np.ones(5000, bool), True)
    assert noise(signal) == pytest.approx(2.0, rel=0.1)


def event_log(periods_of: dict[str, list[tuple[float, float]]], returns: bool = True) -> AlarmLog:
    rows = [(a, tag, RAISED) for tag, every in periods_of.items() for a, _ in every]
    rows += [(b, tag, RETURNED) for tag, every in periods_of.items() for _, b in every if returns]
    rows.sort()
    times = np.array([round(second * NANO) for second, _, _ in rows], np.int64)
    return make_log(times, [tag for _, tag, _ in rows], ["H"] * len(rows), np.array([s for *_, s in rows], np.int8))


CHATTER = [(300.0 * k, 300.0 * k + 5.0) for k in range(200)]
HELD = [(20_000.0, 30_000.0)]


def test_without_values_only_what_events_prove() -> None:
    log = event_log({"A": CHATTER, "B": HELD})
    found = advise_by_events(log, int(log.times[0]), int(log.times[-1]), None, None, ())
    assert found["cannot"] == ["values"] and found["protected"]["lost"] == 0
    (one,) = found["list"]
    assert one["tag"] == "A" and one["then"]["on_delay"] == 15 and one["after"] == 0
    assert found["after"]["annunciations"] == 1


def test_without_returns_only_shelving() -> None:
    log = event_log({"A": [(60.0 * k, 0.0) for k in range(300)], "B": HELD}, returns=False)
    found = advise_by_events(log, int(log.times[0]), int(log.times[-1]), None, None, ())
    assert found["cannot"] == ["values", "delays"]
    assert all(one["kinds"] == ["shelving"] for one in found["list"]) and found["protected"]["lost"] == 0


def test_a_named_upset_keeps_its_first_alarms() -> None:
    calm = [(4000.0 * k, 4000.0 * k + 5.0) for k in range(40)]
    swings = [(170_000.0 + 100.0 * k, 170_000.0 + 100.0 * k + 5.0) for k in range(20)]
    log = event_log({"A": [*calm, *swings], "B": [(10.0, 20.0), (200_000.0, 200_010.0)]})
    start, end = int(log.times[0]), int(log.times[-1])
    upset = (170_000 * NANO, 173_000 * NANO)

    def left(found: dict[str, Any]) -> int:
        return sum(one["after"] for one in found["list"] if one["tag"] == "A")

    named = advise_by_events(log, start, end, None, None, [upset])
    assert named["protected"]["first_outs"] >= 1 and named["protected"]["lost"] == 0
    assert left(named) > 0


@pytest.fixture
def files(tmp_path: Path, plant: Plant) -> Callable[[], tuple[Path, Path]]:
    def make() -> tuple[Path, Path]:
        from assay.plant.files import write_csv

        rng = np.random.default_rng(5)
        tag = plant.tag("XMEAS_1")
        spread = (tag.alarms["H"].at - tag.alarms["L"].at) / 4.0
        values = {"XMEAS_1": rng.normal(tag.alarms["H"].at - spread, spread, 600)}
        history, log = tmp_path / "values.csv", tmp_path / "log.csv"
        write_csv(frame_of(values), history)
        rows = ["time,tag,type,state,priority,message"]
        for event in alarms_of(plant, frame_of(values)):
            state = "raised" if event.raised else "returned"
            rows.append(f"{event.time.isoformat()},{event.tag},{event.type},{state},{event.priority},")
        log.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return log, history

    return make


def test_the_command(
    files: Callable[[], tuple[Path, Path]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import json

    from assay.cli.root import run

    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    log, history = files()
    with_values = ["--plant", "tennessee_eastman", "--history", str(history)]
    for more in ([], with_values, [*with_values, "--upset", "2026-03-01T01:00..2026-03-01T02:00"]):
        assert run(["alarms", "advise", "--log", str(log), *more, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["value"]["by"] == ("values" if more else "events") and found["claims"]
        assert found["value"]["protected"]["lost"] == 0
        assert run(["evidence", "replay", "--run", found["run"]]) == 0
        capsys.readouterr()
    recorded = found["value"]["recorded"]
    assert recorded["log"] == recorded["engine"] > 0
    # Without a log, the engine says from the values what would have been recorded.
    assert run(["alarms", "advise", *with_values, "--lang", "zh"]) == 0
    assert "死区" in capsys.readouterr().out
    for wrong in (
        ["--history", str(history)],
        ["--upset", "yesterday"],
        ["--plant", "tennessee_eastman", "--history", "no.csv"],
    ):
        assert run(["alarms", "advise", "--log", str(log), *wrong]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_lone_spike_and_a_swing_are_kept_and_noise_is_not(plant: Plant) -> None:
    values = np.random.default_rng(5).normal(0.0, 1.0, 2000)
    values[500] = 6.0
    values[900:906] = [3.0, -3.0, 3.0, -3.0, 3.0, -3.0]
    model = with_limits(plant, {"XMEAS_1": {"H": limit(2.0)}})
    frame = frame_of({"XMEAS_1": values})
    kept = beyond(model, frame, ())["XMEAS_1", "H"]
    times = frame.times.astype(np.int64)
    assert times[500] in kept and times[900] in kept
    raised = engine_log(model, frame).raised()
    assert len(kept) < 0.2 * len(raised)
    # Inside a named upset less is enough.
    assert len(beyond(model, frame, [(int(times[0]), int(times[-1]))])["XMEAS_1", "H"]) > len(kept)


def test_an_upset_of_many_tags_is_found_though_nobody_names_it() -> None:
    calm = {(f"T{k}", "H"): np.array([k * 3600 * NANO], np.int64) for k in range(12)}
    crowd = {alarm: np.append(times, 20 * 3600 * NANO) for alarm, times in calm.items()}
    assert crowded(calm, 0, 24 * 3600 * NANO) == []
    ((start, end),) = crowded(crowd, 0, 24 * 3600 * NANO)
    assert start == 20 * 3600 * NANO - 1800 * NANO and end == 20 * 3600 * NANO + 1800 * NANO


def test_where_most_of_the_time_is_flood_it_says_so() -> None:
    every = {f"T{k}": [(60.0 * j + k, 60.0 * j + k + 5.0) for j in range(100)] for k in range(5)}
    log = event_log(every)
    assert "steady" in advise_by_events(log, int(log.times[0]), int(log.times[-1]), None, None, ())["cannot"]

"""Fleet tables: recognised columns, answers that are kept out, clocks that are mended or refused, kept copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assay.kernel.errors import InputError, IntegrityError
from assay.models.health.conditions import Conditions, setting_tags
from assay.models.health.features import Shape, statistics
from assay.models.health.fleet import Fleet, keep_fleet, load_fleet
from assay.models.health.fleet_file import Columns, is_fleet_header, read_fleet


def make(lives: list[int], seed: int = 0) -> Fleet:
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(lives)), lives)
    time = np.concatenate([np.arange(1.0, life + 1) for life in lives])
    wear = np.concatenate([np.linspace(0, 1, life) ** 3 for life in lives])
    values = np.column_stack([500 + 10 * wear, 40 - 2 * wear]) + rng.normal(0, 0.5, (len(unit), 2))
    names = tuple(str(one + 1) for one in range(len(lives)))
    return Fleet(names, unit, time, ("T50", "PS30"), values, np.zeros(len(lives)))


def write(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def table(path: Path, extra: str = "", cells: str = "") -> Path:
    fleet = make([30, 40, 25])
    rows = []
    for index in range(len(fleet)):
        left = fleet.remaining()[index]
        a, b = fleet.values[index]
        unit = int(fleet.unit[index]) + 1
        more = cells.format(left=f"{left:g}", total=f"{fleet.remaining()[index] + fleet.time[index]:g}", unit=unit * 77)
        rows.append(f"{unit},{fleet.time[index]:g},{a:.3f},{b:.3f}{more}")
    return write(path, f"ENGINE_NUMBER,TIME_IN_CYCLES,T50,PS30{extra}", rows)


def test_what_tells_the_answer_is_kept_out_and_said(tmp_path: Path) -> None:
    path = table(tmp_path / "f.csv", ",RUL,days_left_guess,serial,max_cycle,P2", ",{left},{left},{unit},{total},14.62")
    found = read_fleet(path)
    assert found.fleet.tags == ("T50", "PS30") and found.fleet.units == ("1", "2", "3")
    assert found.left_out == {
        "RUL": "label",
        "days_left_guess": "clock",
        "serial": "identifier",
        "max_cycle": "identifier",
        "P2": "constant",
    }
    assert found.told and (found.fleet.after == 0).all() and found.fleet.unit_of_time == "cycles"
    assert read_fleet(path, learn=False).fleet.tags[-1] == "P2"


def test_columns_by_name_and_by_option(tmp_path: Path) -> None:
    assert is_fleet_header(["设备编号", "运行小时", "温度"]) and is_fleet_header(["unit_number", "time_cycles", "s2"])
    assert not is_fleet_header(["time", "T1", "T2"])
    path = write(tmp_path / "o.csv", "who,stamp,vib", [f"A,{k},{k % 7}" for k in range(20)])
    with pytest.raises(InputError):
        read_fleet(path)
    found = read_fleet(path, Columns(unit="who", clock="stamp", running=("a",)))
    assert found.fleet.units == ("a",) and np.isnan(found.fleet.after[0])
    with pytest.raises(InputError, match="nobody"):
        read_fleet(path, Columns(unit="nobody", clock="stamp"))


def test_units_that_still_run_are_told_by_a_column(tmp_path: Path) -> None:
    rows = [f"{u},{k},{k % 5},{int(u == 'a')}" for u in "ab" for k in range(1, 11)]
    fleet = read_fleet(write(tmp_path / "c.csv", "asset,hours,vib,failed", rows)).fleet
    assert fleet.after[0] == 0 and np.isnan(fleet.after[1]) and fleet.unit_of_time == "h"
    assert np.isnan(fleet.remaining()[-1]) and fleet.known()[10] == 9


def test_clocks_are_mended_or_refused(tmp_path: Path) -> None:
    rows = [f"A,{k},{k % 7}" for k in (3, 1, 2, 2, 4, 5, 6, 7, 8)]
    found = read_fleet(write(tmp_path / "b.csv", "unit,cycle,v", rows))
    assert list(found.fleet.time) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {note.key for note in found.notes} == {"machine_health.clock_backwards", "machine_health.clock_doubled"}
    rows = [f"A,{k},{k % 7}" for k in (*range(20), *range(10))]
    with pytest.raises(InputError, match="two runs"):
        read_fleet(write(tmp_path / "r.csv", "unit,cycle,v", rows))
    with pytest.raises(InputError):
        read_fleet(write(tmp_path / "t.csv", "unit,cycle,v", ["A,x,1", "A,y,2"]))


def test_times_of_day_become_hours_of_each_unit(tmp_path: Path) -> None:
    rows = [f"{u},2026-03-0{d} 0{h}:00,{h}" for u, d in (("A", 1), ("B", 5)) for h in range(6)]
    found = read_fleet(write(tmp_path / "d.csv", "asset,time,v", rows))
    assert list(found.fleet.time) == [0, 1, 2, 3, 4, 5] * 2 and found.fleet.unit_of_time == "h"
    assert found.begins["b"] - found.begins["a"] == 4 * 86_400 * 10**9


def test_an_unknown_asset_is_refused_with_the_near_ones() -> None:
    fleet = make([10, 10, 10])
    assert fleet.position("2.0") == 1
    with pytest.raises(InputError, match="near it"):
        fleet.position("pump 2")


def test_kept_copies_are_found_again_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    fleet = make([10, 12])
    sha = keep_fleet(fleet)
    assert load_fleet(sha).digest() == sha == fleet.digest()
    (path,) = tmp_path.rglob("*.fleet.parquet")
    path.write_bytes(path.read_bytes()[:-40] + b"\0" * 40)
    with pytest.raises(IntegrityError):
        load_fleet(sha)
    with pytest.raises(IntegrityError):
        load_fleet("0" * 64)


def test_statistics_know_nothing_of_later_rows() -> None:
    fleet = make([40, 50, 60])
    conditions, shape = Conditions.of(fleet, []), Shape.of(fleet)
    whole = statistics(fleet, conditions, shape)
    cut = fleet.until([20, 25, 30])
    part = statistics(cut, conditions, shape)
    for one in range(3):
        rows = cut.rows_of(one)
        first = fleet.rows_of(one).start
        np.testing.assert_allclose(part[rows], whole[first : first + rows.stop - rows.start], atol=1e-9)
    assert list(cut.after) == [20, 25, 30]


def test_trailing_means_and_slopes_are_what_they_say() -> None:
    time = np.arange(30.0)
    values = (2.0 + 0.5 * time)[:, None].copy()
    values[7] = np.nan
    fleet = Fleet(("a",), np.zeros(30, np.int64), time, ("v",), values, np.zeros(1))
    conditions = Conditions(("v",), (), np.zeros((1, 0)), np.ones(0), np.zeros((1, 1)), np.ones((1, 1)))
    shape = Shape((4,), (5,), 3, 1.0)
    x = statistics(fleet, conditions, shape)
    assert x[9, 0] == pytest.approx(np.nanmean(values[6:10])) and x[9, 1] == pytest.approx(0.5)
    assert x[9, 2] == pytest.approx(x[9, 0] - values[:3].mean()) and x[9, 3] == 9


def test_settings_with_levels_become_modes() -> None:
    rng = np.random.default_rng(1)
    setting = rng.choice([0.0, 20.0, 42.0], 600) + rng.normal(0, 0.01, 600)
    wear = rng.normal(0, 1.0, 600)
    values = np.column_stack([setting, 5 * setting + wear])
    fleet = Fleet(("a",), np.zeros(600, np.int64), np.arange(600.0), ("op_setting_1", "T"), values, np.zeros(1))
    assert setting_tags(fleet.tags) == ["op_setting_1"]
    conditions = Conditions.of(fleet, setting_tags(fleet.tags))
    assert conditions.tags == ("T",) and len(conditions.centres) == 3
    assert abs(np.corrcoef(conditions.standardised(fleet)[:, 0], wear)[0, 1]) > 0.99
    again = Conditions.from_parts(conditions.to_parts())
    np.testing.assert_array_equal(again.standardised(fleet), conditions.standardised(fleet))
    noise = np.column_stack([np.round(rng.normal(0, 0.0003, 600), 4), wear])
    flat = Fleet(fleet.units, fleet.unit, fleet.time, fleet.tags, noise, fleet.after)
    assert Conditions.of(flat, ["op_setting_1"]).settings == ()

"""The twin's library: made, kept, checked before use; forecasts; processes."""

from __future__ import annotations

import operator
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_twin

from assay.kernel.errors import InputError, IntegrityError, TransientError
from assay.models import twins
from assay.models.parallel import run_parallel
from assay.models.tep import twin as module
from assay.models.tep.runs import settle, simulate
from assay.models.tep.scenario import Scenario
from assay.models.tep.starts import load_starts, save_starts
from assay.models.twin import NONE, Library, Operating
from assay.plant.model import load_plant

pytest.importorskip("tep_studio", reason="needs the extra tep")
pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture(scope="module")
def library(small: None) -> Library:
    return tiny_twin.twin().library(tiny_twin.operating())


def test_a_library_holds_every_cause_and_normal_operation(library: Library) -> None:
    causes, counts = np.unique(library.causes, return_counts=True)
    assert set(causes) == {*tiny_twin.CAUSES, NONE}
    by_cause = dict(zip(causes.tolist(), counts.tolist(), strict=True))
    assert by_cause["IDV4"] == tiny_twin.RUNS and by_cause[NONE] == 32
    assert by_cause["operator:SP_REACTOR_TEMPERATURE"] == 5
    rows = round(tiny_twin.LENGTH / library.sample)
    assert library.values.shape == (len(library.causes), rows, 53) and library.tags == tiny_twin.twin().tags
    assert len(library.normal()) == 32 and np.isfinite(library.normal()).all()
    assert ((library.onsets >= module.ONSET) & (library.onsets <= module.ONSET + 0.25)).all()
    before = library.values[:, : round(module.ONSET / library.sample) - 1]
    assert np.isfinite(before).all()
    assert abs(np.median(before[:, :, 8]) - 120.4) < 0.1


def test_a_kept_library_is_loaded_as_it_was(library: Library) -> None:
    operating = tiny_twin.operating()
    other = tiny_twin.TinyTwin("ricker", cache=tiny_twin.folder(), runs=tiny_twin.RUNS)
    assert other.cached(operating)

    def never(done: int, total: int) -> None:
        raise AssertionError("simulated although it was kept")

    loaded = other.library(operating, never)
    assert loaded.digest == library.digest and np.array_equal(loaded.values, library.values, equal_nan=True)
    assert other.library(operating) is loaded
    assert not other.cached(Operating("observed", {**operating.setpoints, "SP_YA": 50.0}))


class Fewer(tiny_twin.TinyTwin):
    """Hardly anything, for what must be simulated twice."""

    def causes(self) -> tuple[str, ...]:
        return ("IDV4",)

    def _jobs(self) -> list[Any]:
        jobs = super()._jobs()
        return jobs[:2] + jobs[-1:]


@pytest.fixture
def fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fewer:
    monkeypatch.setattr(module, "LENGTH", 2.5)
    monkeypatch.setattr(module, "SETTLE_HOURS", {"ricker": 4.0})
    return Fewer("ricker", cache=tmp_path / "twins", runs=4)


def test_the_same_seeds_give_the_same_digest(fewer: Fewer, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    first = fewer.library(fewer.recognise({}), lambda done, total: told.append((done, total)))
    assert told[-1] == (3, 3)
    second = Fewer("ricker", cache=tmp_path / "elsewhere", runs=4)
    assert second.library(second.recognise({})).digest == first.digest
    assert not list(tmp_path.rglob("*.tmp*"))


@pytest.mark.parametrize("where", [0.5, 0.0002, 0.9995])
def test_a_flipped_byte_is_never_used(fewer: Fewer, tmp_path: Path, where: float) -> None:
    operating = fewer.recognise({})
    first = fewer.library(operating)
    (path,) = (tmp_path / "twins").glob("*.npz")
    data = bytearray(path.read_bytes())
    data[int(where * len(data))] ^= 0x10
    path.write_bytes(data)
    again = Fewer("ricker", cache=tmp_path / "twins", runs=4).library(operating)
    assert again.digest == first.digest and np.array_equal(again.values, first.values, equal_nan=True)
    assert module._load(path, operating).digest == first.digest  # and the file is whole again


def test_any_damage_is_found(fewer: Fewer, tmp_path: Path) -> None:
    """Bytes all over the file, and cuts: an IntegrityError, or the very same arrays; never another error."""
    operating = fewer.recognise({})
    first = fewer.library(operating)
    (path,) = (tmp_path / "twins").glob("*.npz")
    whole = path.read_bytes()
    edge = [*range(0, 400, 7), *range(len(whole) - 2200, len(whole), 13)]
    for place in [*edge, *range(0, len(whole), len(whole) // 40)]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = module._load(path, operating)
        except IntegrityError:
            continue
        assert found.digest == first.digest and np.array_equal(found.values, first.values, equal_nan=True), place
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(IntegrityError):
            module._load(path, operating)


def test_another_recipe_is_another_library(tmp_path: Path) -> None:
    operating = tiny_twin.operating()
    small, large = (Fewer("ricker", cache=tmp_path, runs=runs) for runs in (4, 5))
    assert small._path(operating) != large._path(operating)
    moved = replace(operating, setpoints={**operating.setpoints, "SP_YA": 50.0})
    assert small._path(operating) != small._path(moved)


def test_all_hypotheses_of_the_shipped_twins() -> None:
    ricker, braatz = module.TepTwin("ricker"), module.TepTwin("braatz")
    for twin in (ricker, braatz):
        causes = twin.causes()
        assert len(set(causes)) == len(causes) and {"IDV1", "IDV28", "stuck:XMV_1", "stuck:XMV_12"} <= set(causes)
    assert "operator:SP_YAC" in ricker.causes() and "operator:SP_RECYCLE_FLOW" in braatz.causes()
    assert {"operator:XMV_5", "operator:XMV_9", "operator:XMV_12"} <= set(ricker.causes())


def test_a_forecast_shows_the_cause_and_the_write() -> None:
    twin, operating = tiny_twin.twin(), tiny_twin.operating()
    (idle,), (moved,) = twin.compare(operating, "IDV4", 1.0, 1.0, 1.0, [(), (("SP_SEPARATOR_LEVEL", 60.0),)], seed=3)
    assert len(idle.times) == len(idle.values) == 20 and idle.times[0] == pytest.approx(0.05)
    level = twin.tags.index("XMEAS_12")
    assert moved.values[-5:, level].mean() > idle.values[-5:, level].mean() + 4.0
    courses = twin.forecast(operating, "IDV4", 1.0, 1.0, 1.0, runs=2, seed=3)
    assert len(courses) == 2 and not np.array_equal(courses[0].values, courses[1].values)
    again = twin.forecast(operating, "IDV4", 1.0, 1.0, 1.0, runs=2, seed=3)
    assert np.array_equal(courses[0].values, again[0].values)
    valve = twin.tags.index("XMV_10")  # cooling water inlet temperature: the valve opens
    normal = tiny_twin.twin().library(operating).normal()[:, :, valve].mean()
    assert idle.values[:, valve].mean() > normal + 1.5
    with pytest.raises(InputError):
        twin.forecast(operating, "IDV4", 1.0, 1.0, 1.0, (("XMV_10", 5.0),))


def test_normal_runs_and_trips() -> None:
    twin, operating = tiny_twin.twin(), tiny_twin.operating()
    runs = twin.normal_runs(operating, 2, 1.0)
    assert runs.shape == (2, 20, 53) and twin.normal_runs(operating, 2, 1.0) is runs
    assert not twin.trips(runs[0]).any()
    beyond = runs[0].copy()
    beyond[5, twin.tags.index("XMEAS_7")] = 3001.0
    beyond[7, twin.tags.index("XMEAS_9")] = 176.0
    beyond[9, twin.tags.index("XMEAS_9")] = np.nan
    assert np.flatnonzero(twin.trips(beyond)).tolist() == [5, 7]


def test_which_twin_belongs_to_a_plant(monkeypatch: pytest.MonkeyPatch) -> None:
    plant = load_plant("tennessee_eastman")
    twin = twins.twin_for(plant)
    assert twin is not None and twin.name == "tennessee_eastman/ricker" and twins.twin_for(plant) is twin
    assert twins.controls_of(plant) == ("ricker", "braatz")
    other = load_plant("tennessee_eastman_braatz")
    assert twins.controls_of(other) == ("braatz", "ricker")
    braatz = twins.twin_for(other)
    assert braatz is not None and braatz.name.endswith("braatz")


def test_jobs_run_in_order_in_processes_and_here() -> None:
    for jobs in (3, 20):
        assert list(run_parallel(pow, 2.0, [float(k) for k in range(jobs)])) == [2.0**k for k in range(jobs)]
    assert list(run_parallel(pow, 2.0, [])) == []


def test_a_dead_process_is_a_transient_error() -> None:
    with pytest.raises(TransientError):
        list(run_parallel(operator.call, os._exit, [3] * 12))
    assert list(run_parallel(pow, 2.0, [1.0] * 12)) == [2.0] * 12  # and the next call works again


@pytest.mark.parametrize("name", ["ricker", "braatz"])
def test_starts_come_back_from_disk_exactly(name: str, tmp_path: Path) -> None:
    made = settle(name, None, None, 0.2, seed=4, apart=0.1, n=2)
    path = tmp_path / "x.starts.json"
    save_starts(path, made)
    found = load_starts(path, name, 2)
    assert found is not None
    for one, other in zip(made, found, strict=True):
        left, right = (simulate(start, Scenario("IDV4", 1.0, 0.1, 3), 0.5) for start in (one, other))
        assert np.array_equal(left.values, right.values)
    assert load_starts(path, name, 3) is None
    text = path.read_text(encoding="utf-8")
    for damage in (text[:-2], text.replace("0", "1", 5), "", "[]"):
        path.write_text(damage, encoding="utf-8")
        assert load_starts(path, name, 2) is None
    assert load_starts(tmp_path / "none.json", name, 2) is None
    save_starts(path / "below a file" / "x.json", made)  # cannot be written: no error

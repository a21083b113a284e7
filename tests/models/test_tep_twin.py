"""The twin's library: made, kept, checked before use; forecasts; processes."""

from __future__ import annotations

import operator
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_twin

from assay.kernel.errors import InputError, IntegrityError, TransientError
from assay.models import twins
from assay.models.parallel import run_parallel
from assay.models.tep import twin as module
from assay.models.tep.library import ONSET, Recipe, load_library, pair_jobs, visible
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
    causes, counts = np.unique(library.causes[library.also == ""], return_counts=True)
    assert set(causes) == {*tiny_twin.CAUSES, NONE}
    by_cause = dict(zip(causes.tolist(), counts.tolist(), strict=True))
    assert by_cause["IDV4"] == tiny_twin.RUNS and by_cause[NONE] == 32
    assert by_cause["operator:SP_REACTOR_TEMPERATURE"] == 5
    rows = round(tiny_twin.RECIPE.length / library.sample)
    assert library.values.shape == (len(library.causes), rows, 53) and library.tags == tiny_twin.twin().tags
    assert len(library.normal()) == 32 and np.isfinite(library.normal()).all()
    assert ((library.onsets >= ONSET) & (library.onsets <= ONSET + 0.25)).all()
    before = library.values[:, : round(ONSET / library.sample) - 1]
    assert np.isfinite(before).all()
    assert abs(np.median(before[:, :, 8]) - 120.4) < 0.1


def test_a_library_shows_what_two_causes_at_once_look_like(library: Library) -> None:
    paired = library.also != ""
    assert paired.sum() == tiny_twin.RECIPE.pairs and (library.causes[paired] != library.also[paired]).all()
    assert set(library.causes[paired]) | set(library.also[paired]) <= set(tiny_twin.CAUSES)
    assert all(cause.startswith("IDV") for cause in library.causes[paired])
    both = paired & (np.isin(library.causes, ["IDV4", "IDV6"])) & np.isin(library.also, ["IDV4", "IDV6"])
    late = library.values[both][:, -4:].astype(np.float64)
    normal = library.normal()[:, -4:].astype(np.float64).mean(axis=(0, 1))
    # The loops answer with the valves of reactor cooling (IDV4) and of the A feed (IDV6): either cause moves one only.
    assert len(late) and (np.nanmean(late[:, :, 50], axis=1) > normal[50] + 0.5).all()
    assert (np.nanmean(late[:, :, 43], axis=1) > normal[43] + 5.0).all()


def test_a_cause_that_hides_is_not_paired() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(120, 60, 3)).astype(np.float32)
    causes = np.array([NONE] * 60 + ["IDV1"] * 20 + ["IDV2"] * 20 + ["IDV3"] * 20)
    values[60:80, 30:, 1] += 3.0
    values[80:100, 30:, 2] *= 4.0
    values[70, 40:] = np.nan  # a trip
    assert visible(values, causes, 30) == ["IDV1", "IDV2"]
    recipe = Recipe(runs=1, normal=1, pairs=7)
    assert {job[1].id for job in pair_jobs(["IDV1", "IDV2"], recipe)} <= {"IDV1", "IDV2"}
    assert len(pair_jobs(["IDV1", "IDV2"], recipe)) == 7 and pair_jobs(["IDV1", "operator:X"], recipe) == []


def test_a_kept_library_is_loaded_as_it_was(library: Library) -> None:
    operating = tiny_twin.operating()
    other = tiny_twin.TinyTwin("ricker", cache=tiny_twin.folder(), recipe=tiny_twin.RECIPE)
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


FEWER = Recipe(runs=2, normal=2, pairs=0, starts=2, length=2.5)


@pytest.fixture
def fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fewer:
    monkeypatch.setattr(module, "SETTLE_HOURS", {"ricker": 4.0})
    return Fewer("ricker", cache=tmp_path / "twins", recipe=FEWER)


def test_the_same_seeds_give_the_same_digest(fewer: Fewer, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    first = fewer.library(fewer.recognise({}), lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)
    second = Fewer("ricker", cache=tmp_path / "elsewhere", recipe=FEWER)
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
    again = Fewer("ricker", cache=tmp_path / "twins", recipe=FEWER).library(operating)
    assert again.digest == first.digest and np.array_equal(again.values, first.values, equal_nan=True)
    assert load_library(path, operating).digest == first.digest  # and the file is whole again


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
            found = load_library(path, operating)
        except IntegrityError:
            continue
        assert found.digest == first.digest and np.array_equal(found.values, first.values, equal_nan=True), place
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(IntegrityError):
            load_library(path, operating)


def test_another_recipe_is_another_library(tmp_path: Path) -> None:
    operating = tiny_twin.operating()
    small, large = (Fewer("ricker", cache=tmp_path, recipe=replace(FEWER, pairs=pairs)) for pairs in (0, 5))
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

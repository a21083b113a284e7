"""The kinds over our own forecasters and detectors: trained, stored, judged against their rivals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from library_frames import START, changed, plant

from assay.kernel.errors import InputError
from assay.models.library.forecast_kind import blocks
from assay.models.library.opened import open_model
from assay.models.library.registry import kind_named
from assay.models.library.states import State
from assay.models.library.store import Library
from assay.models.library.testing import examine
from assay.models.library.training import read_options, train
from assay.plant.series import Frame


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    return Library()


def daily(rows: int = 320, seed: int = 0) -> Frame:
    """An hourly load with a day's course that rises and falls slowly, as the forecaster can learn."""
    random = np.random.default_rng(seed)
    slow = np.zeros(rows)
    for row in range(1, rows):
        slow[row] = 0.8 * slow[row - 1] + random.normal()
    values = 20.0 + 4.0 * np.sin(np.arange(rows) * 2 * np.pi / 24) + slow
    return Frame(START + np.arange(rows) * np.timedelta64(3600, "s"), ("LOAD",), values[:, None])


def test_origins_follow_each_other_from_the_end() -> None:
    assert list(blocks(50, 10)) == [(40, slice(40, 50)), (30, slice(30, 40)), (20, slice(20, 30))]
    assert list(blocks(25, 10)) == []


@pytest.mark.long
def test_a_forecaster_of_the_library(library: Library) -> None:
    params = {"horizon": "6", "seconds": "0.01", "seasons": "24"}
    ref = train(library, "forecast", daily(), "LOAD", params=params, who="me")
    card = library.card(ref)
    assert card.skill is not None and card.skill > 0.0 and library.standing(ref).state is State.ACTIVE
    assert card.naive_about["season"] in (1, 24) and card.about["horizon"] == 6
    assert card.coverage is not None and card.coverage > 0.75
    opened, later = open_model(library, ref), daily(180, 3)
    said = opened.model.predict(later)
    assert np.isfinite(said.median[-120:]).all() and np.isnan(said.median[:18]).all()
    kind = kind_named("forecast")
    fresh = kind.train(daily(), "LOAD", read_options(kind, params)).predict(later)
    assert np.array_equal(fresh.median, said.median, equal_nan=True)
    assert np.array_equal(fresh.low, said.low, equal_nan=True)
    # What comes after an origin changes nothing that was said at it or before.
    bent = changed_last(later, 6)
    again = opened.model.predict(bent)
    assert np.array_equal(again.median, said.median, equal_nan=True)
    assert np.array_equal(opened.naive.predict(bent).median, opened.naive.predict(later).median, equal_nan=True)
    assert examine(opened, later)["verdict"] in ("fit", "drifted")


def changed_last(frame: Frame, rows: int) -> Frame:
    values = frame.values.copy()
    values[-rows:] += 50.0
    return Frame(frame.times, frame.tags, values)


def labelled(rows: int, seed: int, faults: bool) -> Frame:
    frame = plant(rows, seed)
    label = np.zeros(rows)
    if faults:
        label[rows // 2 : rows // 2 + rows // 4] = 1.0
        frame = changed(frame, "QUALITY", frame.column("QUALITY") + 7.0 * label)
    return Frame(frame.times, (*frame.tags, "FAULT"), np.column_stack([frame.values, label]))


def test_a_detector_of_the_library(library: Library) -> None:
    ref = train(library, "detector", labelled(600, 0, True), "FAULT", who="me")
    opened = open_model(library, ref, stood_back=True)
    assert "FAULT" not in opened.model.inputs
    later = labelled(400, 5, True)
    said = opened.model.predict(later).median
    assert said[200:300].mean() > 0.9 and np.r_[said[:200], said[320:]].mean() < 0.1
    found = examine(opened, later)
    assert found["skill"] > 0.0 and found["metrics"]["model"]["mae"] < 0.1
    # Without labels every row counts as normal: only false alarms are judged. 450 normal rows that follow each other
    # closely fix their rate of 1 % only roughly.
    calm = examine(opened, plant(400, 6))
    assert calm["judged_rows"] == 400 and calm["metrics"]["model"]["mae"] < 0.1


def test_the_false_alarms_of_detectors_that_learnt_around_a_fault() -> None:
    """450 normal rows that follow each other closely fix the rate of 1 % only roughly in one fit (0 to 7 %), with and
    without a hole in them: it is a promise about fits."""
    kind = kind_named("detector")
    rates = []
    for seed in (0, 7, 14, 21):
        model = kind.train(labelled(600, seed, True), "FAULT", read_options(kind, {}))
        rates += [float(model.predict(plant(400, 1000 + seed + later)).median.mean()) for later in range(3)]
    assert np.mean(rates) < 0.05 and max(rates) < 0.1


def fleet_file(path: Path, units: int, seed: int, cut: bool) -> Path:
    """Machines whose vibration grows with wear; ``cut``: histories that end before the failure, which is told."""
    random = np.random.default_rng(seed)
    rows = ["unit,cycle,vibration,noise,RUL"]
    for unit in range(units):
        life = int(random.integers(60, 140))
        last = int(life * random.uniform(0.5, 0.95)) if cut else life
        for cycle in range(1, last + 1):
            wear = np.exp(4.0 * (cycle / life - 1.0)) + 0.03 * random.normal()
            rows.append(f"{unit},{cycle},{wear:.5f},{random.normal():.5f},{life - cycle}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_remaining_life_is_judged_on_other_units(library: Library, tmp_path: Path) -> None:
    kind = kind_named("remaining_life")
    frame, _ = kind.read(fleet_file(tmp_path / "fleet.csv", 18, 0, False), training=True)  # type: ignore[attr-defined]
    ref = train(library, "remaining_life", frame, "life", params={"rounds": "20"}, who="me")
    card = library.card(ref)
    assert card.skill is not None and card.skill > 0.2 and library.standing(ref).state is State.ACTIVE
    units = frame.column("@unit")
    for origin in kind.origins(frame, "life", read_options(kind, {})):
        assert not set(units[origin.train]) & set(units[origin.test])
    later, _ = kind.read(fleet_file(tmp_path / "later.csv", 8, 5, True), training=False)  # type: ignore[attr-defined]
    found = examine(open_model(library, ref), later)
    assert found["verdict"] == "fit" and found["interval"]["coverage"] > 0.7
    said = open_model(library, ref).model.predict(later)
    cap = float(str(card.about["cap"]))
    assert (said.low <= said.median).all() and (said.median <= said.high).all() and said.high.max() <= cap
    with pytest.raises(InputError) as told:
        train(library, "remaining_life", plant(), "QUALITY", who="me")
    assert told.value.key == "library.no_fleet" or "@unit" in str(told.value)


def test_a_detector_needs_normal_rows(library: Library) -> None:
    frame = labelled(200, 0, False)
    with pytest.raises(InputError) as told:
        train(library, "detector", changed(frame, "FAULT", np.ones(200)), "FAULT", who="me")
    assert told.value.key == "library.no_normal_rows"

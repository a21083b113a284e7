"""Trained models: their cards, their tests, and when they step back."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_frames import changed, plant

from assay.kernel.errors import InputError, Refused
from assay.models.library import testing
from assay.models.library.comparing import compare, difference_interval
from assay.models.library.conformal import offsets
from assay.models.library.opened import open_model, predict
from assay.models.library.show import card_lines
from assay.models.library.states import State
from assay.models.library.store import Library, Ref
from assay.models.library.training import train
from assay.plant.series import BAD, Frame

SMALL = {"lags": "0,1,2"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def library(home: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("ASSAY_HOME", str(home))
    return Library()


@pytest.fixture
def model(library: Library) -> Ref:
    """One training for the whole module; each test begins with it active."""
    name = "quality"
    if name not in library.names():
        units = {"FLOW": "m3/h"}
        train(library, "soft_sensor", plant(), "QUALITY", name=name, params=SMALL, units=units, who="me")
    ref = library.find(name)
    if library.standing(ref).state is not State.ACTIVE:
        testing.test(library, ref, plant(400, 1), "me")
    return ref


def test_the_card_says_what_it_is(library: Library, model: Ref) -> None:
    card = library.card(model)
    assert card.data == plant().digest() and card.rows == 500 and card.step == 60.0
    assert card.start == "2026-01-01T00:00:00Z" and card.libraries["numpy"] == np.__version__
    limits = {one.tag: one for one in card.features}
    assert limits["FLOW"].unit == "m3/h" and limits["FLOW"].low == plant().column("FLOW").min()
    assert limits["IDLE"].weight is not None and limits["FLOW"].weight is not None
    assert limits["IDLE"].weight < limits["FLOW"].weight
    ends = [(one.train_rows, one.start, one.end) for one in card.origins]
    assert len(ends) == 3 and all(a[2] < b[1] for a, b in pairwise(ends))
    assert card.skill is not None and card.skill > 0.3 and card.naive_about["rule"] == "last_known"
    assert card.coverage is not None and abs(card.coverage - 0.9) < 0.08
    now = library.standing(model)
    shown = {lang: "\n".join(card_lines(card, now, now.manifest, lang)) for lang in ("en", "zh")}  # type: ignore[arg-type]
    assert all("FLOW" in one and "m3/h" in one and card.data[:16] in one for one in shown.values())
    assert shown["en"] != shown["zh"]


def test_a_stored_model_predicts_to_the_bit(library: Library, model: Ref) -> None:
    from assay.models.library.sensor_kinds import SoftSensorKind

    kind = SoftSensorKind()
    fresh = kind.train(plant(), "QUALITY", kind.options.model_validate(SMALL)).predict(plant(300, 3))
    stored = predict(library, model, plant(300, 3))
    for one in ("median", "low", "high"):
        assert np.array_equal(getattr(fresh, one), getattr(stored, one), equal_nan=True)


def test_a_prediction_reads_no_later_row(library: Library, model: Ref) -> None:
    frame = plant(200, 4)
    cut = Frame(frame.times[:120], frame.tags, frame.values[:120])
    whole, early = predict(library, model, frame), predict(library, model, cut)
    assert np.array_equal(whole.median[:120], early.median, equal_nan=True)


def test_the_same_plant_keeps_it_in_use(library: Library, model: Ref) -> None:
    for seed in range(2, 6):
        found = testing.test(library, model, plant(300, seed), "me")
        assert (found["verdict"], found["reasons"], found["state"]) == ("fit", [], "active")


def doubled(frame: Frame) -> Frame:
    return changed(frame, "FLOW", frame.column("FLOW") + 30.0)


def fahrenheit(frame: Frame) -> Frame:
    return changed(frame, "TEMP", frame.column("TEMP") * 1.8 + 32.0)


def half_way(frame: Frame) -> Frame:
    late = np.arange(len(frame)) >= len(frame) // 2
    return changed(frame, "TEMP", np.where(late, frame.column("TEMP") + 273.15, frame.column("TEMP")))


def other_step(frame: Frame) -> Frame:
    return plant(300, 7, step=600.0)


DRIFTS = {"range": doubled, "unit": fahrenheit, "step": other_step}


@pytest.mark.parametrize("reason", DRIFTS)
def test_drifted_data_make_it_step_back_until_a_test_passes(library: Library, model: Ref, reason: str) -> None:
    found = testing.test(library, model, DRIFTS[reason](plant(300, 7)), "ann")
    assert found["verdict"] == "drifted" and reason in found["reasons"]
    with pytest.raises(Refused):
        predict(library, model, plant(50, 8))
    last = library.standing(model).changes[-1]
    assert last.who == "ann" and last.state is State.STOOD_BACK and reason in last.detail["reasons"]
    testing.test(library, model, plant(300, 9), "me")
    assert np.isfinite(predict(library, model, plant(50, 8)).median[5:]).all()


def test_a_change_of_unit_half_way_is_dated(library: Library, model: Ref) -> None:
    frame = half_way(plant(300, 7))
    found = testing.examine(open_model(library, model), frame)
    assert found["drift"]["features"]["TEMP"]["unit"]["conversion"] == "degC -> K"
    assert found["drift"]["features"]["TEMP"]["unit"]["since"] == "2026-01-01T02:30:00Z"
    assert found["drift"]["features"]["FLOW"]["unit"] is None


def test_a_change_of_unit_in_the_training_is_noted(library: Library) -> None:
    ref = train(library, "soft_sensor", half_way(plant(200)), "QUALITY", name="mixed", params={"lags": "0"}, who="me")
    assert "library.note_training_unit" in library.card(ref).notes


def test_losing_to_naive_makes_it_step_back(library: Library, model: Ref) -> None:
    frame = plant(300, 11)
    slow = np.cumsum(np.random.default_rng(1).normal(size=300)) * 0.01
    found = testing.test(library, model, changed(frame, "QUALITY", slow), "me")
    assert found["verdict"] in ("no_better", "drifted") and "no_better" in found["reasons"]
    assert found["state"] == "stood_back"


def test_without_the_target_nothing_is_decided(library: Library, model: Ref) -> None:
    frame = plant(300, 12).select(("FLOW", "TEMP", "IDLE"))
    found = testing.test(library, model, frame, "me")
    assert found["verdict"] == "unknown" and found["state"] == "active"


def test_retired_is_for_good(library: Library) -> None:
    ref = train(library, "soft_sensor", plant(150), "QUALITY", name="old", params={"lags": "0"}, who="me")
    library.retire(ref, "me", "the analyser was moved")
    with pytest.raises(Refused, match="analyser was moved"):
        open_model(library, ref, stood_back=True)
    with pytest.raises(InputError):
        library.retire(ref, "me", "again")
    assert (library.root / "old" / "1" / "model.json").exists()
    newer = train(library, "soft_sensor", plant(150), "QUALITY", name="old", params={"lags": "0"}, who="me")
    assert library.find("old") == newer == Ref("old", 2)


def test_a_model_that_never_beat_naive_is_kept_but_stands_back(library: Library) -> None:
    frame = plant(200)
    walk = np.cumsum(np.random.default_rng(3).normal(size=200))
    ref = train(library, "soft_sensor", changed(frame, "QUALITY", walk), "QUALITY", name="walk", params=SMALL, who="me")
    assert library.standing(ref).state is State.STOOD_BACK and library.standing(ref).reasons == ("no_better",)


def test_comparing_tells_apart_only_what_differs(library: Library, model: Ref) -> None:
    short = train(library, "soft_sensor", plant(), "QUALITY", name="short", params={"lags": "0"}, who="me")
    twin = train(library, "soft_sensor", plant(480, 20), "QUALITY", name="twin", params=SMALL, who="me")
    opened = [open_model(library, ref) for ref in (model, short, twin)]
    found = compare(opened, plant(400, 21))
    assert found == compare(opened, plant(400, 21))
    by_name = {(one["first"], one["second"]): one for one in found["pairs"]}
    pair: Any = lambda a, b: by_name.get((a, b)) or by_name[(b, a)]  # noqa: E731
    assert pair("quality@1", "naive")["distinguishable"] and pair("quality@1", "short@1")["distinguishable"]
    assert not pair("quality@1", "twin@1")["distinguishable"]
    assert set(found["best"]) == {"quality@1", "twin@1"} and found["rows"] == 398


EMPTY = Frame.empty(("FLOW", "QUALITY"))
BAD_INPUTS: dict[str, tuple[Frame, str, dict[str, str], str]] = {
    "no rows": (EMPTY, "QUALITY", {}, "no_values"),
    "two rows": (plant(2), "QUALITY", {}, "few_rows"),
    "no target": (plant(100), "NOTHING", {}, "target_missing"),
    "constant target": (changed(plant(100), "QUALITY", np.full(100, 3.0)), "QUALITY", {}, "target_still"),
    "empty target": (changed(plant(100), "QUALITY", np.full(100, np.nan)), "QUALITY", {}, "target_still"),
    "no feature": (plant(100).select(("QUALITY",)), "QUALITY", {}, "no_features"),
    "option": (plant(100), "QUALITY", {"colour": "red"}, "option_unknown"),
    "value": (plant(100), "QUALITY", {"level": "1.5"}, "option_wrong"),
    "future": (plant(100), "QUALITY", {"lags": "-1"}, "option_wrong"),
    "itself": (plant(100), "QUALITY", {"features": "QUALITY"}, "target_is_feature"),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_gets_one_sentence_and_stores_nothing(library: Library, case: str) -> None:
    frame, target, params, key = BAD_INPUTS[case]
    with pytest.raises(InputError) as told:
        train(library, "soft_sensor", frame, target, name="bad", params=params, who="me")
    assert told.value.key in (f"library.{key}", "library.few_rows") and told.value.render("zh")
    assert library.versions("bad") == []


def test_a_sensor_may_use_its_own_known_past_alone(library: Library) -> None:
    frame = plant(200).select(("QUALITY",))
    params = {"own_past": "true", "delay": "2", "lags": "0"}
    ref = train(library, "soft_sensor", frame, "QUALITY", name="own", params=params, who="me")
    opened = open_model(library, ref, stood_back=True)
    found = testing.examine(opened, plant(120, 3).select(("QUALITY",)))
    assert found["judged_rows"] > 100 and found["drift"]["features"] == {} and found["drift"]["reasons"] == []
    with pytest.raises(InputError):
        opened.model.predict(plant(120, 3).select(("FLOW",)))


def test_bad_quality_is_no_value(library: Library, model: Ref) -> None:
    frame = plant(200, 13)
    quality = np.zeros(frame.values.shape, np.int16)
    quality[50:100, 0] = BAD
    spoilt = Frame(frame.times, frame.tags, np.where(quality < 0, 1e9, frame.values), quality)
    found = testing.examine(open_model(library, model), spoilt)
    assert found["drift"]["features"]["FLOW"]["outside"] < 0.05
    assert found["drift"]["features"]["FLOW"]["missing"] == 0.25


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.8, 0.9]), st.integers(60, 300))
@settings(max_examples=30, deadline=None)
def test_the_interval_holds_on_exchangeable_residuals(seed: int, level: float, rows: int) -> None:
    """Over many new values the coverage is at least the level, but for chance in ``rows`` residuals."""
    random = np.random.default_rng(seed)
    low, high = offsets(random.gumbel(size=rows), level)
    fresh = random.gumbel(size=4000)
    assert ((low <= fresh) & (fresh <= high)).mean() > level - 4.5 * np.sqrt(level * (1 - level) / rows)


def test_too_few_residuals_give_no_finite_interval() -> None:
    assert offsets(np.arange(5.0), 0.9) == (-np.inf, np.inf)


def test_the_bootstrap_of_dependent_differences_is_wide_enough() -> None:
    random = np.random.default_rng(5)
    missed = 0
    for _ in range(60):
        noise = random.normal(size=420)
        slow = np.convolve(noise, np.ones(8) / 8, "valid")[:400]
        low, high = difference_interval(slow)
        missed += not low <= 0.0 <= high
    assert missed <= 11

"""Forecasts, detections and the library's models as answers: verified, partly verified or refused, and replayed."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from library_frames import START, changed, plant

from assay.kernel.errors import InputError
from assay.kernel.evidence import Evidence
from assay.kernel.replay import ReplayContext, ReplayVerdict, replay, replayers_of
from assay.models.library.store import Library, Ref
from assay.models.library.testing import record_verdict
from assay.models.library.training import train
from assay.plant.records import Records, open_records
from assay.plant.series import Frame
from assay.skills.door import GROUP, load
from assay.skills.timeseries import skill
from assay.skills.timeseries.checks import CHECKS
from assay.skills.timeseries.plan import VIEWS
from assay.skills.timeseries.runner import Outcome, Question, ask
from assay.skills.timeseries.tables import TABLES
from assay.skills.timeseries.values import level_changes

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def records(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    monkeypatch.setenv("ASSAY_HOME", str(home))
    with open_records(home / "records.db") as found:
        yield found


def hourly(columns: dict[str, np.ndarray]) -> Frame:
    rows = len(next(iter(columns.values())))
    times = START + np.arange(rows) * np.timedelta64(3600, "s")
    return Frame(times, tuple(columns), np.column_stack(list(columns.values())))


def load_curve(rows: int = 240, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return 10.0 + 3.0 * np.sin(np.arange(rows) * 2 * np.pi / 24) + 0.3 * random.normal(size=rows)


def asked(records: Records, view: str, frame: Frame, **more: Any) -> Outcome:
    lang = more.pop("lang", "en")
    units = more.pop("units", {})
    return asyncio.run(ask(Question(view, frame, more=more, units=units, lang=lang), records))


def replayed(records: Records, outcome: Outcome) -> ReplayVerdict:
    assert outcome.evidence is not None
    context = ReplayContext(records.evidence)
    return asyncio.run(replay(outcome.evidence, replayers_of([skill]), context)).verdict


def said(outcome: Outcome, topic: str) -> list[str]:
    return [one.text for one in outcome.answer.sentences if one.claim.topic == topic]


FORECAST: dict[str, Any] = {"targets": ("LOAD",), "horizon": 6, "seconds": 0.01}


def test_the_skill_comes_in_through_the_door() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    target = project["project"]["entry-points"][GROUP]["timeseries"]
    loaded = load(EntryPoint("timeseries", target, GROUP))
    assert {tool.name for tool in loaded.tools} == {f"timeseries.{view}" for view in VIEWS}


def test_a_forecast_is_verified_says_its_test_and_replays(records: Records) -> None:
    frame = hourly({"LOAD": load_curve()})
    found = asked(records, "forecast", frame, **FORECAST, units={"LOAD": "MW"})
    assert found.answer.status.value == "verified" and not found.answer.dropped
    one = found.value["targets"][0]
    assert one["unit"] == "MW" and len(one["median"]) == 6 and one["times"][0].startswith("2026-01-11T00:00")
    (sentence,) = said(found, "forecast")
    assert f"{one['median'][-1]:.2f} MW" in sentence and "90.0%" in sentence
    assert len(said(found, "choice")) == len(said(found, "coverage")) == 1
    assert replayed(records, found) is ReplayVerdict.SAME
    chinese = asked(records, "forecast", frame, **FORECAST, units={"LOAD": "MW"}, lang="zh")
    assert chinese.evidence is not None and found.evidence is not None
    assert chinese.evidence.id == found.evidence.id and "区间" in said(chinese, "coverage")[0]


def test_what_nothing_beats_is_used_and_said(records: Records) -> None:
    pattern = np.random.default_rng(2).normal(size=24)
    found = asked(records, "forecast", hourly({"LOAD": np.tile(pattern, 12)}), **FORECAST)
    assert found.value["targets"][0]["used_naive"] and "seasonal naive" in said(found, "choice")[0]


def test_targets_without_values_are_named_and_the_rest_is_answered(records: Records) -> None:
    frame = hourly({"LOAD": load_curve(), "EMPTY": np.full(240, np.nan)})
    found = asked(records, "forecast", frame, **{**FORECAST, "targets": ("LOAD", "EMPTY")})
    assert found.answer.status.value == "partly_verified"
    assert len(said(found, "forecast")) == 1 and any("EMPTY" in one for one in found.answer.missing)


NO_DATA: dict[str, tuple[str, Frame, dict[str, Any]]] = {
    "forecast empty": ("forecast", Frame.empty(("LOAD",)), FORECAST),
    "forecast nothing": ("forecast", hourly({"LOAD": np.full(100, np.nan)}), FORECAST),
    "forecast two rows": ("forecast", hourly({"LOAD": np.arange(2.0)}), FORECAST),
    "forecast long": ("forecast", hourly({"LOAD": load_curve(40)}), {**FORECAST, "horizon": 1000}),
    "detect empty": ("detect", Frame.empty(("LOAD",)), {"train_rows": 50}),
    "detect nothing": ("detect", hourly({"LOAD": np.full(100, np.nan)}), {"train_rows": 50}),
    "detect still": ("detect", hourly({"LOAD": np.full(100, 3.0)}), {"train_rows": 50}),
    "detect two rows": ("detect", hourly({"LOAD": np.arange(2.0)}), {"train_rows": 2}),
}


@pytest.mark.parametrize("case", NO_DATA)
def test_data_that_carry_no_answer_are_refused_in_one_sentence(records: Records, case: str) -> None:
    view, frame, more = NO_DATA[case]
    found = asked(records, view, frame, **more)
    assert found.answer.status.value == "refused" and found.value is None
    assert len(found.answer.missing) == 1 and not found.answer.sentences
    kept = records.runs.get(found.answer.run).answer
    assert kept is not None and kept.status.value == "refused"


def test_a_wrong_question_is_an_error(records: Records) -> None:
    frame = hourly({"LOAD": load_curve()})
    for more in ({"targets": ("NONE",)}, {"horizon": 0}, {"interval": 1.5}):
        with pytest.raises(InputError):
            asked(records, "forecast", frame, **{**FORECAST, **more})
    with pytest.raises(InputError):
        asked(records, "detect", frame)


def faulty(rows: int = 400) -> Frame:
    frame = plant(rows)
    late = np.arange(rows) >= 340
    return changed(frame, "TEMP", frame.column("TEMP") + 8.0 * late)


RULES = {
    "units": {"TEMP": "Cel", "FLOW": "m3/h"},
    "rules": [
        {"id": "hot", "kind": "limit", "tag": "TEMP", "high": 359.0, "unit": "K"},
        {"id": "flow", "kind": "limit", "tag": "FLOW", "high": 51.0},
    ],
}


def test_a_fault_is_found_with_its_tag_beside_the_rules(records: Records) -> None:
    found = asked(records, "detect", faulty(), train_rows=300, rules=RULES)
    assert not found.answer.dropped
    (late,) = [one for one in found.value["intervals"] if one["first"] >= 335]
    assert late["first"] == 340 and late["contributions"][0]["tag"] == "TEMP"
    assert any("05:40 UTC" in one for one in said(found, "interval")) and "TEMP" in said(found, "tags")[-1]
    broken = {one["rule"]: one["broken"] for one in found.value["rules"]}
    assert broken["flow"] == int((faulty().column("FLOW") > 51.0).sum()) > 0 and 0 < broken["hot"] <= 60
    # The flow's limit is too narrow: it is broken long before anything happens, and that is shown.
    apart = [one for one in found.value["disagreements"] if one["side"] == "rule"]
    assert {one["rule"] for one in apart} == {"flow"} and any(one["last"] < 300 for one in apart)
    assert len(said(found, "rules")) == 3
    assert replayed(records, found) is ReplayVerdict.SAME


def test_a_change_of_unit_is_said_with_its_conversion_and_its_seconds(records: Records) -> None:
    frame = faulty()
    late = np.arange(400) >= 340
    wrong = changed(plant(400), "TEMP", plant(400).column("TEMP") * np.where(late, 1.8, 1.0) + 32.0 * late)
    found = asked(
        records, "detect", Frame(frame.times + np.timedelta64(7, "s"), wrong.tags, wrong.values), train_rows=300
    )
    assert not found.answer.dropped
    (kind,) = said(found, "kind")
    assert "TEMP" in kind and "Cel -> [degF]" in kind
    assert any("05:40:07 UTC" in one for one in said(found, "interval"))
    starts = [one.split()[0] for one in TABLES["detect"](found.value, "en") if one.startswith("  2026")]
    assert starts == sorted(starts)


def test_change_points_of_one_event_are_said_once() -> None:
    def point(row: int, size: float, *tags: str) -> dict[str, Any]:
        return {"row": row, "time": f"t{row}", "tags": list(tags), "size": size}

    points = [
        point(10, 2.0, "A"),
        point(15, -9.0, "A", "B"),
        point(16, 1.0, "C"),
        point(22, 3.0, "A"),
        point(90, 1.5, "A"),
    ]
    found = level_changes(points)
    assert [(one["start"], one["end"], one["count"], one["size"]) for one in found] == [
        ("t10", "t22", 3, -9.0),
        ("t16", "t16", 1, 1.0),
        ("t90", "t90", 1, 1.5),
    ]
    assert found[0]["tags"] == ["A", "B"]


def test_a_normal_period_and_chosen_tags(records: Records) -> None:
    normal = (datetime(2026, 1, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 5, tzinfo=UTC))
    found = asked(records, "detect", faulty(), normal=normal, tags=("FLOW", "IDLE"))
    assert found.value["tags"] == ["FLOW", "IDLE"] and found.value["normal"]["rows"] == 240
    assert found.value["normal"]["start"] == "2026-01-01T01:00:00Z"
    assert all(each["tag"] != "TEMP" for one in found.value["intervals"] for each in one["contributions"])
    assert any("independent" in one for one in found.answer.missing) == (found.answer.status.value == "partly_verified")


def test_models_are_tested_compared_and_used_with_evidence(records: Records) -> None:
    library = Library()
    for name, lags in (("good", "0,1,2"), ("short", "0")):
        train(library, "soft_sensor", plant(), "QUALITY", name=name, params={"lags": lags}, who="me")
    later = plant(300, 5)
    predicted = asked(records, "model_predict", later, model="good@1")
    assert predicted.answer.status.value == "verified" and predicted.value["predicted_rows"] == 298
    assert "298 rows" in said(predicted, "predicted")[0]
    compared = asked(records, "model_compare", later, models=("good@1", "short@1"))
    assert compared.answer.status.value == "verified" and "good@1 is best" in said(compared, "best")[0]
    tested = asked(records, "model_test", later, model="good@1")
    assert tested.answer.status.value == "verified" and "fit for use" in said(tested, "verdict")[0]

    moved = changed(later, "TEMP", later.column("TEMP") * 1.8 + 32.0)
    drifted = asked(records, "model_test", moved, model="good@1")
    assert "has drifted" in said(drifted, "verdict")[0] and any("degF" in one for one in said(drifted, "drift"))
    record_verdict(library, Ref("good", 1), drifted.value, "me")
    refused = asked(records, "model_predict", later, model="good@1")
    assert refused.answer.status.value == "refused" and "stood back" in refused.answer.missing[0]
    library.retire(Ref("good", 1), "me", "replaced")
    assert asked(records, "model_test", later, model="good@1").answer.status.value == "refused"
    for outcome in (predicted, compared, tested, drifted):
        assert replayed(records, outcome) is ReplayVerdict.SAME


def altered(outcome: Outcome, change: Any) -> Evidence:
    """The outcome's evidence with another value."""
    assert outcome.evidence is not None
    plain = outcome.evidence.model_dump(mode="json")
    change(plain["value"])
    return Evidence.model_validate({**plain, "hash": ""})


def low_above(value: Any) -> None:
    value["targets"][0]["low"][2] = value["targets"][0]["high"][2] + 1.0


def worse(value: Any) -> None:
    value["targets"][0]["scores"]["combination"]["mase"] = 9.0


def heavier(value: Any) -> None:
    value["targets"][0]["weights"]["linear"] = 2.0


def lifted(value: Any) -> None:
    value["intervals"][-1]["peak"] += 1.0


def hidden(value: Any) -> None:
    value["rows"]["alarm"][350] = False


BENT = {
    "ordered_interval": ("forecast", low_above),
    "honest_choice": ("forecast", worse),
    "honest_choice ": ("forecast", heavier),
    "real_alarms": ("detect", lifted),
    "real_alarms ": ("detect", hidden),
}


def test_evidence_that_contradicts_itself_fails_its_check(records: Records) -> None:
    outcomes = {
        "detect": asked(records, "detect", faulty(), train_rows=300),
        "forecast": asked(records, "forecast", hourly({"LOAD": load_curve()}), **FORECAST),
    }
    for name, (view, change) in BENT.items():
        check = next(one for one in CHECKS if one.name == name.strip())
        for bend, verdict in ((lambda value: None, "pass"), (change, "fail")):
            evidence = altered(outcomes[view], bend)
            claims = VIEWS[view].say(evidence)
            verdicts = {check(claim, "", {evidence.id: evidence}).verdict.value for claim in claims} - {"unknown"}
            assert verdicts == {verdict}, (name, verdict)

"""Health as answers: from a fleet, from ages, from one record, from physics; with checks that bite, and replayed."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.kernel.errors import InputError
from assay.kernel.replay import ReplayContext, ReplayVerdict, replay, replayers_of
from assay.kernel.texts import Lang
from assay.models.health.life import LifeModel
from assay.plant.files import write_csv
from assay.plant.records import Records, open_records
from assay.plant.series import Frame
from assay.skills.door import GROUP, load
from assay.skills.health import methods, skill
from assay.skills.health.charts import write_charts
from assay.skills.health.checks import CHECKS
from assay.skills.health.machine_source import Machine
from assay.skills.health.runner import Outcome, Question, ask
from assay.skills.health.source import Request, calls_for
from assay.skills.health.states import state_of

START = np.datetime64("2026-01-01T00:00:00", "ns")
COSTS = "failure=100000,planned=20000"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def quick(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(home))
    monkeypatch.setattr(methods, "LifeModel", functools.partial(LifeModel, rounds=15))


@pytest.fixture
def records(home: Path) -> Iterator[Records]:
    with open_records(home / "records.db") as found:
        yield found


@pytest.fixture(scope="module")
def fleet(home: Path) -> Path:
    """Twelve units to their end, and a thirteenth that stopped 15 cycles before its own."""
    rng = np.random.default_rng(0)
    lines = {"fleet": ["unit,cycle,T50,PS30,RUL"], "now": ["unit,cycle,T50,PS30"]}
    for unit in range(1, 14):
        life = 70 + 4 * unit
        for cycle in range(1, life + 1 if unit < 13 else life - 14):
            wear = np.exp(-(life - cycle) / 25.0)
            a, b = 500 + 10 * wear + rng.normal(0, 0.4), 40 - 2 * wear + rng.normal(0, 0.08)
            line = f"{unit},{cycle},{a:.3f},{b:.4f}"
            lines["now" if unit == 13 else "fleet"].append(line + ("" if unit == 13 else f",{life - cycle}"))
    for name, content in lines.items():
        (home / f"{name}.csv").write_text("\n".join(content) + "\n", encoding="utf-8")
    return home / "fleet.csv"


@pytest.fixture(scope="module")
def pumps(home: Path) -> Path:
    """Two pumps over 180 days; the vibration of the first rises by 0.01 mm/s a day from day 60."""
    rng = np.random.default_rng(1)
    days = np.arange(180 * 6) / 6.0
    rise = np.maximum(0.0, days - 60.0)
    columns = [2 + 0.01 * rise + rng.normal(0, 0.1, len(days)), 60 + rng.normal(0, 1, len(days))]
    columns.append(2 + rng.normal(0, 0.1, len(days)))
    times = START + np.arange(len(days)) * np.timedelta64(4, "h")
    write_csv(Frame(times, ("P-101.vib", "P-101.temp", "P-102.vib"), np.column_stack(columns)), home / "pumps.csv")
    return home / "pumps.csv"


def asked(records: Records, lang: Lang = "en", **given: Any) -> Outcome:
    request = Request(**given)
    calls = calls_for(request)
    notes = tuple(note.render(lang) for note in request.notes)
    outcome = asyncio.run(ask(Question(request.asset, calls, lang, notes=notes), records))
    assert not outcome.answer.dropped
    return outcome


def replayed(records: Records, outcome: Outcome) -> bool:
    context = ReplayContext(records.evidence)
    found = [asyncio.run(replay(one, replayers_of([skill]), context)) for one in outcome.evidence.values()]
    return bool(found) and all(one.verdict is ReplayVerdict.SAME for one in found)


def said(outcome: Outcome, topic: str) -> str:
    return " ".join(one.text for one in outcome.answer.sentences if one.claim.topic == topic)


def test_a_unit_against_its_fleet(records: Records, fleet: Path, home: Path) -> None:
    found = asked(records, data=home / "now.csv", asset="13", fleet=fleet, costs=COSTS, cap=60.0, lead=5.0)
    value = found.value("health.fleet")
    assert found.state() == "watch" and value["life"]["low"] <= 15 <= value["life"]["high"] < 60
    assert value["act"]["wait"] is not None and value["act"]["rate"] < value["act"]["rate_failure"]
    assert {one["tag"] for one in value["reasons"][:2]} <= {"T50", "PS30", "age"}
    assert any("RUL" in note for note in found.notes) and "few_units" in value["doubts"]
    assert "60.0 cycles" in said(found, "cap") and "cycles" in said(found, "act")
    assert found.answer.status.value == "partly_verified" and replayed(records, found)
    document = found.document()
    assert document["remaining_life"] == value["life"] and document["act"]["wait"] == value["act"]["wait"]
    chinese = asked(records, "zh", data=home / "now.csv", asset="13", fleet=fleet, cap=60.0, lead=50.0)
    assert chinese.state() == "act" and "剩余寿命" in said(chinese, "life")
    assert len(write_charts(value, home / "charts")) == 4


def test_the_asset_is_no_lesson_to_itself(records: Records, fleet: Path) -> None:
    found = asked(records, data=fleet, asset="3", cap=60.0)
    assert found.value("health.fleet")["fleet"]["failed"] == 11
    with pytest.raises(InputError, match="near it"):
        asked(records, data=fleet, asset="engine 3")


def test_without_a_fleet_a_unit_has_only_its_own_trend(records: Records, home: Path, fleet: Path) -> None:
    found = asked(records, data=home / "now.csv", asset="13", indicator="T50", limit=509.0)
    assert found.value("health.trend")["clock"] == "cycles" and found.value("health.fleet") is None


def test_ages_alone(records: Records, home: Path) -> None:
    rng = np.random.default_rng(2)
    rows = [f"p{i},{age:.0f},1" for i, age in enumerate(1000 * rng.weibull(3.0, 25))]
    (home / "ages.csv").write_text("\n".join(["pump,hours,failed", *rows, "mine,700,0"]) + "\n", encoding="utf-8")
    found = asked(records, data=home / "ages.csv", asset="mine", costs="failure=10,planned=1")
    value = found.value("health.ages")
    assert value["weibull"]["failures"] == 25 and value["weibull"]["shape"] == pytest.approx(3, abs=1)
    assert value["replace_at"] == pytest.approx(400, rel=0.4) and "shape" in said(found, "basis")
    assert replayed(records, found)


def test_one_machine_and_its_limit(records: Records, pumps: Path) -> None:
    found = asked(records, data=pumps, asset="P-101", indicator="P-101.vib", limit=4.5, costs=COSTS)
    value = found.value("health.trend")
    # 2 + 0.01 (day - 60) reaches 4.5 on day 310: 130 days on.
    assert value["life"]["low"] < 130.2 < value["life"]["high"] and value["life"]["low_at"].startswith("2026-")
    assert value["trend"]["tested"] >= 3 and found.state() == "watch"
    assert value["act"]["at"] is not None and "The date that costs least is 2026" in said(found, "act")
    assert found.answer.status.value == "verified" and replayed(records, found)


def test_a_clock_without_a_calendar(records: Records, home: Path) -> None:
    rng = np.random.default_rng(4)
    hours = np.arange(300.0)
    values = 2 + 0.01 * np.maximum(0, hours - 60) + rng.normal(0, 0.05, 300)
    lines = [f"{hour:g},{value:.4f}" for hour, value in zip(hours, values, strict=True)]
    (home / "hours.csv").write_text("\n".join(["hours,vib", *lines]), encoding="utf-8")
    found = asked(records, data=home / "hours.csv", asset="P-9", indicator="vib", limit=5.5)
    life = found.value("health.trend")["life"]
    assert life["low"] < 111 < life["high"] and found.value("health.trend")["clock"] == "h"
    seconds = np.arange(12_000) / 6000.0
    lines = [f"{at:.6f},{value:.4f}" for at, value in zip(seconds, rng.normal(0, 0.1, 12_000), strict=True)]
    (home / "fast.csv").write_text("\n".join(["time,acc", *lines]), encoding="utf-8")
    found = asked(records, data=home / "fast.csv", asset="P-9")
    assert found.value("health.vibration")["record"]["rate"] == pytest.approx(6000)


def test_a_table_of_assets_over_the_calendar(records: Records, home: Path) -> None:
    rng = np.random.default_rng(5)
    rows = [
        f"{np.datetime64('2026-01-01') + day},{asset},{2 + (asset == 'P1') * 0.01 * day + rng.normal(0, 0.05):.4f}"
        for day in range(200)
        for asset in ("P1", "P2")
    ]
    (home / "assets.csv").write_text("\n".join(["time,asset,vib", *rows]), encoding="utf-8")
    found = asked(records, data=home / "assets.csv", asset="P1", indicator="vib", limit=5.0)
    life = found.value("health.trend")["life"]
    assert life["low"] < 101 < life["high"] and life["median_at"].startswith("2026-10")


def test_the_skill_comes_in_through_the_door() -> None:
    assert load(EntryPoint("health", "assay.skills.health:skill", GROUP)) is skill


def test_no_trend_is_no_date(records: Records, pumps: Path) -> None:
    found = asked(records, data=pumps, asset="P-102", costs=COSTS)
    value = found.value("health.trend")
    assert found.state() == "good" and value["life"] is None and value["act"] is None
    assert any("no trend" in line.lower() for line in found.answer.missing) and not said(found, "life")
    other = asked(records, data=pumps, asset="P-101")
    assert other.state() == "watch" and other.value("health.trend")["reasons"][0]["tag"] == "P-101.vib"
    for asset, more in (("P-103", {}), ("P-101", {"indicator": "P-101.vib"}), ("P-101", {"indicator": "x"})):
        with pytest.raises(InputError):
            asked(records, data=pumps, asset=asset, **more)


def test_a_damaged_bearing_is_named_with_its_code(records: Records, home: Path) -> None:
    rng = np.random.default_rng(0)
    rate, rpm = 12_000, 1780.0
    values = rng.normal(0, 0.05, rate * 6)
    ring = 0.5 * np.exp(-np.arange(200) / 25) * np.sin(2 * np.pi * 3000 * np.arange(200) / rate)
    for at in np.arange(0, 5.9, 60.0 / rpm / 3.5848):  # the outer race of 9 balls, 7.94 on 39.04
        start = int(at * rate)
        values[start : start + 200] += ring
    (home / "vib.csv").write_text("acc\n" + "\n".join(f"{one:.6f}" for one in values), encoding="utf-8")
    machine = Machine(rate=rate, rpm=rpm, bearing="9,7.94,39.04", iso="2,rigid", equipment_class="pu")
    found = asked(records, data=home / "vib.csv", asset="P-7", machine=machine)
    value = found.value("health.vibration")
    assert value["bearing"]["element"] == "outer" and value["diagnosis"]["ranked"][0]["rule"] == "bearing_outer_fatigue"
    assert found.state() in ("watch", "act") and said(found, "diagnosis").startswith("Probably:")
    assert "ISO 20816-3" in said(found, "severity") and replayed(records, found)
    quiet = asked(records, "zh", data=home / "vib.csv", asset="P-7", machine=Machine(rate=rate))
    assert {"no_bearing", "no_zone", "assumed_class"} <= set(quiet.value("health.vibration")["doubts"])
    for wrong in (Machine(bearing="9", rate=rate), Machine(iso="3,x", rate=rate), Machine(bearing="9,7,39", rate=rate)):
        with pytest.raises(InputError):
            asked(records, data=home / "vib.csv", asset="P-7", machine=wrong)


def test_a_fouling_exchanger_has_a_date_to_be_cleaned(records: Records, home: Path) -> None:
    rng = np.random.default_rng(3)
    days = np.arange(180 * 8) / 8.0
    flow = 20 + 2 * np.repeat(rng.normal(0, 1, 60), 24)
    area = 60e3 * (flow / 20) ** 0.4 / (1 + 0.0025 * np.maximum(0, days - 60))
    capacity = flow * 4180.0
    ratio, units = 1 / 1.5, area / capacity  # the cold stream is half as large again
    gain = (1 - np.exp(-units * (1 - ratio))) / (1 - ratio * np.exp(-units * (1 - ratio)))
    heat = gain * capacity * 95.0
    columns = [flow, np.full(len(days), 120.0), 120 - heat / capacity, 1.5 * flow]
    columns += [np.full(len(days), 25.0), 25 + heat / (1.5 * capacity)]
    values = np.column_stack(columns) + rng.normal(0, 0.02, (len(days), 6))
    names = ("FI1", "TI1", "TI2", "FI2", "TI3", "TI4")
    write_csv(Frame(START + np.arange(len(days)) * np.timedelta64(3, "h"), names, values), home / "E201.csv")
    roles = "hot_flow=FI1,hot_in=TI1,hot_out=TI2,cold_flow=FI2,cold_in=TI3,cold_out=TI4,hot_cp=4.18,cold_cp=4.18"
    found = asked(records, data=home / "E201.csv", asset="E201", machine=Machine(exchanger=roles), limit=0.7)
    value = found.value("health.exchanger")
    # 1 / (1 + 0.0025 (day - 60)) falls to 0.7 on day 231.4: 51.5 days on.
    assert value["life"]["low"] < 51.5 < value["life"]["high"] and value["life"]["median"] == pytest.approx(51.5, abs=8)
    assert value["diagnosis"]["mode"] == "IHT" and "clean" in said(found, "trend") and replayed(records, found)
    with pytest.raises(InputError, match="cold_cp"):
        asked(records, data=home / "E201.csv", asset="E201", machine=Machine(exchanger=roles.rsplit(",", 1)[0]))


def test_checks_find_what_does_not_fit(records: Records, pumps: Path) -> None:
    found = asked(records, data=pumps, asset="P-101", indicator="P-101.vib", limit=4.5, costs=COSTS)
    evidence = found.evidence["health.trend"]
    value: Any = evidence.value
    by_topic = {one.claim.topic: one.claim for one in found.answer.sentences}
    broken = [
        ("ordered", "life", {**value, "life": {**value["life"], "low": value["life"]["high"] + 1}}),
        ("by_rule", "state", {**value, "state": "good"}),
        ("cheapest", "act", {**value, "act": {**value["act"], "rate": 2 * value["act"]["rate"]}}),
        ("dated_with_reason", "life", {**value, "trend": {**value["trend"], "kind": "none"}}),
    ]
    for name, topic, changed in broken:
        (check,) = [one for one in CHECKS if one.name == name]
        other = evidence.model_copy(update={"value": changed})
        claim = by_topic[topic]
        assert check(claim, "", dict.fromkeys(claim.evidence, evidence)).verdict.value == "pass"
        assert check(claim, "", dict.fromkeys(claim.evidence, other)).verdict.value == "fail"


def test_states_follow_their_rules() -> None:
    base: dict[str, Any] = {"method": "trend", "rules": {"lead": 7.0}, "life": None, "trend": None, "act": None}
    life = {"low": 3.0, "open": False}
    assert state_of({**base, "life": life}) == ("act", "soon")
    assert state_of({**base, "life": {**life, "low": 30.0}}) == ("watch", "in_sight")
    assert state_of({**base, "life": {"low": 30.0, "open": True}}) == ("good", "far")
    assert state_of({**base, "life": {"low": 30.0, "open": True}, "act": {"wait": 2.0}}) == ("act", "cheapest")
    assert state_of({**base, "life": {"low": 30.0, "open": True}, "outside": [1]}) == ("watch", "outside")
    passed = {"passed": True, "abnormal": True, "assumed": False}
    assert state_of({**base, "trend": passed}) == ("act", "limit")
    assert state_of({**base, "trend": {**passed, "assumed": True}}) == ("watch", "abnormal")

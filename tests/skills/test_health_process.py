"""Process equipment with a known wear, in mixed units: figure, trend, life, failure, replay; and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.skills import health_process_plants as plants

from assay.kernel.errors import InputError
from assay.kernel.replay import ReplayContext, ReplayVerdict, replay, replayers_of
from assay.kernel.texts import Lang
from assay.plant.records import Records, open_records
from assay.skills.health import skill
from assay.skills.health.machine_source import Machine
from assay.skills.health.runner import Outcome, Question, ask
from assay.skills.health.source import Request, calls_for

Floats = plants.Floats
PUMP = "flow=FI1,suction=PI1,discharge=PI2,power=JI1"
STATES = "p_in=PI5,p_out=PI6,t_in=TI5,t_out=TI6"
MIXED = "p_in=kPa,p_out=bar,t_in=degC,t_out=degC"


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    with open_records(tmp_path / "records.db") as found:
        yield found


Ask = Callable[..., Outcome]


@pytest.fixture
def look(records: Records, tmp_path: Path) -> Ask:
    """Asks about a machine that ``plants`` made."""

    def ask_it(
        made: tuple[Floats, dict[str, Floats]],
        kind: str,
        role: str,
        unit: str | None = None,
        lang: Lang = "en",
        accuracy: str | None = None,
        **given: Any,
    ) -> Outcome:
        units, sure = ([unit] if unit else None), ([accuracy] if accuracy else None)
        machine = Machine(process=kind, role=[role], role_unit=units, role_accuracy=sure)
        request = Request(plants.save(tmp_path / "M.csv", *made), "M-1", machine=machine, **given)
        found = asyncio.run(ask(Question("M-1", calls_for(request), lang), records))
        assert not found.answer.dropped
        return found

    return ask_it


def replayed(records: Records, outcome: Outcome) -> bool:
    context = ReplayContext(records.evidence)
    found = [asyncio.run(replay(one, replayers_of([skill]), context)) for one in outcome.evidence.values()]
    return bool(found) and all(one.verdict is ReplayVerdict.SAME for one in found)


def told(outcome: Outcome) -> str:
    return " ".join(one.text for one in outcome.answer.sentences)


def left(value: Any, truth: float) -> bool:
    """Whether the interval holds the true remaining life, and the median is within a tenth of the interval of it."""
    life = value["life"]
    assert life["median"] == pytest.approx(truth, abs=0.15 * truth)
    return bool(life["low"] <= truth <= life["high"])


def test_a_pump_wears_in_mixed_units(look: Ask, records: Records) -> None:
    days, own = plants.pump()
    own["PI1"] = own["PI1"] * 100.0 - 101.325  # kPa gauge
    own["PI2"] = own["PI2"] - 1.01325  # bar gauge
    own["FI1"] = own["FI1"] / 3600.0 * 998.0  # kg/s
    role, units = f"{PUMP},density=998", "FI1=kg/s,PI1=kPag,discharge=bar(g),JI1=kW"
    costs = "failure=50000,planned=8000"
    found = look((days, own), "pump", role, units, limit=0.9, costs=costs, accuracy="flow=1%")
    value = found.value("health.process")
    about = value["process"]
    # 1 - 0.0006 (day - 60) is 0.9 on day 226.7; the record ends on day 179.9.
    assert left(value, 46.8) and found.state() == "watch" and value["act"]["wait"] < value["life"]["median"]
    assert about["clean"] == pytest.approx(0.75, abs=0.005) and about["level"] == pytest.approx(0.75 * 0.93, abs=0.01)
    assert about["share"] == pytest.approx(0.93, abs=0.005) and about["share_sigma"] < 0.01
    # sqrt(1 %^2 + 1 %^2 + pressures) of 0.69, twice.
    assert about["sigma"] == pytest.approx(2 * 0.0145 * about["level"], rel=0.2)
    assert value["reasons"][0]["tag"] == "PI2" and value["diagnosis"]["ranked"][0]["rule"] == "pump_wear"
    assert "Efficiency: 6" in told(found) and found.answer.status.value == "verified" and replayed(records, found)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_compressor_turbine_and_fan(look: Ask, lang: Lang) -> None:
    for kind, expands in (("compressor", False), ("turbine", True)):
        made = plants.compressor(expands=expands)
        value = look(made, kind, STATES, MIXED, lang, limit=0.9).value("health.process")
        assert value["life"]["low"] < 80.1 < value["life"]["high"] and value["diagnosis"]["mode"] == "LOO"
        assert value["process"]["clean"] == pytest.approx(0.85 if expands else 0.8, abs=0.004)
        assert value["reasons"][0]["tag"] == "TI6"
    roles = "flow=FI2,inlet=PI3,outlet=PI4,power=JI2"
    found = look(plants.fan(), "fan", roles, "flow=m3/h,inlet=Pag,outlet=Pag,power=kW", lang, limit=0.9)
    assert left(found.value("health.process"), 46.8) and found.value("health.process")["diagnosis"]["mode"] == "LOO"
    assert ("Efficiency" if lang == "en" else "效率") in told(found)


def test_a_filter_loads(look: Ask, records: Records) -> None:
    found = look(plants.sieve(), "filter", "dp=DPI1,flow=FI3,reference=50", "dp=kPa,flow=m3/h", limit=32.0)
    value = found.value("health.process")
    # 20 (1 + 0.004 (day - 60)) is 32 on day 210.
    assert left(value, 30.1) and value["process"]["clean"] == pytest.approx(20.0, abs=0.3)
    assert value["diagnosis"]["mode"] == "PLU" and "29." in told(found) and "kPa" in told(found)
    assert replayed(records, found)
    with pytest.raises(InputError, match="not above the clean"):
        look(plants.sieve(), "filter", "dp=DPI1,flow=FI3,reference=50", "dp=kPa,flow=m3/h", limit=15.0)


def test_a_valve_sticks_more_and_more(look: Ask, records: Records) -> None:
    found = look(plants.valve(), "valve", "op=OP1,pv=ZI1", "op=%,pv=%", limit=5.0)
    value = found.value("health.process")
    # 0.5 + 0.02 day is 5 on day 225, 48 days after the end.
    assert value["life"]["low"] < 48 < value["life"]["high"] and value["diagnosis"]["mode"] == "DOP"
    # The middle one of the last five windows: four days each, 0.5 + 0.02 (day 169).
    assert abs(value["process"]["level"] - 3.88) < value["process"]["sigma"] and replayed(records, found)
    short = look(plants.valve(first=3.0, days_long=9), "valve", "op=OP1,pv=ZI1", lang="zh")
    assert short.value("health.process")["trend"] is None and short.state() == "watch"
    assert {"few_windows", "assumed_units"} <= set(short.value("health.process")["doubts"])


def test_a_sound_pump_has_no_date_and_no_failure(look: Ask) -> None:
    found = look(plants.pump(rate=0.0), "pump", PUMP)
    value = found.value("health.process")
    assert value["life"] is None and value["diagnosis"]["mode"] == "UNK" and found.state() == "good"
    assert {"assumed_units", "assumed_efficiency"} <= set(value["doubts"])


def test_stopped_rows_gaps_and_nan_change_nothing(look: Ask) -> None:
    days, own = plants.pump()
    rng = np.random.default_rng(9)
    stopped = (days % 20) < 4
    for name, rest in (("FI1", 0.0), ("JI1", 0.0), ("PI2", 1.5)):
        own[name] = np.where(stopped, rest + 0.01 * rng.standard_normal(len(days)), own[name])
    for one in own.values():
        one[rng.random(len(days)) < 0.05] = np.nan
    value = look((days, own), "pump", PUMP, limit=0.9).value("health.process")
    assert left(value, 46.8) and value["process"]["clean"] == pytest.approx(0.75, abs=0.005)
    assert value["process"]["rows"]["running"] < 0.75 * len(days)


def refusal(look: Ask, made: tuple[Floats, dict[str, Floats]], kind: str, role: str, unit: str | None = None) -> str:
    found = look(made, kind, role, unit)
    assert found.answer.status.value == "refused" and not found.evidence and len(found.answer.missing) == 1
    return found.answer.missing[0]


def test_what_is_impossible_is_refused_with_the_unit_that_is_suspected(look: Ask) -> None:
    days, own = plants.pump()
    made = (days, own)
    assert "flow: m3/h" in refusal(look, made, "pump", PUMP, "flow=l/s")
    assert "suction + discharge: bar" in refusal(look, made, "pump", PUMP, "suction=MPa,discharge=MPa")
    assert "power: kW" in refusal(look, made, "pump", PUMP, "power=W")
    half = {**own, "PI2": np.where(days > 90, own["PI2"] * 100.0, own["PI2"])}
    assert "discharge: kPa" in refusal(look, (days, half), "pump", PUMP)
    assert "power (JI1) is negative" in refusal(look, (days, {**own, "JI1": -own["JI1"]}), "pump", PUMP)
    turned = PUMP.replace("PI1", "PIX").replace("PI2", "PI1").replace("PIX", "PI2")
    assert "not above" in refusal(look, made, "pump", turned)
    assert "never runs" in refusal(look, (days, {**own, "FI1": 0.0 * days}), "pump", PUMP)
    assert "No row" in refusal(look, (days, {**own, "PI2": np.nan * days}), "pump", PUMP)
    assert "steady" in refusal(look, (days[:50], {one: v[:50] for one, v in own.items()}), "pump", PUMP)
    gauge = plants.fan()
    roles = "flow=FI2,inlet=PI3,outlet=PI4,power=JI2"
    assert "gauge" in refusal(look, gauge, "fan", roles, "inlet=Pa,outlet=Pa")
    assert "1" in refusal(look, _shares(plants.valve(days_long=9)), "valve", "op=OP1,pv=ZI1")


def _shares(made: tuple[Floats, dict[str, Floats]]) -> tuple[Floats, dict[str, Floats]]:
    return made[0], {name: one / 100.0 for name, one in made[1].items()}


def test_constant_records_are_no_failure_and_a_still_valve_is_no_answer(look: Ask) -> None:
    days = plants.hours()
    own = {"FI1": 200.0, "PI1": 1.5, "PI2": 8.5, "JI1": 52.0}
    value = look((days, {one: np.full(len(days), v) for one, v in own.items()}), "pump", PUMP).value("health.process")
    assert value["life"] is None and value["diagnosis"]["mode"] == "UNK"
    assert value["process"]["level"] == pytest.approx(200 / 3600 * 7e5 / 52e3, rel=1e-6)
    with pytest.raises(InputError, match="turned only 0"):
        look((days, {"OP1": np.full(len(days), 50.0), "ZI1": np.full(len(days), 50.0)}), "valve", "op=OP1,pv=ZI1")


@pytest.mark.parametrize(
    ("kind", "role", "unit", "why"),
    [
        ("pumpe", PUMP, None, "no kind"),
        ("pump", "flow=FI1,suction=PI1,discharge=PI2", None, "power"),
        ("pump", f"{PUMP},kappa=1.4", None, "kappa"),
        ("pump", PUMP.replace("FI1", "FI9"), None, "FI1"),
        ("pump", PUMP, "flow=kg/s", "density"),
        ("pump", PUMP, "flow=kPa", "needs something like"),
        ("pump", PUMP, "head=bar", "neither a role"),
        ("pump", f"{PUMP},motor=2", None, "motor"),
        ("pump", "flow", None, "cannot read"),
    ],
)
def test_a_mistake_is_one_sentence(look: Ask, kind: str, role: str, unit: str | None, why: str) -> None:
    with pytest.raises(InputError, match=why):
        look(plants.pump(), kind, role, unit)

"""Loading plants: names, look-ups, and the kernel's tag book."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.kernel.errors import InputError
from assay.plant.model import Plant, find_plant, load_plant, shipped_plants

SMALL = """
format: 1
id: tank
name: {zh: 储罐, en: Tank}
timezone: Asia/Shanghai
equipment:
  - {id: works, level: enterprise, name: {zh: 工厂, en: Works}, zone: control}
  - {id: site, level: site, parent: works, name: {zh: 厂区, en: Site}}
  - {id: pump, level: equipment, parent: site, name: {zh: 泵, en: Pump}}
  - {id: tank, level: equipment, parent: site, name: {zh: 储罐, en: Tank}, aliases: [缓冲罐]}
  - {id: drain, level: equipment, parent: site, name: {zh: 排放口, en: Drain}}
tags:
  - {id: LT_1, kind: measurement, quantity: level, equipment: tank, unit: "%", range: [0, 100],
     name: {zh: 液位, en: Level},
     alarms: {L: {at: 20, priority: low, deadband: 2, basis: chosen},
              H: {at: 80, priority: high, deadband: 2, basis: chosen}}}
  - {id: LV_1, kind: valve, equipment: pump, unit: "%", range: [0, 100], name: {zh: 阀位, en: Valve}}
  - {id: SP_1, kind: setpoint, equipment: tank, unit: "%", range: [0, 100], write_range: [30, 70], writable: true,
     name: {zh: 液位设定值, en: Level set point}}
connections:
  - {id: in, source: pump, target: tank, name: {zh: 进, en: In}}
  - {id: out, source: tank, target: drain, name: {zh: 出, en: Out}}
loops:
  - {id: level, name: {zh: 液位, en: Level}, measured: [LT_1], setpoint: SP_1,
     manipulated: [LV_1], gain: 2.0, reset_time: 0.5}
zones:
  - {id: control, name: {zh: 控制, en: Control}, security_level: 3}
"""


def write_plant(folder: Path, source: str = SMALL) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plant.yaml").write_text(source, encoding="utf-8")
    return folder


@pytest.fixture
def tank(tmp_path: Path) -> Plant:
    return load_plant(write_plant(tmp_path / "tank"))


def test_a_folder_and_its_file_are_the_same_plant(tmp_path: Path) -> None:
    folder = write_plant(tmp_path / "tank")
    assert load_plant(folder).digest == load_plant(folder / "plant.yaml").digest == load_plant(str(folder)).digest


def test_digest_changes_with_any_value(tmp_path: Path) -> None:
    one = load_plant(write_plant(tmp_path / "one"))
    two = load_plant(write_plant(tmp_path / "two", SMALL.replace("gain: 2.0", "gain: 2.1")))
    assert one.digest != two.digest


def test_shipped_plants_are_found_by_name() -> None:
    assert {"tennessee_eastman", "tennessee_eastman_braatz"} <= set(shipped_plants())
    assert find_plant("tennessee_eastman").name == "plant.yaml"


def test_unknown_plant_is_one_sentence_naming_what_is_shipped() -> None:
    with pytest.raises(InputError) as caught:
        load_plant("no_such_plant")
    assert "tennessee_eastman" in caught.value.render("en")
    assert "找不到装置" in caught.value.render("zh")


def test_a_faulty_plant_does_not_load_and_says_where(tmp_path: Path) -> None:
    folder = write_plant(tmp_path / "bad", SMALL.replace("equipment: pump, unit", "equipment: pumpe, unit"))
    with pytest.raises(InputError) as caught:
        load_plant(folder)
    line = SMALL.splitlines().index(next(x for x in SMALL.splitlines() if "LV_1, kind" in x)) + 1
    assert f"plant.yaml:{line}" in str(caught.value) and "pumpe" in str(caught.value)


def test_look_ups(tank: Plant) -> None:
    assert tank.tag("LT_1").name.get("zh") == "液位"
    assert tank.equipment_of("LT_1").id == "tank"
    assert [tag.id for tag in tank.tags_of("valve", "setpoint")] == ["LV_1", "SP_1"]
    assert tank.neighbours("tank") == ("pump", "drain")
    assert tank.downstream("pump") == ("tank", "drain")
    assert tank.downstream("pump", steps=1) == ("tank",)
    assert tank.upstream("drain") == ("tank", "pump")
    assert {tag.id for tag in tank.tags_at("site")} == {"LT_1", "LV_1", "SP_1"}
    for tag in ("LT_1", "LV_1", "SP_1"):
        loop = tank.loop_of(tag)
        assert loop is not None and loop.id == "level"
    assert tank.synonyms["缓冲罐"] == ("tank",)


def test_unknown_ids_are_input_errors(tank: Plant) -> None:
    for call in (tank.tag, tank.zone, tank.loop, tank.mode, tank.equipment_item, tank.neighbours, tank.equipment_of):
        with pytest.raises(InputError):
            call("nothing")


def test_the_plant_is_the_kernels_tag_book(tank: Plant) -> None:
    limits = tank.limits("SP_1")
    assert limits is not None
    assert (limits.minimum, limits.maximum, limits.writable) == (30.0, 70.0, True)
    assert (limits.zone, limits.unit) == ("control", "%")
    valve = tank.limits("LV_1")
    assert valve is not None and not valve.writable and (valve.minimum, valve.maximum) == (0.0, 100.0)
    assert tank.limits("XX") is None
    assert {"LT_1", "SP_1", "tank", "储罐", "Tank", "缓冲罐"} <= tank.names()


def test_extends_merges_by_id_and_keeps_the_rest(tmp_path: Path) -> None:
    write_plant(tmp_path / "tank")
    child = """
format: 1
id: tank_two
extends: tank
name: {zh: 二号储罐, en: Tank two}
tags:
  - {id: LT_1, alarms: {H: {at: 90}, L: null}}
  - {id: TT_1, kind: measurement, equipment: tank, unit: Cel, range: [0, 150], name: {zh: 温度, en: Temperature}}
connections:
  - {id: out, remove: true}
"""
    plant = load_plant(write_plant(tmp_path / "tank_two", child))
    alarms = plant.tag("LT_1").alarms
    assert set(alarms) == {"H"} and alarms["H"].at == 90 and alarms["H"].priority == "high"
    assert plant.has_tag("TT_1") and plant.neighbours("tank") == ("pump",)
    assert plant.id == "tank_two" and len(plant.chain) == 2
    assert load_plant(tmp_path / "tank").tag("LT_1").alarms["H"].at == 80

"""``assay plant check``: every fault, with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from assay.cli.plant_check import register
from assay.plant.check import check_plant

GOOD = """\
format: 1
id: tank
name: {zh: 储罐, en: Tank}
timezone: UTC
equipment:
  - {id: works, level: enterprise, name: {zh: 工厂, en: Works}, zone: control}
  - {id: site, level: site, parent: works, name: {zh: 厂区, en: Site}}
  - {id: tank, level: equipment, parent: site, name: {zh: 储罐, en: Tank}}
tags:
  - {id: LT_1, kind: measurement, equipment: tank, unit: "%", range: [0, 100], normal: 50, node: ns=2;s=LT_1, name: {zh: 液位, en: Level}, alarms: {LL: {at: 10, priority: high, basis: chosen}, L: {at: 20, priority: low, deadband: 2, basis: chosen}, H: {at: 80, priority: high, deadband: 2, delay: 5, basis: chosen}}}
  - {id: LV_1, kind: valve, equipment: tank, unit: "%", range: [0, 100], name: {zh: 阀位, en: Valve}}
  - {id: SP_1, kind: setpoint, equipment: tank, unit: "%", range: [0, 100], writable: true, name: {zh: 设定值, en: Set point}}
connections:
  - {id: in, source: site, target: tank, name: {zh: 进, en: In}, tags: [LV_1]}
loops:
  - {id: level, name: {zh: 液位, en: Level}, measured: [LT_1], setpoint: SP_1, manipulated: [LV_1], reset_time: 0.5}
zones:
  - {id: control, name: {zh: 控制, en: Control}, security_level: 3}
roles:
  - {id: operator, name: {zh: 操作员, en: Operator}, read: [control]}
modes:
  - {id: mode1, name: {zh: 工况, en: Mode}, setpoints: {SP_1: 50}}
trip_limits:
  - {id: trip, tag: LT_1, low: 5, high: 95, basis: chosen}
"""  # noqa: E501

FAULTS = """\
format: 1
failures:
  - id: stuck:LV_1
    name: {zh: 阀卡死, en: Valve stuck}
    equipment: tank
    item: {zh: 阀, en: Valve}
    iso: {mode: FTR, mechanism: "1.6", cause: operation}
    cause: {zh: 卡涩, en: Sticking}
    symptoms:
      - {tag: LT_1, sign: "+", lag: 0.5}
    remedy: {zh: 检修, en: Repair}
    measures: [{tag: SP_1, direction: lower, max_step: 5}]
"""


def faults_of(tmp_path: Path, source: str, library: str | None = None) -> list[tuple[int, str]]:
    (tmp_path / "plant.yaml").write_text(source, encoding="utf-8")
    if library is not None:
        (tmp_path / "faults.yaml").write_text(library, encoding="utf-8")
    found = check_plant(tmp_path)
    for fault in found:
        assert fault.message("zh") != fault.message("en")
    return [(fault.line, fault.key.removeprefix("plant.check_")) for fault in found]


def test_a_good_plant_has_no_faults(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD, FAULTS) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("timezone: UTC", "timezone: Mars/Phobos", 4, "timezone"),
        ("timezone: UTC", "timezone: ../../etc/passwd", 4, "timezone"),
        ("timezone: UTC", "timezone: UTC\ncolour: red", 5, "unknown_key"),
        ("timezone: UTC\n", "", 1, "missing_key"),
        ("timezone: UTC", "timezone: 8", 4, "type_text"),
        ("format: 1", "format: 2", 1, "choice"),
        ("id: tank\nname", "id: ta nk\nname", 2, "bad_id"),
        ("en: Tank}\ntimezone", 'en: ""}\ntimezone', 3, "empty_text"),
        ("parent: works, name", "parent: nowhere, name", 7, "dangling_equipment"),
        ("level: enterprise, name", "level: enterprise, parent: tank, name", 6, "equipment_cycle"),
        ("level: site, parent: works", "level: enterprise, parent: works", 7, "level_order"),
        ("zone: control}", "zone: space}", 6, "dangling_zone"),
        ("{id: LV_1, kind", "{id: lt_1, kind", 11, "duplicate_id"),
        ("{id: LV_1, kind", "{id: LV_1, node: ns=2;s=LT_1, kind", 11, "duplicate_node"),
        ("kind: measurement, equipment: tank", "kind: measurement, equipment: tnk", 10, "dangling_equipment"),
        ("kind: measurement", "kind: measured", 10, "choice"),
        ('unit: "%", range: [0, 100], normal', "unit: blorps, range: [0, 100], normal", 10, "unit"),
        ("range: [0, 100], normal", "range: [100, 0], normal", 10, "range_order"),
        ("range: [0, 100], normal", "range: [0, hundred], normal", 10, "type_number"),
        ("range: [0, 100], normal", "range: [0], normal", 10, "missing_key"),
        ("range: [0, 100], normal", "range: [0, .nan], normal", 10, "not_finite"),
        ("normal: 50", "normal: 500", 10, "outside_range"),
        ("LL: {at: 10,", "LL: {at: 30,", 10, "limit_order"),
        ("H: {at: 80,", "H: {at: 180,", 10, "outside_range"),
        ("H: {at: 80,", "H: {at: 97,", 10, "alarm_beyond_trip"),
        ("deadband: 2, delay", "deadband: 60, delay", 10, "deadband"),
        ("deadband: 2, delay", "deadband: -1, delay", 10, "negative"),
        ("delay: 5", "delay: -5", 10, "negative"),
        ("priority: high, basis", "priority: urgent, basis", 10, "choice"),
        ("kind: measurement", "writable: true, kind: measurement", 10, "writable_measurement"),
        ("writable: true, name", "writable: perhaps, name", 12, "type_bool"),
        ("target: tank, name", "target: tonk, name", 14, "dangling_equipment"),
        ("tags: [LV_1]", "tags: [LV_9]", 14, "dangling_tag"),
        ("measured: [LT_1]", "measured: [LV_1]", 16, "loop_kind"),
        ("measured: [LT_1]", "measured: []", 16, "loop_ends"),
        ("setpoint: SP_1, ", "", 16, "loop_without_setpoint"),
        ("setpoint: SP_1, ", "", 12, "setpoint_without_loop"),
        ("setpoint: SP_1, manip", "setpoint: SP_1, inner: [level], manip", 16, "loop_cycle"),
        ("setpoint: SP_1, manip", "setpoint: SP_1, inner: [other], manip", 16, "dangling_loop"),
        ("reset_time: 0.5", "reset_time: 0", 16, "not_positive"),
        ("security_level: 3", "security_level: 9", 18, "out_of_bounds"),
        ("read: [control]", "read: [moon]", 20, "dangling_zone"),
        ("{SP_1: 50}", "{SP_1: 500}", 22, "outside_range"),
        ("{SP_1: 50}", "{SP_2: 50}", 22, "dangling_tag"),
        ("{SP_1: 50}", "{LT_1: 50}", 22, "mode_measurement"),
        ("low: 5, high: 95", "low: 95, high: 5", 24, "range_order"),
        ("low: 5, high: 95, ", "", 24, "trip_empty"),
        ("timezone: UTC", "timezone: UTC\nusers: users.yaml", 5, "file_missing"),
        ("timezone: UTC", "timezone: UTC\nusers: ../../../etc/hostname", 5, "file_outside"),
        ("timezone: UTC", "timezone: UTC\ndocuments: [{id: d, title: D}]", 5, "document_empty"),
        ("timezone: UTC", "timezone: UTC\nextends: nowhere", 5, "extends_missing"),
        ("timezone: UTC", "timezone: UTC\npassword: hunter2", 5, "secret"),
        ("timezone: UTC", "timezone: UTC\nopcua: {namespace: x, api_key: 12345}", 5, "secret"),
        ("timezone: UTC", "timezone: UTC\nopcua: {namespace: 'opc.tcp://me:pw@host:4840'}", 5, "secret_url"),
        ("timezone: UTC", "timezone: UTC\nopcua: {namespace: x, endpoint: 'http://host:4840'}", 5, "endpoint"),
        ("timezone: UTC", "timezone: UTC\nopcua: {namespace: x, endpoint: 'opc.tcp://host'}", 5, "endpoint"),
        ("timezone: UTC", "timezone: UTC\nopcua: {namespace: x, security: some}", 5, "choice"),
        ("timezone: UTC", "timezone: UTC\ntwin: {model: m, control: c, constant: [SP_1]}", 5, "constant_valve"),
        ("timezone: UTC", "timezone: UTC\ntwin: {model: m, control: c, setpoints: {LV_1: x}}", 5, "twin_setpoint"),
    ],
)
def test_each_fault_is_found_at_its_line(tmp_path: Path, old: str, new: str, line: int, key: str) -> None:
    assert GOOD.count(old) >= 1
    assert (line, key) in faults_of(tmp_path, GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("tag: LT_1, sign", "tag: LT_7, sign", 10, "dangling_tag"),
        ('sign: "+"', "sign: up", 10, "choice"),
        ("equipment: tank", "equipment: vat", 5, "dangling_equipment"),
        ("mode: FTR", "mode: XYZ", 7, "choice"),
        ('mechanism: "1.6"', "mechanism: 1.6", 7, "type_text"),
        ("{tag: SP_1, direction", "{tag: LV_1, direction", 12, "measure_not_writable"),
        ("max_step: 5", "max_step: 0", 12, "not_positive"),
        ("    remedy", "    neighbours: [{id: gone, tell: {zh: 不, en: no}}]\n    remedy", 11, "dangling_failure"),
        ("lag: 0.5}", 'lag: 0.5}\n      - {tag: LT_1, sign: "-"}', 11, "symptom_twice"),
    ],
)
def test_faults_of_the_failure_library(tmp_path: Path, old: str, new: str, line: int, key: str) -> None:
    assert (line, key) in faults_of(tmp_path, GOOD, FAULTS.replace(old, new, 1))


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    source = GOOD.replace("normal: 50", "normal: 500").replace("target: tank", "target: t").replace("[LV_1]}", "[x]}")
    assert len(faults_of(tmp_path, source)) >= 3


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(GOOD + "token: s3cr3t-value\n", encoding="utf-8")
    for fault in check_plant(tmp_path):
        assert "s3cr3t-value" not in fault.render("en") + fault.render("zh")


def test_an_inherited_fault_points_into_the_file_it_came_from(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "child").mkdir()
    (tmp_path / "base" / "plant.yaml").write_text(GOOD.replace("normal: 50", "normal: 500"), encoding="utf-8")
    (tmp_path / "child" / "plant.yaml").write_text("format: 1\nid: child\nextends: base\n", encoding="utf-8")
    found = check_plant(tmp_path / "child")
    assert [(Path(fault.file).parent.name, fault.line) for fault in found] == [("base", 10)]


def test_extends_in_a_circle(tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plant.yaml").write_text(f"format: 1\nid: {name}\nextends: {other}\n", encoding="utf-8")
    assert "plant.check_extends_cycle" in {fault.key for fault in check_plant(tmp_path / "one")}


def test_the_command(tmp_path: Path) -> None:
    app = typer.Typer()
    register(app)
    run = CliRunner().invoke
    (tmp_path / "plant.yaml").write_text(GOOD, encoding="utf-8")
    assert run(app, ["check", str(tmp_path), "--lang", "en"]).exit_code == 0
    (tmp_path / "plant.yaml").write_text(GOOD.replace("normal: 50", "normal: 500"), encoding="utf-8")
    plain = run(app, ["check", str(tmp_path), "--lang", "zh"])
    assert plain.exit_code == 2 and "plant.yaml:10: LT_1" in plain.output and "超出位号范围" in plain.output
    told = run(app, ["check", str(tmp_path), "--json"])
    assert told.exit_code == 2 and json.loads(told.output)["faults"][0]["line"] == 10
    listed = run(app, ["list", "--json"])
    assert {"tennessee_eastman", "tennessee_eastman_braatz"} <= {plant["id"] for plant in json.loads(listed.output)}
    shown = run(app, ["show", "tennessee_eastman", "XMEAS_7", "--lang", "zh"])
    assert shown.exit_code == 0 and "反应器压力" in shown.output and "2895" in shown.output
    whole = run(app, ["show", "tennessee_eastman", "--lang", "en"])
    assert whole.exit_code == 0 and whole.output.count("\n") > 60

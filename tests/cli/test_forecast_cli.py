"""``assay forecast`` and ``assay detect`` on files: JSON, tables, files, exit codes, one sentence for a mistake."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from library_frames import START, changed, plant

from assay.cli.root import run
from assay.plant.files import write_csv
from assay.plant.model import load_plant
from assay.plant.series import Frame


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(home))


@pytest.fixture(scope="module")
def load(home: Path) -> Path:
    """Ten days of an hourly load that follows a plan."""
    rows = np.arange(264)
    plan = 5.0 + 2.0 * (rows // 7 % 3)
    values = plan + np.sin(rows * 2 * np.pi / 24) + 0.2 * np.random.default_rng(0).normal(size=len(rows))
    times = START + rows * np.timedelta64(3600, "s")
    write_csv(Frame(times[:240], ("LOAD",), values[:240, None]), home / "load.csv")
    write_csv(Frame(times, ("PLAN",), plan[:, None]), home / "plan.csv")
    return home / "load.csv"


@pytest.fixture(scope="module")
def upset(home: Path) -> Path:
    frame = plant(400)
    late = np.arange(400) >= 340
    write_csv(changed(frame, "TEMP", frame.column("TEMP") + 8.0 * late), home / "upset.csv")
    return home / "upset.csv"


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run([str(word) for word in words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def document(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    code, out, err = call(capsys, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_forecast_with_a_known_future_and_its_files(
    capsys: pytest.CaptureFixture[str], load: Path, tmp_path: Path
) -> None:
    options = (
        "--data",
        load,
        "--target",
        "LOAD",
        "--horizon",
        6,
        "--seconds",
        0.01,
        "--known-future",
        load.with_name("plan.csv"),
    )
    found = document(capsys, "forecast", *options, "--interval", 0.8, "--bound", "LOAD=0..", "--out", tmp_path / "out")
    assert found["status"] == "verified" and found["value"]["known_inputs"] == ["PLAN"]
    assert found["value"]["interval"] == 0.8
    with open(found["files"]["csv"], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["time"] for row in rows] == found["value"]["targets"][0]["times"]
    assert [float(row["median"]) for row in rows] == found["value"]["targets"][0]["median"]
    assert Path(found["files"]["png"]).read_bytes().startswith(b"\x89PNG")
    assert Path(found["files"]["svg"]).read_text(encoding="utf-8").startswith("<svg")
    page = Path(found["files"]["html"]).read_text(encoding="utf-8")
    assert "<script src=" not in page and "LOAD" in page


def test_a_forecast_is_told_in_both_languages(capsys: pytest.CaptureFixture[str], load: Path) -> None:
    options = ("forecast", "--data", load, "--target", "LOAD", "--horizon", 6, "--seconds", 0.01)
    code, english, _ = call(capsys, *options)
    assert code == 0 and "LOAD at 2026-01-11 05:00 UTC" in english and "assay evidence replay --run run_" in english
    code, chinese, _ = call(capsys, *options, "--lang", "zh")
    assert code == 0 and "中位数" in chinese and "LOAD 在 2026-01-11 05:00 UTC" in chinese


def test_detect_tells_alarms_tags_and_rules(capsys: pytest.CaptureFixture[str], upset: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "units: {TEMP: Cel}\nrules:\n  - {id: hot, kind: limit, tag: TEMP, high: 359, unit: K}\n", encoding="utf-8"
    )
    options = ("--data", upset, "--train-rows", 300, "--rules", rules)
    found = document(capsys, "detect", *options, "--out", tmp_path / "out")
    value = found["value"]
    late = [one for one in value["intervals"] if one["first"] >= 335]
    assert late[0]["contributions"][0]["tag"] == "TEMP" and value["rules"][0]["broken"] > 0
    assert len(value["rows"]["score"]) == 400 and value["expected_false_alarms"]["wanted"] == 0.01
    with open(found["files"]["csv"], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["time"] for row in rows] == value["rows"]["time"] and float(rows[0]["threshold"]) == 2.0
    assert [row["alarm"] == "1" for row in rows] == value["rows"]["alarm"]
    code, out, _ = call(capsys, "detect", *options, "--lang", "zh")
    assert code == 0 and "TEMP" in out and "hot" in out and "报警" in out


def test_a_plants_limits_are_rules(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    model = load_plant("tennessee_eastman")
    tag = next(one for one in model.tags if "H" in one.alarms and "L" in one.alarms)
    limit = tag.alarms["H"].at
    low = tag.alarms["L"].at
    random = np.random.default_rng(0)
    values = (low + limit) / 2 + 0.05 * (limit - low) * random.normal(size=(300, 1))
    values[280:] = limit + 0.2 * (limit - low)
    times = START + np.arange(300) * np.timedelta64(60, "s")
    path = tmp_path / "plant.csv"
    write_csv(Frame(times, (tag.id,), values), path)
    found = document(capsys, "detect", "--data", path, "--plant", "tennessee_eastman", "--train-rows", 250)
    (rule,) = found["value"]["rules"]
    assert rule["rule"] == f"limit:{tag.id}" and rule["broken"] == 20
    normal = "2026-01-01T00:00..2026-01-01T04:00"
    again = document(capsys, "detect", "--data", path, "--normal", normal, "--to", "2026-01-01T04:30")
    assert again["value"]["normal"]["rows"] == 240 and len(again["value"]["rows"]["time"]) == 270


def test_a_plants_own_history_is_used(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    frame = plant(300)
    path = tmp_path / "history.csv"
    write_csv(Frame(frame.times, ("XMEAS_1", "XMEAS_2", "XMEAS_3", "XMEAS_4"), frame.values), path)
    code, out, _ = call(capsys, "detect", "--plant", "tennessee_eastman", "--train-rows", 200)
    assert code == 3 and "no row" in out
    assert call(capsys, "history", "import", "tennessee_eastman", path)[0] == 0
    options = ("--plant", "tennessee_eastman", "--train-rows", 200, "--tag", "XMEAS_2", "--tag", "XMEAS_3")
    found = document(capsys, "detect", *options)
    assert found["value"]["tags"] == ["XMEAS_2", "XMEAS_3"] and len(found["value"]["rows"]["time"]) == 300
    assert {one["tags"][0] for one in found["value"]["rules"]} <= {"XMEAS_2", "XMEAS_3"}
    options = ("--plant", "tennessee_eastman", "--target", "XMEAS_2", "--horizon", 3, "--seconds", 0.01)
    target = document(capsys, "forecast", *options)["value"]["targets"][0]
    assert target["times"][0].startswith("2026-01-01T05:00:00") and target["unit"]


def test_mistakes_get_one_sentence(capsys: pytest.CaptureFixture[str], load: Path, upset: Path, home: Path) -> None:
    forecast = ("forecast", "--data", load, "--target", "LOAD")
    detect = ("detect", "--data", upset)
    wrong: list[tuple[tuple[object, ...], int, str]] = [
        (("forecast", "--target", "LOAD", "--horizon", 3), 2, "--data"),
        ((*forecast, "--horizon", 0), 2, "0"),
        ((*forecast, "--horizon", 3, "--bound", "LOAD"), 2, "TAG=LOW..HIGH"),
        ((*forecast, "--horizon", 3, "--interval", 2), 2, "2"),
        ((*forecast, "--horizon", 3, "--bound", "OTHER=0.."), 2, "OTHER"),
        (("forecast", "--data", load, "--target", "NONE", "--horizon", 3), 2, "NONE"),
        (("forecast", "--data", home / "absent.csv", "--target", "X", "--horizon", 3), 2, "absent.csv"),
        (detect, 2, "--train-rows"),
        ((*detect, "--train-rows", 100, "--normal", "a..b"), 2, "--normal"),
        ((*detect, "--normal", "yesterday"), 2, "yesterday"),
        ((*detect, "--train-rows", 9999), 2, "9999"),
        ((*detect, "--train-rows", 100, "--rules", home / "none.yaml"), 2, "none.yaml"),
    ]
    for words, expected, told in wrong:
        code, _, err = call(capsys, *words)
        assert code == expected and told in err and "Traceback" not in err, words
        assert len(err.strip().splitlines()) == 1, words
    code, out, _ = call(capsys, *detect, "--train-rows", 5)
    assert code == 3 and "at least" in out

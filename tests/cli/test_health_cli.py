"""``assay health`` on files: JSON, both languages, charts, exit codes, and one sentence for every mistake."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.cli.root import run
from assay.models.health.life import LifeModel
from assay.skills.health import methods


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(home))
    monkeypatch.setattr(methods, "LifeModel", functools.partial(LifeModel, rounds=10))


@pytest.fixture(scope="module")
def pump(home: Path) -> Path:
    rng = np.random.default_rng(0)
    days = np.arange(400)
    vibration = 2 + 0.01 * np.maximum(0, days - 100) + rng.normal(0, 0.1, 400)
    stamps = np.datetime64("2026-01-01") + days
    lines = [f"{stamp},{one:.4f}" for stamp, one in zip(stamps, vibration, strict=True)]
    (home / "pump.csv").write_text("\n".join(["time,P-101.vib", *lines]) + "\n", encoding="utf-8")
    return home / "pump.csv"


@pytest.fixture(scope="module")
def fleet(home: Path) -> Path:
    rng = np.random.default_rng(0)
    lines = ["ENGINE_NUMBER,TIME_IN_CYCLES,T50,RUL"]
    for unit in range(1, 9):
        life = 40 + 5 * unit
        lines += [f"{unit},{k},{500 + 10 * np.exp((k - life) / 12) + rng.normal(0, 0.3):.3f},{life - k}" for k in range(1, life + 1)]  # fmt: skip  # noqa: E501
    (home / "fleet.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return home / "fleet.csv"


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run(["health", *(str(word) for word in words)])
    out, err = capsys.readouterr()
    return code, out, err


def answered(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    code, out, _ = call(capsys, *words, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_one_machine_with_its_date(pump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--data", pump, "--asset", "P-101", "--indicator", "P-101.vib", "--limit", 7)
    found = answered(capsys, *words, "--costs", "failure=100000,planned=20000", "--out", tmp_path / "out")
    life = found["remaining_life"]
    assert found["status"] == "verified" and found["state"] == "watch"
    assert life["low"] < 201 < life["high"] and life["low"] <= life["median"] <= life["high"]
    assert found["act"]["wait"] <= life["median"] and found["act"]["at"].startswith("2027-")
    assert sorted(Path(one).name for one in found["files"]) == sorted(
        f"health_{name}{suffix}" for name in ("cost", "indicator") for suffix in (".svg", ".vl.json")
    )
    assert (tmp_path / "out" / "health_cost.svg").read_text(encoding="utf-8").startswith("<svg")
    assert run(["evidence", "replay", "--run", found["run"]]) == 0
    capsys.readouterr()
    for lang, word in (("en", "Remaining life"), ("zh", "剩余寿命")):
        code, out, _ = call(capsys, *words, "--lang", lang)
        assert code == 0 and word in out and "assay evidence replay --run run_" in out


def test_a_unit_of_a_fleet(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "--data", fleet, "--asset", "5", "--cap", 30)
    assert found["state"] == "act" and found["remaining_life"]["median"] < 10
    assert found["reasons"][0]["tag"] == "T50" and "health.fleet" in found["evidence"]
    assert found["values"]["health.fleet"]["fleet"]["failed"] == 7


def refused(code: int, out: str, err: str) -> str:
    assert code == 2 and out == "" and "Traceback" not in err
    return [line for line in err.splitlines() if line.strip()][-1]


def test_wrong_input_is_one_sentence(
    pump: Path, fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(content: str, *words: object, name: str = "w.csv") -> str:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return refused(*call(capsys, "--data", tmp_path / name, *words))

    assert "near it" in refused(*call(capsys, "--data", fleet, "--asset", "55"))
    assert "absent.csv" in refused(*call(capsys, "--data", tmp_path / "absent.csv", "--asset", "x"))
    assert "--limit" in refused(*call(capsys, "--data", pump, "--asset", "P-101", "--indicator", "P-101.vib"))
    assert "--asset" in refused(*call(capsys, "--data", pump, "--asset", " "))
    assert "planned" in refused(*call(capsys, "--data", pump, "--asset", "P-101", "--costs", "failure=5"))
    assert "positive" in refused(*call(capsys, "--data", pump, "--asset", "P-101", "--costs", "failure=5,planned=-1"))
    assert "unit" in refused(*call(capsys, "--data", pump, "--asset", "P-101", "--fleet", fleet))
    assert "FIELD=HEADER" in refused(*call(capsys, "--data", fleet, "--asset", "1", "--column", "x=y"))
    assert "Nowhere" in refused(*call(capsys, "--data", pump, "--asset", "P-101", "--zone", "Nowhere"))
    assert "--exchanger" in refused(
        *call(capsys, "--data", pump, "--asset", "P-101", "--exchanger", "hot_in=P-101.vib")
    )
    assert "1 rows" in wrong("unit,cycle,T50\n1,1,500\n", "--asset", "1", "--fleet", fleet)
    assert "two runs" in wrong("unit,cycle,v\n" + "".join(f"1,{k % 20},{k}\n" for k in range(40)), "--asset", "1")
    few = "unit,cycle,T50,RUL\n" + "".join(f"{u},{k},{k % (3 + u)},{9 - k}\n" for u in range(4) for k in range(10))
    assert "at least 5" in wrong(few, "--asset", "1")
    empty = "unit,cycle,T50\n" + "".join(f"1,{k},\n" for k in range(30))
    assert "T50" in wrong(empty, "--asset", "1", "--fleet", fleet)


def test_a_stuck_indicator_is_no_sound_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stamps = np.datetime64("2026-01-01") + np.arange(100)
    (tmp_path / "still.csv").write_text("time,P1.v\n" + "".join(f"{one},5\n" for one in stamps), encoding="utf-8")
    found = answered(capsys, "--data", tmp_path / "still.csv", "--asset", "P1", "--indicator", "P1.v", "--limit", 9)
    assert found["status"] == "partly_verified" and any("stuck" in line for line in found["not_known"])


def test_backward_and_doubled_cycles_are_said(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cycles = [*range(1, 21), 25, 24, 23, 22, 21, 26, 26, *range(27, 40)]
    rows = [f"x,{k},{500 + 0.01 * k}" for k in cycles]
    (tmp_path / "odd.csv").write_text("\n".join(["unit,cycle,T50", *rows]) + "\n", encoding="utf-8")
    found = answered(capsys, "--data", tmp_path / "odd.csv", "--asset", "x", "--fleet", fleet, "--cap", 30)
    assert sum("out of order" in note or "repeat" in note for note in found["notes"]) == 2
    rows = [f"x,{k},{900 + k % 3}" for k in range(1, 40)]
    (tmp_path / "far.csv").write_text("\n".join(["unit,cycle,T50", *rows]) + "\n", encoding="utf-8")
    found = answered(capsys, "--data", tmp_path / "far.csv", "--asset", "x", "--fleet", fleet, "--cap", 30)
    assert found["status"] == "partly_verified" and any("outside" in line for line in found["not_known"])

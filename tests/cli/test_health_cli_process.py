"""The guide's commands for process equipment, run as they are written there, and the plant's units."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from tests.skills import health_process_plants as plants

from assay.cli.root import run

ROOT = Path(__file__).parent.parent.parent
MADE = {
    "PUMP.csv": plants.pump,
    "FAN.csv": plants.fan,
    "COMPRESSOR.csv": plants.compressor,
    "TURBINE.csv": lambda: plants.compressor(expands=True),
    "FILTER.csv": plants.sieve,
    "VALVE.csv": plants.valve,
}


@pytest.fixture(autouse=True)
def there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def commands(lang: str) -> list[list[str]]:
    """Commands of the guide with ``--process``."""
    page = (ROOT / "docs" / lang / "machine-health.md").read_text(encoding="utf-8").replace("\\\n", " ")
    return [shlex.split(one)[1:] for one in re.findall(r"^ {4}(assay health .*--process .*)$", page, re.M)]


def answered(capsys: pytest.CaptureFixture[str], words: list[str]) -> dict[str, Any]:
    code = run([*words, "--json"])
    out, err = capsys.readouterr()
    assert code == 0, err + out
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_command_of_the_guide_runs_as_written(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    written = commands(lang)
    kinds = [words[words.index("--process") + 1] for words in written]
    assert sorted(kinds) == ["compressor", "fan", "filter", "pump", "turbine", "valve"]
    for words in written:
        file = words[words.index("--data") + 1]
        plants.save(Path(file), *MADE[file]())
        found = answered(capsys, words)
        assert found["status"] == "verified" and found["remaining_life"]["median"] and found["diagnosis"]["ranked"]
        drawn = {Path(one).name for one in found["files"]}
        assert ("--out" in words) == ("health_indicator.svg" in drawn)
    assert any("--out" in words for words in written)


def test_units_come_from_the_plant(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from assay.plant import model

    units = {"FI1": "m3/h", "PI1": "kPa", "PI2": "bar", "JI1": "kW"}
    tags = [SimpleNamespace(id=name, unit=unit) for name, unit in units.items()]
    monkeypatch.setattr(model, "load_plant", lambda name: SimpleNamespace(spec=SimpleNamespace(tags=tags)))
    days, own = plants.pump()
    plants.save(Path("PUMP.csv"), days, {**own, "PI1": own["PI1"] * 100.0})
    words = ["health", "--data", "PUMP.csv", "--asset", "P-1", "--process", "pump", "--limit", "0.9", "--role"]
    words.append("flow=FI1,suction=PI1,discharge=PI2,power=JI1")
    found = answered(capsys, [*words, "--plant", "P"])
    assert found["values"]["health.process"]["process"]["units"]["suction"] == "kPa"
    assert found["status"] == "verified"
    assert run(words) == 3  # taken for bar, the suction stands above the discharge
    assert "suction: kPa" in capsys.readouterr().out


def test_mistakes_are_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    plants.save(Path("PUMP.csv"), *plants.pump())
    words = ["health", "--data", "PUMP.csv", "--asset", "P-1"]
    for more, why in ((["--role", "flow=FI1"], "--process"), (["--process", "pump"], "role")):
        assert run([*words, *more]) == 2
        assert why in capsys.readouterr().err

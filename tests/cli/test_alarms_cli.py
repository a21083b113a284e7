"""``assay alarms`` on files: exit codes, JSON, both languages, one clear sentence for bad input, replay."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.cli.root import run
from assay.plant.alarms import alarms_of
from assay.plant.home import home
from assay.plant.model import load_plant
from assay.plant.records import open_records
from assay.plant.series import Frame


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))


def stamp(seconds: int) -> str:
    return f"2026-03-01T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """An hour of chattering, then a flood of twelve alarms with what the operator did."""
    rows = ["time,tag,type,state,priority,message"]
    for k in range(40):
        rows.append(f"{stamp(90 * k)},XMEAS_12,H,raised,low,level")
        rows.append(f"{stamp(90 * k + 12)},XMEAS_12,H,returned,low,level")
    for k in range(1, 13):
        rows.append(f"{stamp(7200 + 10 * k)},XMEAS_{k},L,raised,medium,m")
        rows.append(f"{stamp(10800 + 10 * k)},XMEAS_{k},L,returned,medium,m")
    rows.append(f"{stamp(7400)},XMV_3,,operator,,opened by hand")
    path = tmp_path / "log.csv"
    path.write_text("\n".join([rows[0], *sorted(rows[1:])]) + "\n", encoding="utf-8")
    return path


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["alarms", *words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code, out, _ = call(capsys, *words, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    assert found["status"] in ("verified", "partly_verified") and found["claims"]
    return found


def test_kpi(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "kpi", "--log", str(log))
    assert found["value"]["annunciations"] == 52 and found["value"]["floods"]["count"] == 1
    assert run(["evidence", "replay", "--run", found["run"]]) == 0
    capsys.readouterr()
    for lang, word in (("en", "annunciations"), ("zh", "报警")):
        code, out, err = call(capsys, "kpi", "--log", str(log), "--lang", lang)
        assert code == 0 and word in out and "52" in out and err == ""


def test_bad_actors(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "bad-actors", "--log", str(log), "--top", "3")
    assert found["value"]["list"][0]["tag"] == "XMEAS_12" and len(found["value"]["list"]) == 3
    assert run(["evidence", "replay", "--run", found["run"]]) == 0
    capsys.readouterr()
    code, out, _ = call(capsys, "bad-actors", "--log", str(log), "--lang", "zh")
    assert code == 0 and "转瞬即逝" in out


def test_floods(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "floods", "--log", str(log), "--plant", "tennessee_eastman")
    (one,) = found["value"]["list"]
    assert one["annunciations"] == 12 and one["actions"][0]["message"] == "opened by hand"
    assert any("first was XMEAS_1 L" in claim["text"] for claim in found["claims"])
    assert run(["evidence", "replay", "--run", found["run"]]) == 0
    capsys.readouterr()
    for lang, word in (("en", "Probably"), ("zh", "很可能")):
        code, out, _ = call(capsys, "floods", "--log", str(log), "--plant", "tennessee_eastman", "--lang", lang)
        assert code == 0 and word in out and "opened by hand" in out
    assert any("--plant" in line for line in answered(capsys, "floods", "--log", str(log))["not_known"])


def test_a_part_of_the_time(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "kpi", "--log", str(log), "--from", "2026-03-01T02:00", "--to", "2026-03-01T03:00")
    assert found["value"]["annunciations"] == 12 and found["value"]["period"]["hours"] == 1.0


def refused(code: int, out: str, err: str) -> str:
    assert code == 2 and out == "" and "Traceback" not in err
    (line,) = [line for line in err.splitlines() if line.strip()]
    return line


def test_wrong_input_is_one_sentence(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--log" in refused(*call(capsys, "kpi"))
    assert "absent.csv" in refused(*call(capsys, "kpi", "--log", str(tmp_path / "absent.csv")))
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "empty" in refused(*call(capsys, "kpi", "--log", str(tmp_path / "empty.csv")))
    assert "no_plant" in refused(*call(capsys, "kpi", "--plant", "no_plant"))
    assert "Nowhere" in refused(*call(capsys, "kpi", "--log", str(log), "--zone", "Nowhere"))
    assert "preset" in refused(*call(capsys, "kpi", "--log", str(log), "--preset", "x"))
    refused(*call(capsys, "kpi", "--log", str(log), "--from", "2027-01-01"))
    refused(*call(capsys, "kpi", "--log", str(log), "--from", "2026-03-02", "--to", "2026-03-01"))
    assert "records" in refused(*call(capsys, "kpi", "--plant", "tennessee_eastman"))


def test_the_records_of_a_plant_are_the_log_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    frame = Frame(
        (np.datetime64("2026-03-01T00:00:00", "ns") + np.arange(40) * np.timedelta64(60, "s")),
        ("XMEAS_7",),
        np.where(np.arange(40) % 8 < 4, 2700.0, 3000.0)[:, None],
    )
    plant = load_plant("tennessee_eastman")
    with open_records(home() / "records.db") as records:
        records.events.add(event.event(plant) for event in alarms_of(plant, frame))
    found = answered(capsys, "kpi", "--plant", "tennessee_eastman")
    assert found["value"]["annunciations"] == 5 * len([n for n in ("H", "HH") if n in plant.tag("XMEAS_7").alarms])
    assert found["value"]["standing"] is not None and found["value"]["period"]["start"] >= at.isoformat()[:10]
    assert run(["evidence", "replay", "--run", found["run"]]) == 0


def test_a_log_without_returns_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.csv"
    path.write_text("time,tag\n2026-03-01T00:00:00Z,A\n2026-03-01T00:00:01Z,B\n", encoding="utf-8")
    found = answered(capsys, "kpi", "--log", str(path))
    assert sum("returns to normal" in line for line in found["not_known"]) == 3

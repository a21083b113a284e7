"""``assay plc run`` and ``assay plc test`` as a person calls them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from assay.cli.root import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, motor_text: str) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSAY_LANG", "en")
    (tmp_path / "motor.st").write_text(motor_text, encoding="utf-8")
    (tmp_path / "in.csv").write_text("t_ms,level,start\n0,12,FALSE\n250,12,TRUE\n900,0,\n", encoding="utf-8")
    return tmp_path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("backend", ["python", "c"])
def test_a_run_writes_a_row_a_scan(folder: Path, backend: str) -> None:
    asked = ["plc", "run", "motor.st", "--inputs", "in.csv", "--scan", "100ms", "--watch", "t1.ET", "--out", "out.csv"]
    assert run([*asked, "--backend", backend]) == 0
    rows = table(folder / "out.csv")
    assert [row["t_ms"] for row in rows] == [str(100 * index) for index in range(10)]
    assert list(rows[0]) == ["t_ms", "level", "start", "stop", "run", "late", "mode", "load", "t1.ET"]
    # The row of 250 ms is seen by the scan at 300 ms, and held.
    assert [row["run"] for row in rows] == ["FALSE"] * 3 + ["TRUE"] * 7
    assert [row["t1.ET"] for row in rows[3:8]] == ["0", "100", "200", "300", "300"]
    assert rows[-1]["mode"] == "Idle" and rows[0]["load"] == "7.8"


def test_what_a_run_wrote_runs_again(folder: Path) -> None:
    (folder / "p.st").write_text(
        "PROGRAM P VAR a : INT; b : INT; END_VAR\nb := b + a;\nEND_PROGRAM\n", encoding="utf-8"
    )
    assert run(["plc", "run", "p.st", "--scans", "3", "--out", "out.csv"]) == 0
    assert [row["b"] for row in table(folder / "out.csv")] == ["0", "0", "0"]
    (folder / "a.csv").write_bytes("t_ms;a\n0;5\n300;\n".encode("utf-8-sig"))
    assert run(["plc", "run", "p.st", "--inputs", "a.csv", "--scan", "T#100ms", "--out", "out.csv"]) == 0
    assert [row["b"] for row in table(folder / "out.csv")] == ["5", "10", "15", "20"]


def test_a_fault_ends_with_its_line_and_keeps_what_ran(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "FUNCTION_BLOCK D\nVAR_INPUT a : INT; END_VAR\nVAR_OUTPUT q : INT; END_VAR\nq := 10 / a;\nEND_FUNCTION_BLOCK\n"
    )
    (folder / "d.st").write_text(text, encoding="utf-8")
    (folder / "d.csv").write_text("t_ms,a\n0,5\n100,0\n200,1\n", encoding="utf-8")
    assert run(["plc", "run", "d.st", "--inputs", "d.csv", "--out", "out.csv", "--lang", "zh"]) == 1
    assert "d.st:4:" in capsys.readouterr().err
    assert [(row["t_ms"], row["q"]) for row in table(folder / "out.csv")] == [("0", "2")]
    assert run(["plc", "run", "d.st", "--inputs", "d.csv", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["fault"]["kind"] == "div_zero" and told["fault"]["line"] == 4 and told["fault"]["t_ms"] == 100.0
    assert told["rows"] == [{"t_ms": 0.0, "a": 5, "q": 2}]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "motor.st"], 2, "--inputs"),
        (["run", "motor.st", "--inputs", "gone.csv"], 2, "gone.csv"),
        (["run", "gone.st", "--scans", "3"], 2, "gone.st"),
        (["run", "motor.st", "--scans", "3", "--scan", "soon"], 2, "soon"),
        (["run", "motor.st", "--scans", "3", "--pou", "Nobody"], 2, "Nobody"),
        (["run", "motor.st", "--scans", "3", "--watch", "x.y"], 2, "x.y"),
        (["run", "motor.st", "--scans", "3", "--out", "no/where.csv"], 2, "where.csv"),
        (["run", "broken.st", "--scans", "3"], 1, "broken.st:2"),
        (["test", "motor.st"], 2, "--tests"),
        (["test", "motor.st", "--tests", "T.json", "--generate"], 2, "--tests"),
        (["test", "motor.st", "--tests", "gone.json"], 2, "gone.json"),
    ],
)
def test_a_mistake_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    (folder / "broken.st").write_text("PROGRAM P\nVAR a : NOSUCH; END_VAR\nEND_PROGRAM\n", encoding="utf-8")
    assert run(["plc", *arguments]) == code
    told = capsys.readouterr()
    assert said in told.err and "Traceback" not in told.err


def tests_of(folder: Path, *cases: Any) -> None:
    document = {"pou": "FB_Motor", "cases": [{"name": f"c{index}", "steps": one} for index, one in enumerate(cases)]}
    (folder / "T.json").write_text(json.dumps(document), encoding="utf-8")


def test_tests_are_told_counted_and_coloured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests_of(folder, [{"set": {"level": 3}, "expect": {"mode": "Hold"}}], [{"expect": {"run": True}}])
    assert run(["plc", "test", "motor.st", "--tests", "T.json", "--html", "c.html", "--junit", "j.xml", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["total"], told["failed"], told["passed"]) == (2, 1, False)
    assert told["cases"][1]["failures"][0]["variable"] == "run"
    assert told["coverage"]["branches"]["covered"] < told["coverage"]["branches"]["total"]
    assert (
        any(one["missed"] for one in told["coverage"]["lines"]) and told["coverage"]["lines"][0]["file"] == "motor.st"
    )
    assert "motor.st" in (folder / "c.html").read_text(encoding="utf-8") and (folder / "j.xml").exists()
    assert run(["plc", "test", "motor.st", "--tests", "T.json", "--lang", "zh"]) == 1
    assert "失败" in capsys.readouterr().out


def test_proposed_tests_are_written_run_and_scored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plc", "test", "motor.st", "--generate", "--mutants", "15", "--out", "G.json"]) == 0
    assert "confirm" in capsys.readouterr().out
    proposed = json.loads((folder / "G.json").read_text(encoding="utf-8"))
    assert all(one["proposed"] for one in proposed["cases"])
    assert run(["plc", "test", "motor.st", "--tests", "G.json", "--mutants", "10", "--json"]) == 0
    (score,) = json.loads(capsys.readouterr().out)["mutation"]
    assert score["mutants"] == 10 and score["killed"] >= 8

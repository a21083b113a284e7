"""The tasks of a configuration run by interval and priority, in both executors."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from assay.cli.root import run

SOURCE = """PROGRAM Fast
VAR_INPUT go : BOOL; END_VAR
VAR_OUTPUT n : INT; END_VAR
IF go THEN n := n + 1; shared := n; END_IF;
END_PROGRAM
PROGRAM Slow
VAR_OUTPUT runs : INT; seen : INT; END_VAR
runs := runs + 1; seen := shared;
END_PROGRAM
CONFIGURATION Plant
VAR_GLOBAL shared : INT; END_VAR
RESOURCE R ON PLC
TASK Late(INTERVAL := T#300ms, PRIORITY := 9);
TASK Early(INTERVAL := T#100ms, PRIORITY := 1);
PROGRAM S WITH Late : Slow;
PROGRAM F WITH Early : Fast;
END_RESOURCE
END_CONFIGURATION
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSAY_LANG", "en")
    Path("plant.st").write_text(SOURCE, encoding="utf-8")
    Path("in.csv").write_text("t_ms,F.go\n0,TRUE\n400,FALSE\n600,\n", encoding="utf-8")


@pytest.mark.parametrize("backend", ["python", "c"])
def test_each_task_runs_at_its_interval_the_smaller_number_first(
    backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plc", "run", "plant.st", "--inputs", "in.csv", "--out", "out.csv", "--backend", backend]) == 0
    assert "scan of 100 ms" in (said := capsys.readouterr().err) and "Early: F; Late: S" in said
    with open("out.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["t_ms"] for row in rows] == ["0", "100", "200", "300", "400", "500", "600"]
    assert [row["F.n"] for row in rows] == ["1", "2", "3", "4", "4", "4", "4"]
    assert [row["S.runs"] for row in rows] == ["1", "1", "1", "2", "2", "2", "3"]
    assert [row["S.seen"] for row in rows] == ["1", "1", "1", "4", "4", "4", "4"]
    assert not any("__" in name for name in rows[0])


def test_a_scan_that_no_interval_is_a_multiple_of_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plc", "run", "plant.st", "--scans", "3", "--scan", "70ms"]) == 2
    assert "is no multiple of the scan of 70 ms" in capsys.readouterr().err


def test_one_program_of_several_runs_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plc", "run", "plant.st", "--scans", "2", "--pou", "Slow"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == ["t_ms,runs,seen", "0,1,0", "100,2,0"] and not told.err

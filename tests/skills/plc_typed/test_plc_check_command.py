"""``assay plc check`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assay.cli.plc import app

RUNNER = CliRunner()
GOOD = "(* counts *) PROGRAM P VAR i : INT; END_VAR i := i + 1; END_PROGRAM"


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output."""
    found = RUNNER.invoke(app, ["check", *arguments, "--lang", "en"])
    return found.exit_code, found.output


def test_a_clean_program(tmp_path: Path) -> None:
    file = tmp_path / "p.st"
    file.write_text(GOOD, encoding="utf-8")
    code, output = run(str(file))
    assert code == 0
    assert "No errors" in output


def test_errors_have_places_codes_and_sentences_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "p.st"
    file.write_text("PROGRAM P\nVAR level : INT; END_VAR\nlevl := 1;\nEND_PROGRAM\n", encoding="utf-8")
    code, output = run(str(file), "--json", "--no-lints")
    assert code == 1
    found = json.loads(output)
    (one,) = found["diagnostics"]
    assert (one["line"], one["column"], one["end_column"], one["code"]) == (3, 1, 5, "ST2003")
    assert one["message"] == "levl is not declared; did you mean level?"
    assert found["left_out"] == ["P"]
    chinese = RUNNER.invoke(app, ["check", str(file), "--no-lints", "--lang", "zh"])
    assert "没有声明" in chinese.output


def test_missing_libraries_can_be_warnings(tmp_path: Path) -> None:
    file = tmp_path / "p.st"
    file.write_text("PROGRAM P VAR m : DriveUnit; END_VAR m(Enable := m.Status); END_PROGRAM", encoding="utf-8")
    assert run(str(file))[0] == 1
    assert run(str(file), "--missing-libraries", "warn")[0] == 0


@pytest.mark.parametrize("arguments", [["nowhere.st"], ["p.st", "--dialect", "basic"]])
def test_bad_input_is_an_input_error(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assay.kernel.errors import InputError

    monkeypatch.chdir(tmp_path)
    Path("p.st").write_text(GOOD, encoding="utf-8")
    found = RUNNER.invoke(app, ["check", *arguments])
    assert isinstance(found.exception, InputError)


def test_projects_of_a_solution_have_their_own_names(tmp_path: Path) -> None:
    for name in ("Line", "Simulation"):
        folder = tmp_path / name
        (folder / "POUs").mkdir(parents=True)
        (folder / f"{name}.plcproj").write_text("<Project/>", encoding="utf-8")
        (folder / "POUs" / "Main.st").write_text(GOOD, encoding="utf-8")
    code, output = run(str(tmp_path), "--json", "--no-lints")
    assert code == 0
    assert [one["name"] for one in json.loads(output)["units"]] == ["P", "P"]
    (tmp_path / "Line" / "POUs" / "Again.st").write_text(GOOD, encoding="utf-8")
    code, output = run(str(tmp_path), "--json", "--no-lints")
    assert code == 1
    assert [one["code"] for one in json.loads(output)["diagnostics"]] == ["ST2301"]
    (tmp_path / "Line" / "Line.plcproj").unlink()
    (tmp_path / "Simulation" / "Simulation.plcproj").unlink()
    assert run(str(tmp_path / "Simulation"))[0] == 0
    assert run(str(tmp_path))[0] == 1


def test_projects_that_share_no_name_are_checked_together(tmp_path: Path) -> None:
    for name, text in (
        ("Library", "FUNCTION Twice : INT VAR_INPUT a : INT; END_VAR Twice := 2 * a; END_FUNCTION"),
        ("Line", "PROGRAM P VAR s : STRING; END_VAR s := Twice(2); END_PROGRAM"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.plcproj").write_text("<Project/>", encoding="utf-8")
        (tmp_path / name / "Main.st").write_text(text, encoding="utf-8")
    code, output = run(str(tmp_path), "--json", "--no-lints")
    assert code == 1
    assert [one["code"] for one in json.loads(output)["diagnostics"]] == ["ST2101"]

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.cli.root import run

EXAMPLE = Path(__file__).parents[1] / "example_skill"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))


def outcomes(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[bool, dict[str, str]]:
    code = run(["skill", "check", str(path), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert code == (0 if report["passed"] else 1)
    return report["passed"], {one["check"]: one["outcome"] for one in report["checks"]}


@pytest.mark.long
def test_a_new_skill_passes_every_check_and_a_damaged_one_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["skill", "new", "wear_rate2", "--in", str(tmp_path)]) == 0
    folder = tmp_path / "assay-skill-wear-rate2"
    assert str(folder) in capsys.readouterr().out
    passed, first = outcomes(folder, capsys)
    assert passed, first
    assert set(first) == {"shape", "load", "rules", "format", "types", "tests"}

    package = folder / "src" / "assay_skill_wear_rate2"
    (package / "checks.py").unlink()
    spread = package / "spread.py"
    spread.write_text(spread.read_text(encoding="utf-8").replace("-> Spread", "-> int"), encoding="utf-8")
    passed, second = outcomes(folder, capsys)
    assert not passed
    assert {"shape", "load", "types", "tests"} <= {check for check, outcome in second.items() if outcome == "fail"}


@pytest.mark.long
def test_the_example_passes_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    passed, found = outcomes(EXAMPLE, capsys)
    assert passed, found


def test_what_exists_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "assay-skill-mine").mkdir()
    assert run(["skill", "new", "mine", "--in", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert list((tmp_path / "assay-skill-mine").iterdir()) == []


@pytest.mark.parametrize("name", ["9a", "A", "class", "plant", "a__b", "a b", "../x", "", "x" * 41])
def test_a_name_that_cannot_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["skill", "new", name, "--in", str(tmp_path)]) == 2
    assert "cannot be a skill's name" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run(["skill", "new", "mine", "--in", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content, told",
    [
        (None, "cannot be read"),
        ("[project", "cannot be read"),
        ("[project]\nname = 'x'\n", "no entry point"),
        ("[project]\nentry-points = 3\n", "no entry point"),
    ],
)
def test_a_folder_that_is_no_skill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, told: str
) -> None:
    if content is not None:
        (tmp_path / "pyproject.toml").write_text(content, encoding="utf-8")
    assert run(["skill", "check", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err


def test_an_unknown_skill(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["skill", "check", "no_such_skill"]) == 2
    assert "no_such_skill" in capsys.readouterr().err


def test_the_list_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["skill", "list", "--lang", "zh"]) == 0
    assert "investigate" in capsys.readouterr().out

"""``assay plc generate`` without an interface: one is proposed, confirmed or edited, and the program is recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.cli.root import run

WORDS = (
    "# Vent\nWhen the `Gas` contact is TRUE, `Fan` and `Lamp` must be TRUE. When Gas is FALSE, Fan and Lamp are off.\n"
)
TESTS = {"scan": "100ms", "cases": [
    {"name": "gas", "steps": [{"set": {"Gas": True}, "expect": {"Fan": True, "Lamp": True}},
                              {"set": {"Gas": False}, "expect": {"Fan": False, "Lamp": False}}]},
]}  # fmt: skip
CALL = ["plc", "generate", "--requirement", "R.md", "--tests", "T.json", "--out", "out", "--no-model"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.delenv("ASSAY_POLICY", raising=False)
    (tmp_path / "R.md").write_text(WORDS, encoding="utf-8")
    (tmp_path / "T.json").write_text(json.dumps(TESTS), encoding="utf-8")
    return tmp_path


def test_a_proposal_waits_for_a_person_and_comes_back_edited(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*CALL, "--json"]) == 3
    value = json.loads(capsys.readouterr().out)
    assert value["status"] == "confirm" and len(value["properties"]) == 4
    lines = {one["name"]: one for one in value["interface"]["lines"]}
    assert lines["Gas"]["section"] == "VAR_INPUT" and "`Gas` contact" in lines["Gas"]["sentence"]
    file = folder / "out" / "interface.proposed.st"
    assert (
        value["interface_file"] == str(Path("out") / file.name)
        and file.read_text(encoding="utf-8") == value["interface"]["st"]
    )
    assert not (folder / "out" / "bundle.json").exists()
    file.write_text(value["interface"]["st"].replace("FB_Vent", "FB_Edited"), encoding="utf-8")
    fails(folder)
    assert run([*CALL, "--json", "--yes", "--interface", str(file)]) == 1
    assert json.loads(capsys.readouterr().out)["unit"] == "FB_Edited"


def test_confirmed_beforehand_it_is_made_recorded_and_replayed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*CALL, "--json", "--yes"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (
        value["status"] == "released" and value["interface"]["proposed"]["lines"] and not value["interface"]["edited"]
    )
    assert value["coverage"]["uncovered"] == [] and value["coverage"]["statements"]["total"] > 0
    assert value["evidence"].startswith("ev_") and value["run"].startswith("run_") and len(value["claims"]) > 5
    assert run(["evidence", "replay", "--run", value["run"]]) == 0
    page = (folder / "out" / "report.md").read_text(encoding="utf-8")
    assert value["evidence"] in page and "VAR_OUTPUT BOOL" in page
    fails(folder)
    assert run([*CALL, "--yes", "--lang", "zh"]) == 1
    said = capsys.readouterr()
    assert "assay evidence replay ev_" in said.out and "未放行" in said.out and "Fan : BOOL" in said.err


def fails(folder: Path) -> None:
    """Tests that no program here passes: what is judged after them takes its time and is not asked about."""
    text = (folder / "T.json").read_text(encoding="utf-8")
    (folder / "T.json").write_text(text.replace('"Lamp": true', '"Lamp": false'), encoding="utf-8")


def answers(monkeypatch: pytest.MonkeyPatch, *said: str) -> None:
    left = list(said)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt="": left.pop(0))


def test_a_person_confirms_edits_or_refuses(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, "n")
    assert run(CALL) == 3
    assert "interface.proposed.st" in capsys.readouterr().err

    def edits(prompt: str = "") -> str:
        step = next(steps)
        if step == "e":
            file = folder / "out" / "interface.proposed.st"
            file.write_text(file.read_text(encoding="utf-8").replace("FB_Vent", "FB_Mine"), encoding="utf-8")
        return step

    steps = iter(["e", "y", "y"])
    monkeypatch.setattr("builtins.input", edits)
    fails(folder)
    assert run(CALL) == 1
    value = json.loads((folder / "out" / "bundle.json").read_text(encoding="utf-8"))
    assert value["unit"] == "FB_Mine" and value["interface"]["edited"]


def test_nobody_there_and_nothing_to_read_are_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CALL) == 3
    assert "--yes" in capsys.readouterr().err
    for words, lang in (("It shall be good.", "en"), ("要好用。", "zh")):
        (folder / "R.md").write_text(words, encoding="utf-8")
        assert (
            run(["plc", "generate", "--requirement", "R.md", "--out", "out", "--no-model", "--yes", "--lang", lang])
            == 2
        )
        err = capsys.readouterr().err
        assert "--interface" in err and "Traceback" not in err
    (folder / "R.md").write_text(" \n", encoding="utf-8")
    assert run(CALL) == 2


def test_sealed_tests_give_no_name_to_a_proposal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed = {"cases": [{"name": "s", "steps": [{"set": {"Gas": True, "Hidden": True}, "expect": {"Fan": True}}]}]}
    (folder / "S.json").write_text(json.dumps(sealed), encoding="utf-8")
    assert run([*CALL, "--yes", "--sealed-tests", "S.json"]) == 2
    assert "Hidden" in capsys.readouterr().err and not (folder / "out").exists()


def test_a_block_whose_names_are_others_is_not_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = "two-hand button for a press, both pushed within 400 ms"
    call = ["plc", "generate", "--requirement", "R.md", "--out", "out", "--no-model", "--yes", "--json"]
    (folder / "R.md").write_text(words, encoding="utf-8")
    assert run(call) == 0
    assert json.loads(capsys.readouterr().out)["block"]["id"] == "two_hand_control"
    (folder / "R.md").write_text(
        f"{words}. Inputs: `Hand1` button, `Hand2` button. Output: `Press_1`.", encoding="utf-8"
    )
    assert run(call) == 1
    value = json.loads(capsys.readouterr().out)
    assert value["block"] is None and {"Hand1", "Press_1"} <= {
        one["name"] for one in value["interface"]["proposed"]["lines"]
    }

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assay.cli.root import run
from assay.plant.historian import open_historian

PLANT = "tennessee_eastman"
FILE = "时间,XMEAS_1,XMEAS(2),note\n2026-01-01T00:00:00Z,0.25,3664,a\n2026-01-01T00:03:00Z,0.26,,b\n"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSAY_LANG", "en")
    path = tmp_path / "data.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_import_show_stats(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "import", PLANT, str(data), "--json"]) == 0
    imported = json.loads(capsys.readouterr().out)
    assert (imported["values"], imported["rows"], imported["start"]) == (3, 2, "2026-01-01T00:00:00Z")
    notes = {note["key"] for note in imported["notes"]}
    assert {"plant.missing_tags", "plant.import_unknown_columns", "plant.import_renamed"} <= notes

    assert run(["history", "show", PLANT, "--tag", "XMEAS_2", "--tag", "XMEAS_1", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["tags"] == ["XMEAS_2", "XMEAS_1"]
    assert shown["values"] == [[3664.0, 0.25], [None, 0.26]]

    assert run(["history", "stats", PLANT, "--json"]) == 0
    stats = json.loads(capsys.readouterr().out)
    assert stats["samples"] == 3 and {tag["tag"]: tag["samples"] for tag in stats["tags"]}["XMEAS_1"] == 2


def test_the_same_for_people_in_both_languages(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, words in (("en", "imported 3 values"), ("zh", "共 3 个数值")):
        assert run(["history", "import", PLANT, str(data), "--lang", lang]) == 0
        assert words in capsys.readouterr().out
        assert run(["history", "show", PLANT, "--from", "2026-01-01T00:01:00Z", "--lang", lang]) == 0
        out = capsys.readouterr().out
        assert "2026-01-01T00:03:00Z" in out and "0.26" in out and "2026-01-01T00:00:00Z" not in out
        assert run(["history", "stats", PLANT, "--lang", lang]) == 0
        assert "XMEAS_1" in capsys.readouterr().out


def test_export_to_csv_can_be_imported_again(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "import", PLANT, str(data)]) == 0
    before = open_historian(PLANT).read(["XMEAS_1", "XMEAS_2"])
    out = tmp_path / "out.csv"
    assert run(["history", "show", PLANT, "--csv", str(out), "--tag", "XMEAS_1", "--tag", "XMEAS_2"]) == 0
    assert run(["history", "import", PLANT, str(out)]) == 0
    assert open_historian(PLANT).read(["XMEAS_1", "XMEAS_2"]) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import", "no_such_plant", "DATA"], "no_such_plant"),
        (["import", PLANT, "absent.csv"], "absent.csv"),
        (["show", PLANT, "--tag", "NOPE"], "NOPE"),
        (["show", PLANT, "--from", "soon"], "soon"),
        (["show", PLANT, "--step", "-1"], "step"),
        (["stats", "no_such_plant"], "no_such_plant"),
    ],
)
def test_mistakes_are_one_sentence(
    arguments: list[str], sentence: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["history", *(str(data) if each == "DATA" else each for each in arguments)]) == 2
    err = capsys.readouterr().err
    assert sentence in err and "Traceback" not in err and len(err.strip().split("\n")) == 1


def test_import_beside_an_owner_names_its_process(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_historian(PLANT, "owner"):
        assert run(["history", "import", PLANT, str(data)]) == 1
    assert str(os.getpid()) in capsys.readouterr().err

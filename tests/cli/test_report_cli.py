"""``assay report``: shipped templates, forms by the file's ending, exit codes, and figures that replay."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from assay.cli.root import run
from assay.knowledge.indexing import Indexer
from assay.plant.home import home
from assay.plant.records import open_records
from assay.skills.knowledge_qa.combine import combiner

HISTORY = "time,XMEAS_7\n" + "\n".join(f"2026-11-25T{hour:02}:00:00Z,{2700 + hour}" for hour in range(8))
PERIOD = ["--plant", "tennessee_eastman", "--period", "2026-11-25T00:00Z..2026-11-25T08:00Z", "--history", "h.csv"]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("h.csv").write_text(HISTORY, encoding="utf-8")
    Path("t.md").write_text("Mean {{mean XMEAS_7}}, {{set who}}, {{mean XMEAS_9}}.\n", encoding="utf-8")


def test_figures_replay_and_forms_follow_the_ending(capsys: pytest.CaptureFixture[str]) -> None:
    for out in ("r.html", "r.docx", "r.md"):
        capsys.readouterr()
        assert run(["report", "t.md", *PERIOD, "--set", "who=Li", "--out", out, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    fields = {one["placeholder"]: one for one in told["fields"]}
    assert fields["{{mean XMEAS_7}}"]["text"] == ["2704 kPa"] and fields["{{set who}}"]["entered"]
    assert "nothing good" in fields["{{mean XMEAS_9}}"]["open"]
    assert "2704 kPa" in Path("r.html").read_text(encoding="utf-8")
    assert Path("r.docx").read_bytes().startswith(b"PK")
    assert run(["evidence", "replay", "--run", told["run"]]) == 0


def test_a_plant_that_was_never_recorded_is_no_quiet_plant(capsys: pytest.CaptureFixture[str]) -> None:
    for template in ("shift", "maintenance", "incident", "letter"):
        for lang in ("en", "zh"):
            assert run(["report", template, "--plant", "tennessee_eastman", "--lang", lang]) in (0, 3)
            shown = capsys.readouterr().out
            assert "{{" not in shown
            body = re.sub(r"\[\^\d+\].*", "", shown)
            assert len(re.findall(r"^(?:none|无)\s*$", body, re.MULTILINE)) <= 1  # Assay's own actions alone


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["t.md"], 2, "--plant"),
        (["t.md", *PERIOD, "--out", "r.pdf"], 2, ".docx"),
        (["t.md", *PERIOD, "--set", "who"], 2, "who"),
        (["none.docx", *PERIOD], 2, "none.docx"),
        (["shift", "--plant", "tennessee_eastman", "--period", "sometime"], 2, "sometime"),
        (["h.csv", "--plant", "nowhere"], 2, "nowhere"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", *arguments]) == code
    assert said in capsys.readouterr().err


def test_nothing_filled_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("open.md").write_text("{{set who}}", encoding="utf-8")
    assert run(["report", "open.md", *PERIOD]) == 3
    assert run(["report", "--fields", "--lang", "zh"]) == 0
    assert "{{chart TAG" in capsys.readouterr().out


def test_a_recorded_plant_gives_the_values_of_the_period(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "import", "tennessee_eastman", "h.csv"]) == 0
    capsys.readouterr()
    Path("v.md").write_text("{{first XMEAS_7}} to {{last XMEAS_7}}, {{events alarm}}", encoding="utf-8")
    period = ["--plant", "tennessee_eastman", "--period", "2026-11-25T02:00Z..2026-11-25T05:00Z"]
    assert run(["report", "v.md", *period]) == 0
    captured = capsys.readouterr()
    assert "2702 kPa" in captured.out and "2704 kPa" in captured.out and "hold no alarms" in captured.err


def test_a_question_without_an_answer_is_written_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Indexer, "configured", classmethod(lambda cls: cls(None)))
    monkeypatch.setattr("assay.skills.knowledge_qa.runner.cosines_or_none", lambda: None)
    easy = replace(combiner(), code_from=0.1)
    monkeypatch.setattr("assay.skills.knowledge_qa.audit.combiner", lambda: easy)
    documents = Path("docs")
    documents.mkdir()
    (documents / "secret.md").write_text("# Recipe\n\n1.1 The dose of R-401 is 6 %.\n", encoding="utf-8")
    rights = {"users": {"guest": [], "li": ["ops"]}, "documents": {"secret.md": ["ops"]}}
    Path("access.json").write_text(json.dumps(rights), encoding="utf-8")
    Path("t.md").write_text('{{ask "What is the dose of R-401?"}}\n', encoding="utf-8")
    asking = ["--docs", "docs", "--access", "access.json", "--as", "guest", "--no-model", "--json"]
    assert run(["report", "t.md", *PERIOD, *asking]) == 3
    (field,) = json.loads(capsys.readouterr().out)["fields"]
    assert field["open"] and "6 %" not in json.dumps(field)
    with open_records(home() / "records.db") as records:
        (row,) = [row for row in records.audit.rows() if row.what == "knowledge_refused"]
    detail = json.loads(row.detail)
    assert row.who == "guest" and detail["reason"] == "no_right" and detail["documents"] == ["secret.md"]

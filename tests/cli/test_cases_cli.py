"""``assay cases``: records in, alike cases and a dialogue out, with exit codes, JSON and replay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.cli.root import run
from assay.knowledge.indexing import Indexer

ROWS = "equipment,kind,symptom,check,cause,action,result\n" + "\n".join(
    [
        *[
            f"P-{n},pump,flow low; crackling noise,strainer blocked,strainer blocked,cleaned it,back to normal"
            for n in range(6)
        ],
        *[
            f"P-{n},pump,vibration high,shaft misaligned,coupling misaligned,realigned,back to normal"
            for n in range(6, 12)
        ],
        *[f"P-{n},pump,seal leaking,,mechanical seal worn,replaced the seal,still leaking" for n in range(12, 15)],
    ]
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    (tmp_path / "records.csv").write_text(ROWS, encoding="utf-8")
    assert run(["cases", "add", str(tmp_path / "records.csv")]) == 0


def test_the_dialogue_narrows_down_and_replays(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["cases", "dialogue", "--asset", "P-3", "flow low", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    causes = first["value"]["causes"]
    assert causes[0]["cause"] == "strainer.blocked" and causes[0]["count"] == 6
    key = run(["cases", "dialogue", "--asset", "P-3", "vibration high", "--answer", "shaft.misaligned=no", "--json"])
    assert key in (0, 3)
    told = json.loads(capsys.readouterr().out)
    assert told["value"]["answered"] == 1
    assert run(["evidence", "replay", "--run", first["run"]]) == 0


def test_what_no_record_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cases", "dialogue", "--asset", "P-3", "ghosts in the hall"]) == 3
    assert "do not know this picture" in capsys.readouterr().out
    assert run(["cases", "dialogue", "--asset", "Z-1 turbine", "vibration high"]) == 2
    assert run(["cases", "dialogue", "--asset", "P-3", "flow low", "--answer", "x"]) == 2


def test_alike_and_graph(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cases", "similar", "seal leaks", "--asset", "P-1", "--lang", "zh"]) == 0
    assert "相似度" in capsys.readouterr().out
    assert run(["cases", "graph", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["value"]["nodes"]) > 10
    assert run(["cases", "similar", "sunshine"]) == 3


def test_a_story_waits_for_its_confirmation(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            [
                "cases",
                "add",
                "--story",
                "P-77 leaks at the seal. Because the seal was worn. Replaced the seal.",
                "--json",
            ]
        )
        == 0
    )
    capsys.readouterr()
    assert run(["cases", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    (proposed,) = [one for one in listed if one["state"] == "proposed"]
    assert run(["cases", "similar", "seal leaks", "--asset", "P-77"]) == 0
    assert "nobody has confirmed" in capsys.readouterr().out
    assert run(["cases", "confirm", proposed["id"]]) == 0
    assert run(["cases", "similar", "seal leaks", "--asset", "P-77"]) == 0
    assert "nobody has confirmed" not in capsys.readouterr().out
    assert run(["cases", "confirm", "case_0"]) == 2


def test_the_graph_is_told_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cases", "graph", "seal", "--html", str(tmp_path / "g.html"), "--lang", "zh"]) == 0
    assert "replaced the seal" in capsys.readouterr().out
    page = (tmp_path / "g.html").read_text(encoding="utf-8")
    assert "<svg" in page and "records.csv" in page and "realigned" not in page
    assert run(["cases", "graph", "--html", str(tmp_path / "no" / "g.html")]) == 2


def test_what_is_limited_later_leaves_every_view(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    access = tmp_path / "access.json"
    access.write_text(json.dumps({"users": {"li": ["m"], "wang": ["o"]}, "documents": {}}), encoding="utf-8")
    assert run(["cases", "add", str(tmp_path / "records.csv"), "--acl", "m"]) == 0
    for command in (["similar", "flow low"], ["graph"], ["dialogue", "flow low", "--asset", "P-3"]):
        capsys.readouterr()
        assert run(["cases", *command, "--access", str(access), "--as", "li", "--json"]) == 0
        assert "strainer" in capsys.readouterr().out
        assert run(["cases", *command, "--access", str(access), "--as", "wang", "--json"]) in (2, 3)
        assert "strainer" not in capsys.readouterr().out


def test_who_may_not_be_sent_leaves_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["cases", "dialogue", "--hand-to", "Zhao", "flow low", "--asset"]
    assert run([*command, "P-3"]) == 2
    assert run([*command, "P-3", "--plant", "tennessee_eastman"]) == 2
    capsys.readouterr()
    rows = "equipment,kind,symptom,cause,action\n" + "reactor,reactor,level low,valve stuck,freed it\n" * 3
    Path("reactor.csv").write_text(rows, encoding="utf-8")
    assert run(["cases", "add", "reactor.csv"]) == 0
    assert run([*command[:-2], "level low", "--asset", "reactor", "--plant", "tennessee_eastman"]) == 3
    captured = capsys.readouterr()
    assert "valve stuck" in captured.out and "action.dispatch" in captured.err


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.docx").write_bytes(b"PK no document")
    Path("more.csv").write_text("equipment,symptom,cause\npump P-90,seal leaks,seal worn\n", encoding="utf-8")
    capsys.readouterr()
    assert run(["cases", "add", "bad.docx", "more.csv"]) == 0
    captured = capsys.readouterr()
    assert "bad.docx" in captured.err and "1 of them new" in captured.out
    assert run(["cases", "add", "bad.docx"]) == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", [["similar", "flow low"], ["graph"], ["dialogue", "flow low", "--asset", "P-3"]])
def test_every_view_replays(command: list[str], lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["cases", *command, "--lang", lang, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["claims"] and run(["evidence", "replay", "--run", told["run"], "--lang", lang]) == 0


def in_library(monkeypatch: pytest.MonkeyPatch, name: str, text: str, *groups: str) -> None:
    monkeypatch.setattr(Indexer, "configured", classmethod(lambda cls, *_: cls(None)))
    Path(name).write_text(text, encoding="utf-8")
    acl = [word for group in groups for word in ("--acl", group)]
    assert run(["knowledge", "add", name, "--library", "lib", *acl]) == 0


def added(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["cases", "add", "--from-library", *arguments, "--library", "lib", "--store", "own.db", "--json"])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def test_cases_of_a_document_are_for_its_readers_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "# Faults\n\n| Equipment | Symptom | Cause | Action |\n|---|---|---|---|\n"
    in_library(monkeypatch, "faults.md", f"{table}| P-7 pump | seal leaking | seal worn | replaced the seal |\n", "ops")
    rights = {"users": {"li": ["ops"], "guest": []}, "documents": {"faults.md": ["ops", "lab"]}}
    Path("access.json").write_text(json.dumps(rights), encoding="utf-8")
    code, said = added(capsys, "faults.md", "--access", "access.json", "--as", "guest")
    assert code == 2 and "no document faults.md that you may read" in said
    code, said = added(capsys, "faults.md", "--access", "access.json", "--as", "li", "--acl", "lab")
    assert code == 2 and "readers alone (ops)" in said
    code, said = added(capsys, "faults.md", "--access", "access.json", "--as", "li")
    (case,) = json.loads(said)["cases"]
    assert code == 0 and case["groups"] == ["ops"] and case["source"] == "faults.md" and case["place"] == 1
    for user, count in (("li", 1), ("guest", 0)):
        assert run(["cases", "list", "--store", "own.db", "--access", "access.json", "--as", user, "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)) == count


def test_a_document_for_everybody_gives_cases_for_everybody_or_for_a_group(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    story = "Pump P-9 was vibrating. The cause was a misaligned coupling. We aligned the coupling."
    in_library(monkeypatch, "story.md", f"{story}\n")
    for acl, groups in (((), ["*"]), (("--acl", "lab"), ["lab"])):
        code, said = added(capsys, "story.md", *acl)
        assert code == 0 and json.loads(said)["cases"][0]["groups"] == groups


def test_an_answer_to_no_question_and_a_blank_equipment_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cases", "dialogue", "flow low", "--asset", "P-3", "--answer", "foo=yes"]) == 2
    assert "foo" in capsys.readouterr().err
    assert run(["cases", "dialogue", "flow low", "--asset", " ", "--lang", "zh"]) == 2
    assert "--asset" in capsys.readouterr().err

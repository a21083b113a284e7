"""``assay knowledge`` on files: exit codes, JSON, both languages, rights, doubts with their audit row."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assay.cli.root import run
from assay.kernel.errors import MissingDependency
from assay.kernel.ports import ChatResult, Message
from assay.knowledge.document import Doubt, Span
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import Library
from assay.knowledge.reading import read_bytes
from assay.llm.pairs import Read, Text
from assay.plant.home import home
from assay.plant.records import open_records


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Indexer, "configured", classmethod(lambda cls, plant=None: cls(None, plant=plant)))
    # Reading in a child costs a second a command; test_apart has it.
    monkeypatch.setattr("assay.knowledge.apart.ReadingProcess", InProcess)


class InProcess:
    """Reads here."""

    def __init__(self, *, ocr: bool) -> None:
        self._ocr = ocr

    def __call__(self, data: bytes, name: str) -> Any:
        return read_bytes(data, name, ocr=self._ocr)

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "manuals"
    (made / "ops").mkdir(parents=True)
    (made / "pump.md").write_text("# Pump P-101\n\nNever run the pump dry.\n\n## Stop\n\nClose valve V-3.\n", "utf-8")
    (made / "ops" / "阀门.txt").write_text("阀门 V-3 的压力不得超过 1.6 MPa。\n", "utf-8")
    return made


@pytest.fixture
def access(tmp_path: Path) -> Path:
    file = tmp_path / "access.json"
    rights = {"users": {"li": ["ops"], "wang": []}, "documents": {"pump": "*", "ops/阀门.txt": ["ops"]}}
    file.write_text(json.dumps(rights), "utf-8")
    return file


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    assert run(["knowledge", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def failed(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a wrong command says in one sentence."""
    capsys.readouterr()
    assert run(["knowledge", *map(str, arguments)]) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0 and "Traceback" not in said
    return said


def test_add_list_show_search_remove(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    added = told(capsys, "add", folder, "--owner", "maintenance", "--valid-from", "2026-01-01")
    assert added["counts"] == {"added": 2, "updated": 0, "changed": 0, "unchanged": 0, "failed": 0}
    assert [one["document"] for one in added["files"]] == ["ops/阀门.txt", "pump.md"]
    assert told(capsys, "add", folder)["counts"]["unchanged"] == 2
    listed = told(capsys, "list")
    assert [(one["document"], one["owner"], one["valid_from"]) for one in listed] == [
        ("ops/阀门.txt", "maintenance", "2026-01-01"),
        ("pump.md", "maintenance", "2026-01-01"),
    ]
    assert told(capsys, "list", "--on", "2025-12-31") == []
    shown = told(capsys, "show", "pump", "--page", 1)
    assert shown["page_texts"][0]["text"].startswith("# Pump P-101")
    assert "heading" in {block["kind"] for block in shown["blocks"]}
    (hit,) = told(capsys, "search", "压力", "--lane", "lexical")["hits"]
    page = told(capsys, "show", hit["document"])["page_texts"][hit["page"] - 1]["text"]
    assert hit["text"] == page[hit["start"] : hit["end"]] and hit["rank"] == 1
    assert run(["knowledge", "remove", "pump"]) == 0
    capsys.readouterr()
    assert [one["document"] for one in told(capsys, "list")] == ["ops/阀门.txt"]


def test_a_thorough_search_says_what_it_had_to_do_without(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise MissingDependency("llm.no_engine", command="pip install it")

    monkeypatch.setattr("assay.llm.config.open_model", missing)
    monkeypatch.setattr("assay.skills.knowledge_qa.searching.pairs_or_none", lambda: None)
    told(capsys, "add", folder)
    plain, found = told(capsys, "search", "压力"), told(capsys, "search", "压力", "--thorough")
    assert (plain["thorough"], found["thorough"]) == (False, True)
    assert found["hits"] == plain["hits"], "the search goes on"
    more = [one for one in found["notes"] if one not in plain["notes"]]
    assert len(more) == 2 and "pip install it" in more[0] and "not read again" in more[1]
    assert "hybrid" in failed(capsys, "search", "压力", "--thorough", "--lane", "dense")


def test_a_thorough_search_asks_model_and_reader_and_closes_the_model(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Model:
        name = digest = "scripted"
        closed = False

        async def chat(self, messages: Sequence[Message], **_: Any) -> ChatResult:
            return ChatResult("zh: 关闭 V-3\nen: Close valve V-3.", 1, 1, 0.0, "stop")

        async def close(self) -> None:
            self.closed = True

    def pairs(question: str, texts: Sequence[Text]) -> list[Read]:
        asked.append(question)
        return [Read(5.0 if "Close valve" in one.text else -5.0) for one in texts]

    asked: list[str] = []
    model = Model()
    monkeypatch.setattr("assay.llm.config.open_model", lambda: model)
    monkeypatch.setattr("assay.skills.knowledge_qa.searching.pairs_or_none", lambda: pairs)
    told(capsys, "add", folder)
    question = "how is the pump shut off"
    found = told(capsys, "search", question, "--thorough")
    assert "Close valve V-3." in found["hits"][0]["text"]
    assert asked == [question] and model.closed


def test_a_library_in_postgres(folder: Path, postgres: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "add", folder / "pump.md", "--library", postgres, "--acl", "ops,maint")["counts"]["added"] == 1
    assert told(capsys, "add", folder / "ops", "--library", postgres)["files"][0]["groups"] == ["*"]
    assert [one["document"] for one in told(capsys, "list", "--library", postgres)] == ["阀门.txt"]
    (hit,) = told(capsys, "search", "阀门 V-3", "--library", postgres)["hits"]
    assert hit["document"] == "阀门.txt"


def test_the_dictionary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "words.yaml"
    file.write_text("- [排空阀, vent valve, ~老三]\n", "utf-8")
    found = told(capsys, "dictionary", "老三", "--file", file)
    assert found["own_groups"] == 1 and found["brings"] == [
        {"said": "老三", "forms": ["排空阀", "vent valve"], "spoken": True}
    ]
    assert run(["knowledge", "dictionary", "老三"]) == 0 and "老三" not in capsys.readouterr().out
    file.rename(home() / "dictionary.yaml")
    assert told(capsys, "dictionary", "老三")["own_groups"] == 1
    assert "FILE" in failed(capsys, "dictionary")
    assert "absent.yaml" in failed(capsys, "dictionary", "--file", tmp_path / "absent.yaml")


def test_on_screen_in_both_languages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["knowledge", "add", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "2 added" in said and "Everybody may read" in said
    for command, words in (("list", "版本"), ("search", "第 1 页"), ("show", "第 1 页")):
        more = {"list": [], "search": ["阀门"], "show": ["pump"]}[command]
        assert run(["knowledge", command, *more, "--lang", "zh"]) == 0
        assert words in capsys.readouterr().out
    assert run(["knowledge", "reindex"]) == 0


def test_an_access_file_decides_over_a_folder(
    folder: Path, access: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--docs", folder, "--access", access]
    assert [one["document"] for one in told(capsys, "list", *options, "--as", "li")] == ["ops/阀门.txt", "pump.md"]
    stripped = tmp_path / "stripped"
    shutil.copytree(folder, stripped)
    shutil.rmtree(stripped / "ops")
    told(capsys, "list", "--docs", stripped)  # the first time is said of every folder
    for command in (["list"], ["search", "阀门 V-3"], ["show", "pump"]):
        run(["knowledge", *command, *map(str, options), "--as", "wang", "--json"])
        seen = capsys.readouterr()
        run(["knowledge", *command, "--docs", str(stripped), "--access", str(access), "--as", "wang", "--json"])
        assert seen == capsys.readouterr() and "阀门.txt" not in seen.out
    unknown = [failed(capsys, "show", name, *options, "--as", "wang").replace(name, "X") for name in ("阀门", "锅炉")]
    assert unknown[0] == unknown[1]


def test_wrong_input_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    assert "broken.pdf" in failed(capsys, "add", broken).splitlines()[-1]
    assert "absent" in failed(capsys, "add", tmp_path / "absent")
    assert "2026-01-31" in failed(capsys, "add", folder, "--valid-from", "soon")
    assert "--docs" in failed(capsys, "list", "--docs", folder, "--library", tmp_path)
    assert "hybrid" in failed(capsys, "search", "x", "--lane", "both")
    assert "access.json" in failed(capsys, "list", "--access", tmp_path / "access.json")
    assert "nowhere" in failed(capsys, "list", "--docs", tmp_path / "nowhere")
    assert "typo" in failed(capsys, "search", "x", "--library", tmp_path / "typo") and not (tmp_path / "typo").exists()
    assert "postgresql+psycopg" in failed(capsys, "list", "--library", "mysql://somewhere/x")
    assert "pump" in failed(capsys, "show", "pump")
    run(["knowledge", "add", str(folder)])
    assert "1 to 1" in failed(capsys, "show", "pump", "--page", 7)
    assert "version" in failed(capsys, "show", "pump", "--version", "Z")
    assert "dbt_0" in failed(capsys, "doubts", "confirm", "dbt_0")


def test_an_interrupt_keeps_what_was_added(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: InProcess, data: bytes, name: str) -> Any:
        if name == "pump.md":
            raise KeyboardInterrupt
        return read_bytes(data, name)

    with monkeypatch.context() as patched:
        patched.setattr(InProcess, "__call__", interrupted)
        assert run(["knowledge", "add", str(folder)]) == 130
    assert "goes on with the rest" in capsys.readouterr().err
    assert [one["document"] for one in told(capsys, "list")] == ["ops/阀门.txt"]
    assert told(capsys, "add", folder)["counts"] == dict(added=1, updated=0, changed=0, unchanged=1, failed=0)


def test_a_folder_with_a_bad_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert run(["knowledge", "add", str(folder)]) == 0
    said = capsys.readouterr()
    assert "1 not read" in said.out and "bad.pdf" in said.err
    assert run(["knowledge", "list", "--docs", str(folder)]) == 0
    said = capsys.readouterr()
    assert "bad.pdf" in said.err and "bad.pdf" not in said.out


def test_a_person_confirms_a_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def doubtful(data: bytes, name: str) -> Any:
        from dataclasses import replace

        made = read_bytes(data, name)
        return replace(made, doubts=(Doubt(Span(1, 0, 2), "reading.unreadable", {"name": name, "problem": "no unit"}),))

    file = tmp_path / "scan.txt"
    file.write_text("85 at most", "utf-8")
    with Library.open(home() / "knowledge", read=doubtful) as library:
        library.add([file])
    (doubt,) = told(capsys, "doubts", "list")
    assert (doubt["text"], doubt["state"], doubt["page"]) == ("85", "open", 1)
    assert run(["knowledge", "doubts", "list"]) == 0 and "no unit" in capsys.readouterr().out
    assert run(["knowledge", "doubts", "confirm", doubt["id"]]) == 0
    capsys.readouterr()
    assert told(capsys, "doubts", "list") == []
    (settled,) = told(capsys, "doubts", "list", "--all")
    assert settled["state"] == "confirmed" and settled["person"] and settled["time"]
    with open_records(home() / "records.db") as records:
        (row,) = records.audit.rows(doubt["id"])
    assert (row.what, row.who) == ("doubt_confirmed", settled["person"])


def test_a_file_that_takes_long_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from assay.cli.knowledge_add import _Progress
    from assay.knowledge.adding import Source

    class Twice:
        """An event that has not come once, and then has."""

        def __init__(self) -> None:
            self._said = iter((False, True))

        def wait(self, seconds: float) -> bool:
            return next(self._said)

    progress = _Progress("en")
    progress.end()
    progress.begin(Source(tmp_path, "scan.pdf"))
    progress._file_begun -= 200
    progress._ended = Twice()  # type: ignore[assignment]
    progress._tick()
    assert "scan.pdf: being read for 3:20" in capsys.readouterr().err


def test_who_adds_what_he_may_not_read_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.kernel.policy.local_user", lambda: "li")
    assert run(["knowledge", "add", str(folder), "--acl", "ops"]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith("You (li) may not read 2 of these yourself: your groups are local;") and "--access" in said
    assert run(["knowledge", "add", str(folder), "--acl", "ops,*"]) == 0
    assert "yourself" not in capsys.readouterr().out
    (tmp_path / "home" / "policy.yaml").write_text("users: {li: [ops]}\nroles: [ops, hse]\nzones: [control]\n", "utf-8")
    assert run(["knowledge", "add", str(folder), "--acl", "ops"]) == 0
    assert "yourself" not in capsys.readouterr().out
    assert run(["knowledge", "add", str(folder), "--acl", "hse", "--lang", "zh"]) == 0
    assert "您所在的组为 ops" in capsys.readouterr().out.splitlines()[-1]


def test_links_that_lead_out_are_said_once(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "wages.txt").write_text("secret", "utf-8")
    for name in ("a.txt", "b.txt"):
        (folder / name).symlink_to(tmp_path / "wages.txt")
    assert run(["knowledge", "add", str(folder)]) == 0
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0 and "left out: 2" in said and "a.txt" in said
    assert told(capsys, "add", folder)["left_out"] == [str(folder / "a.txt"), str(folder / "b.txt")]
    assert run(["knowledge", "list", "--docs", str(folder), "--lang", "zh"]) == 0
    shown = capsys.readouterr()
    assert "a.txt" not in shown.out + shown.err and "链接" not in shown.err


def test_stored_files_are_read_again(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["knowledge", "add", str(folder)]) == 0
    shutil.rmtree(folder)

    class Mended(InProcess):
        def __call__(self, data: bytes, name: str) -> Any:
            made = read_bytes(data, name)
            return replace(made, title="Mended") if name == "pump.md" else made

    monkeypatch.setattr("assay.knowledge.apart.ReadingProcess", Mended)
    capsys.readouterr()
    assert run(["knowledge", "reindex", "--read"]) == 0
    assert "1 the same, 1 renewed, 0 with a new version, 0 failed" in capsys.readouterr().out
    assert "Mended" in [one["title"] for one in told(capsys, "list")]

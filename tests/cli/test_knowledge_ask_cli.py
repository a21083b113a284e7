"""``assay knowledge ask`` on files: exit codes, JSON, rights, the audit row, batches that go on, the page, replay."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.knowledge import made_pdf

from assay.cli.root import run
from assay.knowledge.indexing import Indexer
from assay.knowledge.reading import read_bytes
from assay.llm.pairs import Read
from assay.plant.home import home
from assay.plant.records import open_records
from assay.skills.knowledge_qa.combine import combiner

PUMP = (
    "# P-201 泵手册\n\n## 2 技术数据\n\n2.2 P-201A 的最小连续流量为 36 m³/h。\n\n2.3 报警 LAH-7 出现时应关闭进口阀。\n"
)
SECRET = "# 配方\n\n## 1 数据\n\n1.1 R-401 的引发剂浓度为 6 %。\n"
QUESTION = "P-201A 的最小连续流量是多少？"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Indexer, "configured", classmethod(lambda cls: cls(None)))
    monkeypatch.setattr("assay.knowledge.apart.ReadingProcess", InProcess)
    monkeypatch.setattr("assay.skills.knowledge_qa.runner.cosines_or_none", lambda: None)
    monkeypatch.setattr("assay.skills.knowledge_qa.runner.pairs_or_none", lambda: None)
    # A new calibration must not move these tests.
    easy = replace(combiner(), code_from=0.1, about_from=0.02)
    for module in ("runner", "audit"):
        monkeypatch.setattr(f"assay.skills.knowledge_qa.{module}.combiner", lambda **_: easy)


class InProcess:
    """Reads here: reading in a child costs a second a command."""

    def __init__(self, *, ocr: bool) -> None:
        self._ocr = ocr

    def __call__(self, data: bytes, name: str) -> Any:
        return read_bytes(data, name, ocr=self._ocr)

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "pump.md").write_text(PUMP, encoding="utf-8")
    (folder / "secret.md").write_text(SECRET, encoding="utf-8")
    return folder


@pytest.fixture
def access(tmp_path: Path) -> Path:
    path = tmp_path / "access.json"
    rights = {"users": {"li": ["ops"], "guest": []}, "documents": {"pump.md": ["*"], "secret.md": ["ops"]}}
    path.write_text(json.dumps(rights), encoding="utf-8")
    return path


def asked(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = run(["knowledge", "ask", *map(str, arguments), "--no-model"])
    return code, capsys.readouterr().out


def test_an_answer_leaves_as_json_with_its_citation(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = asked(capsys, QUESTION, "--docs", docs, "--json")
    made = json.loads(out)
    assert code == 0 and made["status"] == "answered" and made["short_answer"] == "36 m³/h"
    cited = made["claims"][0]["citations"][0]
    assert cited["document"] == "pump.md" and PUMP[cited["start"] : cited["end"]] == cited["quote"]


def test_what_the_documents_do_not_say_is_refused(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = asked(capsys, "What is the melting point of aluminium?", "--docs", docs, "--json")
    assert code == 3 and json.loads(out)["refusal_reason"] == "not_in_corpus"


def test_a_missing_right_looks_like_nothing_and_is_in_the_audit_record(
    docs: Path, access: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "R-401 的引发剂浓度是多少？"
    code, out = asked(capsys, question, "--docs", docs, "--access", access, "--as", "li", "--json")
    assert code == 0 and json.loads(out)["short_answer"] == "6 %"
    code, out = asked(capsys, question, "--docs", docs, "--access", access, "--as", "guest", "--json")
    refused = json.loads(out)
    assert code == 3 and refused["refusal_reason"] == "not_in_corpus"
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "pump.md").write_text(PUMP, encoding="utf-8")
    _, out = asked(capsys, question, "--docs", alone, "--json")
    without = json.loads(out)
    for one in (refused, without):
        del one["run"], one["seconds"]
    assert refused == without
    with open_records(home() / "records.db") as records:
        rows = [json.loads(row.detail) for row in records.audit.rows() if row.what == "knowledge_refused"]
    assert [row["reason"] for row in rows] == ["no_right", "not_in_corpus"]


def test_evidence_of_an_answer_replays(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = asked(capsys, QUESTION, "--docs", docs, "--json")
    made = json.loads(out)
    assert run(["evidence", "replay", "--run", made["run"]]) == 0
    (docs / "pump.md").write_text(PUMP.replace("36", "40"), encoding="utf-8")
    asked(capsys, QUESTION, "--docs", docs)
    assert run(["evidence", "replay", "--run", made["run"]]) != 0


@pytest.mark.parametrize("arguments", [(), (QUESTION, "--batch", "x"), ("--batch", "x"), ("",)])
def test_a_wrong_command_line_is_said_so(
    arguments: tuple[str, ...], docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(capsys, *arguments, "--docs", docs)[0] == 2


def test_a_batch_answers_in_order_says_what_is_wrong_and_goes_on(
    docs: Path, access: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        json.dumps({"id": "a", "question": QUESTION, "lang": "en"}),
        "{not json",
        json.dumps({"id": "c", "question": ""}),
        "",
        json.dumps({"id": 4, "question": "R-401 的引发剂浓度是多少？", "user": "guest"}),
        json.dumps({"id": 5, "question": "R-401 的引发剂浓度是多少？", "user": "li"}),
        json.dumps({"id": 6, "question": 7}),
    ]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    arguments = ("--batch", source, "--out", target, "--docs", docs, "--access", access, "--as", "guest")
    assert asked(capsys, *arguments)[0] == 0
    whole = target.read_bytes()
    made = [json.loads(line) for line in whole.splitlines()]
    assert [one["id"] for one in made] == ["a", None, "c", 4, 5, 6]
    assert [one["status"] for one in made] == ["answered", "error", "error", "refused", "answered", "error"]
    assert made[0]["lang"] == "en" and "run" not in made[0]
    target.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]) + b'{"id": 4, "ques')
    assert asked(capsys, *arguments)[0] == 0
    assert target.read_bytes() == whole


def test_a_page_shows_the_quote_and_escapes_the_question(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "answer.html"
    code, _ = asked(capsys, f"{QUESTION}<script>", "--docs", docs, "--html", page)
    content = page.read_text(encoding="utf-8")
    assert code == 0 and "36 m³/h" in content and "<script>" not in content


class Scanned(InProcess):
    """Reads as if every page were a scan."""

    def __call__(self, data: bytes, name: str) -> Any:
        read = super().__call__(data, name)
        return replace(read, pages=tuple(replace(page, scanned=True) for page in read.pages))


@pytest.fixture
def paper(docs: Path) -> Path:
    (docs / "pump.md").unlink()
    lines = made_pdf.lines(("P-201 pump", 30, True), "The minimum flow of P-201A is 36 m³/h.")
    (docs / "pump.pdf").write_bytes(made_pdf.pdf(lines))
    return docs


def test_a_scanned_quote_comes_with_its_picture(
    paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.knowledge.apart.ReadingProcess", Scanned)
    page = tmp_path / "answer.html"
    code, out = asked(capsys, "What is the minimum flow of P-201A?", "--docs", paper, "--json", "--html", page)
    (cited,) = json.loads(out)["claims"][0]["citations"]
    head, _, data = cited["picture"].partition(",")
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert code == 0 and head == "data:image/png;base64" and picture.width > 200
    shown = page.read_text(encoding="utf-8")
    assert f'<img src="{cited["picture"]}"' in shown and "img-src data:" in shown


def test_a_quote_with_a_text_layer_has_none(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = asked(capsys, "What is the minimum flow of P-201A?", "--docs", paper, "--json")
    (cited,) = json.loads(out)["claims"][0]["citations"]
    assert "picture" not in cited


def batch(docs: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> tuple[int, str, list[Any]]:
    source, target = docs.parent / "in.jsonl", docs.parent / "out.jsonl"
    source.write_bytes(content)
    target.unlink(missing_ok=True)
    code = run(["knowledge", "ask", "--batch", str(source), "--out", str(target), "--docs", str(docs), "--no-model"])
    made = [json.loads(line) for line in target.read_bytes().splitlines()] if target.exists() else []
    return code, capsys.readouterr().err, made


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no questions"),
        (b"\xef\xbb\xbf \n\n", "has no questions"),
        (json.dumps({"id": 1, "question": QUESTION}, ensure_ascii=False).encode("gb18030"), "is not UTF-8"),
        (json.dumps({"id": 1, "question": QUESTION}).encode("utf-16"), "is not UTF-8"),
    ],
)
def test_a_file_that_holds_no_questions_is_said_so_in_one_sentence(
    docs: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    code, told, made = batch(docs, capsys, content)
    assert code == 2 and said in told and not made
    assert len([line for line in told.splitlines() if "in.jsonl" in line]) == 1


def test_a_batch_says_how_many_lines_failed_and_fails_when_all_did(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps({"id": 1, "question": QUESTION}).encode()
    huge = json.dumps({"id": 1, "question": "x" * 200_000}).encode()
    missing = b'{"id": 3}'
    code, told, made = batch(docs, capsys, b"\xef\xbb\xbf" + b"\r\n".join([good, huge, missing]))
    assert code == 0 and [one["status"] for one in made] == ["answered", "error", "error"]
    assert "2 of 3 lines could not be asked" in told and "several lines (1)" in told
    code, told, made = batch(docs, capsys, huge + b"\n" + missing)
    assert code == 1 and len(made) == 2 and all(len(one["error"]["en"]) < 200 for one in made)


def test_the_model_is_opened_only_where_it_verifies(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], docs: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("assay.cli.investigate.open_or_none", opened.append)
    monkeypatch.setattr(
        "assay.skills.knowledge_qa.runner.pairs_or_none", lambda: lambda _, texts: [Read(2.0, 0, 0) for _ in texts]
    )
    asking = ["knowledge", "ask", QUESTION, "--docs", str(docs)]
    assert run(asking) in (0, 3) and not opened
    assert run([*asking, "--by-model", "--no-model"]) in (0, 3) and not opened
    assert run([*asking, "--by-model"]) in (0, 3) and opened == ["en"]

"""``assay rules``: extract, confirm, check; exit codes, JSON, both languages, one clear sentence for bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.cli.root import run
from assay.knowledge.adding import AddOptions
from assay.knowledge.library import Library
from assay.plant.home import home
from assay.plant.records import open_records

TEXT = """# 平台

5.1 平台的宽度不应小于0.8m，栏杆高度不应小于1.1m。

5.2 当介质温度高于60℃时，管道外表面应采取防烫伤措施。
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("rules.md").write_text(TEXT, encoding="utf-8")
    Path("design.yaml").write_text("平台: {宽度: 700 mm}\n栏杆: {高度: 1.2 m}\n", encoding="utf-8")


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["rules", *words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_from_a_document_to_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "extract", "rules.md", "--out", "rules.yaml", "--json")
    assert code == 0 and json.loads(out)["value"]["counts"] == {"rules": 2, "unread": 0}
    code, _, err = call(capsys, "check", "design.yaml", "--against", "rules.yaml")
    assert code == 3 and "confirm" in err and "Traceback" not in err
    code, out, _ = call(capsys, "confirm", "rules.yaml", "--all", "--by", "李工", "--json")
    hashes = [one["hash"] for one in json.loads(out)["confirmed"]]
    with open_records(home() / "records.db") as records:
        rows = [row for row in records.audit.rows() if row.what == "rule_confirmed"]
    assert [row.subject for row in rows] == hashes and {row.who for row in rows} == {"李工"}
    code, out, _ = call(capsys, "check", "design.yaml", "--against", "rules.yaml", "--json", "--html", "page.html")
    value = json.loads(out)["value"]
    assert code == 0 and value["counts"] == {"pass": 0, "fail": 1, "not_applicable": 0, "cannot_tell": 1}
    assert value["results"][0]["place"]["document"] == "rules.md"
    page = Path("page.html").read_text(encoding="utf-8")
    assert "平台的宽度不应小于0.8m" in page and "700 mm" in page
    assert call(capsys, "check", "design.yaml", "--against", "rules.yaml", "--strict")[0] == 1
    code, _, err = call(capsys, "extract", "rules.md", "--out", "rules.yaml")
    assert code == 2 and "confirmed" in err


def test_a_changed_rule_is_proposed_again(capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, "extract", "rules.md", "--out", "rules.yaml")
    call(capsys, "confirm", "rules.yaml", "--all", "--by", "Li")
    path = Path("rules.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("0.8 m", "0.6 m"), encoding="utf-8")
    code, out, _ = call(capsys, "check", "design.yaml", "--against", "rules.yaml", "--json")
    assert code == 0 and json.loads(out)["value"]["rules"] == 1


def test_a_document_of_a_library_is_read_with_the_rights_of_who_asks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = tmp_path / "library"
    with Library.open(place) as library:
        library.add([Path("rules.md")], AddOptions(groups=("engineers",)))
    Path("access.json").write_text(
        json.dumps({"users": {"ann": ["engineers"], "bob": []}, "documents": {"rules.md": ["engineers"]}}),
        encoding="utf-8",
    )
    words = ("extract", "rules.md", "--library", str(place), "--access", "access.json", "--json")
    code, out, _ = call(capsys, *words, "--as", "ann")
    assert code == 0 and json.loads(out)["value"]["counts"]["rules"] == 2
    code, out, err = call(capsys, *words, "--as", "bob")
    assert code == 2 and "0.8" not in out + err


@pytest.mark.parametrize(
    "words",
    [
        ("extract", "nothing.md"),
        ("check", "nothing.yaml", "--against", "rules.yaml"),
        ("check", "design.yaml", "--against", "nothing.yaml"),
        ("check", "design.yaml", "--against", "design.yaml"),
        ("confirm", "rules.md", "--all", "--by", "Li"),
        ("confirm", "rules.yaml", "--all"),
        ("confirm", "rules.yaml", "--by", "Li"),
        ("extract", "rules.md", "--out", "/nowhere/at/all.yaml"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_wrong_input_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], lang: str
) -> None:
    monkeypatch.setenv("ASSAY_LANG", lang)
    code, _, err = call(capsys, *words)
    assert code == 2 and len(err.strip().splitlines()) == 1 and "Traceback" not in err

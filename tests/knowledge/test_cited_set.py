"""The question set behind the figures: its evidence stands where it says, and the check notices when it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.cited import check_set

TEXT = "# 泵\n\n表 1\n\n| 泵 | 温度 |\n|---|---|\n|  | ℃ |\n| P-1 | 85 |\n\n不得混用。\n"


def line(**changes: object) -> check_set.Line:
    """A right question, with changes."""
    expect = {"status": "answered", "values": ["85 ℃"], "gold": [{"document": "zh_a.md", "quote": "| P-1 | 85 |"}]}
    whole: check_set.Line = {
        "id": "q1", "question": "P-1 几度", "lang": "zh", "kind": "table", "split": "test", "answerable": True,
        "expect": expect,
    }  # fmt: skip
    expect_changes = changes.pop("expect", {})
    assert isinstance(expect_changes, dict)
    return whole | {"expect": expect | expect_changes} | changes


def folder(place: Path, *questions: check_set.Line) -> Path:
    """A set of one document for everybody and one for ops."""
    (place / "corpus").mkdir()
    for name in ("zh_a.md", "zh_b.md"):
        (place / "corpus" / name).write_text(TEXT, encoding="utf-8")
    access = {"users": {"li": ["ops"], "guest": []}, "documents": {"zh_a.md": ["*"], "zh_b.md": ["ops"]}}
    (place / "access.json").write_text(json.dumps(access), encoding="utf-8")
    rows = "\n".join(json.dumps(question, ensure_ascii=False) for question in questions)
    (place / "questions_zh.jsonl").write_text(rows + "\n", encoding="utf-8")
    return place


def test_the_set_is_sound() -> None:
    assert check_set.faults() == []


def test_a_right_question_passes(tmp_path: Path) -> None:
    both = (line(), line(id="q2", question="P-1 的温度", split="calibration"))
    assert check_set.faults(folder(tmp_path, *both)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (line(expect={"values": ["86 ℃"]}), "value in no gold quote"),
        (line(expect={"more": [["7 kPa"]]}), "value in no gold quote"),
        (line(expect={"gold": [{"document": "zh_a.md", "quote": "| P-1 | 86 |"}]}), "not in zh_a.md"),
        (line(expect={"gold": [{"document": "zh_c.md", "quote": "不得混用。"}], "values": ["不得"]}), "no document"),
        (line(expect={"also": [{"document": "zh_a.md", "quote": "可以混用。"}]}), "not in zh_a.md"),
        (line(kind="guess"), "unknown kind"),
        (line(kind="near_miss"), "does not fit near_miss"),
        (line(answerable=False), "does not fit table"),
        (line(user="nobody"), "unknown user"),
        (line(expect={"gold": [{"document": "zh_b.md", "quote": "| P-1 | 85 |"}]}), "may not read"),
        (line(user="li", kind="no_right", answerable=False,
              expect={"status": "refused", "refusal_reason": "not_in_corpus", "values": [],
                      "gold": [{"document": "zh_b.md", "quote": "不得混用。"}]}), "may read the gold"),
        (line(kind="conflict", answerable=False,
              expect={"status": "refused", "refusal_reason": "conflict", "values": [],
                      "gold": [{"document": "zh_a.md", "quote": "不得混用。"}]}), "needs 2 gold quotes"),
    ],
)  # fmt: skip
def test_a_wrong_one_is_told(tmp_path: Path, changed: check_set.Line, told: str) -> None:
    assert any(told in fault for fault in check_set.faults(folder(tmp_path, changed)))


def test_twice_and_lopsided_are_told(tmp_path: Path) -> None:
    found = check_set.faults(folder(tmp_path, line(), line()))
    assert "id twice: q1" in found
    assert any(fault.startswith("question twice") for fault in found)
    assert "zh table: 0 against 2 in the two halves" in found


def test_the_access_file_names_the_corpus(tmp_path: Path) -> None:
    place = folder(tmp_path, line())
    (place / "corpus" / "zh_new.md").write_text(TEXT, encoding="utf-8")
    assert "access.json and corpus differ: zh_new.md" in check_set.faults(place)


def test_a_row_brings_its_head() -> None:
    assert check_set.table_head(TEXT, "| P-1 | 85 |").splitlines() == ["表 1", "| 泵 | 温度 |", "|  | ℃ |"]
    assert check_set.cells("| P-1 | 85 |") == ["P-1", "85"]

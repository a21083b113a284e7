"""Counterfactuals: the value moves in its one place, a prohibition turns round, evidence goes with all its doubles."""

from __future__ import annotations

from pathlib import Path

from benchmarks.cited import make_flips
from benchmarks.cited.check_set import Line, documents, lines, plain

TEXTS = {
    "zh_a.md": "# P-1\n\n1.1 P-1 的压力不超过 5 MPa。P-1 严禁干转。\n\n"
    "| 泵 | 温度 | 流量 |\n|---|---|---|\n|  | ℃ | L |\n"
    "| P-1 | 85 | 30 |\n| P-2 | 90 | 30 |\n",
    "zh_b.md": "# 报警\n\n| 代码 | 含义 | 限值 |\n|---|---|---|\n| A-1 | P-1 温度高 | 85 ℃ |\n",
}


def asked(values: list[str], quote: str, question: str = "P-1 ?", **more: object) -> Line:
    """A question over the small corpus."""
    expect = {"status": "answered", "values": values, "gold": [{"document": "zh_a.md", "quote": quote}], **more}
    return {"id": "q", "question": question, "lang": "zh", "kind": "lookup", "answerable": True, "expect": expect}


def test_a_value_moves_in_its_sentence_only() -> None:
    flip = make_flips.value_flip(asked(["5 MPa", "5MPa"], "P-1 的压力不超过 5 MPa。"), TEXTS)
    assert flip is not None
    assert flip.old == ("5 MPa", "5MPa")
    assert flip.values[0] != "5 MPa" and flip.values[0].endswith(" MPa")
    changed = make_flips.applied(flip, TEXTS)
    assert f"P-1 的压力不超过 {flip.values[0]}。P-1 严禁干转。" in changed["zh_a.md"]
    assert changed["zh_b.md"] == TEXTS["zh_b.md"]
    assert flip == make_flips.value_flip(asked(["5 MPa", "5MPa"], "P-1 的压力不超过 5 MPa。"), TEXTS)


def test_a_further_part_of_the_answer_changes_alone() -> None:
    line = asked(["90 ℃", "90"], "| P-2 | 90 | 30 |", "P-2", more=[["30 L", "30"]])
    assert make_flips.value_flip(line, TEXTS, part=2) is None
    flip = make_flips.value_flip(line, TEXTS, part=1)
    assert flip is not None and flip.part == 1 and flip.old == ("30 L", "30")
    assert flip.edits[0].after.startswith("| P-2 | 90 |") and flip.id != make_flips.value_flip(line, TEXTS).id  # type: ignore[union-attr]


def test_no_flip_where_another_document_says_it_too() -> None:
    assert make_flips.value_flip(asked(["85 ℃"], "| P-1 | 85 | 30 |"), TEXTS) is None


def test_numbers_of_codes_are_no_values() -> None:
    assert make_flips.numeral("P-201B") is None
    assert make_flips.holds("P-30 泵 30 L", "30") == 1
    assert make_flips.swap("3 mm 至 5 mm", "5", "6") == "3 mm 至 6 mm"


def test_a_prohibition_turns_round() -> None:
    flip = make_flips.condition_flip(asked(["否"], "P-1 严禁干转。", "P-1 可以干转吗"), TEXTS)
    assert flip is not None
    assert "是" in flip.values and "P-1 允许干转。" in make_flips.applied(flip, TEXTS)["zh_a.md"]
    assert make_flips.condition_flip(asked(["5 MPa"], "P-1 的压力不超过 5 MPa。"), TEXTS) is None


def test_deleted_evidence_goes_with_its_doubles() -> None:
    flip = make_flips.deletion(asked(["85 ℃"], "| P-1 | 85 | 30 |"), TEXTS)
    assert flip is not None and flip.refused
    changed = make_flips.applied(flip, TEXTS)
    assert "| P-2 | 90 | 30 |" in changed["zh_a.md"] and "85" not in "".join(changed.values())
    both = asked(["5 MPa"], "P-1 的压力不超过 5 MPa。", also=[{"document": "zh_a.md", "quote": "P-1 严禁干转。"}])
    flip = make_flips.deletion(both, TEXTS)
    assert flip is not None and "1.1" not in make_flips.applied(flip, TEXTS)["zh_a.md"]


def test_the_whole_set_gives_enough_sound_ones(tmp_path: Path) -> None:
    texts = documents()
    found = list(make_flips.flips(texts, lines("questions_*.jsonl")))
    changed = [flip for flip in found if not flip.refused]
    assert len(changed) >= 300 and len(found) - len(changed) >= 300
    assert len({flip.id for flip in found}) == len(found)
    for flip in changed:
        (edit,) = flip.edits
        assert texts[edit.document].count(edit.before) == 1 and edit.after != edit.before
        assert not set(map(plain, flip.values)) & set(map(plain, flip.old))
    folder = make_flips.write(changed[0], texts, tmp_path / "changed")
    assert sorted(path.name for path in folder.iterdir()) == sorted(texts)


def test_a_range_stays_one_and_part_numbers_are_none() -> None:
    texts = {**TEXTS, "zh_c.md": "间隙为 3 mm 至 5 mm。\n\n备件号 8100 配 44 只。\n"}
    gold = [{"document": "zh_c.md", "quote": "间隙为 3 mm 至 5 mm。"}]
    flip = make_flips.value_flip(asked(["3 mm 至 5 mm"], "", "间隙多大", gold=gold), texts)
    assert flip is not None and flip.values[0].startswith("3 mm 至 ")
    assert float(make_flips.numeral(flip.values[0]) or 0) > 3
    gold = [{"document": "zh_c.md", "quote": "备件号 8100 配 44 只。"}]
    assert make_flips.value_flip(asked(["8100 配 44 只"], "", "备件号", gold=gold), texts) is None


def test_no_turn_where_the_sentence_speaks_of_other_equipment_or_denies_twice() -> None:
    assert make_flips.condition_flip(asked(["否"], "P-1 严禁干转。", "P-2 可以干转吗"), TEXTS) is None
    texts = {"en.md": "No interlock may be bridged. A fitter may not raise it.\n"}
    gold = [{"document": "en.md", "quote": "No interlock may be bridged."}]
    assert make_flips.condition_flip(asked(["no"], "", "May it be bridged?", gold=gold), texts) is None
    gold = [{"document": "en.md", "quote": "A fitter may not raise it."}]
    flip = make_flips.condition_flip(asked(["no"], "", "May a fitter raise it?", gold=gold), texts)
    assert flip is not None and flip.edits[0].after == "A fitter may raise it."
    flip = make_flips.condition_flip(asked(["no", "may not raise it"], "", "May a fitter?", gold=gold), texts)
    assert flip is not None and flip.values[-1] == "may raise it" and "yes" in flip.values

"""Documents that carry instructions: the twins differ by the order alone, and the answer stands in both."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from pathlib import Path

from benchmarks.cited.orders import HTML, MARKDOWN, Twin, main, twins
from benchmarks.cited.orders_texts import ORDERS

from assay.knowledge.passages import cut
from assay.knowledge.reading import read_bytes


def bare(text: str) -> str:
    """Without white space and table marks."""
    return re.sub(r"[\s|\\]+", "", html.unescape(text))


def units(twin: Twin, text: str) -> list[str]:
    """The sentences and rows that an answer could pick."""
    document = read_bytes(text.encode("utf-8"), twin.name)
    return [bare(unit.text) for passage in cut(document, twin.name, "1") for unit in passage.units]


def test_every_place_meets_every_trick_in_both_languages() -> None:
    found = twins()
    counts = Counter((twin.lang, twin.name.rsplit(".", 1)[1], twin.place, twin.trick) for twin in found)
    assert set(counts.values()) == {1}
    assert len(found) == 2 * len(ORDERS["en"]) * (len(MARKDOWN) + len(HTML))
    assert len(found) >= 300
    assert ORDERS["en"].keys() == ORDERS["zh"].keys()
    assert {twin.lang for twin in twins(count=300)} == {"en", "zh"}
    assert {twin.trick for twin in twins(count=300)} == ORDERS["en"].keys()


def test_the_seed_decides_everything() -> None:
    assert twins(3, 40) == twins(3, 40)
    assert [twin.clean for twin in twins(3, 40)] != [twin.clean for twin in twins(4, 40)]


def test_only_one_of_the_twins_carries_the_order() -> None:
    for twin in twins():
        assert twin.order
        assert bare(twin.order) not in bare(twin.clean), twin.id
        assert bare(twin.order) in bare(twin.carrying), twin.id
        assert twin.wrong.split(" ")[0] not in twin.clean
        assert twin.clean != twin.carrying


def test_without_the_order_the_twins_say_the_same() -> None:
    for twin in twins():
        if twin.name.endswith(".md") and twin.place in ("paragraph", "end", "heading", "caption", "note", "beside"):
            assert bare(twin.carrying).replace(bare(twin.order), "") == bare(twin.clean), twin.id


def test_the_answer_stands_in_one_unit_of_both_as_they_are_read() -> None:
    for twin in twins(count=60):
        wanted = bare(twin.evidence)
        assert twin.values[0] in twin.evidence
        assert [wanted in unit for unit in units(twin, twin.clean)].count(True) == 1, twin.id
        assert any(wanted in unit for unit in units(twin, twin.carrying)), twin.id


def test_files_of_the_same_name_are_written(tmp_path: Path) -> None:
    assert main(["--folder", str(tmp_path), "--count", "6", "--seed", "1"]) == 0
    rows = [json.loads(row) for row in (tmp_path / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [twin.id for twin in twins(1, 6)]
    for row, twin in zip(rows, twins(1, 6), strict=True):
        assert (tmp_path / "clean" / row["name"]).read_text(encoding="utf-8") == twin.clean
        assert (tmp_path / "carrying" / row["name"]).read_text(encoding="utf-8") == twin.carrying

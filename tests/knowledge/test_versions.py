"""Which version is in force on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assay.knowledge.versions import VersionRow, is_current, meant, replacements

DAY = date(2026, 3, 1)


def row(name: str, position: int = 1, **more: Any) -> VersionRow:
    fields: dict[str, Any] = {
        "key": f"{name}/{position}",
        "document": f"id of {name}",
        "name": name,
        "position": position,
        "label": str(position),
        "title": "",
        "lang": "en",
        "media": "text/plain",
        "pages": 1,
        "sha256": "",
        "owner": "",
        "valid_from": None,
        "valid_to": None,
        "replaces": (),
    }
    return VersionRow(**(fields | more))


def current(*rows: VersionRow, day: date = DAY) -> set[str]:
    replaced = replacements(rows, day)
    return {one.key for one in rows if is_current(one, replaced, day)}


def test_the_newest_version_that_has_begun_is_in_force() -> None:
    rows = row("a"), row("a", 2), row("a", 3, valid_from=date(2026, 4, 1))
    assert current(*rows) == {"a/2"}
    assert current(*rows, day=date(2026, 4, 1)) == {"a/3"}


def test_validity_holds_on_its_first_and_last_day() -> None:
    one = row("a", valid_from=DAY, valid_to=DAY)
    assert current(one) == {"a/1"}
    assert current(one, day=date(2026, 2, 28)) == current(one, day=date(2026, 3, 2)) == set()


def test_what_was_replaced_does_not_come_back_when_the_newer_one_ends() -> None:
    rows = row("a"), row("a", 2, valid_to=date(2026, 2, 1))
    assert current(*rows) == set()


def test_a_document_replaces_another_from_its_first_day() -> None:
    rows = row("SOP-12 rev A.pdf"), row("new.pdf", replaces=("SOP-12",), valid_from=DAY)
    assert current(*rows) == {"new.pdf/1"}
    assert current(*rows, day=date(2026, 2, 28)) == {"SOP-12 rev A.pdf/1"}


def test_two_that_replace_each_other_the_later_one_counts() -> None:
    first = row("a.txt", replaces=("b.txt",), valid_from=date(2025, 1, 1))
    second = row("b.txt", replaces=("a.txt",), valid_from=date(2026, 1, 1))
    assert current(first, second) == {"b.txt/1"}


def test_a_version_that_was_itself_replaced_replaces_nothing() -> None:
    rows = row("old.txt"), row("a.txt", replaces=("old.txt",)), row("a.txt", 2)
    assert current(*rows) == {"old.txt/1", "a.txt/2"}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("pumps/SOP-12 start.pdf", "pumps/SOP-12 start.pdf"),
        ("SOP-12 start", "pumps/SOP-12 start.pdf"),
        ("sop 12", "pumps/SOP-12 start.pdf"),
        ("SOP－12", "pumps/SOP-12 start.pdf"),
        ("《离心泵手册》", "泵.pdf"),
        ("泵", "泵.pdf"),
        ("Q/ABC 7", "std.pdf"),
        ("SOP-1", None),
        ("SOP-120", None),
        ("start", None),
        ("", None),
        ("《》", None),
    ],
)
def test_a_reference_means_id_name_title_or_number(reference: str, expected: str | None) -> None:
    rows = [row("pumps/SOP-12 start.pdf"), row("泵.pdf", title="离心泵手册"), row("std.pdf", title="Q/ABC 7 Valves")]
    assert meant(reference, rows) == (set() if expected is None else {f"id of {expected}"})


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("K-210 Manual Rev. 3", {"old.pdf"}),
        ("K-210 spare parts list", {"K-210 spare parts list.xlsx"}),
        ("K-210 data sheet", set()),
        ("K-210", {"old.pdf", "K-210 spare parts list.xlsx"}),
        ("Q/HX 203-2021", {"plan.pdf"}),
        ("SOP-C401-01 第 2 版", {"SOP-C401-01 精馏塔.docx"}),
        ("SOP-C401-0", set()),
    ],
)
def test_a_reference_with_a_number_means_what_has_its_other_words_too(reference: str, expected: set[str]) -> None:
    rows = [
        row("old.pdf", title="K-210 Compressor Manual"),
        row("K-210 spare parts list.xlsx"),
        row("plan.pdf", title="循环水泵规程", number="Q/HX 203-2021"),
        row("SOP-C401-01 精馏塔.docx"),
    ]
    assert meant(reference, rows) == {f"id of {one}" for one in expected}


def test_the_exact_name_counts_before_a_like_one() -> None:
    assert meant("valve.txt", [row("valve.txt"), row("old/valve.txt")]) == {"id of valve.txt"}
    assert len(meant("valve", [row("valve.txt"), row("old/valve.txt")])) == 2

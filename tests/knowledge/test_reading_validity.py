"""Versions and days in the document's own words, and nothing where the words are about something else."""

from __future__ import annotations

from datetime import date

import pytest

from assay.knowledge.document import Stated
from assay.knowledge.reading import read_bytes
from assay.knowledge.reading.days import day_of


def stated(text: str, name: str = "a.txt") -> Stated:
    return read_bytes(text.encode(), name).stated


MARCH = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("循环泵操作规程\n版本：2.1\n生效日期：2024-03-01\n", Stated("2.1", MARCH)),
        ("文件编号 SM-P201-2024，第 3 版，自 2024-03-01 起生效。", Stated("3", MARCH)),
        (
            "Pump manual, Rev. C\nEffective date: 1 March 2024\nSupersedes SOP-12 Rev B",
            Stated("C", MARCH, None, ("SOP-12 Rev B",)),
        ),
        (
            "GB/T 3766-2015\n代替 GB/T 3766-2001\n2023-12-31发布 2024-03-01实施",
            Stated("", MARCH, None, ("GB/T 3766-2001",)),
        ),
        ("本规程自2024年3月1日起施行。", Stated("", MARCH)),
        ("本版替代 SOP-12-2019。", Stated("", None, None, ("SOP-12-2019",))),
        ("Version 2.1\nValid until 31 December 2026", Stated("2.1", None, date(2026, 12, 31))),
        ("有效期：2024年3月1日至2026年12月31日", Stated("", MARCH, date(2026, 12, 31))),
        ("本规程自2024年3月2日起废止。", Stated("", None, MARCH)),
        (
            "This edition supersedes edition 2.1 of 15 April 2019 (pump_2019.md).",
            Stated("", None, None, ("pump_2019.md",)),
        ),
        ("手册（第 2 版）\n", Stated("2")),
        ("第3版，自2024-03-01起有效，至2024-04-30止\n", Stated("3", MARCH, date(2024, 4, 30))),
        ("第4版\n本版代替第3版（ZS-SM-03）。", Stated("4", None, None, ("ZS-SM-03",))),
        (
            "Version 4, valid from 2024-03-01\nThis edition supersedes version 3 (valid from 2021-09-01).",
            Stated("4", MARCH, None, ("version 3",)),
        ),
        (
            "Version 3, valid from 2021-09-01\nSuperseded by version 4 (valid from 2024-03-01). Kept for reference.",
            Stated("3", date(2021, 9, 1), date(2024, 2, 29)),
        ),
        (
            "Edition 4, 12 September 2019\nREPLACED by edition 5 from 1 March 2024. Kept for reference only.",
            Stated("4", None, date(2024, 2, 29)),
        ),
        ("This edition 4 is replaced by edition 5 of 2024-03-01.", Stated("", None, date(2024, 2, 29))),
        ("Edition 5\n1.1 This edition 5 replaces edition 4 completely.", Stated("5", None, None, ("edition 4",))),
        (
            "1.1 This is Edition 4, dated 2 March 2023; it replaces Edition 3 of 14 May 2016, which is withdrawn.",
            Stated("4", None, None, ("Edition 3",)),
        ),
        ("This is the 4th edition; it supersedes edition 3.", Stated("4", None, None, ("edition 3",))),
        ("This is edition 5 of this manual, which supersedes edition 4.", Stated("", None, None, ("edition 4",))),
        (
            "1.1 This is Edition 3, dated 14 May 2016; it replaced Edition 2 of 2012.\n\n"
            "1.2 Note added later: this edition was replaced by Edition 4 of 1 March 2024 and is kept in the archive.",
            Stated("3", None, date(2024, 2, 29)),
        ),
        (
            "版次：第 4 版　生效日期：2024 年 3 月 1 日\n"
            "本版取代 2019 年 6 月 5 日的第 3 版；第 3 版自本版生效之日起作废。",
            Stated("4", MARCH, None, ("第 3 版",)),
        ),
        ("版次：第 3 版\n状态：已由 2024 年 3 月 1 日的第 4 版取代，仅供查考。", Stated("3", None, date(2024, 2, 29))),
        ("第3版\n**本版已作废：自2024年3月1日起由第4版代替。**", Stated("3", None, date(2024, 2, 29))),
        ("本手册为第4版，第3版同时作废。", Stated("4", None, None, ("第3版",))),
        ("Version 4\nVersion 3 is hereby withdrawn.", Stated("4", None, None, ("Version 3",))),
        ("Version 3\nVersion 3 is no longer valid.", Stated("3")),
        ("This edition supersedes edition of April 2019 and issue as sent.", Stated()),
        ("第3版\n已于2024年3月1日被第4版代替。", Stated("3", None, date(2024, 2, 29))),
        ("版本 | B/2 | 生效日期 | 2024.03.01", Stated("B/2", MARCH)),
        ("Operating manual (V3.0)", Stated("3.0")),
        ("本办法自二〇二四年三月一日起施行，原《旧办法》同时废止。", Stated("", MARCH, None, ("旧办法",))),
        ("This procedure is effective from 2024-03-01.", Stated("", MARCH)),
        ("内容\n" * 2000 + "本办法自2024年3月1日起施行。\n", Stated("", MARCH)),
    ],
)
def test_what_a_document_says_of_itself(text: str, expected: Stated) -> None:
    assert stated(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "参见 SOP-12 版本 3。",
        "固件版本 2.1 或更高",
        "SOP-99 Rev B supersedes SOP-98.",
        "校准有效期至 2024-03-01",
        "Version 1 pumps need oil.",
        "应自2024年3月1日起执行新的轮班表，注意安全。",
        "该标准于2001年1月1日实施，已代替 GB/T 1。",
        "Effective date: 03/04/2024",
        "The new pump replaces P-101.",
        "Note: replaces P-101.",
        "The filter clogs often; it replaces edition 2 filters.",
        "自2024年3月1日起由夜班代替白班巡检。",
        "控制程序已由供货商代替升级。",
        "Replaced by a new pump on 1 March 2024.",
        "3.2 The new seal replaces edition 2 pumps' packing.",
        "本规程部分代替 SOP-12。",
        "2024-03-01发布",
        "用 B 型泵代替 A-100 型泵。",
        "Rev A\nRev B",
        "生效日期：2024-03-01\n生效日期：2024-04-01",
        "内容\n" * 2000 + "版本：2.1\n生效日期：2024-03-01\n",
        "仪表 | 编号 | 有效期至\n2024-03-01 | 2",
    ],
)
def test_what_speaks_of_something_else_or_in_two_ways_is_left_empty(text: str) -> None:
    assert stated(text) == Stated()


@pytest.mark.parametrize(
    ("text", "expected", "number"),
    [
        (
            "编号：Q/HX 203-2025 版本：C 版 2024 年 3 月 1 日起实施\n本版替代 Q/HX 203-2021。",
            Stated("C", MARCH, None, ("Q/HX 203-2021",)),
            "Q/HX 203-2025",
        ),
        ("Doc. No. WI-77 Rev. 3 Effective date: 1 March 2024 Page 1 of 3", Stated("3", MARCH), "WI-77"),
        ("Document No.: SOP-12 Rev. B Approved by: Li Date: 2024-01-02", Stated("B"), "SOP-12"),
        ("文件编号：SOP-C401-02 版次：A/1 生效日期：2024-03-01", Stated("A/1", MARCH), "SOP-C401-02"),
        ("编号 名称 版本 数量\n1 泵 2 3", Stated(), ""),
        ("Equipment No.: P-305\nOrder No.: 4711 Rev. 2", Stated(), ""),
        ("文件编号：A-1\n文件编号：A-2", Stated(), ""),
    ],
)
def test_several_fields_in_one_line(text: str, expected: Stated, number: str) -> None:
    read = read_bytes(text.encode(), "a.txt")
    assert (read.stated, read.number) == (expected, number)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("This document supersedes K-210 Manual Rev. 3.", "K-210 Manual Rev. 3"),
        ("本规程代替 P-305 操作规程，从今日起执行。", "P-305 操作规程"),
        ("This manual supersedes OM-K210.", "OM-K210"),
    ],
)
def test_what_is_replaced_keeps_its_name_behind_the_number(text: str, name: str) -> None:
    assert stated(text).replaces == (name,)


def test_the_newest_row_of_a_table_of_revisions() -> None:
    table = "# T\n\n| 版本 | 日期 | 修订内容 |\n|--|--|--|\n| B | 2023-05-01 | 改 |\n| A | 2020-01-01 | 首版 |\n"
    assert stated(table, "a.md") == Stated("B")
    assert stated(table.replace("2020-01-01", "以前"), "a.md") == Stated()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年3月1日", MARCH),
        ("二〇二四年三月一日", MARCH),
        ("二○二四年十二月三十一日", date(2024, 12, 31)),
        ("2024/3/1", MARCH),
        ("20240301", MARCH),
        ("1st of March 2024", MARCH),
        ("Mar 1, 2024", MARCH),
        ("01-Mar-2024", MARCH),
        ("01.03.2024", MARCH),
        ("13/03/2024", date(2024, 3, 13)),
        ("03/13/2024", date(2024, 3, 13)),
        ("03/04/2024", None),
        ("2024-02-30", None),
        ("March 2024", None),
    ],
)
def test_days(text: str, expected: date | None) -> None:
    assert day_of(text) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [("Document CS-OM-21, edition 5", "CS-OM-21"), ("Document Control", ""), ("Document CS-OM-21 and CS-OM-22", "")],
)
def test_a_number_without_a_label_is_one_that_cannot_be_a_word(text: str, number: str) -> None:
    assert read_bytes(text.encode(), "a.txt").number == number


@pytest.mark.parametrize(
    "text",
    [
        "# Pump P-7 manual (superseded)\n\nEdition 3\n",
        "SUPERSEDED - FOR REFERENCE ONLY\nPump P-7 manual\n",
        "Pump P-7 manual\nDocument status: obsolete\n",
        "Pump P-7 manual\nEdition 3\nSuperseded by edition 4. Kept for reference.\n",
        "Pump P-7 manual\n\nThis edition has been replaced by Edition 4 and is kept in the archive.\n",
        "Pump P-7 manual\n\n1.1 This manual is withdrawn.\n",
        "Pump P-7 manual\n\n1.1 This manual is withdrawn and must not be used.\n",
        "Pump P-7 manual (superseded by edition 4)\n",
        "【作废】循环泵操作规程\n版本：3\n",
        "循环泵操作规程（旧版，已作废）\n",
        "循环泵操作规程\n版本：3\n状态：已作废\n",
        "循环泵操作规程\n第3版\n本版已由第4版代替，仅供查阅，不得用于现场。\n",
        "循环泵操作规程\n已作废，不得用于现场\n",
        "| 状态 | 已作废 |\n",
    ],
)
def test_what_says_that_it_is_superseded_without_a_day(text: str) -> None:
    assert stated(text, "a.md" if text.startswith(("#", "|")) else "a.txt").superseded


@pytest.mark.parametrize(
    "text",
    [
        "Pump P-7 manual\nEdition 4\nThis edition supersedes edition 3, which is withdrawn.\n",
        "Pump P-7 manual\nEdition 4\nEdition 3 is superseded.\n",
        "Pump P-7 manual\nEdition 4\nSuperseded by: none\n",
        "# Revisions\n\n| Edition | Date | Status |\n|---|---|---|\n| 3 | 2019 | superseded |\n| 4 | 2024 | valid |\n",
        "Pump P-7 manual\nEdition 4\n\nRevisions\n3 superseded by edition 4\nSuperseded by edition 4\n",
        "Pump P-7 manual\nThis document is obsolete when printed.\n",
        "Pump P-7 manual\nThis procedure is withdrawn if the pump is scrapped.\n",
        "Pump P-7 manual\n\nKeep it clean.\n\nOil it.\n\nTurn it.\n\nStop it.\n\nStart it.\n\nObsolete\n",
        "Gas cylinders (withdrawn from service): how they are emptied\n",
        "Pump P-7 (obsolete)\nManual\nStatus: obsolete\n",
        "Pump P-7 manual\nThis manual is superseded in part by SOP-4.\n",
        "滚动轴承手册（失效分析）\n",
        "滚动轴承\n失效\n",
        "循环泵操作规程\n第4版\n第3版同时作废\n",
        "循环泵操作规程\n作废的密封圈不得再用。\n",
        "循环泵操作规程\n本规程未作废前不得停用。\n",
        "循环泵操作规程\n本规程已作废的条款见附录。\n",
        "备用泵\n被停用的阀门可由新阀代替。\n",
        "Pump P-7 manual\nSuperseded parts are kept in store 3.\n",
    ],
)
def test_what_speaks_of_another_edition_or_thing_is_not_superseded(text: str) -> None:
    assert not stated(text, "a.md" if text.startswith("#") else "a.txt").superseded


def test_a_day_says_more_than_the_mark() -> None:
    text = "Pump manual (superseded)\nSuperseded by edition 4 (valid from 2024-03-01)\n"
    assert stated(text) == Stated("", None, date(2024, 2, 29))

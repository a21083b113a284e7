"""Cases from a table of fault records or work orders (CSV, Parquet, Excel, JSON), headers in Chinese or English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.plant.failures_iso import CAUSES, MECHANISMS, MODES
from assay.plant.file_table import load_table, shortened, simple
from assay.skills.cases.case import Case, Said, make_case

MAX_BYTES = 1 << 28
SUFFIXES = frozenset({".csv", ".tsv", ".parquet", ".xlsx", ".xls", ".ods", ".json", ".jsonl"})
"""Names of files that are tables; whatever else is a written document (``written``)."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "record", "order", "work order", "wo id", "wonum", "编号", "记录编号", "工单号", "缺陷编号"),
    "equipment": (
        *("equipment", "asset", "equipment id", "asset id", "tag", "equipment name", "machine", "assetnum"),
        *("equipment number", "functional location", "location", "technical object"),
        *("设备", "设备位号", "位号", "设备编号", "设备编码", "设备名称", "功能位置"),
    ),
    "kind": (
        *("kind", "equipment class", "class", "type", "equipment type", "asset type", "object type"),
        *("设备类型", "设备类别", "类型"),
    ),
    "time": (
        *("time", "date", "failed", "failure date", "event time", "malfunction start", "reported", "report date"),
        *("reportdate", "actual finish", "actfinish"),
        *("时间", "日期", "故障时间", "发生时间", "发现时间", "报修时间"),
    ),
    "symptoms": (
        *("symptoms", "symptom", "failure description", "problem", "observation", "description", "wo description"),
        *("short text", "problem description", "fault description", "complaint"),
        *("症状", "现象", "故障现象", "故障描述", "描述", "异常现象", "缺陷描述", "缺陷现象", "缺陷内容", "故障内容"),
    ),
    "checks": ("checks", "check", "inspection", "findings", "检查", "检查情况", "检查结果", "检测"),
    "cause": (
        *("cause", "root cause", "failure cause", "reason", "cause text", "cause description", "cause code text"),
        *("原因", "故障原因", "根本原因", "原因分析", "缺陷原因"),
    ),
    "component": (
        *("component", "part", "item", "failed part", "object part", "object part text"),
        *("部件", "故障部件", "部位", "故障部位", "零件"),
    ),
    "measures": (
        *("measures", "measure", "action", "actions", "repair", "remedy", "work done", "corrective action"),
        *("activity text", "action taken", "actions taken", "work performed", "remedy description", "resolution"),
        *(
            "措施",
            "处理措施",
            "处理",
            "处理方法",
            "处理情况",
            "维修内容",
            "检修内容",
            "消缺措施",
            "消缺情况",
            "解决方案",
        ),
    ),
    "outcome": ("outcome", "result", "effect", "结果", "处理结果", "消缺结果", "效果"),
    "mode": ("failure mode", "mode", "失效模式", "故障模式"),
    "mechanism": ("failure mechanism", "mechanism", "失效机理", "故障机理"),
    "category": ("cause category", "category", "原因类别"),
    "author": ("author", "reported by", "engineer", "记录人", "处理人", "报告人", "专家"),
}
"""Field -> headers that mean it, as records and maintenance systems (in the manner of SAP PM and Maximo) name them."""
_NOT_ABOUT = r"(?!.*\b(?:by|date|time|cost|hours?|code|point)\b)"
_LIKE: Mapping[str, re.Pattern[str]] = {
    name: re.compile("|".join(patterns))
    for name, patterns in {
        "equipment": (
            r"^(?:故障|报修|缺陷)?(?:设备|机台|位号)(?!类|型|种)",
            r"^(?:failed )?(?:equipment|asset|machine|tag)\b(?! (?:class|type|kind|group))",
        ),
        "symptoms": (
            r"现象|症状|(?:故障|缺陷|异常|问题)(?:的)?(?:描述|内容|情况|表现)|^(?:故障|问题|缺陷)$",
            r"symptom|(?:failure|fault|defect|problem|event) desc|^(?:fault|defect|problem|malfunction)$",
        ),
        "cause": (r"原因(?!类|代码|编码|分类|码)", r"\bcause(?!s? (?:code|category|class))|failure reason"),
        "measures": (
            r"(?:措施|处理|处置|解决|维修|检修|修理)(?:方法|办法|过程|内容|情况|方案|措施|描述|记录)?$",
            r"\b(?:corrective|repair|remedial)\b" + _NOT_ABOUT,
            r"^(?:actions?|measures?|remed(?:y|ies)|solution|repair)\b" + _NOT_ABOUT,
        ),
        "outcome": (r"(?:结果|效果)$", r"^(?:outcome|result)s?\b"),
        "checks": (
            r"(?:检查|检测|诊断)(?:过程|发现|情况|结果|内容|记录)?$",
            r"^(?:checks?|inspection|diagnosis|findings?)\b" + _NOT_ABOUT,
        ),
        "component": (r"(?:部件|零件|部位)(?:名称)?$", r"^(?:failed )?(?:component|part)(?: name| description)?$"),
        "time": (
            r"^(?:故障|缺陷|发生|发现|报修|停机|开始)?(?:日期|时间)$",
            r"^(?:failure|event|fault|start|reported|notification) (?:date|time|on)$",
        ),
        "id": (
            r"^(?:记录|工单|缺陷|故障|报修)(?:编号|号|单号)$",
            r"^(?:wo|work order|record|notification|order)\b.{0,3}(?:no\.?|number|id|#)$",
        ),
    }.items()
}
"""Field -> what a header holds that means it, where no header is one of the known names."""
_SEVERAL = re.compile(r"[;；\n]+|(?<=[^\d])\s*\|\s*")
_CODES: Mapping[str, Mapping[str, Any]] = {"mode": MODES, "mechanism": MECHANISMS, "category": CAUSES}


@dataclass(frozen=True, slots=True)
class Imported:
    """The cases of a file, and how many of its rows told of no failure (no symptom, or neither cause nor measure)."""

    cases: tuple[Case, ...]
    left_out: int = 0


def read_cases(path: Path, *, groups: Sequence[str], source: str | None = None) -> Imported:
    """Read a file of records. Raises InputError when no column tells the equipment or the symptom."""
    rows = list(_rows(path))
    found, left_out = [], 0
    for line, row in rows:
        case = case_of_row(row, line, source or path.name, tuple(groups))
        if case is None:
            left_out += 1
        else:
            found.append(case)
    if not rows:
        raise InputError("cases.file_no_row", path=path)
    if not found:
        raise InputError("cases.file_no_case", path=path, count=len(rows))
    return Imported(tuple(found), left_out)


def case_of_row(row: Mapping[str, str], line: int, source: str, groups: tuple[str, ...]) -> Case | None:
    """The case of one row by field; None where it tells of no failure."""
    if not row.get("equipment") or not row.get("symptoms") or not (row.get("cause") or row.get("measures")):
        return None
    codes = {name: _code(name, row.get(name, "")) for name in _CODES}
    return make_case(
        equipment=row["equipment"],
        kind=row.get("kind", ""),
        symptoms=_several(row["symptoms"]),
        checks=_several(row.get("checks", "")),
        causes=_several(row.get("cause", "")),
        measures=_several(row.get("measures", "")),
        outcome=Said(row["outcome"]) if row.get("outcome") else None,
        component=row.get("component", ""),
        codes=codes,
        time=row.get("time", ""),
        author=row.get("author", ""),
        source=source,
        place=line,
        groups=groups,
    )


def _several(cell: str) -> tuple[Said, ...]:
    return tuple(Said(part.strip()) for part in _SEVERAL.split(cell) if part.strip())


def _code(name: str, cell: str) -> str:
    """A code of ISO 14224 as written, or the one whose name (zh or en) is written; "" for other words."""
    table = _CODES[name]
    plain = cell.strip()
    if plain.upper() in table:
        return plain.upper()
    if plain.lower() in table:
        return plain.lower()
    return next((code for code, names in table.items() if plain and plain.casefold() in map(str.casefold, names)), "")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by field) of each row."""
    if path.suffix.lower() in (".json", ".jsonl"):
        table = _json_rows(path)
    elif path.suffix.lower() in (".xlsx", ".xls", ".ods"):
        table = _sheet_rows(path)
    else:
        table = _text_rows(path)
    chosen: dict[str, str] | None = None
    for line, cells in table:
        chosen = chosen if chosen is not None else _chosen(path, list(cells))
        yield line, {name: _plain(cells.get(header)) for name, header in chosen.items()}


def _plain(cell: Any) -> str:
    if isinstance(cell, list):
        return "; ".join(_plain(one) for one in cell)
    return "" if cell is None else str(cell).strip()


def columns_of(headers: Sequence[str]) -> dict[str, str] | None:
    """Field -> header, None where no column tells the equipment or the symptom."""
    by_word = {simple(header): header for header in headers}
    found = {name: next((by_word[word] for word in words if word in by_word), "") for name, words in COLUMNS.items()}
    for name, like in _LIKE.items():
        if not found[name]:
            free = (header for word, header in by_word.items() if header not in found.values() and like.search(word))
            found[name] = next(free, "")
    if not found["equipment"] or not found["symptoms"]:
        return None
    return {name: header for name, header in found.items() if header}


def _chosen(path: Path, headers: Sequence[str]) -> dict[str, str]:
    found = columns_of(headers)
    if found is None:
        raise InputError("cases.file_columns", path=path, columns=shortened(", ".join(headers)))
    return found


def _text_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        raw = load_table(path, MAX_BYTES, _is_head)
    except InputError as error:
        if error.key != "plant.import_no_time":  # no row is a head of records: their columns are asked for, no time
            raise
        raise InputError("cases.file_columns", path=path, columns=error.params["columns"]) from None
    columns = {name: raw.columns[name].to_pylist() for name in raw.columns.column_names}
    for row, line in enumerate(raw.lines.tolist()):
        yield int(line), {name: cells[row] for name, cells in columns.items()}


def _sheet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except (CalamineError, OSError) as error:
        raise InputError("cases.file_broken", path=path, problem=str(error).splitlines()[0]) from None
    heads = [next((at for at, row in enumerate(rows) if _is_head([str(one) for one in row])), None) for rows in sheets]
    found = next(((rows, head) for rows, head in zip(sheets, heads, strict=True) if head is not None), None)
    if found is None:
        first = [str(one) for rows in sheets[:1] for row in rows[:1] for one in row if str(one)]
        raise InputError("cases.file_columns", path=path, columns=shortened(", ".join(first)) or "-")
    rows, head = found
    headers = [str(one) for one in rows[head]]
    for at, row in enumerate(rows[head + 1 :], head + 2):
        yield at, dict(zip(headers, row, strict=False))


def _is_head(cells: Sequence[str]) -> bool:
    """Whether a row names the columns of records; one that names the equipment alone is told what is missing."""
    plain = [cell for cell in cells if cell.strip()]
    known = {word for name in ("equipment", "symptoms") for word in COLUMNS[name]}
    return columns_of(plain) is not None or (len(plain) > 1 and bool({simple(one) for one in plain} & known))


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        content = path.read_text(encoding="utf-8-sig")
        lines = content.splitlines() if path.suffix.lower() == ".jsonl" else None
        loaded = json.loads(content) if lines is None else [json.loads(line) for line in lines if line.strip()]
    except OSError as error:
        raise InputError("cases.file_broken", path=path, problem=error.strerror or error) from None
    except ValueError as error:
        raise InputError("cases.file_broken", path=path, problem=error) from None
    rows = loaded.get("cases", loaded) if isinstance(loaded, dict) else loaded
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError("cases.file_columns", path=path, columns="-")
    yield from enumerate(rows, 1)

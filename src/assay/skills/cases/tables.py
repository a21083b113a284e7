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
    if not found["equipment"] or not found["symptoms"]:
        return None
    return {name: header for name, header in found.items() if header}


def _chosen(path: Path, headers: Sequence[str]) -> dict[str, str]:
    found = columns_of(headers)
    if found is None:
        raise InputError("cases.file_columns", path=path, columns=shortened(", ".join(headers)))
    return found


def _text_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    known = {word for name in ("equipment", "symptoms") for word in COLUMNS[name]}
    raw = load_table(path, MAX_BYTES, lambda cells: bool({simple(cell) for cell in cells} & known))
    columns = {name: raw.columns[name].to_pylist() for name in raw.columns.column_names}
    for row, line in enumerate(raw.lines.tolist()):
        yield int(line), {name: cells[row] for name, cells in columns.items()}


def _sheet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, IndexError) as error:
        raise InputError("cases.file_broken", path=path, problem=str(error).splitlines()[0]) from None
    known = {word for name in ("equipment", "symptoms") for word in COLUMNS[name]}
    head = next((at for at, row in enumerate(rows) if len({simple(str(one)) for one in row} & known) >= 1), None)
    if head is None:
        raise InputError("cases.file_columns", path=path, columns="-")
    headers = [str(one) for one in rows[head]]
    for at, row in enumerate(rows[head + 1 :], head + 2):
        yield at, dict(zip(headers, row, strict=False))


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

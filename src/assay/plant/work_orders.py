"""Past work orders from a CSV or Parquet file, with the columns that maintenance systems export, in English or Chinese.

Everything a row says is a person's text: data, and never an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.plant.file_table import load_table, shortened, simple
from assay.plant.notes import Note

MAX_BYTES = 1 << 28
FIELDS = ("id", "time", "equipment", "name", "description", "code", "meaning", "note", "kind")

#: Field -> header words as ``file_table.simple`` writes them, the better first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": (
        *("wo id", "work order", "work order id", "order", "order id", "event id", "id", "number"),
        *("工单号", "工单编号", "工单", "编号"),
    ),
    "time": (
        *("actual finish", "finish", "finished", "completed", "closed", "event time", "date", "time", "timestamp"),
        *("完成时间", "完工时间", "结束时间", "日期", "时间"),
    ),
    "equipment": (
        *("equipment id", "asset id", "equipment", "asset", "tag", "functional location"),
        *("设备编号", "设备位号", "位号", "设备"),
    ),
    "name": ("equipment name", "asset name", "设备名称"),
    "description": ("wo description", "description", "work", "text", "描述", "工作内容", "内容", "故障现象"),
    "code": ("secondary code", "primary code", "failure code", "event type", "code", "故障代码", "失效代码"),
    "meaning": (
        *("secondary code description", "primary code description", "failure", "cause", "故障原因", "失效模式"),
    ),
    "note": ("note", "notes", "remark", "result", "action", "备注", "处理结果", "处理措施", "处理"),
    "kind": ("event group", "record type", "类别"),
}
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_ORDER = re.compile(r"work.?order|工单", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One order. ``time`` (when it was finished) is ISO text in UTC or empty; ``line`` its line in the file."""

    id: str
    time: str
    equipment: str
    name: str
    description: str
    code: str
    meaning: str
    note: str
    line: int


@dataclass(frozen=True, slots=True)
class OrderImport:
    """The orders of a file, and what was noted on the way."""

    orders: tuple[WorkOrder, ...]
    notes: list[Note] = field(default_factory=list)

    def plain(self) -> list[dict[str, Any]]:
        """The orders as plain data."""
        return [asdict(order) for order in self.orders]


def read_work_orders(path: Path | str, *, zone: str = "UTC", columns: Mapping[str, str] | None = None) -> OrderImport:
    """Read a file of work orders. ``columns`` names headers by field (see ``FIELDS``) where they are unknown words.

    InputError when no column is known to hold the equipment, or none of code, description and note is there. Rows of
    another kind (events, alerts in one table with the orders) are left out.
    """
    path, wanted = Path(path), columns or {}
    named = {simple(header) for header in wanted.values()}

    def is_header(cells: list[str]) -> bool:
        plain = {simple(cell) for cell in cells}
        known = {word for name in ("equipment", "name") for word in COLUMNS[name]}
        return bool(plain & (known | named))

    try:
        raw = load_table(path, MAX_BYTES, is_header)
    except InputError as error:
        if error.key != "plant.import_no_time":  # the reader's word for a file without the header that it looks for
            raise
        raise InputError("plant.orders_columns", path=path, columns=error.params["columns"]) from error
    chosen = _chosen(path, raw.columns.column_names, wanted)
    cells = {
        name: [str(one or "").strip() for one in raw.columns[column].to_pylist()] for name, column in chosen.items()
    }
    notes = list(raw.notes)
    times = _times(cells.get("time", []), zone, notes)
    orders = []
    for row, line in enumerate(raw.lines.tolist()):
        about = {name: column[row] for name, column in cells.items()}
        kind = about.pop("kind", "")
        if kind and not _ORDER.search(kind):
            continue
        if about.get("equipment") or about.get("name"):
            about["time"] = times[row] if times else ""
            orders.append(WorkOrder(**{**dict.fromkeys(FIELDS[:-1], ""), **about}, line=int(line)))
    if not orders:
        raise InputError("plant.orders_none", path=path)
    return OrderImport(tuple(orders), notes)


def _chosen(path: Path, names: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    by_word = {simple(name): name for name in names}
    found: dict[str, str] = {}
    for one, header in wanted.items():
        if one not in FIELDS or simple(header) not in by_word:
            columns = shortened(", ".join(names))
            raise InputError("plant.orders_column", path=path, field=one, column=header, columns=columns)
        found[one] = by_word[simple(header)]
    for one in FIELDS:
        free = (by_word[word] for word in COLUMNS[one] if word in by_word and by_word[word] not in found.values())
        if one not in found and (name := next(free, None)) is not None:
            found[one] = name
    if not {"equipment", "name"} & set(found) or not {"description", "code", "note"} & set(found):
        raise InputError("plant.orders_columns", path=path, columns=shortened(", ".join(names)))
    return found


def _times(cells: Sequence[str], zone: str, notes: list[Note]) -> list[str]:
    """Each cell as ISO text in UTC, empty where it is no time."""
    import pyarrow as pa

    from assay.plant.file_times import BAD_TIME, times_utc, zone_named

    if not cells:
        return []
    where = zone_named(zone)
    slashed = [_SLASHED.fullmatch(cell) for cell in cells]
    if sum(one is not None for one in slashed) * 2 > len(cells):
        day_first = any(one is not None and int(one[1]) > 12 for one in slashed)
        if not day_first and not any(one is not None and int(one[2]) > 12 for one in slashed):
            notes.append(Note("plant.orders_month_first"))
        cells = [cell if one is None else _iso(one, day_first) for one, cell in zip(slashed, cells, strict=True)]
    found, _ = times_utc(pa.chunked_array([pa.array(cells, pa.string())]), where)
    bad = sum(time == BAD_TIME and bool(cell) for time, cell in zip(found.tolist(), cells, strict=True))
    if bad:
        notes.append(Note("plant.orders_bad_times", {"count": bad}))
    return ["" if time == BAD_TIME else _text(time) for time in found.tolist()]


def _text(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).isoformat().replace("+00:00", "Z")


def _iso(match: re.Match[str], day_first: bool) -> str:
    day, month = (match[1], match[2]) if day_first else (match[2], match[1])
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    clock = f"{int(match[4] or 0):02d}:{match[5] or '00'}:{match[6] or '00'}"
    return f"{year:04d}-{int(month):02d}-{int(day):02d}T{clock}"

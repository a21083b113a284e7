"""What the rows and columns of a table are for: head, units, conditions; the same for every format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assay.knowledge.document import Cell, Span, Table
from assay.knowledge.reading.structure import HAN
from assay.knowledge.reading.tables_units import is_blank, is_unit, unit_starts


@dataclass(frozen=True, slots=True)
class Shape:
    """``header_rows`` rows of head (a unit row right below the head is counted among them), the ``unit_row`` and the
    columns that are ``conditions``; ``units`` is the column that holds the units of its rows, if one does."""

    header_rows: int
    unit_row: int | None
    conditions: tuple[int, ...]
    units: int | None = None


_CONDITION = re.compile(
    r"\b(?:modes?|states?|status|sizes?|models?|types?|versions?|variants?|series|medium|media|fluid|when|conditions?|case|"
    r"season|load|stage|phase|step|equipment|unit no|tag|item|code|position|location|component|parts?|parameters?|"
    r"quantity|material|grade|class|operation|operating|service|symptoms?|fault|alarm|nominal|thread|dn|nps|rating|name|"
    r"description|property|date|shift|interval|product|range of|duty|frame|pump|valve|motor|applies to|for)\b"
    r"|型号|工况|状态|条件|规格|季节|介质|模式|方式|版本|类型|类别|种类|项目|名称|参数|位号|设备|部位|部件|零件|材料|材质|等级|级别|阶段|步骤|"
    r"工序|时间|日期|周期|班次|场合|负荷|负载|口径|通径|公称|螺纹|牌号|产品|区域|位置|故障|现象|代码|序列|档位|适用|机型|系列|情况",
    re.IGNORECASE,
)
_VALUE_HEAD = re.compile(
    r"\b(?:values?|limits?|max(?:imum)?|min(?:imum)?|setting|set ?point|target|result|remed(?:y|ies)|actions?|"
    r"measures?|causes?|remarks?|notes?|comments?)\b|值|限|上限|下限|最大|最小|备注|说明|措施|处理|原因|对策|要求|结果|方法|设定",
    re.IGNORECASE,
)
_RUNNING = re.compile(r"^\s*(?:no\.?|nr\.?|#|s/?n|pos\.?|序号|编号|项次|行号)\s*$", re.IGNORECASE)
_UNIT_HEAD = re.compile(r"^\s*(?:units?|unit of measure|uom|单位|计量单位)\s*$", re.IGNORECASE)
_VALUE = re.compile(
    r"^\s*(?:[≤≥<>≈~约±+\-−–]|[<>]=|max\.?|min\.?|ca\.?|approx\.?)*\s*\d[\d\s.,'，]*(?:\s*(?:[~～±…/×x*\-−–—至到]|\bto\b|\.\.+|\+/-)\s*"
    r"[+\-−]?\d[\d.,]*)*\s*(?P<rest>.*)$",
    re.DOTALL | re.IGNORECASE,
)


def shape_of(grid: Sequence[Sequence[str]], *, head: int | None = None) -> Shape:
    """What the rows and columns of a table are for.

    ``grid`` holds each cell's words, a merged cell's in all the places it covers, rows of one length. ``head`` is the
    number of head rows where the format itself says so (``thead`` in HTML, a repeated row in Word).
    """
    rows = [[" ".join(cell.split()) for cell in row] for row in grid]
    if not rows or not rows[0]:
        return Shape(0, None, ())
    named = _head_rows(rows) if head is None else min(head, len(rows))
    unit_row = _unit_row(rows, named)
    header = max(named, unit_row + 1) if unit_row is not None else named
    units = _unit_column(rows, header)
    return Shape(header, unit_row, _conditions(rows, header, units, unit_row), units)


def table_of(
    cells: Sequence[Cell], *, head: int | None = None, caption: Span | None = None, unit: Span | None = None
) -> Table:
    """A table of cells with its head, unit row and conditions found by ``shape_of``."""
    shape = shape_of(grid_of(cells), head=head)
    return Table(tuple(cells), shape.header_rows, shape.unit_row, unit, caption, shape.conditions)


def grid_of(cells: Iterable[Cell]) -> list[list[str]]:
    """The words of cells as rows of one length; a merged cell's words stand in all the places that it covers."""
    cells = list(cells)
    height = max((one.row + one.rows for one in cells), default=0)
    width = max((one.column + one.columns for one in cells), default=0)
    grid = [[""] * width for _ in range(height)]
    for one in cells:
        for row in range(one.row, one.row + one.rows):
            for column in range(one.column, one.column + one.columns):
                grid[row][column] = one.text
    return grid


def unit_column(table: Table) -> int | None:
    """The column that holds the unit of each row ("Unit", "单位"), if the table has one."""
    return _unit_column([[" ".join(cell.split()) for cell in row] for row in grid_of(table.cells)], table.header_rows)


def is_value(text: str) -> bool:
    """Whether a cell holds a value: a number or range, with or without its unit ("≤ 85", "0.4~0.6 MPa", "±5 %")."""
    found = _VALUE.match(text)
    if found is None:
        return False
    rest = found["rest"].strip()
    return not rest or bool(is_unit(rest) or (unit_starts(rest) and len(rest) <= 16))


def _head_rows(rows: Sequence[Sequence[str]]) -> int:
    values = [_share(row, is_value) for row in rows]
    if len(rows) < 2:
        return 0
    first = next((at for at, share in enumerate(values) if share > 0), None)
    if first == 0:
        # Columns may be named by numbers ("DN | 25 | 40"): only where the names go up and the left top is a word.
        return 1 if _named_by_numbers(rows) else 0
    if first is None:
        return _wordy_head(rows)
    count = first
    while count > 1 and not _belongs_to_head(rows, count - 1):
        count -= 1
    return count


def _belongs_to_head(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a row without values is part of the head: below a merged cell, or units; else a row of words."""
    above, row = rows[at - 1], rows[at]
    if _share(row, is_unit) >= 0.5:
        return True
    parted = any(above[i] == above[i + 1] != "" and row[i] != row[i + 1] for i in range(len(row) - 1))
    merged_down = any(a == b != "" for a, b in zip(above, row, strict=True))
    title = at == 1 and len({one for one in above if one}) == 1
    return parted or merged_down or title


def _named_by_numbers(rows: Sequence[Sequence[str]]) -> bool:
    left, names = rows[0][0], rows[0][1:]
    if len(names) < 2 or not left or is_value(left):
        return False
    numbers = [re.fullmatch(r"\D{0,4}\d+(?:\.\d+)?", one) for one in names]
    plain = all(numbers) and len(set(names)) == len(names)
    rising = [float(re.sub(r"[^\d.]", "", one)) for one in names] if plain else []
    return plain and rising == sorted(rising) and all(len(row) == len(rows[0]) for row in rows)


def _wordy_head(rows: Sequence[Sequence[str]]) -> int:
    """A table without values: its first row is the head if it is short, complete and unlike the rows below."""
    first, below = rows[0], [cell for row in rows[1:] for cell in row if cell]
    if not all(first) or not below:
        return 0
    short = sum(map(len, first)) / len(first) <= 0.9 * sum(map(len, below)) / len(below)
    named = any(_CONDITION.search(one) or _VALUE_HEAD.search(one) for one in first)
    title_like = all(len(one) <= (16 if HAN.search(one) else 40) and not one.endswith(("。", ".")) for one in first)
    return 1 if title_like and (named or short or len(rows[0]) > 2) else 0


def _unit_row(rows: Sequence[Sequence[str]], named: int) -> int | None:
    for at in range(1, min(named + 1, len(rows))):
        filled = [one for one in rows[at] if not is_blank(one)]
        units = sum(is_unit(one) for one in filled)
        if units and units >= max(1, (len(filled) - 1) * 0.6) and not any(is_value(one) for one in filled):
            return at
    return None


def _unit_column(rows: Sequence[Sequence[str]], header: int) -> int | None:
    for column in range(len(rows[0])):
        cells = [row[column] for row in rows[header:] if not is_blank(row[column])]
        headed = any(_UNIT_HEAD.match(row[column]) for row in rows[:header])
        if headed or (len(cells) > 1 and all(map(is_unit, cells))):
            return column
    return None


def _conditions(rows: Sequence[Sequence[str]], header: int, units: int | None, unit_row: int | None) -> tuple[int, ...]:
    if not header or len(rows) <= header:
        return (0,) if len(rows[0]) > 1 else ()
    width = len(rows[0])
    body = [[row[column] for row in rows[header:] if not is_blank(row[column])] for column in range(width)]
    numeric = [bool(cells) and _share(cells, is_value) >= 0.5 for cells in body]
    names = [" ".join(row[column] for at, row in enumerate(rows[:header]) if at != unit_row) for column in range(width)]
    running = [any(_RUNNING.match(row[column]) for row in rows[:header]) and column == 0 for column in range(width)]
    first_value = next((i for i in range(width) if numeric[i] and not running[i]), width)
    result = []
    for column in range(width):
        if running[column] or column == units:
            continue
        worded = bool(_CONDITION.search(names[column])) and not _VALUE_HEAD.search(names[column])
        left = column < first_value < width
        if left or (worded and not numeric[column]):
            result.append(column)
    return tuple(result) or _key_column(running, units, width)


def _key_column(running: Sequence[bool], units: int | None, width: int) -> tuple[int, ...]:
    """With nothing else to tell rows apart the first column does ("DN | L | D", "Symptom | Remedy")."""
    keys = [i for i in range(width) if not running[i] and i != units]
    return (keys[0],) if len(keys) > 1 else ()


def _share(row: Sequence[str], test: Callable[[str], bool]) -> float:
    filled = [one for one in row if not is_blank(one)]
    return sum(map(test, filled)) / len(filled) if filled else 0.0

"""The rows of a table as units: every cell with what names it, its unit, and whether it is a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.document import Block, Cell, ReadDocument, Span, Table
from assay.knowledge.passage import Field, Unit, UnitKind
from assay.knowledge.search.tokens import normalised
from assay.knowledge.search.words import UNITS

_NUMBER = r"[<>≤≥±~≈＜＞=]*\s*[-−–+]?\d[\d\s.,×xX^/~–—−±+-]*"
_NUMERIC = re.compile(rf"{_NUMBER}")
_OWN = re.compile(rf"(?:{_NUMBER})(?P<unit>[A-Za-z℃℉°%‰Ωμµ][\w℃℉°%Ωμµ·./^²³()-]{{0,11}})$")
_BRACKETED = re.compile(r"[(（\[]\s*(?P<unit>[^()（）\[\]]{1,14}?)\s*[)）\]]\s*$")
_BEHIND = re.compile(
    r"(?:[,，]\s*|\s/\s?|／|(?<=[\u3400-\u9fff])/)(?P<unit>[A-Za-z℃℉°%Ωμµ][\w℃℉°%Ωμµ·./^²³-]{0,11})\s*$"
)
_UNIT_HEAD = re.compile(r"(?:计量)?单位|units?|uom|u/m", re.I)
_STATED = re.compile(
    r"(?:单位\s*[:：]?|(?:dimensions|values|all)?\s*\bin\b|units?\s*[:：]?)\s*(?P<unit>\S.{0,14}?)[)）\]]?\s*$", re.I
)
_UNITLIKE = re.compile(
    r"[A-Za-z℃℉°%‰Ωμµ][\w℃℉°%‰Ωμµ·*./^²³\s-]*|个|次|台|年|月|日|天|时|小时|分钟?|秒|毫米|米|升|千帕|兆帕|转/分"
)


def rows_of(read: ReadDocument, block: Block) -> list[Unit]:
    """The data rows of a table block as units, in order. A cell merged over rows belongs to each of them."""
    table = block.table
    assert table is not None
    columns = _Columns(read, table)
    heads = set(range(table.header_rows)) | ({table.unit_row} if table.unit_row is not None else set())
    shared = tuple(_shared(table, columns))
    units = []
    for number in sorted({cell.row for cell in table.cells} - heads):
        own = sorted((c for c in table.cells if c.row == number and c.text.strip()), key=lambda c: c.column)
        if not own:
            continue
        above = [c for c in table.cells if c.row < number < c.row + c.rows and c.row not in heads and c.text.strip()]
        spans = _row_spans(table, own)
        fields = columns.fields(sorted([*own, *above], key=lambda c: c.column))
        context = tuple(dict.fromkeys([*shared, *(cell.span for cell in above)]))
        text = "\n".join(read.slice(span) for span in spans)
        units.append(Unit(UnitKind.ROW, text, spans, fields=fields, context=context))
    return units


def lead_of(read: ReadDocument, block: Block) -> str:
    """A table's caption and the unit stated for all of it."""
    table = block.table
    assert table is not None
    return "\n".join(read.slice(span) for span in (table.caption, table.unit) if span is not None)


def _shared(table: Table, columns: _Columns) -> list[Span]:
    """What a quote of any row must show as well: caption, heads, unit row, unit."""
    spans = [span for span in (table.caption, table.unit) if span is not None]
    heads = [cell for row in range(table.header_rows) for cell in columns.row(row)]
    if table.unit_row is not None:
        heads += columns.row(table.unit_row)
    return [*spans, *dict.fromkeys(cell.span for cell in heads if cell.text.strip())]


def _row_spans(table: Table, own: Sequence[Cell]) -> tuple[Span, ...]:
    """The row as one stretch a page where nothing of another row stands between its cells, else cell by cell."""
    out: list[Span] = []
    for page in dict.fromkeys(cell.span.page for cell in own):
        here = [cell.span for cell in own if cell.span.page == page]
        low, high = min(span.start for span in here), max(span.end for span in here)
        strange = any(
            cell.span.page == page and cell.span.start < high and cell.span.end > low and cell.row != own[0].row
            for cell in table.cells
            if cell.text.strip()
        )
        out += sorted(here) if strange else [Span(page, low, high)]
    return tuple(span for span in out if span.end > span.start)


class _Columns:
    """What names a table's columns, and their units."""

    def __init__(self, read: ReadDocument, table: Table) -> None:
        self._table = table
        self._heads: dict[int, list[Cell]] = {}
        rows = [row for row in range(table.header_rows) if row != table.unit_row]
        for cell in sorted((c for c in table.cells if c.row in rows and c.text.strip()), key=lambda c: c.row):
            for column in range(cell.column, cell.column + cell.columns):
                self._heads.setdefault(column, []).append(cell)
        self._units = {
            column: cell
            for cell in (self.row(table.unit_row) if table.unit_row is not None else [])
            for column in range(cell.column, cell.column + cell.columns)
            if cell.text.strip()
        }
        self._whole = _stated(read.slice(table.unit)) if table.unit is not None else ""
        self._unit_column = next((c for c in self._heads if _UNIT_HEAD.fullmatch(self.header(c).strip())), None)
        width = max((cell.column + cell.columns for cell in table.cells), default=0)
        self._keyed = not table.header_rows and width == 2  # name and value: the first column names the second

    def row(self, number: int) -> list[Cell]:
        return sorted((cell for cell in self._table.cells if cell.row == number), key=lambda cell: cell.column)

    def header(self, column: int) -> str:
        """The column's heads joined, outermost first."""
        return " / ".join(dict.fromkeys(" ".join(cell.text.split()) for cell in self._heads.get(column, ())))

    def fields(self, cells: Sequence[Cell]) -> tuple[Field, ...]:
        """The cells of one row with what names them."""
        stated = next((cell for cell in cells if cell.column == self._unit_column), None)
        out = []
        for cell in cells:
            heads = self._heads.get(cell.column, ())
            header, place = self.header(cell.column), heads[-1].span if heads else None
            if self._keyed and cell.column and cells[0].column == 0:
                header, place = " ".join(cells[0].text.split()), cells[0].span
            unit, unit_span = self._unit(cell, header, place, stated)
            value = " ".join(cell.text.split())
            condition = cell.column in self._table.conditions
            out.append(Field(header, unit, value, cell.span, place, unit_span, condition))
        return tuple(out)

    def _unit(self, cell: Cell, header: str, place: Span | None, stated: Cell | None) -> tuple[str, Span | None]:
        """A cell's unit and where it stands: in the cell, the column's head, the unit row, the row's unit column, or
        the table's; a cell without a number has none."""
        value = cell.text.strip()
        if match := _OWN.match(value):
            at = cell.text.rindex(match["unit"])
            return match["unit"], Span(cell.span.page, cell.span.start + at, cell.span.start + at + len(match["unit"]))
        if not _NUMERIC.fullmatch(value):
            return "", None
        for head in reversed(self._heads.get(cell.column, ())):
            if unit := _of_head(head.text):
                return unit, head.span
        if self._keyed and (unit := _of_head(header)):
            return unit, place
        if (row := self._units.get(cell.column)) is not None:
            return row.text.strip().strip("()（）[]"), row.span
        if stated is not None and stated is not cell and not self._first(cell):
            return stated.text.strip().strip("()（）[]"), stated.span
        return (self._whole, self._table.unit) if self._whole and not self._first(cell) else ("", None)

    def _first(self, cell: Cell) -> bool:
        """Whether a cell only counts or names its row."""
        return cell.column == 0 and cell.column not in self._table.conditions


def _of_head(words: str) -> str:
    """The unit in a column's head: "Pressure (kPa)", "压力/kPa", "流量，m³/h", or a head that is a unit itself."""
    words = " ".join(words.split())
    if (match := _BRACKETED.search(words)) and _UNITLIKE.fullmatch(match["unit"]):
        return match["unit"]
    if (match := _BEHIND.search(words)) and normalised(match["unit"]) in UNITS:
        return match["unit"]
    return words if normalised(words) in UNITS and len(words) > 1 else ""


def _stated(words: str) -> str:
    """The unit in "单位: mm" or "Dimensions in mm"."""
    match = _STATED.search(words)
    return match["unit"].strip() if match else words.strip().strip("()（）[]")

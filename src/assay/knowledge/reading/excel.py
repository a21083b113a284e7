"""Workbooks: each sheet a page, its tables as they stand in it, values as a person sees them. Formulas are not run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.kernel.errors import InputError
from assay.knowledge.document import BlockKind, ReadDocument
from assay.knowledge.reading.notes import file_notes, note
from assay.knowledge.reading.sheet_formats import shown
from assay.knowledge.reading.sheet_parts import SheetParts, parts_of
from assay.knowledge.reading.sheet_regions import Grid, Region, regions_of
from assay.knowledge.reading.sheet_span import check_span
from assay.knowledge.reading.structure import sign_of
from assay.knowledge.reading.writing import RawCell, Writer, clean
from assay.knowledge.reading.xml import Package

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OLD_MEDIA = "application/vnd.ms-excel"
ODS_MEDIA = "application/vnd.oasis.opendocument.spreadsheet"
#: Filled cells that are read of a workbook; more is data for the historian, not a document.
CELLS = 500_000
_MERGED = 100_000


@dataclass(slots=True)
class _Sheet:
    """Words by place, and what merged cells cover: first place -> (rows, columns)."""

    grid: Grid
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    covered: Grid = field(default_factory=dict)
    rows: int = 0
    read: int = 0


def read_excel(data: bytes, archive: zipfile.ZipFile | None, name: str) -> ReadDocument:
    """A workbook (.xlsx, .xls, .xlsb, .ods) as a document. Raises InputError where it is damaged or locked."""
    package = Package(archive, name) if archive is not None else None
    modern = package is not None and "[Content_Types].xml" in package.paths
    if package is not None:
        check_span(package)
    parts = parts_of(package, CELLS) if package is not None and modern else {}
    book = _opened(data, name)
    writer, left, cut, cut_off = Writer(), CELLS, [], []
    for at, title in enumerate(book.sheet_names):
        writer.turn(title, always=at > 0)
        writer.name(title)
        if left <= 0:
            cut_off.append(title)
            continue
        sheet = _loaded(book, title, parts.get(title, SheetParts()), left, name)
        left -= len(sheet.grid)
        if sheet.read < sheet.rows:
            cut.append(note("sheet_cut", name=title, rows=sheet.rows, read=sheet.read))
        _write(writer, sheet)
    pages, blocks = writer.done()
    notes = [*(file_notes(package) if package is not None else ()), *_notes(book, parts), *cut]
    if cut_off:
        notes.append(note("sheets_cut", names=", ".join(cut_off)))
    media = OLD_MEDIA if package is None else MEDIA if modern else ODS_MEDIA
    return ReadDocument(media, "", pages, blocks, notes=(*notes, *writer.notes()))


def _opened(data: bytes, name: str) -> CalamineWorkbook:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise InputError("reading.password", name=name) from error
    except Exception as error:  # the library raises many kinds for what is damaged
        raise InputError("reading.broken", name=name) from error


def _notes(book: CalamineWorkbook, parts: Mapping[str, SheetParts]) -> list[Mapping[str, str]]:
    hidden = [one.name for one in book.sheets_metadata if str(one.visible).rpartition(".")[2] != "Visible"]
    notes = [note("sheet_hidden", names=", ".join(hidden))] if hidden else []
    if unvalued := sum(one.unvalued for one in parts.values()):
        notes.append(note("sheet_formulas", count=unvalued))
    if rows := [title for title, one in parts.items() if one.hidden]:
        notes.append(note("sheet_rows_hidden", names=", ".join(rows)))
    return notes


def _loaded(book: CalamineWorkbook, title: str, parts: SheetParts, most: int, name: str) -> _Sheet:
    """A sheet's filled cells, up to ``most``."""
    try:
        sheet = book.get_sheet_by_name(title)
        made = _Sheet({}, rows=sheet.end[0] + 1 if sheet.end else 0)
        left = sheet.start[1] if sheet.start else 0
        for at, row in enumerate(sheet.iter_rows()):  # from the very first row, but from the first filled column
            for column, value in enumerate(row, left):
                if value == "" or value is None:
                    continue
                words = clean(shown(value, parts.codes.get((at, column), ""))).replace("\n", " ")
                if words:
                    made.grid[(at, column)] = words
            made.read = at + 1
            if len(made.grid) >= most:
                break
        else:
            made.read = made.rows
        _merge(made, sheet)
    except Exception as error:  # as above
        raise InputError("reading.broken", name=name) from error
    return made


def _merge(made: _Sheet, sheet: CalamineSheet) -> None:
    for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])[:_MERGED]:
        if (top, left) not in made.grid or (bottom - top + 1) * (right - left + 1) > _MERGED:
            continue
        made.merged[(top, left)] = (bottom - top + 1, right - left + 1)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    made.grid.pop((row, column), None)
                    made.covered[(row, column)] = ""


def _write(writer: Writer, sheet: _Sheet) -> None:
    rows: dict[int, list[int]] = {}
    for row, column in sorted(sheet.grid):
        rows.setdefault(row, []).append(column)
    for region in regions_of(sheet.grid, sheet.covered):
        if region.table:
            writer.table(_cells(sheet, region, rows))
        else:
            _line(writer, sheet, region, rows)


def _cells(sheet: _Sheet, region: Region, rows: Mapping[int, Sequence[int]]) -> list[RawCell]:
    made = []
    for row in range(region.top, region.bottom + 1):
        for column in rows.get(row, ()):
            if region.left <= column <= region.right:
                high, wide = sheet.merged.get((row, column), (1, 1))
                high, wide = min(high, region.bottom - row + 1), min(wide, region.right - column + 1)
                words = sheet.grid[(row, column)]
                made.append(RawCell(row - region.top, column - region.left, words, high, wide))
    return made


def _line(writer: Writer, sheet: _Sheet, region: Region, rows: Mapping[int, Sequence[int]]) -> None:
    for row in range(region.top, region.bottom + 1):
        words = [sheet.grid[(row, column)] for column in rows.get(row, ()) if region.left <= column <= region.right]
        if not words:
            continue
        sign = sign_of(words[0][:400])
        kind = BlockKind.ITEM if sign.kind is BlockKind.HEADING and sign.number.isdigit() else sign.kind
        writer.add(kind, [" | ".join(words)], sign.level if kind is BlockKind.HEADING else 0, sign.number)

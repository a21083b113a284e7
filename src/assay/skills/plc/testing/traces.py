"""Traces in CSV: a column ``t_ms``, then variables by path, one row a moment; read with every doubt named, written so
that they read again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.ir.types import DataType, Elementary, base_of
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.values import cell, read_value

TIME = "t_ms"
_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
MOST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """What is set at a moment (ns since the start); an empty cell sets nothing. ``line`` is the file's."""

    t_ns: int
    values: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Trace:
    """Columns (path and type, in the file's order) and rows in rising time."""

    columns: tuple[tuple[str, DataType], ...]
    rows: tuple[Row, ...]


def read_trace(path: Path, layout: Layout) -> Trace:
    """The inputs of a run. Raises InputError with the line for what is no trace of this unit."""
    content = _decoded(path)
    comma = _separator(content) == ";"
    lines = _records(content, path.name)
    first = next(lines, None)
    if first is None:
        raise InputError("plc_testing.empty_trace", file=path.name)
    header = [one.strip() for one in first[1]]
    columns = _columns(header, layout, path.name)
    place = next(index for index, one in enumerate(header) if one.lower() == TIME)
    rows: list[Row] = []
    for line, cells in lines:
        if len(cells) != len(header):
            raise InputError("plc_testing.ragged", file=path.name, line=line, count=len(cells), columns=len(header))
        t_ns = _moment(_point(cells[place], comma), path.name, line)
        if rows and t_ns <= rows[-1].t_ns:
            raise InputError("plc_testing.time_falls", file=path.name, line=line, value=cells[place].strip())
        rows.append(Row(t_ns, dict(_values(cells, columns, f"{path.name}:{line}", comma)), line))
    if not rows:
        raise InputError("plc_testing.no_rows", file=path.name)
    return Trace(tuple(one for one in columns if one is not None), tuple(rows))


def _values(
    cells: Sequence[str], columns: Sequence[tuple[str, DataType] | None], where: str, comma: bool
) -> Iterator[tuple[str, Any]]:
    for raw, column in zip(cells, columns, strict=True):
        if column is not None and raw.strip():
            kind = base_of(column[1])
            real = isinstance(kind, Elementary) and kind.kind == "real"
            yield column[0], read_value(_point(raw, comma and real), column[1], f"{where}, {column[0]}")


def _point(raw: str, comma: bool) -> str:
    """A cell without blanks; a decimal comma (spreadsheets write it where the separator is a semicolon) as a point."""
    plain = raw.strip()
    return plain.replace(",", ".") if comma and _COMMA.fullmatch(plain) else plain


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("plc_testing.trace_too_big", file=path.name, most=MOST_BYTES // 2**20)
        content = path.read_bytes()
    except OSError as error:
        raise InputError("plc_testing.unreadable", file=path, problem=error.strerror or error) from error
    encodings = ["utf-8-sig", "gb18030"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in decoded:
            return decoded
    raise InputError("plc_testing.no_text", file=path.name)


def _separator(content: str) -> str:
    head = next((line for line in content.splitlines() if line.strip()), "")
    return max(",;\t", key=head.count)


def _records(content: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, each with the line on which it ends."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=_separator(content), strict=True)
    try:
        for cells in reader:
            if any(one.strip() for one in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise InputError("plc_testing.no_csv", file=name, line=reader.line_num, problem=error) from error


def _columns(header: list[str], layout: Layout, name: str) -> list[tuple[str, DataType] | None]:
    times = [one for one in header if one.lower() == TIME]
    if len(times) != 1:
        raise InputError("plc_testing.no_time_column", file=name, column=TIME)
    found: list[tuple[str, DataType] | None] = []
    for one in header:
        if one.lower() == TIME:
            found.append(None)
            continue
        column = layout.find(one)
        if column is None:
            raise InputError(
                "plc_testing.unknown_column", file=name, column=one, unit=layout.unit.name, names=layout.names()
            )
        if column in found:
            raise InputError("plc_testing.column_twice", file=name, column=column[0])
        check_settable(column[0], layout, name)
        found.append(column)
    return found


def check_settable(path: str, layout: Layout, where: str, *, outputs: bool = False) -> None:
    """Raises InputError for what nobody sets from outside: temporaries, constants and (but for a test that begins in
    a certain state) ``outputs``."""
    variable = layout.unit.variable(path.split(".")[0].split("[")[0])
    if variable is None:
        return
    if variable.constant or variable.section == "temp" or (not outputs and variable.section in ("output", "result")):
        raise InputError("plc_testing.not_settable", file=where, column=path, unit=layout.unit.name)


def _moment(raw: str, name: str, line: int) -> int:
    from assay.skills.plc.testing.durations import milliseconds

    value = milliseconds(raw)
    if value is None or value < 0:
        raise InputError("plc_testing.no_moment", file=name, line=line, value=raw.strip()[:40], column=TIME)
    return value


def write_trace(
    path: Path, columns: Sequence[tuple[str, DataType]], rows: Iterable[tuple[int, Mapping[str, Any]]]
) -> None:
    """Write ``t_ms`` and the columns, a row a scan; the file appears whole or not at all."""
    half = path.with_name(path.name + ".part")
    try:
        with half.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([TIME, *(name for name, _ in columns)])
            for t_ns, values in rows:
                writer.writerow([moment_cell(t_ns), *(cell(values[name], kind) for name, kind in columns)])
        half.replace(path)
    except OSError as error:
        raise InputError("plc_testing.unwritable", file=path, problem=error.strerror or error) from error


def moment_cell(t_ns: int) -> str:
    """A moment in milliseconds, exact."""
    whole, rest = divmod(t_ns, 10**6)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)

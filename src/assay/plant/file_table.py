"""A user's history file as a table of raw columns, before anything in it is interpreted."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.notes import Note

if TYPE_CHECKING:
    import pyarrow as pa

TIME_NAMES = frozenset(
    "time timestamp datetime date_time ts 时间 时间戳 日期时间 采样时间 采集时间 记录时间 时刻 日期".split()
) | {"date", "date time", "time stamp", "日期 时间"}
_HEADER_LINES = 30
_SEPARATORS = (",", ";", "\t")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PARQUET = b"PAR1"


@dataclass(frozen=True)
class RawTable:
    """Columns as they stand in the file.

    lines: the number of each row's line as an editor counts (a row's number in a Parquet file).
    """

    columns: pa.Table
    notes: list[Note]
    lines: NDArray[np.int64]
    separator: str = ","


def simple(name: str) -> str:
    """A column name for comparison with known names."""
    return re.sub(r"[\s_]+", " ", name.strip().casefold())


def is_time_name(name: str) -> bool:
    """Whether a column of this name holds the time."""
    return simple(name) in {simple(known) for known in TIME_NAMES}


def load_table(path: Path, max_bytes: int, header: Callable[[list[str]], bool] | None = None) -> RawTable:
    """Read a CSV or Parquet file; InputError when it is absent, empty, too big, binary or half-written.

    ``header`` says whether a row's cells are the header (default: one of them names a time).
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError("plant.import_not_a_file", path=path)
        if size > max_bytes:
            raise InputError(
                "plant.import_too_big", path=path, size=f"{size / 1e6:.0f}", limit=f"{max_bytes / 1e6:.0f}"
            )
        with path.open("rb") as file:
            head = file.read(4)
            if head == _PARQUET or path.suffix.lower() in {".parquet", ".pq"}:
                return _load_parquet(path)
            content = head + file.read()
    except OSError as error:
        raise InputError("plant.import_unreadable", path=path, reason=error.strerror or error) from error
    return _load_csv(path, content, header or _names_time)


def _load_parquet(path: Path) -> RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            table = pq.ParquetFile(file).read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError("plant.import_parquet_broken", path=path) from error
    return RawTable(table, [], np.arange(1, table.num_rows + 1))


def _load_csv(path: Path, content: bytes, is_header: Callable[[list[str]], bool]) -> RawTable:
    text, notes = _utf8(path, content)
    header, lines_before, separator = _header(path, text, is_header)
    bad: list[int] = []
    table = _parse(path, _skip_lines(text, lines_before), separator, header, bad)
    if bad:
        if not table.num_rows:
            raise InputError("plant.import_not_a_table", path=path)
        notes.append(Note("plant.import_rows_skipped", {"count": len(bad), "line": lines_before + bad[0]}))
    lines = np.arange(2, table.num_rows + len(bad) + 2)
    return RawTable(table, notes, lines_before + lines[~np.isin(lines, bad)][: table.num_rows], separator)


def _utf8(path: Path, content: bytes) -> tuple[bytes, list[Note]]:
    """The content as UTF-8 without a mark."""
    for mark, encoding in (
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (codecs.BOM_UTF8, "utf-8-sig"),
    ):
        if content.startswith(mark):
            return _decoded(path, content, encoding), []
    if not content.strip():
        raise InputError("plant.import_empty", path=path)
    if _CONTROL.search(content[:1_000_000]) or content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF")):
        raise InputError("plant.import_not_text", path=path)
    try:
        content.decode("utf-8")
        return content, []
    except UnicodeDecodeError as error:
        if error.start > len(content) - 4 and error.reason == "unexpected end of data":
            return content[: error.start], [Note("plant.import_cut_off")]
        return _decoded(path, content, "gb18030"), [Note("plant.import_encoding", {"encoding": "GB 18030"})]


def _decoded(path: Path, content: bytes, encoding: str) -> bytes:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError("plant.import_not_text", path=path) from error
    if not text.strip():
        raise InputError("plant.import_empty", path=path)
    return text.encode("utf-8")


def _names_time(cells: list[str]) -> bool:
    return any(is_time_name(cell) for cell in cells)


def _header(path: Path, content: bytes, is_header: Callable[[list[str]], bool]) -> tuple[list[str], int, str]:
    """The header's cells, the number of lines before it, and the separator."""
    head = content[:1_000_000].decode("utf-8", "ignore").splitlines()[:_HEADER_LINES]
    for number, line in enumerate(head):
        for separator in sorted(_SEPARATORS, key=line.count, reverse=True):
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
            if len(cells) > 1 and is_header(cells):
                return _checked(path, cells), number, separator
    first = next((line for line in head if line.strip()), "")
    raise InputError("plant.import_no_time", path=path, columns=shortened(first.strip()))


def _checked(path: Path, cells: list[str]) -> list[str]:
    seen: set[str] = set()
    double = [cell for cell in cells if cell and (cell in seen or seen.add(cell))]  # type: ignore[func-returns-value]
    if double:
        raise InputError("plant.import_columns_double", path=path, columns=shortened(", ".join(double)))
    return [cell or f"\0{i}" for i, cell in enumerate(cells)]  # unnamed columns get a name no one can ask for


def _skip_lines(content: bytes, count: int) -> bytes:
    start = 0
    for _ in range(count):
        start = content.index(b"\n", start) + 1 if b"\n" in content else content.index(b"\r", start) + 1
    return content[start:]


def _parse(path: Path, content: bytes, separator: str, names: list[str], bad: list[int]) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    def skip(row: arrow_csv.InvalidRow) -> str:
        bad.append(row.number or 0)
        return "skip"

    try:
        table = arrow_csv.read_csv(
            io.BytesIO(content),
            read_options=arrow_csv.ReadOptions(
                column_names=names, skip_rows=1, use_threads=False, block_size=max(1 << 20, min(len(content), 1 << 26))
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, invalid_row_handler=skip),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=False
            ),
        )
    except pa.ArrowException as error:
        raise InputError("plant.import_not_a_table", path=path) from error
    named = [name for name in names if not name.startswith("\0")]
    return table.select(named)


def shortened(words: str, most: int = 120) -> str:
    """A user's text, cut for a message."""
    printable = "".join(each if each.isprintable() else " " for each in words)
    return printable if len(printable) <= most else printable[: most - 1] + "…"

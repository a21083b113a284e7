"""Import of a user's history file: wide or long, CSV or Parquet.

What cannot be read is an InputError; what was mended or looks odd is a note beside the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.file_notes import about_frame, about_order
from assay.plant.file_numbers import has_decimal_comma, numbers
from assay.plant.file_quality import qualities
from assay.plant.file_table import RawTable, is_time_name, load_table, shortened, simple
from assay.plant.file_times import BAD_TIME, times_utc, zone_named
from assay.plant.notes import Note
from assay.plant.rows import NO_SOURCE_TIME, Rows, to_frame
from assay.plant.series import Floats, Frame

if TYPE_CHECKING:
    import pyarrow as pa

MAX_BYTES = 1 << 30
FEW_ROWS = 30
_TAG_NAMES = {"tag", "tagname", "tag name", "tag id", "tagid", "point", "位号", "测点", "点名", "测点名", "位号名"}
_VALUE_NAMES = {"value", "val", "数值", "值", "测量值"}
_QUALITY_NAMES = {"quality", "status", "质量", "质量码", "状态"}


@dataclass(frozen=True)
class ImportResult:
    """The history in a file, and what was done to read it."""

    frame: Frame
    notes: list[Note]


def read_history(
    path: Path | str,
    *,
    zone: str = "UTC",
    known_tags: Sequence[str] | None = None,
    few_rows: int = FEW_ROWS,
    max_bytes: int = MAX_BYTES,
) -> ImportResult:
    """Read a history file.

    Wide: a time column and one column a tag. Long: columns time, tag, value and perhaps quality. Naive times are in
    ``zone``. With ``known_tags`` only those tags are taken, in that order; the notes name the missing and the unknown.
    Fewer than ``few_rows`` rows are noted. InputError for a file without a time column, a readable row or a known tag,
    for one that is binary or half-written, and for one of more than ``max_bytes``.
    """
    path = Path(path)
    where = zone_named(zone)
    raw = load_table(path, max_bytes)
    table, notes = raw.columns, list(raw.notes)
    time_name = _time_column(path, table)
    if not table.num_rows:
        raise InputError("plant.import_no_rows", path=path)
    times, time_notes = times_utc(table[time_name], where)
    notes += time_notes
    table, times, lines = _rows_with_time(path, raw, time_name, times, notes)
    long = _long_columns(table, time_name)
    if long is None:
        frame = _wide(path, raw, table.drop_columns([time_name]), times, lines, known_tags, notes)
    else:
        frame = _long(path, raw, table, long, times, lines, known_tags, notes)
    notes += about_frame(frame, few_rows)
    return ImportResult(frame, notes)


def _time_column(path: Path, table: pa.Table) -> str:
    import pyarrow as pa

    named: list[str] = [name for name in table.column_names if is_time_name(name)]
    if named:
        # "date" beside "time": the fuller one; a separate clock column alone carries no day.
        return max(named, key=lambda name: simple(name) not in {"date", "日期"})
    typed: list[str] = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
    if len(typed) == 1:
        return typed[0]
    raise InputError("plant.import_no_time", path=path, columns=shortened(", ".join(table.column_names)))


def _rows_with_time(
    path: Path, raw: RawTable, time_name: str, times: NDArray[np.int64], notes: list[Note]
) -> tuple[pa.Table, NDArray[np.int64], NDArray[np.int64]]:
    lines = raw.lines
    bad = times == BAD_TIME
    if not bad.any():
        return raw.columns, times, lines
    first = int(bad.argmax())
    example = shortened(str(raw.columns[time_name][first].as_py()), 40)
    if bad.all():
        raise InputError("plant.import_no_readable_time", path=path, column=shortened(time_name, 40), example=example)
    notes.append(Note("plant.import_bad_times", {"count": int(bad.sum()), "line": int(lines[first]), "text": example}))
    return raw.columns.filter(~bad), times[~bad], lines[~bad]


def _long_columns(table: pa.Table, time_name: str) -> tuple[str, str, str | None] | None:
    rest = {simple(name): name for name in table.column_names if name != time_name}
    tag = [name for plain, name in rest.items() if plain in _TAG_NAMES]
    value = [name for plain, name in rest.items() if plain in _VALUE_NAMES]
    quality = [name for plain, name in rest.items() if plain in _QUALITY_NAMES]
    if len(tag) != 1 or len(value) != 1:
        return None
    return tag[0], value[0], quality[0] if quality else None


def _wide(
    path: Path,
    raw: RawTable,
    table: pa.Table,
    times: NDArray[np.int64],
    lines: NDArray[np.int64],
    known: Sequence[str] | None,
    notes: list[Note],
) -> Frame:
    names = _matched(path, table.column_names, known, notes)
    comma = raw.separator == ";" and any(has_decimal_comma(table[name]) for name in names)
    if comma:
        notes.append(Note("plant.import_decimal_comma"))
    columns: dict[str, Floats] = {}
    text_only: list[str] = []
    odd_cells: list[tuple[str, NDArray[np.bool_]]] = []
    for name, tag in names.items():
        values, odd = numbers(table[name], decimal_comma=comma)
        if odd.any() and np.isnan(values).all() and known is None:
            text_only.append(name)
            continue
        columns[tag] = values
        if odd.any():
            odd_cells.append((name, odd))
    notes += _odd_cells(table, odd_cells, lines)
    if text_only:
        notes.append(Note("plant.import_not_numbers", {"columns": shortened(", ".join(text_only))}))
    if not columns:
        raise InputError("plant.import_no_tag", path=path, columns=shortened(", ".join(table.column_names)))
    notes += about_order(times, lines)
    order = np.argsort(times, kind="stable")
    last = np.append(np.diff(times[order]) != 0, True)
    keep = order[last]
    tags = tuple(columns) if known is None else tuple(tag for tag in known if tag in columns)
    values = np.empty((len(keep), len(tags)))
    for i, tag in enumerate(tags):
        values[:, i] = columns[tag][keep]
    return Frame(times[keep].view("datetime64[ns]"), tags, values)


def _long(
    path: Path,
    raw: RawTable,
    table: pa.Table,
    names: tuple[str, str, str | None],
    times: NDArray[np.int64],
    lines: NDArray[np.int64],
    known: Sequence[str] | None,
    notes: list[Note],
) -> Frame:
    import pyarrow as pa
    import pyarrow.compute as pc

    tag_name, value_name, quality_name = names
    texts = table[tag_name].cast(pa.string())
    encoded = pc.fill_null(pc.utf8_trim_whitespace(texts), "").combine_chunks().dictionary_encode()
    found: list[str] = encoded.dictionary.to_pylist()
    matched = _matched(path, [name for name in found if name], known, notes)
    tags = tuple(matched.values()) if known is None else tuple(tag for tag in known if tag in set(matched.values()))
    place = {tag: i for i, tag in enumerate(tags)}
    code = np.array([place[matched[name]] if name in matched else -1 for name in found], np.int32)
    tag = code[encoded.indices.to_numpy()]
    comma = raw.separator == ";" and has_decimal_comma(table[value_name])
    if comma:
        notes.append(Note("plant.import_decimal_comma"))
    values, odd = numbers(table[value_name], decimal_comma=comma)
    notes += _odd_cells(table, [(value_name, odd)], lines)
    quality, quality_notes = qualities(None if quality_name is None else table[quality_name], len(times))
    notes += quality_notes
    taken = tag >= 0
    source = np.full(len(times), NO_SOURCE_TIME, np.int64)
    rows = Rows(tags, tag, times, values, quality, source, np.arange(len(times), dtype=np.int64)).take(taken)
    notes += about_order(rows.time, lines[taken], rows.tag)
    return to_frame(rows, tags)


def _matched(path: Path, names: Sequence[str], known: Sequence[str] | None, notes: list[Note]) -> dict[str, str]:
    """Which column is which tag; the notes name renamed, unknown and missing ones."""
    if known is None:
        return {name: name.strip() for name in names}
    by_core: dict[str, list[str]] = {}
    for tag in known:
        by_core.setdefault(_core(tag), []).append(tag)
    exact = {name: name.strip() for name in names if name.strip() in set(known)}
    matched, renamed = dict(exact), []
    for name in names:
        candidates = by_core.get(_core(name), [])
        if name not in matched and len(candidates) == 1 and candidates[0] not in matched.values():
            matched[name] = candidates[0]
            renamed.append(f"{name} = {candidates[0]}")
    if not matched:
        raise InputError("plant.import_no_tag", path=path, columns=shortened(", ".join(names)))
    for key, listed in (
        ("plant.import_renamed", renamed),
        ("plant.import_unknown_columns", [name for name in names if name not in matched]),
        ("plant.missing_tags", [tag for tag in known if tag not in matched.values()]),
    ):
        if listed:
            notes.append(
                Note(key, {"count": len(listed), "tags": listed, "columns": shortened(", ".join(listed), 300)})
            )
    return matched


def _core(name: str) -> str:
    """``XMEAS(1)``, ``xmeas 1`` and ``XMEAS_1`` are the same name."""
    words = "".join(each if each.isalnum() else " " for each in name.casefold()).split()
    return " ".join(words)


def _odd_cells(table: pa.Table, odd_cells: list[tuple[str, NDArray[np.bool_]]], lines: NDArray[np.int64]) -> list[Note]:
    odd_cells = [(name, odd) for name, odd in odd_cells if odd.any()]
    if not odd_cells:
        return []
    name, odd = odd_cells[0]
    first = int(odd.argmax())
    params = {
        "count": sum(int(odd.sum()) for _, odd in odd_cells),
        "columns": shortened(", ".join(name for name, _ in odd_cells)),
        "column": shortened(name, 40),
        "line": int(lines[first]),
        "text": shortened(str(table[name][first].as_py()), 40),
    }
    return [Note("plant.import_bad_cells", params)]


def write_csv(frame: Frame, path: Path) -> None:
    """Write the frame as a wide CSV file that ``read_history`` reads back exactly; qualities are left out.

    Times are ISO in UTC. An existing file is replaced in one step; OSError when the disk refuses.
    """
    from pyarrow import csv as arrow_csv

    from assay.plant.atomic import replacing

    plain = Frame(frame.times, frame.tags, frame.values)
    with replacing(path) as temporary:
        arrow_csv.write_csv(plain.to_arrow(), temporary)

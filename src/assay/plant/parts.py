"""Closed parts of a history: Parquet files that never change and that any process may read.

A part's name carries the first and the last sequence number of its samples. A part whose numbers lie inside another's
was merged into that one and only waits to be removed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assay.kernel.errors import IntegrityError
from assay.plant.atomic import TEMPORARY_PREFIX, replacing
from assay.plant.rows import Rows, concatenate

_NAME = re.compile(r"part-(\d{16})-(\d{16})\.parquet")
_ROW_GROUP = 131_072


@dataclass(frozen=True)
class Part:
    """One file with the samples numbered ``first`` to ``last``."""

    path: Path
    first: int
    last: int


def list_parts(folder: Path) -> list[Part]:
    """The parts that hold the history, in stored order; merged leftovers are not among them."""
    found = []
    for path in folder.glob("part-*.parquet"):
        if match := _NAME.fullmatch(path.name):
            found.append(Part(path, int(match[1]), int(match[2])))
    found.sort(key=lambda part: (part.first, -part.last))
    kept: list[Part] = []
    for part in found:
        if not kept or part.last > kept[-1].last:
            kept.append(part)
    return kept


def clean(folder: Path) -> None:
    """Remove what a killed owner left behind: unfinished files and merged parts. Only the owner may call this."""
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):
        leftover.unlink(missing_ok=True)
    kept = {part.path for part in list_parts(folder)}
    for path in folder.glob("part-*.parquet"):
        if _NAME.fullmatch(path.name) and path not in kept:
            path.unlink(missing_ok=True)


def write_part(folder: Path, rows: Rows) -> Part:
    """Store the rows as a new part; OSError (disk full ...) leaves nothing behind."""
    import pyarrow.parquet as pq

    first, last = int(rows.seq.min()), int(rows.seq.max())
    path = folder / f"part-{first:016d}-{last:016d}.parquet"
    with replacing(path) as temporary:
        pq.write_table(
            rows.by_tag().to_arrow(),
            temporary,
            compression="zstd",
            row_group_size=_ROW_GROUP,
            use_dictionary=["tag", "quality", "source_time"],
            column_encoding={"time": "DELTA_BINARY_PACKED", "seq": "DELTA_BINARY_PACKED", "value": "PLAIN"},
        )
    return Part(path, first, last)


def read_part(part: Part, tags: Sequence[str] | None, start: int | None, end: int | None) -> Rows:
    """A part's samples of ``tags`` (None: all) with ``start <= time < end`` in nanoseconds.

    FileNotFoundError when retention or a merge removed the file meanwhile; IntegrityError when it is damaged.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    utc = pa.timestamp("ns", "UTC")
    wanted = pc.scalar(True)
    if tags is not None:
        wanted &= pc.field("tag").isin(pa.array(tags, pa.string()))
    if start is not None:
        wanted &= pc.field("time") >= pa.scalar(start, utc)
    if end is not None:
        wanted &= pc.field("time") < pa.scalar(end, utc)
    try:
        with part.path.open("rb") as file:
            return Rows.from_arrow(pq.read_table(file, filters=wanted))
    except pa.ArrowException as error:
        raise IntegrityError("plant.history_part_damaged", path=part.path) from error


def time_span(part: Part) -> tuple[int, int]:
    """The first and last time in the part, in nanoseconds, from the file's footer."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with part.path.open("rb") as file:
            about = pq.read_metadata(file)
    except pa.ArrowException as error:
        raise IntegrityError("plant.history_part_damaged", path=part.path) from error
    groups = [about.row_group(i).column(1).statistics for i in range(about.num_row_groups)]
    return min(group.min_raw for group in groups), max(group.max_raw for group in groups)


def merge(folder: Path, small: Sequence[Part]) -> Part:
    """Replace neighbouring parts by one with the same samples; overwritten samples are left out."""
    rows = concatenate([read_part(part, None, None, None) for part in small])
    order = np.lexsort((rows.seq, rows.time, rows.tag))
    tag, time = rows.tag[order], rows.time[order]
    last = np.append((np.diff(tag) != 0) | (np.diff(time) != 0), True)
    keep = order[last]
    # The sequence range in the name must cover the merged parts even when their first or last sample was overwritten.
    keep = np.union1d(keep, [int(rows.seq.argmin()), int(rows.seq.argmax())])
    merged = write_part(folder, rows.take(keep))
    for part in small:
        if part.path != merged.path:
            part.path.unlink(missing_ok=True)
    return merged


def row_count(part: Part) -> int:
    """How many samples the part holds, from the file's footer."""
    import pyarrow.parquet as pq

    count: int = pq.read_metadata(part.path).num_rows
    return count


def typical_time(part: Part) -> int:
    """The median time (nanoseconds) of the part's samples: one wild clock value does not move it."""
    return int(np.median(read_part(part, None, None, None).time))


def tag_names(folder: Path) -> tuple[str, ...]:
    """Every tag in the parts, in order of first appearance: for a history whose recent file is gone."""
    return tuple(dict.fromkeys(name for part in list_parts(folder) for name in read_part(part, None, None, None).tags))

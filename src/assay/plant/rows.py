"""Samples in long form: one row a sample, held as numpy columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.series import NO_DATA, Floats, Frame, Shorts, to_time

if TYPE_CHECKING:
    import pyarrow as pa

Longs = NDArray[np.int64]
NO_SOURCE_TIME = -(2**63)  # the integer behind NaT
_MAX_CELLS = 300_000_000


@dataclass(frozen=True)
class Sample:
    """One value of one tag. ``value`` is in the tag's unit (NaN: none); ``time`` and ``source_time`` are aware."""

    tag: str
    time: datetime
    value: float
    quality: int = 0
    source_time: datetime | None = None


@dataclass(frozen=True)
class Rows:
    """m samples: ``tag`` indexes ``tags``; times are nanoseconds UTC; ``seq`` is the stored order."""

    tags: tuple[str, ...]
    tag: NDArray[np.int32]
    time: Longs
    value: Floats
    quality: Shorts
    source_time: Longs
    seq: Longs

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def empty(cls) -> Rows:
        """No samples."""
        long = np.empty(0, np.int64)
        return cls((), np.empty(0, np.int32), long, np.empty(0), np.empty(0, np.int16), long, long)

    def take(self, at: Any) -> Rows:
        """The rows at the positions or the mask ``at``."""
        columns = {name: getattr(self, name)[at] for name in _COLUMNS}
        return replace(self, **columns)

    def by_tag(self) -> Rows:
        """Grouped by tag, each tag's samples in stored order: small files and fast reads of one tag."""
        return self.take(np.argsort(self.tag.astype(np.uint16) if len(self.tags) < 65_536 else self.tag, kind="stable"))

    def numbered(self, first: int) -> Rows:
        """The rows with ``seq`` counted from ``first``."""
        return replace(self, seq=np.arange(first, first + len(self), dtype=np.int64))

    def to_arrow(self) -> pa.Table:
        """Columns tag (dictionary), time, value, quality, source_time (null: none), seq."""
        import pyarrow as pa

        utc = pa.timestamp("ns", "UTC")
        source_time = pa.array(self.source_time.view("datetime64[ns]"), utc, from_pandas=True)
        columns = [
            pa.DictionaryArray.from_arrays(pa.array(self.tag), pa.array(self.tags, pa.string())),
            pa.array(self.time.view("datetime64[ns]"), utc),
            pa.array(self.value),
            pa.array(self.quality),
            source_time,
            pa.array(self.seq),
        ]
        return pa.table(columns, names=["tag", "time", "value", "quality", "source_time", "seq"])

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Rows:
        """Samples from a table with columns tag, time, value and perhaps quality, source_time, seq.

        ``time`` is a timestamp with a zone. InputError when a column is missing or of another kind.
        """
        import pyarrow as pa

        try:
            encoded = table["tag"].combine_chunks()
            if not pa.types.is_dictionary(encoded.type):
                encoded = encoded.dictionary_encode()
            tag, time = encoded.indices.to_numpy(zero_copy_only=False), _nanoseconds(table["time"])
            value = table["value"].cast(pa.float64()).to_numpy()
            missing = (len(time),)
            quality = table["quality"].cast(pa.int16()).to_numpy() if "quality" in table.column_names else None
            source = _nanoseconds(table["source_time"]) if "source_time" in table.column_names else None
            seq = table["seq"].to_numpy() if "seq" in table.column_names else None
        except (KeyError, pa.ArrowException) as error:
            raise InputError("plant.history_batch", columns=", ".join(table.column_names)) from error
        if encoded.null_count or (time == NO_SOURCE_TIME).any():
            raise InputError("plant.history_batch", columns=", ".join(table.column_names))
        return cls(
            tuple(encoded.dictionary.to_pylist()),
            tag.astype(np.int32),
            time,
            value,
            np.zeros(missing, np.int16) if quality is None else quality,
            np.full(missing, NO_SOURCE_TIME, np.int64) if source is None else source,
            np.zeros(missing, np.int64) if seq is None else seq,
        )


_COLUMNS = ("tag", "time", "value", "quality", "source_time", "seq")


def _nanoseconds(column: pa.ChunkedArray) -> Longs:
    import pyarrow as pa

    if not (pa.types.is_timestamp(column.type) and column.type.tz):
        raise pa.ArrowTypeError("a timestamp with a zone is needed")
    times: Longs = column.cast(pa.timestamp("ns", "UTC")).to_numpy().astype("datetime64[ns]").view(np.int64)
    return times


def concatenate(parts: Sequence[Rows]) -> Rows:
    """All rows of all parts over one common list of tags."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return Rows.empty()
    names = {name: i for i, name in enumerate(dict.fromkeys(name for part in parts for name in part.tags))}
    tag = [np.array([names[name] for name in part.tags], np.int32)[part.tag] for part in parts]
    rest = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS[1:]}
    return Rows(tuple(names), np.concatenate(tag), **rest)


def from_frame(frame: Frame, most: int) -> Iterator[Rows]:
    """The frame's samples in pieces of about ``most``, in time order.

    A NaN is no sample, unless it carries a quality that says so (any but good and "no data").
    """
    rows_each = max(1, most // max(1, len(frame.tags)))
    for start in range(0, len(frame), rows_each):
        part = slice(start, start + rows_each)
        values = frame.values[part]
        quality = np.zeros(values.shape, np.int16) if frame.quality is None else frame.quality[part]
        said = ~np.isnan(values) | ((quality != 0) & (quality != NO_DATA))
        row, column = np.nonzero(said)
        time = frame.times[part].view(np.int64)[row]
        source = np.full(len(row), NO_SOURCE_TIME, np.int64)
        yield Rows(frame.tags, column.astype(np.int32), time, values[said], quality[said], source, source)


def from_samples(samples: Iterable[Sample]) -> Rows:
    """The samples in their order; InputError for a naive time or a quality that is no 16-bit number."""
    listed = list(samples)
    names: dict[str, int] = {}
    tag = np.array([names.setdefault(sample.tag, len(names)) for sample in listed], np.int32)
    time = np.array([to_time(sample.time) for sample in listed], "datetime64[ns]").view(np.int64)
    source = np.array(
        ["NaT" if sample.source_time is None else to_time(sample.source_time) for sample in listed], "datetime64[ns]"
    ).view(np.int64)
    value = np.array([sample.value for sample in listed], np.float64)
    try:
        quality = np.array([sample.quality for sample in listed], np.int16)
    except OverflowError as error:
        raise InputError("plant.history_quality") from error
    if "" in names:
        raise InputError("plant.history_frame_tags")
    return Rows(tuple(names), tag, time, value, quality, source, np.zeros(len(listed), np.int64))


def to_frame(rows: Rows, tags: Sequence[str], label: Longs | None = None) -> Frame:
    """The rows as a frame over ``tags`` (each row's tag must be one of them).

    Of several samples with the same tag and time the one stored last counts. ``label`` gives each row another time to
    stand for; then, of a tag's samples with the same label, the one with the latest own time counts.
    """
    place = {name: i for i, name in enumerate(tags)}
    column = np.array([place.get(name, -1) for name in rows.tags], np.int64)[rows.tag] if len(rows) else rows.time
    times, row = np.unique(rows.time if label is None else label, return_inverse=True)
    if len(times) * len(tags) > _MAX_CELLS:
        raise InputError("plant.history_too_wide", times=len(times), tags=len(tags))
    cell = row * len(tags) + column
    used = np.zeros(len(times) * len(tags), bool)
    used[cell] = True
    if np.count_nonzero(used) != len(cell):
        order = np.lexsort((rows.seq, rows.time, cell))
        last = np.append(np.diff(cell[order]) != 0, True)
        keep = order[last]
        rows, cell = rows.take(keep), cell[keep]
    values = np.full(used.shape, np.nan)
    values[cell] = rows.value
    shape = (len(times), len(tags))
    frame_times, table = times.view("datetime64[ns]"), values.reshape(shape)
    if not rows.quality.any():
        return Frame(frame_times, tuple(tags), table)
    quality = np.full(used.shape, NO_DATA, np.int16)
    quality[cell] = rows.quality
    return Frame(frame_times, tuple(tags), table, quality.reshape(shape))

"""A stretch of history as one table: rows are times, columns are tags.

Times are UTC and held in nanoseconds; a missing value is NaN. Qualities are the upper 16 bits of an OPC UA StatusCode
(OPC 10000-4, 7.39) read as a signed number: 0 good, 0x4000 and above uncertain, negative bad.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

Times = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Shorts = NDArray[np.int16]

GOOD = 0
UNCERTAIN = 0x4000
BAD = -0x8000
NO_DATA = 0x809B - 0x10000  # BadNoData: there is no sample at that time
_METADATA = b"assay.frame"
_MAGIC = b"assay.frame/1\0"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_time(moment: datetime) -> np.datetime64:
    """An aware datetime as UTC ``datetime64[ns]``; InputError for a naive one or one outside 1678..2262."""
    if moment.tzinfo is None:
        raise InputError("plant.history_naive_time", time=moment.isoformat())
    delta = moment - _EPOCH
    nanoseconds = (delta.days * 86_400 + delta.seconds) * 1_000_000_000 + delta.microseconds * 1_000
    if abs(nanoseconds) >= 2**63 - 1:
        raise InputError("plant.history_time_range", time=moment.isoformat())
    return np.datetime64(nanoseconds, "ns")


def to_datetime(time: np.datetime64) -> datetime:
    """A UTC ``datetime64`` as an aware datetime; digits below the microsecond are cut off."""
    moment: datetime = time.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Frame:
    """A stretch of history.

    times: (n,) ``datetime64[ns]`` in UTC, strictly increasing.
    tags: k different, non-empty names.
    values: (n, k) float64, NaN where nothing is known, each column in its tag's unit.
    quality: (n, k) int16 as described in this module, or None when every value is good.

    InputError when the parts do not fit together. The arrays are read-only.
    """

    times: Times
    tags: tuple[str, ...]
    values: Floats
    quality: Shorts | None = None

    def __post_init__(self) -> None:
        times = np.array(self.times, dtype="datetime64[ns]", copy=None)
        values = np.array(self.values, dtype=np.float64, copy=None, order="C")
        quality = None if self.quality is None else np.array(self.quality, dtype=np.int16, copy=None, order="C")
        tags = tuple(self.tags)
        shape = (len(times), len(tags))
        if times.ndim != 1 or values.shape != shape or (quality is not None and quality.shape != shape):
            raise InputError("plant.history_frame_shape", times=times.shape, tags=len(tags), values=values.shape)
        if len(set(tags)) != len(tags) or not all(tags):
            raise InputError("plant.history_frame_tags")
        if np.isnat(times).any() or (np.diff(times.view(np.int64)) <= 0).any():
            raise InputError("plant.history_frame_order")
        for name, array in (("times", times), ("values", values), ("quality", quality)):
            object.__setattr__(self, name, _frozen(array))
        object.__setattr__(self, "tags", tags)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frame):
            return NotImplemented
        return self.tags == other.tags and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.digest())

    def __len__(self) -> int:
        return len(self.times)

    @classmethod
    def empty(cls, tags: Sequence[str] = ()) -> Frame:
        """No rows."""
        return cls(np.empty(0, "datetime64[ns]"), tuple(tags), np.empty((0, len(tags))))

    @property
    def start(self) -> datetime | None:
        """The first time, or None without rows."""
        return to_datetime(self.times[0]) if len(self) else None

    @property
    def end(self) -> datetime | None:
        """The last time, or None without rows."""
        return to_datetime(self.times[-1]) if len(self) else None

    def column(self, tag: str) -> Floats:
        """The (n,) values of one tag; InputError when the frame has no such tag."""
        column: Floats = self.values[:, self._positions([tag])[0]]
        return column

    def select(self, tags: Iterable[str]) -> Frame:
        """The columns ``tags`` in that order; InputError when one is missing."""
        wanted = tuple(tags)
        at = self._positions(wanted)
        quality = None if self.quality is None else self.quality[:, at]
        return Frame(self.times, wanted, self.values[:, at], quality)

    def between(self, start: datetime | None, end: datetime | None) -> Frame:
        """Rows with ``start <= time < end``; None leaves that side open."""
        first = 0 if start is None else int(np.searchsorted(self.times, to_time(start), "left"))
        last = len(self) if end is None else int(np.searchsorted(self.times, to_time(end), "left"))
        return self._rows(slice(first, max(first, last)))

    def until(self, last: datetime) -> Frame:
        """Rows with ``time <= last``: what was known at that moment."""
        return self._rows(slice(0, int(np.searchsorted(self.times, to_time(last), "right"))))

    def good(self) -> Frame:
        """The same frame with every value of bad quality replaced by NaN, and without qualities."""
        if self.quality is None:
            return self
        return Frame(self.times, self.tags, np.where(self.quality < 0, np.nan, self.values))

    def resample(self, seconds: float, how: Literal["last", "mean"] = "last", *, hold: float | None = None) -> Frame:
        """The frame on a regular grid: multiples of ``seconds`` since 1970, each standing for (time - seconds, time].

        ``last`` gives the last value known at the grid time, at most ``hold`` seconds old (None: any age); a sample
        stored as missing with a bad quality is known to be missing. ``mean`` averages the values in each interval and
        gives NaN where there are none. No value after a grid time is used for it.
        """
        from assay.plant.grid import regular

        return regular(self, seconds, how, hold)

    def digest(self) -> str:
        """SHA-256 (hex) over the content: little-endian times, tags, values, and qualities where there are any.

        Every NaN counts as the same NaN. The digest does not depend on a file format or a library's version.
        """
        state = hashlib.sha256(_MAGIC)
        state.update(np.array([len(self), len(self.tags), self.quality is not None], dtype="<u8").tobytes())
        state.update(self.times.view(np.int64).astype("<i8", copy=False).tobytes())
        for tag in self.tags:
            name = tag.encode("utf-8", "surrogatepass")
            state.update(len(name).to_bytes(8, "little") + name)
        state.update(np.where(np.isnan(self.values), np.nan, self.values).astype("<f8", copy=False).tobytes())
        if self.quality is not None:
            state.update(self.quality.astype("<i2", copy=False).tobytes())
        return state.hexdigest()

    def to_arrow(self) -> pa.Table:
        """An Arrow table: ``time`` (timestamp[ns, UTC]), one column a tag (null = missing), then ``quality:TAG``."""
        import pyarrow as pa

        names = ["time", *self.tags]
        columns: list[Any] = [pa.array(self.times, pa.timestamp("ns", "UTC"))]
        columns += [pa.array(self.values[:, i], from_pandas=True) for i in range(len(self.tags))]
        if self.quality is not None:
            names += [f"quality:{tag}" for tag in self.tags]
            columns += [pa.array(self.quality[:, i]) for i in range(len(self.tags))]
        about = {"tags": list(self.tags), "quality": self.quality is not None}
        return pa.table(columns, names=names).replace_schema_metadata({_METADATA: json.dumps(about)})

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Frame:
        """The frame that ``to_arrow`` wrote; InputError for any other table (``read_history`` reads those)."""
        metadata = table.schema.metadata or {}
        if _METADATA not in metadata:
            raise InputError("plant.history_not_a_frame")
        about = json.loads(metadata[_METADATA])
        tags, count = tuple(about["tags"]), len(about["tags"])
        times = table.column(0).to_numpy().astype("datetime64[ns]")
        values = np.empty((len(times), count))
        for i in range(count):
            values[:, i] = table.column(i + 1).to_numpy()
        if not about["quality"]:
            return cls(times, tags, values)
        quality = np.empty(values.shape, np.int16)
        for i in range(count):
            quality[:, i] = table.column(1 + count + i).to_numpy()
        return cls(times, tags, values, quality)

    def to_parquet(self, path: Path) -> None:
        """Write the frame to one Parquet file; an existing file is replaced in one step."""
        import pyarrow.parquet as pq

        from assay.plant.atomic import replacing

        with replacing(path) as temporary:
            pq.write_table(self.to_arrow(), temporary, compression="zstd", use_dictionary=False)

    @classmethod
    def from_parquet(cls, path: Path) -> Frame:
        """Read what ``to_parquet`` wrote; InputError when the file is damaged or something else."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return cls.from_arrow(pq.ParquetFile(path).read())
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise InputError("plant.import_parquet_broken", path=path) from error

    def _rows(self, rows: slice) -> Frame:
        quality = None if self.quality is None else self.quality[rows]
        return Frame(self.times[rows], self.tags, self.values[rows], quality)

    def _positions(self, tags: Sequence[str]) -> list[int]:
        at = {tag: i for i, tag in enumerate(self.tags)}
        missing = [tag for tag in tags if tag not in at]
        if missing:
            raise InputError("plant.history_tag_unknown", tags=", ".join(missing[:10]))
        return [at[tag] for tag in tags]


def _frozen(array: NDArray[Any] | None) -> NDArray[Any] | None:
    if array is None:
        return None
    view = array.view()
    view.flags.writeable = False
    return view

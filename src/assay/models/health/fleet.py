"""A fleet's table: many units of one kind, each with its rows over its own life."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError, IntegrityError
from assay.plant.atomic import replacing
from assay.plant.home import home, private_folder
from assay.plant.hot import store_errors
from assay.plant.series import Floats

Longs = NDArray[np.int64]
_SHA = re.compile(r"[0-9a-f]{64}")
_MAGIC = b"assay.fleet/1\0"


@dataclass(frozen=True, eq=False)
class Fleet:
    """A fleet.

    units: names in the order of their first row. unit: (n,) index of each row's unit, rows of one unit together.
    time: (n,) the unit's own clock (cycles, hours), strictly increasing in a unit. tags: k names. values: (n, k), NaN
    where nothing is known. after: (units,) life that is left behind a unit's last row: 0 where it failed there, NaN
    where it still ran and nobody knows. clock: the name of the column that counts.
    """

    units: tuple[str, ...]
    unit: Longs
    time: Floats
    tags: tuple[str, ...]
    values: Floats
    after: Floats
    clock: str = "cycle"

    def __post_init__(self) -> None:
        rows = (len(self.unit), len(self.tags))
        if self.values.shape != rows or len(self.time) != rows[0] or len(self.after) != len(self.units):
            raise InputError("machine_health.fleet_shape")

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def unit_of_time(self) -> str:
        """``cycles``, ``h`` or ``d``, as the clock's name says."""
        name = self.clock.casefold()
        if re.search(r"hour|小时|(^|[^a-z])h($|[^a-z])", name):
            return "h"
        return "d" if re.search(r"day|天|日", name) else "cycles"

    def rows_of(self, unit: int) -> slice:
        """The rows of one unit."""
        return slice(int(np.searchsorted(self.unit, unit, "left")), int(np.searchsorted(self.unit, unit, "right")))

    def position(self, name: str) -> int:
        """The index of a unit; InputError with the nearest names when there is none (``7`` finds ``7.0``)."""
        wanted = plain(name)
        for index, unit in enumerate(self.units):
            if plain(unit) == wanted:
                return index
        near = get_close_matches(wanted, [plain(one) for one in self.units], 5, 0.4) or list(self.units[:5])
        raise InputError("machine_health.asset_unknown", asset=name[:80], near=", ".join(near), count=len(self.units))

    def only(self, units: Iterable[int]) -> Fleet:
        """The chosen units, in that order."""
        chosen = list(units)
        rows = [np.arange(len(self))[self.rows_of(one)] for one in chosen]
        at = np.concatenate(rows) if rows else np.empty(0, np.int64)
        unit = np.repeat(np.arange(len(chosen)), [len(one) for one in rows])
        names = tuple(self.units[one] for one in chosen)
        return Fleet(names, unit, self.time[at], self.tags, self.values[at], self.after[chosen], self.clock)

    def select(self, tags: Sequence[str]) -> Fleet:
        """The chosen tags, in that order; InputError when one is missing."""
        missing = [tag for tag in tags if tag not in self.tags]
        if missing:
            raise InputError("machine_health.tags_missing", tags=", ".join(missing[:10]))
        at = [self.tags.index(tag) for tag in tags]
        return replace(self, tags=tuple(tags), values=self.values[:, at])

    def until(self, last: Sequence[int]) -> Fleet:
        """Each unit cut behind its first ``last[unit]`` rows, as if it still ran; what is left then is kept in
        ``after``, so that a prediction can be judged."""
        keep = np.zeros(len(self), bool)
        after = self.after.copy()
        for index, count in enumerate(last):
            rows = self.rows_of(index)
            keep[rows.start : rows.start + count] = True
            after[index] += self.time[rows.stop - 1] - self.time[rows.start + count - 1]
        cut = replace(self, unit=self.unit[keep], time=self.time[keep], values=self.values[keep], after=after)
        return cut

    def remaining(self) -> Floats:
        """(n,) life left at each row; NaN for the units of which nobody knows when they fail."""
        return self.known() + self.after[self.unit]

    def known(self) -> Floats:
        """(n,) life that each row's unit is known to have lived after it: the rest of its rows."""
        ends = np.array([self.time[self.rows_of(one).stop - 1] for one in range(len(self.units))])
        return np.asarray(ends[self.unit] - self.time, np.float64)

    def digest(self) -> str:
        """SHA-256 (hex) over the content; every NaN counts as the same one."""
        state = hashlib.sha256(_MAGIC)
        state.update(json.dumps([self.units, self.tags, self.clock], ensure_ascii=True).encode("ascii") + b"\0")
        state.update(self.unit.astype("<i8").tobytes())
        for column in (self.time, self.values, self.after):
            state.update(np.where(np.isnan(column), np.nan, column).astype("<f8").tobytes())
        return state.hexdigest()


def plain(name: str) -> str:
    """A unit's name for comparison: without case, spaces and the ``.0`` that a spreadsheet adds."""
    return re.sub(r"\.0+$", "", " ".join(name.casefold().split()))


def keep_fleet(fleet: Fleet) -> str:
    """Keep the fleet under its digest, so that evidence over it can be replayed; the same content is kept once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sha = fleet.digest()
    path = _path(sha)
    about = {"units": fleet.units, "tags": fleet.tags, "clock": fleet.clock, "after": fleet.after.tolist()}
    columns: list[Any] = [fleet.unit, fleet.time, *fleet.values.T]
    table = pa.table([pa.array(one) for one in columns], names=[str(i) for i in range(len(columns))])
    with store_errors(path):
        private_folder(path.parent)
        if not path.exists():
            with replacing(path) as temporary:
                pq.write_table(table.replace_schema_metadata({"assay.fleet": json.dumps(about)}), temporary)
    return sha


def load_fleet(sha: str) -> Fleet:
    """The fleet with that digest; IntegrityError when it is missing or was changed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not _SHA.fullmatch(sha):
        raise InputError("machine_health.fleet_name", sha=sha[:80])
    path = _path(sha)
    if not path.exists():
        raise IntegrityError("machine_health.fleet_missing", sha=sha, path=path.parent)
    try:
        table = pq.ParquetFile(path).read()
        about = json.loads(table.schema.metadata[b"assay.fleet"])
        unit, time, *values = (column.to_numpy() for column in table.columns)
        grid = np.column_stack(values) if values else np.empty((len(unit), 0))
        after = np.asarray(about["after"], np.float64)
        fleet = Fleet(tuple(about["units"]), unit, time, tuple(about["tags"]), grid, after, str(about["clock"]))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException, InputError) as error:
        raise IntegrityError("machine_health.fleet_changed", sha=sha, path=path) from error
    if fleet.digest() != sha:
        raise IntegrityError("machine_health.fleet_changed", sha=sha, path=path)
    return fleet


def _path(sha: str) -> Path:
    return home() / "blobs" / sha[:2] / f"{sha}.fleet.parquet"

"""Reading a fleet's table: which column names the unit, which one counts its life, and what must not be learned from.

A column that tells the answer is left out and said: one named like remaining life or a label, one that is the clock
again or backwards, and one that stays the same within every unit but differs between them (a serial number, a total).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.fleet import Fleet, plain
from assay.plant.file_numbers import numbers
from assay.plant.file_table import RawTable, load_table, shortened, simple
from assay.plant.notes import Note
from assay.plant.series import Floats

if TYPE_CHECKING:
    import pyarrow as pa

MAX_BYTES = 1 << 30
_ALONE = "\0unit"
_EPOCH = 1e8  # larger numbers are seconds since 1970, not a machine's clock
_UNIT = re.compile(
    r"(engine|unit|asset|machine|equipment|device|pump|motor|bearing|turbine|battery|设备|机组|单元|资产|机器|发动机)"
    r"( ?(number|no|nr|id|name|编号|名称|号))?|编号"
)
_CLOCK = re.compile(
    r"(time in )?(cycles?|cycle (number|no|index))|time cycles|(operating|running|run|service)? ?(hours?|days?)"
    r"|(time|age)( ?(h|hours|cycles|days))?|运行(小时|时间|天数)|(循环|周期)(数|次数)?|时间|时刻"
)
_AFTER = re.compile(r"rul|remaining.*|ttf|time to (failure|event)|cycles? to failure|剩余.*")
_ENDED = re.compile(r"failed|failure|ended|event|status|censored|失效|故障|是否失效")
_LABEL = re.compile(r".*\b(rul|ttf|label|target|remaining|health index|fault|failure|failed)\b.*|y|.*(标签|剩余寿命).*")
_TELLS = 1.0 - 1e-9  # a column that follows the clock as closely as this in every unit is the clock


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns are what, where their names do not say it: headers of the file.

    running: names of units that still run at their last row.
    """

    unit: str | None = None
    clock: str | None = None
    after: str | None = None
    ended: str | None = None
    leave_out: tuple[str, ...] = ()
    running: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetFile:
    """The fleet in a file, what was left out of it (column -> why: ``label``, ``clock``, ``identifier``, ``constant``,
    ``text``), whether the file itself says which units failed, each unit's first time (nanoseconds UTC) where the
    clock was made from times of day, and notes."""

    fleet: Fleet
    left_out: Mapping[str, str]
    told: bool
    begins: Mapping[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def is_fleet_header(cells: Sequence[str], mapping: Columns | None = None, *, alone: bool = False) -> bool:
    """Whether a header's cells name a unit (not with ``alone``) and a clock."""
    found = mapping or Columns()
    named = alone or _column(cells, found.unit, _UNIT) is not None
    return named and _column(cells, found.clock, _CLOCK) is not None


def read_fleet(
    path: Path | str, mapping: Columns | None = None, *, learn: bool = True, alone: str | None = None
) -> FleetFile:
    """Read a CSV or Parquet table of units over their lives; ``alone``: the one unit of a table without a unit column.

    ``learn``: leave out what must not be learned from; without it only labels by name and texts are. Rows may stand in
    any order. InputError when no column names a unit or counts its life, and for what ``plant.file_table`` refuses.
    """
    path, mapping = Path(path), mapping or Columns()
    raw = load_table(path, MAX_BYTES, lambda cells: is_fleet_header(cells, mapping, alone=alone is not None))
    if alone is not None:
        raw = replace(raw, columns=raw.columns.append_column(_ALONE, [[alone] * raw.columns.num_rows]))
        mapping = replace(mapping, unit=_ALONE)
    names: list[str] = raw.columns.column_names
    unit_name, clock = _column(names, mapping.unit, _UNIT), _column(names, mapping.clock, _CLOCK)
    if unit_name is None or clock is None:
        raise InputError("machine_health.fleet_columns", path=path, columns=shortened(", ".join(names)))
    if not raw.columns.num_rows:
        raise InputError("plant.import_no_rows", path=path)
    return _Reader(path, raw, unit_name, clock, mapping).read(learn)


class _Reader:
    def __init__(self, path: Path, raw: RawTable, unit: str, clock: str, mapping: Columns) -> None:
        self.path, self.raw, self.unit, self.clock, self.mapping = path, raw, unit, clock, mapping
        self.notes = list(raw.notes)
        self.left_out: dict[str, str] = {}
        self.begins: dict[str, int] = {}
        names = [name for name in raw.columns.column_names if name not in (unit, clock)]
        self.after = _column(names, mapping.after, _AFTER)
        self.ended = _column([name for name in names if name != self.after], mapping.ended, _ENDED)
        self.names = [name for name in names if name not in (self.after, self.ended)]

    def read(self, learn: bool) -> FleetFile:
        units, unit, time, rows = self._order()
        tags, columns = self._values(rows)
        grid = np.column_stack(columns) if columns else np.empty((len(rows), 0))
        draft = Fleet(units, unit, time, tuple(tags), grid, np.zeros(len(units)), self.clock)
        after, told = self._ends(draft, rows)
        fleet = Fleet(units, unit, time, draft.tags, grid, after, "hours" if self.begins else self.clock)
        kept = self._without_answers(fleet, learn)
        for one, key in ((self.after, "label"), (self.ended, "label")):
            if one is not None:
                self.left_out[one] = key
        return FleetFile(fleet.select(kept), dict(self.left_out), told, self.begins, self.notes)

    def _order(self) -> tuple[tuple[str, ...], NDArray[np.int64], Floats, NDArray[np.int64]]:
        """Units, each row's unit and clock, and which rows of the file they are: sorted, each clock once a unit."""
        table = self.raw.columns
        names = [plain(str(one)) for one in table[self.unit].to_pylist()]
        clock, self.begins = _clock(table[self.clock], names)
        bad = np.isnan(clock) | np.array([not name for name in names])
        if bad.all():
            raise InputError("machine_health.fleet_clock", path=self.path, column=shortened(self.clock, 40))
        if bad.any():
            line = int(self.raw.lines[int(bad.argmax())])
            self.notes.append(Note("machine_health.rows_without_clock", {"count": int(bad.sum()), "line": line}))
        place: dict[str, int] = {}
        kept = np.flatnonzero(~bad)
        code = np.array([place.setdefault(names[row], len(place)) for row in kept], np.int64)
        units = tuple(place)
        self._restarts(units, code, clock[kept])
        order = np.lexsort((kept, clock[kept], code))
        code, rows = code[order], kept[order]
        same = np.zeros(len(rows), bool)
        same[:-1] = (code[:-1] == code[1:]) & (clock[rows][:-1] == clock[rows][1:])
        if same.any():
            first = int(same.argmax())
            params = {"count": int(same.sum()), "unit": units[code[first]], "time": f"{clock[rows[first]]:g}"}
            self.notes.append(Note("machine_health.clock_doubled", params))
        return units, code[~same], clock[rows[~same]], rows[~same]

    def _restarts(self, units: tuple[str, ...], code: NDArray[np.int64], clock: Floats) -> None:
        """A clock that jumps back and counts on is another run under the same name: which one fails is not told."""
        for index, unit in enumerate(units):
            own = clock[code == index]
            back = np.flatnonzero(np.diff(own) < 0)
            repeated = len(own) - len(np.unique(own))
            if 0 < len(back) <= 3 and repeated >= max(3, 0.05 * len(own)):
                at = f"{own[back[0] + 1]:g}"
                raise InputError("machine_health.clock_restarts", unit=unit, last=f"{own[back[0]]:g}", time=at)
            if len(back):
                self.notes.append(Note("machine_health.clock_backwards", {"unit": unit, "count": len(back)}))

    def _values(self, rows: NDArray[np.int64]) -> tuple[list[str], list[Floats]]:
        tags, columns = [], []
        for name in self.names:
            values, odd = numbers(self.raw.columns[name], decimal_comma=self.raw.separator == ";")
            if np.isnan(values).all():
                self.left_out[name] = "text" if odd.any() else "constant"
            else:
                tags.append(name.strip())
                columns.append(values[rows])
        return tags, columns

    def _ends(self, fleet: Fleet, rows: NDArray[np.int64]) -> tuple[Floats, bool]:
        """What is known of each unit's life behind its last row, and whether the file itself tells it."""
        after, told = np.zeros(len(fleet.units)), False
        last = np.array([rows[fleet.rows_of(one).stop - 1] for one in range(len(fleet.units))])
        if self.after is not None:
            left, _ = numbers(self.raw.columns[self.after], decimal_comma=self.raw.separator == ";")
            after, told = np.where(left[last] >= 0, left[last], np.nan), True
        elif self.ended is not None:
            flags = [simple(str(self.raw.columns[self.ended][int(row)].as_py())) for row in last]
            yes = {"1", "1.0", "true", "yes", "failed", "failure", "失效", "故障", "是"}
            no = {"0", "0.0", "false", "no", "running", "censored", "运行", "否"}
            if all(flag in yes | no for flag in flags):
                after, told = np.where([flag in yes for flag in flags], 0.0, np.nan), True
        for name in self.mapping.running:
            after[fleet.position(name)] = np.nan
        return np.asarray(after, np.float64), told

    def _without_answers(self, fleet: Fleet, learn: bool) -> list[str]:
        """The tags that may be learned from."""
        kept = []
        for index, tag in enumerate(fleet.tags):
            named = _LABEL.fullmatch(simple(tag)) is not None or tag in self.mapping.leave_out
            reason = "label" if named else _reason(fleet, fleet.values[:, index]) if learn else None
            if reason is None:
                kept.append(tag)
            else:
                self.left_out[tag] = reason
        return kept


def _reason(fleet: Fleet, values: Floats) -> str | None:
    """Why a column is left out: ``constant``, ``identifier`` or ``clock``."""
    spread = float(np.nanmax(values) - np.nanmin(values))
    if spread <= 1e-9 * max(1.0, float(np.nanmax(np.abs(values)))):
        return "constant"
    own = [values[fleet.rows_of(one)] for one in range(len(fleet.units))]
    still = [float(np.nanmax(one) - np.nanmin(one)) <= 1e-9 * spread if np.isfinite(one).any() else True for one in own]
    if all(still) and len(own) > 1:
        return "identifier"
    for one, values_of in enumerate(own):
        time = fleet.time[fleet.rows_of(one)]
        good = np.isfinite(values_of)
        if good.sum() < 5:
            continue
        if still[one] or abs(float(np.corrcoef(time[good], values_of[good])[0, 1])) < _TELLS:
            return None
    return "clock"


def _column(names: Sequence[str], wanted: str | None, known: re.Pattern[str]) -> str | None:
    """The column that is named, else the first whose name is known."""
    if wanted is not None:
        found = [name for name in names if simple(name) == simple(wanted)]
        if not found:
            raise InputError("machine_health.column_unknown", column=wanted, columns=shortened(", ".join(names)))
        return found[0]
    return next((name for name in names if known.fullmatch(simple(name))), None)


def _clock(column: pa.ChunkedArray, units: Sequence[str]) -> tuple[Floats, dict[str, int]]:
    """The clock as numbers; times of day become hours since each unit's first row, which is given too."""
    import pyarrow as pa

    from assay.plant.file_times import BAD_TIME, times_utc, zone_named

    if not (pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)):
        counted, odd = numbers(column, decimal_comma=False)
        known = counted[np.isfinite(counted)]
        if odd.sum() < 0.5 * len(odd) and (not len(known) or float(np.median(known)) < _EPOCH):
            return counted, {}
    stamps, _ = times_utc(column, zone_named("UTC"))
    good = stamps != BAD_TIME
    hours, begins = np.full(len(stamps), np.nan), {}
    names = np.asarray(units)
    for unit in dict.fromkeys(units):
        own = (names == unit) & good
        if own.any():
            begins[unit] = int(stamps[own].min())
            hours[own] = (stamps[own] - begins[unit]) / 3.6e12
    return hours, begins

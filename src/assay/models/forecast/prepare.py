"""From a plant's table to a panel: grid, holes, units, seasons, limits, known-future inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import JsonValue

from assay.kernel.errors import InputError
from assay.models.forecast.breaks import find_break
from assay.models.forecast.grid import Gridded, fill, to_grid
from assay.models.forecast.known import known_inputs, refuse_leaks
from assay.models.forecast.notes import Note
from assay.models.forecast.panel import Floats, Panel
from assay.models.forecast.seasons import find_seasons
from assay.plant.series import Frame

Bounds = Mapping[str, tuple[float | None, float | None]]
FEWEST_KNOWN = 3  # good values a target must have
LARGEST = 1e150  # squares of larger values overflow
WILD = 10.0  # times the range of 99 of 100 values, beyond it
WILD_SHARE = 0.005
ZEROS = 0.01  # share of exact zeros that makes 0 a floor


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller knows: seasons in grid steps (None: found), limits, floors at 0."""

    seasons: tuple[int, ...] | None = None
    bounds: Bounds | None = None
    nonnegative: bool | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values."""
        bounds: dict[str, JsonValue] = {name: list(pair) for name, pair in (self.bounds or {}).items()}
        seasons: JsonValue = None if self.seasons is None else list(self.seasons)
        return {"seasons": seasons, "bounds": bounds, "nonnegative": self.nonnegative}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Options:
        """The inverse of ``to_json``."""
        seasons = plain["seasons"]
        bounds = {name: (pair[0], pair[1]) for name, pair in plain["bounds"].items()}
        return cls(None if seasons is None else tuple(seasons), bounds, plain["nonnegative"])


@dataclass(frozen=True, eq=False)
class Prepared:
    """A panel, its limits (series, 2) with infinities where open, and notes: for all and by target.

    refused: targets that cannot be forecast, with the reason; they are no part of the panel.
    """

    panel: Panel
    limits: Floats
    known_names: tuple[str, ...]
    notes: tuple[Note, ...]
    by_target: Mapping[str, tuple[Note, ...]]
    refused: Mapping[str, Note]


def prepare(frame: Frame, targets: Sequence[str], horizon: int, known: Frame | None, options: Options) -> Prepared:
    """The panel of ``targets``. InputError when no target can be forecast or the known-future inputs are unfit."""
    frame = frame.good()
    names = tuple(dict.fromkeys(targets))
    if not names:
        raise InputError("forecast.no_targets")
    gridded = to_grid(frame.select(names))
    made = [_series(name, gridded, at, horizon, options) for at, name in enumerate(names)]
    kept = [one for one in made if one.refused is None]
    refused = {one.name: one.refused for one in made if one.refused is not None}
    if not kept:
        first = next(iter(refused.values()))
        raise InputError(f"forecast.{first.code}", **first.params)
    panel = Panel(
        tuple(one.name for one in kept),
        gridded.start,
        gridded.step,
        np.stack([one.values for one in kept]),
        np.stack([one.observed for one in kept]),
        np.array([one.begin for one in kept], np.int64),
        tuple(one.seasons for one in kept),
    )
    inputs: tuple[str, ...] = ()
    if known is not None:
        inputs, values = known_inputs(frame, known.good(), names, gridded.start, gridded.step, panel.length, horizon)
        shown = np.where(panel.observed, panel.values, np.nan)
        refuse_leaks(inputs, values, panel.names, shown, [panel.season(i) for i in range(len(panel))], horizon)
        panel = replace(panel, known=values)
    limits = np.array([one.limits for one in kept])
    by_target = {one.name: one.notes for one in kept}
    return Prepared(panel, limits, inputs, gridded.notes, by_target, refused)


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    values: Floats
    observed: np.typing.NDArray[np.bool_]
    begin: int
    seasons: tuple[int, ...]
    limits: tuple[float, float]
    notes: tuple[Note, ...]
    refused: Note | None = None


def _series(name: str, gridded: Gridded, at: int, horizon: int, options: Options) -> _Series:
    raw = np.where(np.isfinite(gridded.values[:, at]), gridded.values[:, at], np.nan)
    known = np.flatnonzero(~np.isnan(raw))
    refused = _unfit(name, raw, known, horizon)
    if refused is not None:
        return _Series(name, raw, ~np.isnan(raw), 0, (), (-np.inf, np.inf), (), refused)
    notes: list[Note] = []
    raw, wild = _without_wild(raw)
    if wild:
        notes.append(Note("wild", {"target": name, "rows": wild}))
    begin = int(np.flatnonzero(~np.isnan(raw))[0])
    seasons = _seasons(raw[begin:], gridded.step, options)
    begin, raw, moved = _after_break(name, raw, begin, seasons, horizon)
    notes += moved
    if moved:
        seasons = _seasons(raw[begin:], gridded.step, options)
    values = fill(raw, seasons[0] if seasons else 1)
    observed = ~np.isnan(raw)
    holes = int((~observed[begin:]).sum())
    if holes:
        trailing = len(raw) - 1 - int(np.flatnonzero(observed)[-1])
        notes.append(Note("filled", {"target": name, "rows": holes, "of": len(raw) - begin, "trailing": trailing}))
    if not np.ptp(values[begin:]) > 0:
        notes.append(Note("constant", {"target": name, "value": float(values[-1])}))
    limits, said = _limits(name, raw, options)
    return _Series(name, values, observed, begin, seasons, limits, (*notes, *said))


def _unfit(name: str, raw: Floats, known: np.typing.NDArray[np.int64], horizon: int) -> Note | None:
    if len(known) == 0:
        return Note("all_missing", {"target": name, "rows": len(raw)})
    if len(known) < FEWEST_KNOWN:
        return Note("few_values", {"target": name, "values": len(known)})
    if np.nanmax(np.abs(raw)) > LARGEST:
        return Note("too_large", {"target": name, "largest": float(np.nanmax(np.abs(raw)))})
    trailing = len(raw) - 1 - int(known[-1])
    if trailing > max(horizon, len(known) // 10):
        return Note("stale", {"target": name, "rows": trailing})
    return None


def _without_wild(raw: Floats) -> tuple[Floats, int]:
    """Without single values far outside everything else (9999, a broken transmission), and how many there were."""
    low, high = np.nanquantile(raw, [0.005, 0.995], method="inverted_cdf")
    room = WILD * (high - low)
    with np.errstate(invalid="ignore"):
        wild = (raw < low - room) | (raw > high + room)
    count = int(wild.sum())
    if not room > 0 or count > max(1, WILD_SHARE * len(raw)):
        return raw, 0
    return np.where(wild, np.nan, raw), count


def _seasons(raw: Floats, step: int, options: Options) -> tuple[int, ...]:
    if options.seasons is None:
        return find_seasons(fill(raw, 1), step)
    rows = len(raw)
    return tuple(one for one in sorted(set(options.seasons)) if 2 <= one <= rows // 2)


def _after_break(
    name: str, raw: Floats, begin: int, seasons: tuple[int, ...], horizon: int
) -> tuple[int, Floats, list[Note]]:
    """The history after a change of unit or level; where it is too short to stand alone, the older part is moved."""
    known = np.flatnonzero(~np.isnan(raw))
    found = find_break(raw[known])
    if found is None:
        return begin, raw, []
    at = int(known[found.at])
    after = len(raw) - at
    figures: dict[str, JsonValue] = {
        "target": name,
        "row": at,
        "before": found.before,
        "after": found.after,
        "rows": after,
    }
    if after >= max(3 * horizon, 4 * (seasons[0] if seasons else 1), 60):
        cut = raw.copy()
        cut[:at] = np.nan
        return at, cut, [Note("break_cut", figures)]
    old, new = raw[known[: found.at]], raw[known[found.at :]]
    spread = [float(np.subtract(*np.quantile(part, [0.9, 0.1]))) for part in (old, new)]
    ratio = spread[1] / spread[0] if min(spread) > 0 else 1.0
    moved = raw.copy()
    moved[:at] = (raw[:at] - found.before) * ratio + found.after
    return begin, moved, [Note("break_moved", {**figures, "factor": ratio})]


def _limits(name: str, raw: Floats, options: Options) -> tuple[tuple[float, float], list[Note]]:
    given = (options.bounds or {}).get(name, (None, None))
    low = -np.inf if given[0] is None else float(given[0])
    high = np.inf if given[1] is None else float(given[1])
    if not low < high:
        raise InputError("forecast.bounds_order", target=name, low=low, high=high)
    known = raw[~np.isnan(raw)]
    notes: list[Note] = []
    outside = int(((known < low) | (known > high)).sum())
    if outside:
        notes.append(Note("outside_bounds", {"target": name, "rows": outside}))
    floor = options.nonnegative
    if floor is None:
        floor = bool(known.min() == 0.0 and np.ptp(known) > 0 and (known == 0.0).mean() >= ZEROS)
    if floor and low < 0.0:
        if known.min() < 0.0:
            notes.append(Note("negative_seen", {"target": name, "rows": int((known < 0.0).sum())}))
        low = 0.0
        notes.append(Note("floor", {"target": name}))
    return (low, high), notes

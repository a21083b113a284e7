"""A control valve from its signal and its position: how much the signal travels before the valve moves, over time."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from assay.kernel.errors import InputError, Refused
from assay.models.health.indicator import LEAST_POINTS
from assay.models.health.process.parts import Stiction, stiction
from assay.models.health.trend import passage
from assay.plant.series import Floats, Frame
from assay.skills.health.arguments import ProcessArguments
from assay.skills.health.machines import diagnosed
from assay.skills.health.methods import LEAD_DAYS, Record, dated, head
from assay.skills.health.process_kinds import KINDS
from assay.skills.health.process_rows import Columns, read_columns
from assay.skills.health.values import finished, number

TURNS, WINDOWS = 8, 60  # reversals in a window of the record, and how many windows at most
LEAST_ROWS = 60


def by_valve(frame: Frame, arguments: ProcessArguments) -> dict[str, Any]:
    """The stick band now and over the windows of the record, its trend to the limit, and what it speaks for."""
    from assay.models.health.diagnosis.findings import of_stiction
    from assay.skills.health.process import followed_value

    columns = read_columns(frame, arguments)
    days, signal, position = _rows(frame, columns)
    whole = _judged(signal, position)
    kind = KINDS["valve"]
    limit = kind.limit if arguments.limit is None else arguments.limit
    if not 0.0 < limit <= 100.0:
        raise InputError("health.process_band_wrong", limit=limit)
    at, found = _windows(days, signal, position, whole.reversals)
    record = Record(days, signal[:, None], ("stick_band",), "d", frame.start)
    if len(at) < LEAST_POINTS:
        now, base = whole, _without_trend(arguments, record)
    else:
        now = _latest(found)
        bands = np.array([one.band for one in found])
        shown = passage(at, bands, limit, confidence=arguments.confidence)
        base = followed_value(shown, record, arguments, "stick_band", limit)
    about = {
        "kind": "valve",
        "level": number(now.band),
        "sigma": number(_doubt(signal, found)),
        "unit": "%",
        "jump": number(now.jump),
        "reversals": now.reversals,
        "limit": number(limit),
        "rows": {"all": len(frame), "used": len(days), "windows": len(at)},
        "units": dict(columns.units),
    }
    seen, code = of_stiction(now), arguments.equipment_class or kind.equipment_class
    value = {**base, "reasons": [], "process": about, **diagnosed(seen, code, arguments.asset, arguments.cases)}
    doubts = {"assumed_units": bool(columns.assumed), "assumed_stick_band": arguments.limit is None}
    doubts["few_windows"] = base["trend"] is None
    return dated(finished(value, doubts), record)


def _rows(frame: Frame, columns: Columns) -> tuple[Floats, Floats, Floats]:
    """Days, signal and position in per cent of span where both are known. Refused when they cannot be per cent."""
    signal, position = columns.si["op"], columns.si["pv"]
    good = np.isfinite(signal) & np.isfinite(position)
    if int(good.sum()) < LEAST_ROWS:
        count = int(good.sum())
        raise Refused("health.process_few", rows=count, runs=count, all=len(frame), need=LEAST_ROWS)
    for role, values in (("op", signal[good]), ("pv", position[good])):
        low, high = (float(one) for one in np.quantile(values, (0.01, 0.99)))
        fraction = columns.units[role] == "%" and 0.0 < high <= 1.05 and low >= -0.05
        if fraction or low < -10.0 or high > 110.0:
            suspected = "1" if fraction else "mA"
            raise Refused(
                "health.process_signal", role=columns.tag(role), low=f"{low:.3g}", high=f"{high:.3g}", unit=suspected
            )
    days = np.asarray((frame.times - frame.times[:1]).astype(np.int64) / 8.64e13, np.float64)
    return days[good], signal[good], position[good]


def _judged(signal: Floats, position: Floats) -> Stiction:
    """The engine's band ends at the last row before the valve moved: half a step of the signal is added.

    The position's noise is taken from its second differences, in which a valve that moves evenly is no noise.
    """
    noise = 1.4826 / math.sqrt(6.0) * float(np.median(np.abs(np.diff(position, 2))))
    found = stiction(signal, position, noise)
    return replace(found, band=found.band + _step(signal) / 2.0)


def _step(signal: Floats) -> float:
    """The usual move of the signal from row to row, where it moves."""
    moves = np.abs(np.diff(signal))
    moves = moves[moves > 0.0]
    return float(np.median(moves)) if len(moves) else 0.0


def _windows(days: Floats, signal: Floats, position: Floats, turns: int) -> tuple[Floats, list[Stiction]]:
    """The end of each window in which the valve could be judged, and what it showed."""
    count = min(WINDOWS, turns // TURNS)
    at, found = [], []
    for rows in np.array_split(np.arange(len(days)), count) if count >= LEAST_POINTS else ():
        try:
            found.append(_judged(signal[rows], position[rows]))
        except InputError as error:  # a window in which the signal hardly moved
            if error.key != "process_health.reversals":
                raise
        else:
            at.append(float(days[rows[-1]]))
    return np.array(at), found


def _latest(found: list[Stiction]) -> Stiction:
    """The window in the middle of the last five, by its band."""
    return sorted(found[-5:], key=lambda one: one.band)[2]


def _doubt(signal: Floats, found: list[Stiction]) -> float:
    """Twice the standard uncertainty of a band: what one step of the signal leaves open (evenly spread), and how much
    neighbouring windows differ."""
    square = _step(signal) ** 2 / 12.0
    steps = np.diff([one.band for one in found])
    if len(steps) >= 4:
        square += (1.4826 * float(np.median(np.abs(steps)))) ** 2 / 2.0
    return 2.0 * math.sqrt(square)


def _without_trend(arguments: ProcessArguments, record: Record) -> dict[str, Any]:
    now = float(record.time[-1])
    return {
        **head(arguments, "process", "d", LEAD_DAYS),
        "now": {"time": now, "at": record.moment(0.0), "age": now, "rows": len(record.time)},
        **dict.fromkeys(("life", "trend", "indicator", "act")),
    }

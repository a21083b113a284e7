"""Figures of one tag over a period, from good samples alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from assay.kernel.errors import InputError
from assay.plant.series import NO_DATA, Frame, to_datetime

HOLD = 3600.0
"""Seconds for which a sample stands at most: a longer gap is a gap, and counts for no time at all."""


_RATES = {"kscmh": ("kscm", 3600.0), "scmh": ("scm", 3600.0)}
"""Rates whose names hold no slash: (thousand) standard cubic metres an hour."""


def statistic(frame: Frame, tag: str, what: str, end: datetime, limit: float | None = None) -> dict[str, Any]:
    """One figure: ``value`` (None where nothing good was recorded), ``samples`` and ``bad`` ones, first and last time.

    mean, min, max, first, last, std and change (last minus first) are over the samples. ``total`` is the integral over
    time of a rate (see ``rate_seconds``), ``hours_above`` and ``hours_below`` the time beyond ``limit``; in all three a
    sample stands until the next one, HOLD at most. ``good`` is the share of good samples.
    """
    if tag not in frame.tags:
        raise InputError("reports.no_tag", tag=tag)
    column = frame.select([tag])
    values = column.good().column(tag)
    there = np.isfinite(values)
    recorded = len(values[there]) + _bad(column)
    kept, times = values[there], frame.times[there]
    value = _value(kept, times, what, end, limit)
    if what == "good":
        value = None if not recorded else len(kept) / recorded
    return {
        "tag": tag,
        "what": what,
        "limit": limit,
        "value": value,
        "samples": len(kept),
        "bad": recorded - len(kept),
        "first": to_datetime(times[0]).isoformat() if len(times) else None,
        "last": to_datetime(times[-1]).isoformat() if len(times) else None,
    }


def _bad(column: Frame) -> int:
    """Samples that were recorded with a bad quality; times at which only other tags have a sample are none."""
    if column.quality is None:
        return 0
    quality = column.quality[:, 0]
    return int(np.count_nonzero((quality < 0) & (quality != NO_DATA)))


def rate_seconds(unit: str) -> tuple[str, float]:
    """The unit of a rate's total and the seconds of the rate's time: ``m3/h`` gives (``m3``, 3600).

    Raises InputError for a unit that is no rate.
    """
    if unit in _RATES:
        return _RATES[unit]
    amount, slash, each = unit.rpartition("/")
    seconds = {"h": 3600.0, "min": 60.0, "s": 1.0, "d": 86400.0}.get(each)
    if not slash or not amount or seconds is None:
        raise InputError("reports.no_rate", unit=unit or "-")
    return amount, seconds


def _value(values: Any, times: Any, what: str, end: datetime, limit: float | None) -> float | None:
    if not len(values):
        return None
    simple = {
        "mean": lambda: float(np.mean(values)),
        "min": lambda: float(np.min(values)),
        "max": lambda: float(np.max(values)),
        "first": lambda: float(values[0]),
        "last": lambda: float(values[-1]),
        "change": lambda: float(values[-1] - values[0]),
    }
    if what in simple:
        return simple[what]()
    if what == "std":
        return float(np.std(values, ddof=1)) if len(values) > 1 else None
    stamps = np.append(times.astype("datetime64[ns]").astype(np.int64), int(end.timestamp() * 1e9))
    hours = np.clip(np.diff(stamps) / 1e9, 0.0, HOLD) / 3600.0
    if what == "total":
        return float(np.sum(values * hours))
    if limit is None:
        return None
    beyond = values > limit if what == "hours_above" else values < limit
    return float(np.sum(hours[beyond]))

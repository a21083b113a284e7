"""The methods behind the tools: kept records in, one value out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np

from assay.kernel.errors import InputError
from assay.models.health.fleet import Fleet, load_fleet
from assay.models.health.indicator import NORMAL_SHARE, Indicator, deviation
from assay.models.health.intervals import Life
from assay.models.health.life import FEW_UNITS, LifeModel
from assay.models.health.trend import Passage, passage
from assay.models.health.weibull import Weibull
from assay.plant.blobs import load_blob
from assay.plant.series import Floats, to_datetime
from assay.skills.health.arguments import AgesArguments, FleetArguments, HealthArguments, TrendArguments
from assay.skills.health.values import act_value, finished, life_value, number, numbers, reasons_value, thin

LEAD_SHARE = 0.1  # of a fleet's median life
LEAD_DAYS, LEAD_RECORD = 7.0, 0.05
ASSUMED_LIMIT = 2.0  # times what the machine's normal part reaches rarely


@lru_cache(maxsize=2)
def _model(sha: str, cap: float | None) -> tuple[LifeModel, float]:
    fleet = load_fleet(sha)
    lives = [fleet.time[rows.stop - 1] - fleet.time[rows.start] for rows in map(fleet.rows_of, range(len(fleet.units)))]
    return LifeModel(cap=cap).fit(fleet), float(np.median(lives))


def by_fleet(arguments: FleetArguments) -> dict[str, Any]:
    """Remaining life from units that ran to failure."""
    model, typical = _model(arguments.fleet, arguments.cap)
    record = load_fleet(arguments.record)
    own = record.only([record.position(arguments.asset)])
    (found,) = model.predict(own, arguments.confidence)
    age = float(own.time[-1])
    at = thin(len(own))
    value = {
        **head(arguments, "fleet", own.unit_of_time, typical * LEAD_SHARE),
        "now": {"time": age, "at": None, "age": age, "rows": len(own)},
        "life": life_value(found.life),
        "trend": None,
        "indicator": {"name": "health", "time": numbers(own.time[at]), "value": numbers(found.indicator[at])},
        "reasons": reasons_value([(reason.tag, reason.contribution) for reason in found.reasons]),
        "alike": [{"unit": unit, "weight": number(weight), "left": number(left)} for unit, weight, left in found.alike],
        "outside": [{"tag": tag, "spreads": number(much)} for tag, much in found.outside.items()],
        "empty": list(found.empty),
        "fleet": {
            "units": len(model.units),
            "failed": model.failures,
            "median_life": number(typical),
            "members": {name: number(weight) for name, weight in model.weights.items()},
        },
        "act": act_value(found.life.quantiles, arguments.costs.costs(), age),
    }
    doubts = {
        "outside": bool(found.outside),
        "empty": bool(found.empty),
        "short": found.short,
        "late": found.late,
        "few_units": model.failures < FEW_UNITS,
    }
    return finished(value, doubts)


def by_ages(arguments: AgesArguments) -> dict[str, Any]:
    """Remaining life from ages at failure alone."""
    fleet = load_fleet(arguments.fleet)
    ages = np.array([fleet.time[fleet.rows_of(one).stop - 1] for one in range(len(fleet.units))])
    found = Weibull.fit(ages, np.isfinite(fleet.after) & (fleet.after <= 0))
    life = found.life(arguments.age, arguments.confidence)
    costs = arguments.costs.costs()
    value = {
        **head(arguments, "ages", fleet.unit_of_time, float(np.median(ages)) * LEAD_SHARE),
        "now": {"time": arguments.age, "at": None, "age": arguments.age, "rows": len(ages)},
        "life": life_value(life),
        "trend": None,
        "indicator": None,
        "reasons": [],
        "weibull": {
            "shape": number(found.shape),
            "confidence": 0.9,
            "shape_low": number(found.shape_low),
            "shape_high": number(found.shape_high),
            "scale": number(found.scale),
            "failures": found.failures,
            "running": found.running,
        },
        "replace_at": None if costs is None else _age(found.replacement(costs).wait),
        "act": act_value(life.quantiles, costs, arguments.age),
    }
    return finished(value, {"ages_only": True, "few_units": found.failures < FEW_UNITS})


def _age(wait: float | None) -> float | None:
    return None if wait is None else number(wait)


@dataclass(frozen=True, eq=False)
class Record:
    """One machine's rows on one clock."""

    time: Floats
    values: Floats
    tags: tuple[str, ...]
    clock: str
    begin: datetime | None

    def moment(self, ahead: float) -> str | None:
        """The time ``ahead`` days from the record's end, where the clock is the calendar."""
        if self.begin is None or not math.isfinite(ahead):
            return None
        origin = np.datetime64(self.begin.replace(tzinfo=None), "ns")
        days = float(self.time[-1]) + ahead
        if abs(days) > 80_000:  # beyond the calendar of nanoseconds
            return None
        moment = to_datetime(origin + np.timedelta64(round(days * 86_400), "s").astype("timedelta64[ns]"))
        return moment.isoformat().replace("+00:00", "Z")


def by_trend(arguments: TrendArguments) -> dict[str, Any]:
    """Remaining life from one machine's own trend to a limit."""
    record = _record(arguments)
    span = float(record.time[-1] - record.time[0]) if len(record.time) else 0.0
    own: Indicator | None = None
    try:
        own = deviation(record.time, record.values, record.tags, arguments.normal)
    except InputError:
        if arguments.indicator is None:
            raise
    if arguments.indicator is None:
        assert own is not None
        limit = ASSUMED_LIMIT if arguments.limit is None else arguments.limit
        time, series, name = own.time, own.value, "deviation"
    else:
        if arguments.indicator not in record.tags:
            raise InputError("health.indicator_unknown", tag=arguments.indicator, tags=", ".join(record.tags[:20]))
        if arguments.limit is None:
            raise InputError("health.limit_needed", tag=arguments.indicator)
        time, series = record.time, record.values[:, record.tags.index(arguments.indicator)]
        limit, name = arguments.limit, arguments.indicator
    found = passage(time, series, limit, rising=not arguments.falling, confidence=arguments.confidence)
    lead = LEAD_DAYS if record.clock == "d" else LEAD_RECORD * span
    assumed = arguments.indicator is None and arguments.limit is None
    # An assumed limit that is passed says that the machine is not as it was, not that its life is over.
    life = None if assumed and found.passed else life_of(found, arguments.confidence)
    age = float(record.time[-1]) if record.begin is None else span
    value = {
        **head(arguments, "trend", record.clock, lead),
        "now": {"time": float(record.time[-1]), "at": record.moment(0.0), "age": age, "rows": len(record.time)},
        "life": None if life is None else life_value(life),
        "trend": {**trend_value(found, own, record, name, limit, arguments), "assumed": assumed},
        "indicator": course(found, name, limit),
        "reasons": [] if own is None else reasons_value(list(zip(own.tags, own.share.tolist(), strict=True))),
        "act": None if life is None or found.passed else act_value(found.lives, arguments.costs.costs(), age),
    }
    doubts = {
        "assumed_limit": assumed,
        "frozen": float(np.nanmax(found.value) - np.nanmin(found.value)) == 0.0,
        "untested": life is not None and not found.passed and found.tested == 0,
    }
    return dated(finished(value, doubts), record)


def _record(arguments: TrendArguments) -> Record:
    if arguments.history is not None:
        frame = load_blob(arguments.history).good()
        if arguments.tags:
            frame = frame.select(arguments.tags)
        days = (frame.times - frame.times[:1]).astype(np.int64) / 8.64e13 if len(frame) else np.empty(0)
        return Record(np.asarray(days, np.float64), frame.values, frame.tags, "d", frame.start)
    if arguments.record is None:
        raise InputError("health.no_record")
    fleet: Fleet = load_fleet(arguments.record)
    own = fleet.only([fleet.position(arguments.asset)])
    return Record(own.time, own.values, own.tags, own.unit_of_time, None)


def life_of(found: Passage, confidence: float) -> Life | None:
    """A passage as a remaining life; None without a trend."""
    from assay.models.health.intervals import LEVELS

    if not len(found.lives):
        return None
    is_open = not math.isfinite(found.high)
    return Life(math.nan, found.median, found.low, found.high, is_open, math.inf, confidence, LEVELS, found.lives)


def trend_value(
    found: Passage, own: Indicator | None, record: Record, name: str, limit: float, arguments: TrendArguments
) -> dict[str, Any]:
    edge = 1.0 if name == "deviation" else None
    return {
        "indicator": name,
        "kind": found.kind,
        "level": number(found.level),
        "limit": number(limit),
        "falling": arguments.falling,
        "slope": number(-found.slope if arguments.falling else found.slope),
        "since": number(found.since),
        "since_at": record.moment(found.since - float(record.time[-1])),
        "passed": found.passed,
        "abnormal": edge is not None and found.level > edge,
        "normal_until": None if own is None else record.moment(own.normal[1] - float(record.time[-1])),
        "normal_share": arguments.normal if own is not None else NORMAL_SHARE,
        "tested": found.tested,
        "inside": found.inside,
        "widened": number(found.widened),
    }


def course(found: Passage, name: str, limit: float) -> dict[str, Any]:
    """The indicator with its fitted trend, thinned."""
    at = thin(len(found.time))
    columns = {"time": found.time[at], "value": found.value[at], "fitted": found.fitted[at]}
    return {"name": name, "limit": number(limit), **{key: numbers(column) for key, column in columns.items()}}


def dated(value: dict[str, Any], record: Record) -> dict[str, Any]:
    """Dates beside the waits."""
    if value["life"] is not None:
        for name in ("low", "median", "high"):
            ahead = value["life"][name]
            value["life"][f"{name}_at"] = None if ahead is None else record.moment(ahead)
    if value["act"] is not None:
        wait = value["act"]["wait"]
        value["act"]["at"] = None if wait is None else record.moment(wait)
    return value


def head(arguments: HealthArguments, method: str, clock: str, lead: float) -> dict[str, Any]:
    """What every value begins with."""
    own = arguments.lead is None
    chosen = lead if arguments.lead is None else arguments.lead
    return {
        "asset": arguments.asset,
        "method": method,
        "clock": clock,
        "rules": {"lead": number(chosen), "lead_assumed": own, "confidence": arguments.confidence},
    }

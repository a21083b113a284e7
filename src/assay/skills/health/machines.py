"""Machines by their physics: a vibration record, and a heat exchanger's history, each with a diagnosis by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.kernel.errors import InputError
from assay.models.health.trend import passage
from assay.plant.blobs import load_blob
from assay.skills.health.arguments import ExchangerArguments, VibrationArguments
from assay.skills.health.methods import LEAD_DAYS, Record, course, dated, head, life_of, trend_value
from assay.skills.health.values import act_value, finished, life_value, number

if TYPE_CHECKING:
    from assay.models.health.diagnosis.cases import Case
    from assay.models.health.diagnosis.engine import Diagnosis
    from assay.models.health.rotating.bearing import BearingDiagnosis
    from assay.models.health.rotating.waveform import Waveform

ASSUMED_CLASS = "PU"
CLEAN_SHARE = 0.7  # of the clean heat transfer: assumed where nobody says when to clean
_ROLES = ("hot_flow", "hot_in", "hot_out", "cold_flow", "cold_in", "cold_out")
_UNITS = {"flow": "kg/s", "temperature": "degC", "cp": "kJ/kg/K"}


def by_vibration(arguments: VibrationArguments) -> dict[str, Any]:
    """Severity, bearing, orders of the shaft, and the failures that they speak for."""
    import assay.models.health.diagnosis
    import assay.models.health.rotating  # noqa: F401  (texts of both)
    from assay.models.health.diagnosis.findings import of_bearing, of_machine, of_record, of_severity
    from assay.models.health.rotating.features import time_features
    from assay.models.health.rotating.machine import machine_state
    from assay.models.health.rotating.waveform import Waveform

    values = load_blob(arguments.history).values[:, 0]
    wave = Waveform(values, arguments.rate, arguments.unit, arguments.rpm)
    features = time_features(values)
    seen = of_record(features)
    velocity, severity, lacking = _severity(wave, arguments)
    if severity is not None:
        seen |= of_severity(severity)
    bearing = _bearing(wave, arguments)
    if bearing is not None:
        seen |= of_bearing(bearing)
    orders = None
    if arguments.rpm is not None and "velocity" not in lacking:
        orders = machine_state(wave, teeth=arguments.teeth, mains=arguments.mains)
        seen |= of_machine(orders)
    value = {
        **head(arguments, "vibration", "s", 0.0),
        "life": None,
        "trend": None,
        "act": None,
        "indicator": None,
        "reasons": [],
        "record": {"rate": arguments.rate, "seconds": number(wave.seconds), "unit": arguments.unit},
        "features": {
            "rms": number(features.rms),
            "kurtosis": number(features.kurtosis),
            "crest": number(features.crest),
        },
        "velocity": None if velocity is None else number(velocity),
        "zone": None if severity is None else severity.zone,
        "zone_standard": "ISO 20816-3",
        "zone_limits": None if severity is None else [number(one) for one in severity.limits],
        "bearing": None if bearing is None else _bearing_value(bearing),
        "orders": None if orders is None else {f"{k:g}": number(rms) for k, rms in orders.orders.items()},
        **diagnosed(seen, arguments.equipment_class or ASSUMED_CLASS, arguments.asset, arguments.cases),
    }
    doubts = {
        "assumed_class": arguments.equipment_class is None,
        "no_zone": severity is None,
        "no_bearing": bearing is None,
    }
    return finished(value, doubts)


def _severity(wave: Waveform, arguments: VibrationArguments) -> tuple[float | None, Any, tuple[str, ...]]:
    """Velocity in mm/s RMS, the zone, and what the record does not allow."""
    from assay.models.health.rotating.features import velocity_rms
    from assay.models.health.rotating.zones import severity

    try:
        velocity = velocity_rms(wave, arguments.rpm)
    except InputError as error:
        if error.key not in ("rotating.rate_velocity", "rotating.short_velocity"):
            raise
        return None, None, ("velocity",)
    if arguments.group is None:
        return velocity, None, ()
    zone = severity(
        velocity, group=arguments.group, support=arguments.support, before=arguments.before, rpm=arguments.rpm
    )
    return velocity, zone, ()


def _bearing(wave: Waveform, arguments: VibrationArguments) -> BearingDiagnosis | None:
    from assay.models.health.rotating.bearing import diagnose_bearing
    from assay.models.health.rotating.geometry import BearingGeometry

    if arguments.bearing is None:
        return None
    if arguments.rpm is None:
        raise InputError("rotating.speed")
    geometry = BearingGeometry(*arguments.bearing)
    return diagnose_bearing([wave.standard()], wave.rate, arguments.rpm, geometry)


def _bearing_value(found: BearingDiagnosis) -> dict[str, Any]:
    return {
        "element": found.element,
        "probability": number(float(found.probabilities[found.element])),
        "probabilities": {name: number(float(one)) for name, one in found.probabilities.items()},
        "evidence": {
            name: {"hertz": number(one.hertz), "score": number(one.score), "threshold": number(one.threshold)}
            for name, one in found.evidence.items()
        },
        "revolutions": number(found.revolutions),
    }


def by_exchanger(arguments: ExchangerArguments) -> dict[str, Any]:
    """Heat transfer against its clean state over time, its trend to the limit, and what speaks for fouling."""
    import assay.models.health.diagnosis
    import assay.models.health.process  # noqa: F401
    from assay.models.health.diagnosis.findings import of_fouling
    from assay.models.health.process.exchanger import exchange, fouling
    from assay.models.health.process.steady import steady

    frame = load_blob(arguments.history or "").good()
    days = (frame.times - frame.times[:1]).astype(np.int64) / 8.64e13
    hot, cold = _side(frame, arguments, "hot"), _side(frame, arguments, "cold")
    load = frame.column(arguments.roles["hot_flow"])
    rest = steady(load)
    found = fouling(exchange(hot, cold, rows=rest), load, days, days <= arguments.normal * days[-1])
    limit = CLEAN_SHARE if arguments.limit is None else arguments.limit
    record = Record(days, found.ratio[:, None], ("fouling",), "d", frame.start)
    # Deposits that grow evenly make the resistance a straight line, not the heat transfer.
    with np.errstate(divide="ignore", invalid="ignore"):
        fouled = np.where(found.ratio > 0, 1.0 / found.ratio - 1.0, np.nan)
    if not 0.0 < limit < 1.0:
        raise InputError("health.share_wrong", limit=limit)
    shown = passage(days, fouled, 1.0 / limit - 1.0, confidence=arguments.confidence)
    life = life_of(shown, arguments.confidence)
    last = max(5, len(days) // 20)
    value = {
        **head(arguments, "exchanger", "d", LEAD_DAYS),
        "now": {"time": float(days[-1]), "at": record.moment(0.0), "age": float(days[-1]), "rows": len(days)},
        "life": None if life is None else life_value(life),
        "trend": trend_value(shown, None, record, "fouling", 1.0 / limit - 1.0, arguments),
        "indicator": course(shown, "fouling", 1.0 / limit - 1.0),
        "reasons": [],
        "act": None
        if life is None or shown.passed
        else act_value(shown.lives, arguments.costs.costs(), float(days[-1])),
        "skipped": number(found.skipped),
        "heat_transfer": {"now": number(float(np.nanmedian(found.ratio[-last:]))), "limit": number(limit)},
        **diagnosed(of_fouling(found, last), "HE", arguments.asset, arguments.cases),
    }
    doubts = {"assumed_clean": arguments.limit is None, "untested": life is not None and shown.tested == 0}
    return dated(finished(value, doubts), record)


def _side(frame: Any, arguments: ExchangerArguments, name: str) -> Any:
    from assay.models.health.process.exchanger import Side
    from assay.models.health.process.quantities import Measured

    missing = [role for role in _ROLES if role not in arguments.roles]
    missing += [one for one in ("hot_cp", "cold_cp") if one not in arguments.numbers]
    if missing:
        raise InputError("health.roles_missing", roles=", ".join(missing))
    units = {**_UNITS, **arguments.units}
    flow, t_in, t_out = (frame.column(arguments.roles[f"{name}_{one}"]) for one in ("flow", "in", "out"))
    return Side(
        Measured(flow, units["flow"]),
        Measured(arguments.numbers[f"{name}_cp"], units["cp"]),
        Measured(t_in, units["temperature"]),
        Measured(t_out, units["temperature"]),
    )


def diagnosed(
    seen: Mapping[str, bool], equipment_class: str, asset: str, cases: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Findings, and the failures that they and past cases speak for, as plain data."""
    from assay.models.health.diagnosis.engine import diagnose

    found = diagnose(seen, equipment_class, asset=asset, cases=[_case(one) for one in cases])
    return {
        "findings": {name: bool(there) for name, there in sorted(seen.items())},
        "equipment_class": equipment_class,
        "diagnosis": _diagnosis_value(found),
    }


def _case(row: Mapping[str, str]) -> Case:
    from assay.models.health.diagnosis.cases import Case

    findings = frozenset(one.strip() for one in row["findings"].split(";") if one.strip())
    return Case(**{**row, "findings": findings})  # type: ignore[arg-type]


def _diagnosis_value(found: Diagnosis) -> dict[str, Any]:
    return {
        "mode": found.mode,
        "standard": "ISO 14224",
        "ranked": [
            {
                "rule": None if one.rule is None else one.rule.id,
                "mode": one.mode,
                "mechanism": one.mechanism,
                "cause": one.cause,
                "score": number(one.score),
                "for": list(one.seen_for),
                "against": list(one.seen_against),
                "not_looked": list(one.not_looked),
                "cases": [{"id": case.case.id, "similarity": number(case.similarity)} for case in one.cases],
            }
            for one in found.ranked[:5]
        ],
    }

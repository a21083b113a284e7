"""Results of the health models as findings of the rule book: name -> seen, or looked for and absent."""

from __future__ import annotations

from assay.models.health.process.exchanger import Fouling
from assay.models.health.process.parts import Excess, Stiction
from assay.models.health.rotating.bearing import BearingDiagnosis
from assay.models.health.rotating.features import TimeFeatures
from assay.models.health.rotating.machine import MachineState
from assay.models.health.rotating.zones import Severity

IMPULSIVE = 4.0  # kurtosis; 3 is noise
LOWER_UA = 0.05  # of the clean UA, at least


def of_bearing(found: BearingDiagnosis) -> dict[str, bool]:
    """The damaged element, or ``bearing_clean``."""
    seen = {f"bearing_{name}": name == found.element for name in found.evidence}
    return {**seen, "bearing_clean": found.element == "healthy"}


def of_machine(found: MachineState) -> dict[str, bool]:
    """Orders of the shaft."""
    return dict(found.seen)


def of_record(found: TimeFeatures) -> dict[str, bool]:
    """Whether a record is impulsive."""
    return {"impulsive": found.kurtosis > IMPULSIVE}


def of_severity(found: Severity) -> dict[str, bool]:
    """Zone, and change where an earlier value was given."""
    seen = {"vibration_zone_c": found.zone in ("C", "D")}
    return seen if found.change is None else {**seen, "vibration_changed": found.changed}


def of_fouling(found: Fouling, last: int) -> dict[str, bool]:
    """Heat transfer over the ``last`` usable rows against the clean baseline, and the resistance's trend."""
    import numpy as np

    ratio = found.ratio[np.isfinite(found.ratio)][-last:]
    if not len(ratio):
        return {}
    seen = {"ua_low": float(np.median(ratio)) < 1.0 - max(LOWER_UA, 3.0 * found.noise)}
    if found.trend is not None:
        seen["resistance_rising"] = found.trend.significant and found.trend.slope > 0.0
    return seen


def of_excess(name: str, found: Excess) -> dict[str, bool]:
    """``name`` with ``_high`` and ``_low``, such as ``current`` or ``efficiency``; only what the rule book names."""
    from assay.models.health.diagnosis.rules import built_in

    seen = {f"{name}_high": found.high, f"{name}_low": found.low}
    return {key: there for key, there in seen.items() if key in built_in().findings}


def of_stiction(found: Stiction) -> dict[str, bool]:
    """Whether the valve sticks."""
    return {"valve_sticks": found.sticks}

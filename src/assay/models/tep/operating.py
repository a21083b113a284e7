"""Operating points of the process: the six modes, and set points read off a normal stretch of history."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.tep.ricker import mode_setpoints
from assay.models.tep.scenario import OPERATOR_STEPS
from assay.models.twin import Operating

# Set point -> (measurement that shows it, difference that is taken as another operating point, in its unit).
_RICKER: dict[str, tuple[str, float]] = {
    "SP_REACTOR_LEVEL": ("XMEAS_8", 1.5),
    "SP_REACTOR_PRESSURE": ("XMEAS_7", 10.0),
    "SP_REACTOR_TEMPERATURE": ("XMEAS_9", 0.25),
    "SP_SEPARATOR_LEVEL": ("XMEAS_12", 2.5),
    "SP_STRIPPER_LEVEL": ("XMEAS_15", 2.5),
    "SP_PRODUCTION_RATE": ("XMEAS_17", 0.6),
}
_BRAATZ: dict[str, tuple[str, float]] = {
    "SP_REACTOR_LEVEL": ("XMEAS_8", 1.5),
    "SP_REACTOR_TEMPERATURE": ("XMEAS_9", 0.25),
    "SP_SEPARATOR_LEVEL": ("XMEAS_12", 2.5),
    "SP_STRIPPER_LEVEL": ("XMEAS_15", 2.5),
    "SP_PRODUCTION_FLOW": ("XMEAS_17", 0.6),
    "SP_RECYCLE_FLOW": ("XMEAS_5", 0.5),
    "SP_FEED_A_FRACTION": ("XMEAS_23", 1.0),
    "SP_FEED_D_FRACTION": ("XMEAS_26", 0.4),
    "SP_FEED_E_FRACTION": ("XMEAS_27", 0.8),
    "SP_PURGE_B_FRACTION": ("XMEAS_30", 1.0),
    "SP_PRODUCT_E_FRACTION": ("XMEAS_38", 0.06),
}
_WIDE_OPEN = 99.0  # per cent of valve travel
_CONSTANT_TOLERANCE = 1.5  # per cent of valve travel

Guess = Callable[[Mapping[str, float]], float]


def _published(structure: str) -> dict[str, dict[str, float]]:
    """Set points by mode label."""
    if structure == "ricker":
        return {f"mode{mode}": mode_setpoints(mode) for mode in range(1, 7)}
    from assay.models.tep.braatz_structure import BraatzStructure

    return {"mode1": dict(BraatzStructure().setpoints)}


def mode_point(structure: str, mode: int) -> Operating:
    """The operating point of mode 1..6 under a control structure; InputError for a mode that it does not define."""
    points = _published(structure)
    if f"mode{mode}" not in points:
        raise InputError("models.mode_unknown", mode=mode, known=", ".join(sorted(points)))
    return Operating(f"mode{mode}", points[f"mode{mode}"])


def initial_state(point: Operating) -> NDArray[np.float64] | None:
    """The state from which the point can be reached; None: the base case."""
    from tep_studio.simulation.modes import mode_initial_state

    label = point.label if point.label.startswith("mode") else _nearest_start(point.setpoints)
    state = mode_initial_state(label)
    return None if state is None else np.asarray(state, dtype=np.float64)


def _nearest_start(setpoints: Mapping[str, float]) -> str:
    # Ninety per cent G cannot be reached from the base case without a trip on pressure.
    return "mode3" if setpoints.get("SP_PCT_G", 50.0) > 75.0 else "mode1"


def recognise(structure: str, means: Mapping[str, float], constants: Mapping[str, float]) -> Operating:
    """The operating point shown by the means of a normal stretch (tag -> mean; tags may be missing).

    A published mode when every controlled variable agrees with its set points within a tolerance, else ``observed``
    with set points read off the measurements. ``constants`` are the nominal values of valves that the structure
    holds constant.
    """
    shown = _RICKER if structure == "ricker" else _BRAATZ
    points = _published(structure)
    label = min(points, key=lambda name: _distance(points[name], means, shown))
    setpoints = dict(points[label])
    moved = {tag: means[m] for tag, (m, tol) in shown.items() if _differs(means, m, setpoints[tag], tol)}
    moved |= {tag: means[tag] for tag, value in constants.items() if _differs(means, tag, value, _CONSTANT_TOLERANCE)}
    if structure == "ricker":
        moved |= _compositions(setpoints, means)
        if any(means.get(tag, 0.0) > _WIDE_OPEN for tag in ("XMV_1", "XMV_2")):
            # A feed at its limit gives less than is asked for: rate and mix do not show their set points.
            moved = {tag: value for tag, value in moved.items() if tag not in ("SP_PRODUCTION_RATE", "SP_PCT_G")}
        if label in ("mode4", "mode5", "mode6") and moved.keys() == {"SP_PRODUCTION_RATE"}:
            # These modes ask for the greatest production there is: the shortfall belongs to the mode.
            moved = {}
    if not moved:
        return Operating(label, setpoints)
    return Operating("observed", setpoints | {tag: _rounded(tag, value) for tag, value in moved.items()})


def _differs(means: Mapping[str, float], tag: str, expected: float, tolerance: float) -> bool:
    value = means.get(tag, math.nan)
    return math.isfinite(value) and abs(value - expected) > tolerance


def _distance(
    setpoints: Mapping[str, float], means: Mapping[str, float], shown: Mapping[str, tuple[str, float]]
) -> float:
    terms = [
        min(abs(means[m] - setpoints[tag]) / tol, 20.0)
        for tag, (m, tol) in shown.items()
        if math.isfinite(means.get(m, math.nan))
    ]
    ratio = _feed_ratio(means)
    if ratio is not None and "SP_PCT_G" in setpoints:
        terms.append(min(abs(_pct_g_of(ratio) - setpoints["SP_PCT_G"]) / 2.0, 20.0))
    return sum(terms)


def _feed_ratio(means: Mapping[str, float]) -> float | None:
    d, e = means.get("XMEAS_2", math.nan), means.get("XMEAS_3", math.nan)
    return d / e if math.isfinite(d) and math.isfinite(e) and e > 0 else None


def _pct_g_of(ratio: float) -> float:
    """The product-mix set point whose feedforward gives this ratio of D to E feed (no feedback acts on it)."""
    from tep_studio.control import RICKER_MODE1

    grid = np.linspace(5.0, 95.0, 901)
    nominal = RICKER_MODE1.nominal
    ratios = np.polyval(nominal.p2_coeffs, grid) / np.polyval(nominal.p3_coeffs, grid)
    return float(grid[np.argmin(np.abs(ratios - ratio))])


def _compositions(setpoints: Mapping[str, float], means: Mapping[str, float]) -> dict[str, float]:
    moved: dict[str, float] = {}
    ratio = _feed_ratio(means)
    if ratio is not None and abs(_pct_g_of(ratio) - setpoints["SP_PCT_G"]) > 1.0:
        moved["SP_PCT_G"] = _pct_g_of(ratio)
    a, c = means.get("XMEAS_23", math.nan), means.get("XMEAS_25", math.nan)
    if math.isfinite(a) and math.isfinite(c) and a + c > 0:
        ya, yac = 100.0 * a / (a + c), a + c
        moved |= {"SP_YA": ya} if abs(ya - setpoints["SP_YA"]) > 1.5 else {}
        moved |= {"SP_YAC": yac} if abs(yac - setpoints["SP_YAC"]) > 1.5 else {}
    return moved


def _rounded(tag: str, value: float) -> float:
    # Rounded to a tenth of the least step that an operator makes, so that two stretches of the same operation share
    # one library.
    step = OPERATOR_STEPS.get(tag, (1.0, 1.0))[0] / 10.0
    return round(round(value / step) * step, 6)

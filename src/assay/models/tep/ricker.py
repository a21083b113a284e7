"""Ricker's decentralised control (1996), with the gains that ``tep-studio`` publishes.

The law is that of ``tep_studio.control.RickerMultiLoopController`` (a test compares them step by step). It is written
again over plain floats because a case of the twin makes thousands of control steps and the memory of the loops must
be copied with the plant's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assay.kernel.errors import InputError
from assay.models.tep.process import _native

# Set-point tag -> field of tep-studio's ControllerSetpoints.
SETPOINT_TAGS: dict[str, str] = {
    "SP_REACTOR_LEVEL": "reactor_level",
    "SP_REACTOR_PRESSURE": "reactor_pressure",
    "SP_REACTOR_TEMPERATURE": "reactor_temperature",
    "SP_SEPARATOR_LEVEL": "separator_level",
    "SP_STRIPPER_LEVEL": "stripper_level",
    "SP_PCT_G": "pct_g",
    "SP_PRODUCTION_RATE": "production_rate",
    "SP_YA": "ya",
    "SP_YAC": "yac",
}

# Index of the measurement (from 0) and of the valve that each ratio loop joins, in tep-studio's order of feed loops.
_MEASURED_BY_SETPOINT = {
    "SP_REACTOR_LEVEL": 7,
    "SP_REACTOR_PRESSURE": 6,
    "SP_REACTOR_TEMPERATURE": 8,
    "SP_SEPARATOR_LEVEL": 11,
    "SP_STRIPPER_LEVEL": 14,
    "SP_PCT_G": 39,
    "SP_PRODUCTION_RATE": 16,
}
CONSTANT_VALVES = ("XMV_5", "XMV_9", "XMV_12")


@dataclass(slots=True)
class _Loop:
    """One PI loop in velocity form with a clamped output; its last output is the integral memory."""

    gain: float
    reset_hours: float
    high: float
    low: float
    output: float
    error: float = 0.0

    def update(self, setpoint: float, measured: float, dt: float) -> float:
        error = setpoint - measured
        output = self.output + self.gain * (error - self.error + dt / self.reset_hours * error)
        self.output = min(max(output, self.low), self.high)
        self.error = error
        return self.output


@dataclass(slots=True)
class _Trim:
    """A slow velocity loop that fires at its own period and moves a ratio by increments."""

    gain: float
    reset_hours: float
    period_hours: float
    last: float
    error: float = 0.0

    def update(self, setpoint: float, measured: float, time: float) -> float:
        dt = time - self.last
        if dt < self.period_hours - 1e-9:
            return 0.0
        error = setpoint - measured
        delta = self.gain * (error - self.error + dt / self.reset_hours * error)
        self.last, self.error = time, error
        return delta


class RickerController:
    """Writable ``setpoints`` by tag, the constant valves ``constants`` by tag, and the memory of all loops."""

    period_hours = 0.005
    euler_hours = 0.0005
    measure_after = 10

    def __init__(self) -> None:
        _native()
        from tep_studio.control import RICKER_MODE1

        self._registry: Any = RICKER_MODE1
        self.setpoints: dict[str, float] = {}
        nominal = RICKER_MODE1.nominal
        self.constants = {
            "XMV_5": nominal.static_mv["compressor_recycle_valve"],
            "XMV_9": nominal.static_mv["stripper_steam_valve"],
            "XMV_12": nominal.static_mv["reactor_agitator_speed"],
        }

    def reset(self, measured: Sequence[float]) -> None:
        """Start bumplessly; set points that were not given are taken from ``measured`` (41 values)."""
        reg, nominal = self._registry, self._registry.nominal
        for tag, index in _MEASURED_BY_SETPOINT.items():
            self.setpoints.setdefault(tag, measured[index])
        a, c = measured[22], measured[24]
        self.setpoints.setdefault("SP_YA", 100.0 * a / (a + c))
        self.setpoints.setdefault("SP_YAC", a + c)
        self._make_loops()
        self._r1, self._r4 = nominal.ratios["r1"], nominal.ratios["r4"]
        self._production, self._pct_g = measured[16], measured[39]
        self._time, self._last = 0.0, -reg.production.ts_hours

    def _make_loops(self) -> None:
        reg = self._registry
        self._flows = [_ratio_loop(loop) for loop in reg.feed_loops]
        self._flow_map = [_flow_indices(loop) for loop in reg.feed_loops]
        self._pi = {name: _pi_loop(getattr(reg, name)) for name in _PI_LOOPS}
        self._ya = _Trim(reg.ya.kc, reg.ya.ti_hours, reg.ya.ts_hours, -reg.ya.ts_hours)
        self._yac = _Trim(reg.yac.kc, reg.yac.ti_hours, reg.yac.ts_hours, -reg.yac.ts_hours)

    def step(self, measured: Sequence[float], time: float) -> list[float]:
        """The 12 valve commands for the measurements at ``time`` (hours)."""
        sp, nominal, pi = self.setpoints, self._registry.nominal, self._pi
        elapsed = max(0.0, time - self._time)
        dt = time - self._last
        self._time = self._last = time
        self._production = _ramp(self._production, sp["SP_PRODUCTION_RATE"], nominal.production_sp_rate_limit * elapsed)
        self._pct_g = _ramp(self._pct_g, sp["SP_PCT_G"], nominal.pct_g_sp_rate_limit * elapsed)
        index = nominal.fp_base + pi["production"].update(self._production, measured[16], dt)
        ratios = self._ratios(measured, dt, time)
        valves = [0.0] * 12
        for loop, (key, pv, mv) in zip(self._flows, self._flow_map, strict=True):
            valves[mv] = loop.update(ratios[key] * index, measured[pv], dt)
        separator_sp = self._pi["reactor_level"].output
        valves[10] = pi["separator_temperature"].update(separator_sp, measured[10], dt)
        valves[9] = pi["reactor_temperature"].update(sp["SP_REACTOR_TEMPERATURE"], measured[8], dt)
        for tag, value in self.constants.items():
            valves[int(tag[4:]) - 1] = value
        return [min(max(value, 0.0), 100.0) for value in valves]

    def _ratios(self, measured: Sequence[float], dt: float, time: float) -> dict[str, float]:
        sp, nominal, pi = self.setpoints, self._registry.nominal, self._pi
        a, c = measured[22], measured[24]
        ya = 100.0 * a / (a + c) if a + c else 0.0
        move_ya = self._ya.update(sp["SP_YA"], ya, time)
        move_yac = self._yac.update(sp["SP_YAC"], a + c, time)
        self._r1 += move_ya
        self._r4 += move_yac - move_ya
        pi["reactor_level"].update(sp["SP_REACTOR_LEVEL"], measured[7], dt)
        return {
            "r1": self._r1,
            "r2": _poly(nominal.p2_coeffs, self._pct_g),
            "r3": _poly(nominal.p3_coeffs, self._pct_g),
            "r4": self._r4,
            "r5": pi["reactor_pressure"].update(sp["SP_REACTOR_PRESSURE"], measured[6], dt),
            "r6": pi["separator_level"].update(sp["SP_SEPARATOR_LEVEL"], measured[11], dt),
            "r7": pi["stripper_level"].update(sp["SP_STRIPPER_LEVEL"], measured[14], dt),
        }

    def write(self, tag: str, value: float) -> None:
        """Change a set point or one of the valves that the structure holds constant."""
        if tag in SETPOINT_TAGS:
            self.setpoints[tag] = value
        elif tag in self.constants:
            self.constants[tag] = value
        else:
            raise InputError("models.tep_not_writable", tag=tag)

    def memory(self) -> dict[str, Any]:
        """The whole memory as plain numbers, for a warm start together with the plant's state."""
        return {
            "setpoints": dict(self.setpoints),
            "constants": dict(self.constants),
            "flows": [[loop.output, loop.error] for loop in self._flows],
            "pi": {name: [loop.output, loop.error] for name, loop in self._pi.items()},
            "trims": [[trim.last - self._time, trim.error] for trim in (self._ya, self._yac)],
            "ratios": [self._r1, self._r4],
            "targets": [self._production, self._pct_g],
        }

    def recall(self, memory: dict[str, Any]) -> None:
        """Take up a memory whose plant was reset to time zero: all clocks are shifted so that the next step, at time
        zero, comes one period after the last."""
        self._make_loops()
        self.setpoints, self.constants = dict(memory["setpoints"]), dict(memory["constants"])
        for loop, kept in zip(self._flows, memory["flows"], strict=True):
            loop.output, loop.error = kept
        for name, kept in memory["pi"].items():
            self._pi[name].output, self._pi[name].error = kept
        for trim, (last, error) in zip((self._ya, self._yac), memory["trims"], strict=True):
            trim.last, trim.error = last - self.period_hours, error
        self._r1, self._r4 = memory["ratios"]
        self._production, self._pct_g = memory["targets"]
        self._time = self._last = -self.period_hours


_PI_LOOPS = (
    "production",
    "reactor_level",
    "reactor_pressure",
    "reactor_temperature",
    "separator_level",
    "separator_temperature",
    "stripper_level",
)


def _pi_loop(spec: Any) -> _Loop:
    return _Loop(spec.kc, spec.ti_hours, spec.hi, spec.lo, min(max(spec.x0, spec.lo), spec.hi))


def _ratio_loop(spec: Any) -> _Loop:
    return _pi_loop(spec)


def _flow_indices(spec: Any) -> tuple[str, int, int]:
    from tep_studio.simulation.schema import TEP_SCHEMA

    measured = TEP_SCHEMA.index("measurements", spec.pv)
    return spec.ratio_key, measured, TEP_SCHEMA.index("manipulated_variables", spec.mv)


def _ramp(current: float, target: float, step: float) -> float:
    return min(target, current + step) if target >= current else max(target, current - step)


def _poly(coefficients: Sequence[float], x: float) -> float:
    a, b, c = coefficients
    return (a * x + b) * x + c


def mode_setpoints(mode: int) -> dict[str, float]:
    """The set points of operating mode 1..6 by tag, as ``tep-studio`` defines them."""
    _native()
    from tep_studio.simulation.modes import mode_setpoints as published

    values = asdict(published(f"mode{mode}"))
    return {tag: float(values[field]) for tag, field in SETPOINT_TAGS.items()}

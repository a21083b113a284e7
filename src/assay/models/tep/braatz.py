"""The controller that recorded the public Tennessee Eastman data sets d00 to d21.

The loops are data (:mod:`assay.models.tep.braatz_loops`); this module runs them, in plain floats for speed. The process
around it is integrated by Euler steps of one second, the controller called every three seconds::

    controller = BraatzController()
    controller.reset(xmeas, xmv)
    for second in range(3, 8 * 3600 + 1, 3):
        xmv = controller.step(xmeas, second)
        ...  # advance the process by three seconds under xmv

In each second the recording program controls, then measures, then makes the Euler step, so its controller reads values
that are one second old; with fresh values the spread of the faster flows and valves is not quite that of the data sets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from assay.kernel.errors import InputError
from assay.models.tep.braatz_loops import BASE_XMV, LOOPS, PURGE_OVERRIDE, Loop

N_XMEAS = 41
N_XMV = 12
_PURGE_VALVE = 5  # position of XMV_6
_SEPARATOR_PRESSURE = 12  # position of XMEAS_13


class ControllerState(NamedTuple):
    """All that a :class:`BraatzController` remembers: immutable plain numbers, so it can be kept and shared."""

    xmv: tuple[float, ...]  # 12, percent
    errors: tuple[float, ...]  # the last error of each loop of LOOPS, percent of span
    setpoints: tuple[float, ...]  # of each loop of LOOPS, in the loop's unit
    override: int  # 0 none, 1 purge valve held open, 2 held shut


class SetPoints(dict[str, float]):
    """Set points by loop name. Takes only names that exist and finite numbers (InputError otherwise)."""

    def __init__(self, values: Mapping[str, float]) -> None:
        super().__init__()
        for name, value in values.items():
            super().__setitem__(name, float(value))

    def __setitem__(self, name: str, value: float, /) -> None:
        if name not in self:
            raise InputError("models.tep_setpoint_unknown", name=name, known=", ".join(self))
        if not math.isfinite(value):
            raise InputError("models.tep_setpoint_not_finite", name=name, value=value)
        super().__setitem__(name, float(value))

    def __delitem__(self, name: str) -> None:
        raise InputError("models.tep_setpoint_needed", name=name)

    def update(self, *args: object, **kwargs: float) -> None:
        """As dict.update, with the same checks."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value


class _Slot(NamedTuple):
    """A loop in the form the inner cycle reads: positions instead of names, constants multiplied out."""

    position: int  # in LOOPS
    name: str
    measured: int
    percent: float  # 100 / span
    gain: float
    integral: float  # gain * period / reset time, 0 without reset time
    valve: int  # position of the XMV, or -1 for a cascade
    inner: str  # the loop whose set point moves, or ""
    inner_scale: float  # inner span / 100


def _slot(position: int, loop: Loop) -> _Slot:
    spans = {other.name: other.span for other in LOOPS}
    direct = loop.manipulated.startswith("XMV_")
    return _Slot(
        position=position,
        name=loop.name,
        measured=int(loop.measured.removeprefix("XMEAS_")) - 1,
        percent=100.0 / loop.span,
        gain=loop.gain,
        integral=0.0 if loop.reset_time is None else loop.gain * loop.period / loop.reset_time,
        valve=int(loop.manipulated.removeprefix("XMV_")) - 1 if direct else -1,
        inner="" if direct else loop.manipulated,
        inner_scale=0.0 if direct else spans[loop.manipulated] / 100.0,
    )


def _by_period() -> tuple[tuple[int, tuple[_Slot, ...]], ...]:
    slots = [_slot(position, loop) for position, loop in enumerate(LOOPS)]
    periods = sorted({loop.period for loop in LOOPS})
    return tuple((p, tuple(s for s in slots if LOOPS[s.position].period == p)) for p in periods)


_GROUPS = _by_period()
_BASE_PERIOD = _GROUPS[0][0]


class BraatzController:
    """The nineteen loops with their memory.

    ``setpoints`` is writable by loop name, e.g. ``controller.setpoints["reactor_level"] = 70.0``; the names, units and
    base values are in :data:`LOOPS`. A loop whose set point is moved by another (a cascade) takes a written value as a
    new starting point only. A changed set point acts at the loop's next period.
    """

    def __init__(self, setpoints: Mapping[str, float] | None = None) -> None:
        """``setpoints`` replaces base set points by name; InputError for an unknown name or a non-finite value."""
        self._initial = SetPoints({loop.name: loop.setpoint for loop in LOOPS})
        self._initial.update(setpoints or {})
        self.setpoints = SetPoints(self._initial)
        self._xmv = list(BASE_XMV)
        self._errors = [0.0] * len(LOOPS)
        self._override = 0

    def reset(self, xmeas: Sequence[float], xmv: Sequence[float]) -> None:
        """Start without a bump from measured values (41) and valve positions (12, percent).

        Set points return to those of the constructor. The error of each loop starts at its present value, so give
        values without measurement noise (the process's at time zero): in a loop without reset time, noise here would
        stay as an offset. Raises InputError for a wrong count or a value that is not finite.
        """
        values = _numbers(xmeas, N_XMEAS, "XMEAS")
        valves = _numbers(xmv, N_XMV, "XMV")
        self.setpoints = SetPoints(self._initial)
        self._xmv = [_clamp(value) for value in valves]
        for _, slots in _GROUPS:
            for slot in slots:
                self._errors[slot.position] = (self.setpoints[slot.name] - values[slot.measured]) * slot.percent
        self._override = 0

    def step(self, xmeas: Sequence[float], t_seconds: float) -> list[float]:
        """The 12 valve positions (percent, 0 to 100) that hold from ``t_seconds`` on, given the 41 measured values.

        ``t_seconds`` counts from the start of the simulation and decides which loops run: at multiples of 3 s the
        flows, levels, temperatures; of 360 s and 900 s the compositions. At any other time the valves are held.
        Raises InputError for a wrong count, or a measured value or time that is not finite; nothing has changed then.
        """
        values = _numbers(xmeas, N_XMEAS, "XMEAS")
        if not math.isfinite(t_seconds):
            raise InputError("models.tep_not_finite", name="t", position=1)
        return self.step_unchecked(values, round(t_seconds))

    def step_unchecked(self, values: list[float], second: int) -> list[float]:
        """``step`` for a caller that knows its 41 values to be finite: the inner cycle of a simulation."""
        if second > 0 and second % _BASE_PERIOD == 0:
            for period, slots in _GROUPS:
                if second % period == 0:
                    self._run(slots, values)
            self._xmv = [_clamp(value) for value in self._xmv]
        return list(self._xmv)

    def _run(self, slots: tuple[_Slot, ...], values: list[float]) -> None:
        setpoints, errors, valves = self.setpoints, self._errors, self._xmv
        for position, name, measured, percent, gain, integral, valve, inner, inner_scale in slots:
            if valve == _PURGE_VALVE and self._overridden(values[_SEPARATOR_PRESSURE], position, name):
                continue
            error = (setpoints[name] - values[measured]) * percent
            move = gain * (error - errors[position]) + integral * error
            errors[position] = error
            if valve >= 0:
                valves[valve] += move
            else:
                # Past the checks of SetPoints: the sum of finite numbers, in the inner cycle.
                dict.__setitem__(setpoints, inner, setpoints[inner] + move * inner_scale)

    def _overridden(self, pressure: float, position: int, name: str) -> bool:
        """Whether the separator's pressure takes the purge valve from its loop this time."""
        rule = PURGE_OVERRIDE
        if pressure >= rule.high:
            self._override = 1
        elif self._override == 0 and pressure > rule.low:
            return False
        elif self._override == 1 and pressure <= rule.release:
            return self._release(position, name)
        elif pressure <= rule.low:
            self._override = 2
        elif self._override == 2 and pressure >= rule.release:
            return self._release(position, name)
        self._xmv[_PURGE_VALVE] = 100.0 if self._override == 1 else 0.0
        return True

    def _release(self, position: int, name: str) -> bool:
        self._xmv[_PURGE_VALVE] = PURGE_OVERRIDE.valve
        self.setpoints[name] = PURGE_OVERRIDE.setpoint
        self._errors[position] = 0.0
        self._override = 0
        return True

    def state(self) -> ControllerState:
        """A copy of all it remembers, to keep beside a copy of the process's state."""
        return ControllerState(
            tuple(self._xmv), tuple(self._errors), tuple(self.setpoints[loop.name] for loop in LOOPS), self._override
        )

    def restore(self, state: ControllerState | Sequence[object]) -> None:
        """Continue from ``state``, also from its form as nested lists (as JSON gives it); InputError if unfit."""
        try:
            xmv, errors, setpoints, override = state
            valves = _numbers(xmv, N_XMV, "XMV")  # type: ignore[arg-type]
            last = _numbers(errors, len(LOOPS), "errors")  # type: ignore[arg-type]
            points = _numbers(setpoints, len(LOOPS), "setpoints")  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise InputError("models.tep_state_unfit") from error
        if override not in (0, 1, 2):
            raise InputError("models.tep_state_unfit")
        self._xmv, self._errors, self._override = valves, last, int(override)
        self.setpoints = SetPoints(dict(zip((loop.name for loop in LOOPS), points, strict=True)))


def _clamp(value: float) -> float:
    return 0.0 if value < 0.0 else 100.0 if value > 100.0 else value


def _numbers(values: Iterable[float], count: int, name: str) -> list[float]:
    """``values`` as a list of ``count`` finite floats; an array of numpy is turned in one call."""
    tolist = getattr(values, "tolist", None)
    numbers: list[float] = list(values) if tolist is None else tolist()
    if len(numbers) != count:
        raise InputError("models.tep_count", name=name, count=count, got=len(numbers))
    if not math.isfinite(sum(numbers)):
        position = next((i for i, value in enumerate(numbers, 1) if not math.isfinite(value)), count)
        raise InputError("models.tep_not_finite", name=name, position=position)
    return numbers

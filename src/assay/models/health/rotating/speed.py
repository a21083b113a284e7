"""The shaft's speed: a number, a track, or the pulses of a tachometer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError

Floats = NDArray[np.float64]
Speed = float | Floats


def turns_at(speed: Speed, count: int, rate: float) -> Floats:
    """Turns of the shaft since the first sample, at each of ``count`` samples.

    speed: rpm, a number or a track (k,) evenly spread over the record. InputError unless every value is above zero.
    """
    track = np.atleast_1d(np.asarray(speed, np.float64))
    if track.ndim != 1 or len(track) == 0 or not np.isfinite(track).all() or (track <= 0.0).any():
        raise InputError("rotating.speed")
    if not (np.isfinite(rate) and rate > 0.0):
        raise InputError("rotating.rate", rate=rate)
    if len(track) == 1:
        return np.asarray(np.arange(count) * (float(track[0]) / 60.0 / rate), np.float64)
    hertz = np.interp(np.linspace(0.0, 1.0, count), np.linspace(0.0, 1.0, len(track)), track) / 60.0
    turned = np.cumsum((hertz[1:] + hertz[:-1]) / 2.0) / rate
    return np.concatenate((np.zeros(1), turned)).astype(np.float64)


def track_from_pulses(times: Floats, count: int, rate: float, pulses: int = 1, points: int = 200) -> Floats:
    """A speed track in rpm, (points,), from the times (s, from the record's start) of a tachometer's pulses.

    pulses: per turn. InputError with fewer than three pulses or times that do not rise.
    """
    at = np.asarray(times, np.float64)
    if len(at) < 3 or not np.isfinite(at).all() or (np.diff(at) <= 0.0).any():
        raise InputError("rotating.pulses")
    middle = (at[1:] + at[:-1]) / 2.0
    rpm = 60.0 / (np.diff(at) * pulses)
    return np.asarray(np.interp(np.linspace(0.0, count / rate, points), middle, rpm))

"""Faults of a machine that show at orders of its shaft: unbalance, misalignment, looseness, gears, electrical
vibration.

Signatures as in Randall, Vibration-based Condition Monitoring (2011), 2.2, and ISO 13373-3. Amplitudes are velocity in
mm/s RMS; a line counts when it stands above its surroundings. The thresholds are stated beside each flag and say only
what is seen: which failure it speaks for is the diagnosis' work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.rotating.features import SLOW, velocity
from assay.models.health.rotating.speed import Speed, turns_at
from assay.models.health.rotating.waveform import Waveform

Floats = NDArray[np.float64]

LEAST = 1.0  # mm/s RMS: below it no order is called high
STANDS = 4.0  # amplitude over that of the surroundings
TOLERANCE = 0.02  # of the nominal speed that is searched
TURNS = 12.0  # that a record must hold at least
HALVES = (0.5, 1.5, 2.5, 3.5)
HARMONICS = (3, 4, 5, 6, 7, 8)


@dataclass(frozen=True, slots=True)
class Lines:
    """Amplitudes over orders: ``power`` (k,) mean square a bin at orders ``step * arange(k)``; ``turns`` in a
    segment.
    """

    step: float
    power: Floats
    spread: float

    def rms(self, order: float) -> float:
        """The RMS of the line at ``order``, over the main lobe of the window; 0 beyond the spectrum."""
        half = 2.0 / self.spread
        first, last = int(np.floor((order - half) / self.step)), int(np.ceil((order + half) / self.step))
        if last >= len(self.power):
            return 0.0
        return float(np.sqrt(self.power[max(first, 0) : last + 1].sum()))

    def around(self, order: float) -> float:
        """What ``rms`` would give for the noise around ``order``: by the median between 2 lobes and a third of an
        order.
        """
        place = np.arange(len(self.power)) * self.step
        away = np.abs(place - order)
        near = self.power[(away > 3.0 / self.spread) & (away < max(0.33, 8.0 / self.spread))]
        lobe = 4.0 / self.spread / self.step + 1.0
        return float(np.sqrt(np.median(near) / np.log(2.0) * lobe)) if len(near) else 0.0

    def stands(self, order: float) -> bool:
        """Whether there is a line at ``order``."""
        return self.rms(order) > STANDS * max(self.around(order), 1e-9)


@dataclass(frozen=True, slots=True)
class MachineState:
    """What stands in the spectrum. ``orders``: mm/s RMS at 0.5, 1, 1.5, 2 ... 8; ``seen``: finding -> there or not.

    A finding that could not be looked for (no axial record, no number of teeth, line frequency too near a harmonic of
    the shaft) is not in ``seen``. rpm: the speed as refined; ``refined`` whether the shaft's own lines gave it.
    """

    rms: float
    rpm: float
    refined: bool
    orders: Mapping[float, float]
    seen: Mapping[str, bool]


def refine_speed(wave: Waveform, rpm: float, tolerance: float = TOLERANCE) -> tuple[float, bool]:
    """The speed near ``rpm`` at which the shaft's first four orders stand highest, and whether they stand out."""
    lines = _lines(wave.standard(), wave.rate, rpm, 6.0, fine=8)
    scale = np.linspace(1.0 - tolerance, 1.0 + tolerance, 161)
    score = np.zeros(len(scale))
    for order in (1, 2, 3, 4):
        floor = max(lines.around(order) ** 2, 1e-30)
        place = np.minimum((order * scale / lines.step).round().astype(np.int64), len(lines.power) - 1)
        score += np.log1p(lines.power[place] / floor)
    best = int(np.argmax(score))
    found = score[best] > 4.0 and lines.stands(float(scale[best]))
    return (rpm * float(scale[best]), True) if found else (rpm, False)


def machine_state(
    wave: Waveform, *, axial: Waveform | None = None, teeth: int | None = None, mains: float | None = None
) -> MachineState:
    """Orders and findings of a radial record ``wave`` whose speed is known.

    axial: a record along the shaft; teeth: of the gear on this shaft; mains: line frequency in Hz. InputError without a
    speed, or when the record is too short or too slowly sampled.
    """
    if wave.speed is None:
        raise InputError("rotating.speed")
    speed, refined = _speed(wave)
    rpm = float(np.mean(speed))
    low = 2.0 if rpm < SLOW else 10.0
    moving = velocity(wave, low)
    rms = float(np.sqrt(np.mean(moving**2)))
    lines = _lines(moving, wave.rate, speed, 12.0)
    orders = {order: lines.rms(order) for order in (*HALVES, *(float(k) for k in range(1, 9)))}
    there = {order: lines.stands(order) for order in orders}
    first, second = orders[1.0], orders[2.0]
    high = rms > LEAST
    upper = float(np.sqrt(sum(orders[k] ** 2 for k in HARMONICS if there[k])))
    seen = {
        "order_1_high": high and there[1.0] and first > 0.7 * rms,
        "order_2_high": high and there[2.0] and second > 0.5 * first,
        "harmonics": high and sum(there[k] for k in HARMONICS) >= 4 and upper > 0.3 * rms,
        "subharmonics": high and sum(there[k] for k in HALVES) >= 2,
    }
    if axial is not None:
        seen["axial_high"] = high and float(np.sqrt(np.mean(velocity(axial, low) ** 2))) > 0.5 * rms
    if mains is not None:
        line = _line_frequency(moving, wave.rate, rpm, mains)
        if line is not None:
            seen["line_frequency"] = high and line > 0.5 * rms
    if teeth is not None:
        seen["gear_mesh"] = _gear(wave, speed, teeth)
    return MachineState(rms, rpm, refined, orders, seen)


def _speed(wave: Waveform) -> tuple[Speed, bool]:
    speed = wave.speed
    assert speed is not None
    if np.size(speed) > 1:
        return speed, False
    return refine_speed(wave, float(np.mean(speed)))


def _lines(values: Floats, rate: float, speed: Speed, highest: float, fine: int = 1) -> Lines:
    """Averaged power over orders, by resampling at even shaft angles.

    fine: above 1, of the whole record at once with so many points a line, to find where a line is rather than how high.
    """
    from scipy.fft import irfft, rfft
    from scipy.signal import welch

    turns = turns_at(speed, len(values), rate)
    total = float(turns[-1])
    if total < TURNS:
        raise InputError(
            "rotating.short", record=1, turns=f"{total:.1f}", seconds=f"{TURNS / total * len(values) / rate:.1f}"
        )
    hertz = float(np.diff(turns).max()) * rate
    spectrum = rfft(values - values.mean())
    spectrum[int(1.3 * highest * hertz / rate * len(values)) :] = 0.0
    smooth = irfft(spectrum, len(values))
    per_turn = 4.0 * highest
    even = np.interp(np.arange(0.0, total, 1.0 / per_turn), turns, smooth)
    size = len(even) if fine > 1 else min(len(even), int(per_turn * max(20.0, total / 4.0)))
    orders, power = welch(even, per_turn, "hann", size, nfft=fine * size, scaling="spectrum")
    # ``spectrum`` scaling is for a peak; dividing by the window's noise bandwidth (1.5 bins) lets bins be summed.
    return Lines(float(orders[1]), np.asarray(power / 1.5), size / per_turn)


def _line_frequency(values: Floats, rate: float, rpm: float, mains: float) -> float | None:
    """RMS at twice the line frequency; None where a harmonic of the shaft is too near to tell the two apart."""
    from scipy.signal import welch

    size = min(len(values), int(4.0 * rate))
    hertz, power = welch(values, rate, "hann", size, scaling="spectrum")
    step, wanted = float(hertz[1]), 2.0 * mains
    order = wanted / (rpm / 60.0)
    if abs(order - round(order)) * rpm / 60.0 < 3.0 * step:
        return None
    near = np.abs(hertz - wanted) <= 2.0 * step
    return float(np.sqrt(power[near].sum() / 1.5))


def _gear(wave: Waveform, speed: Speed, teeth: int) -> bool:
    """Whether the mesh has sidebands at the shaft's speed: two of four stand out and one exceeds a quarter of it."""
    if not 5 <= teeth <= 500:
        raise InputError("rotating.teeth", teeth=teeth)
    if (teeth + 4) * float(np.mean(speed)) / 60.0 > 0.45 * wave.rate:
        raise InputError("rotating.teeth_rate", teeth=teeth, rate=f"{wave.rate:g}")
    lines = _lines(wave.standard(), wave.rate, speed, teeth + 4.0)
    sides = [teeth + k for k in (-2, -1, 1, 2)]
    mesh = lines.rms(teeth)
    strong = [lines.rms(order) for order in sides if lines.stands(order)]
    return lines.stands(teeth) and len(strong) >= 2 and max(strong) > 0.25 * mesh

"""Features of a vibration record: of the waveform, of its spectrum, of vibration velocity after ISO 20816-1.

Velocity comes from acceleration by dividing its spectrum by i*omega inside the band (10-1000 Hz; from 2 Hz for shafts
below 600 r/min, ISO 20816-3:2022), so that no drift is integrated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.rotating.waveform import Waveform

Floats = NDArray[np.float64]

SLOW = 600.0  # r/min; below it the band begins at 2 Hz
HIGH = 1000.0  # Hz


@dataclass(frozen=True, slots=True)
class TimeFeatures:
    """In the record's unit, mean removed; crest factor, kurtosis (3 for noise) and skewness without unit."""

    rms: float
    peak: float
    peak_to_peak: float
    crest: float
    kurtosis: float
    skewness: float


def time_features(values: Floats) -> TimeFeatures:
    """Of a record (n,). InputError for a constant one."""
    centred = values - values.mean()
    rms = float(np.sqrt(np.mean(centred**2)))
    if not rms > 0.0:
        raise InputError("rotating.wave_constant")
    scaled = centred / rms
    peak = float(np.abs(centred).max())
    return TimeFeatures(
        rms, peak, float(np.ptp(values)), peak / rms, float(np.mean(scaled**4)), float(np.mean(scaled**3))
    )


def welch_spectrum(values: Floats, rate: float, resolution: float = 1.0) -> tuple[Floats, Floats]:
    """Frequencies (k,) in Hz and amplitudes (k,), peak value of a sine, by Welch's averages with a flat-top-free Hann.

    resolution: Hz between lines. InputError when the record is shorter than one segment.
    """
    from scipy.signal import welch

    size = int(rate / resolution)
    if size > len(values):
        raise InputError("rotating.resolution", hertz=f"{resolution:g}", seconds=f"{1.0 / resolution:.1f}")
    hertz, power = welch(values, rate, "hann", size, scaling="spectrum")
    return hertz, np.sqrt(2.0 * power)


def velocity(wave: Waveform, low: float, high: float = HIGH) -> Floats:
    """Vibration velocity (n,) in mm/s, limited to ``low`` .. ``high`` Hz, from acceleration, velocity or
    displacement.
    """
    from scipy.fft import irfft, rfft, rfftfreq
    from scipy.signal import detrend

    if wave.rate < 2.2 * high:
        raise InputError("rotating.rate_velocity", rate=f"{wave.rate:g}", needed=f"{2.2 * high:g}", hertz=f"{high:g}")
    if wave.seconds < 5.0 / low:
        raise InputError("rotating.short_velocity", seconds=f"{5.0 / low:g}", hertz=f"{low:g}")
    values = wave.standard()
    # The ends are tapered into each other: a jump between them would be integrated too.
    taper = min(len(values) // 10, int(wave.rate / low))
    window = np.ones(len(values))
    window[:taper] = 0.5 - 0.5 * np.cos(np.pi * np.arange(taper) / taper)
    window[-taper:] = window[:taper][::-1]
    spectrum = rfft(detrend(values) * window)
    hertz = rfftfreq(len(values), 1.0 / wave.rate)
    omega = 2j * np.pi * np.maximum(hertz, low / 2.0)
    turned = {"acceleration": 1000.0 / omega, "velocity": np.ones_like(omega), "displacement": omega * 1e-3}
    spectrum = spectrum * turned[wave.quantity]
    spectrum[(hertz < low) | (hertz > high)] = 0.0
    return np.asarray(irfft(spectrum, len(values)))[taper : len(values) - taper]


def velocity_rms(wave: Waveform, rpm: float | None = None) -> float:
    """Vibration severity in mm/s RMS, 10-1000 Hz, from 2 Hz for a shaft slower than 600 r/min."""
    low = 2.0 if rpm is not None and rpm < SLOW else 10.0
    return float(np.sqrt(np.mean(velocity(wave, low) ** 2)))


def displacement_rms(wave: Waveform, rpm: float | None = None) -> float:
    """Vibration displacement in um RMS in the same band."""
    low = 2.0 if rpm is not None and rpm < SLOW else 10.0
    moved = Waveform(velocity(wave, low), wave.rate, "mm/s")
    spectrum = np.fft.rfft(moved.values)
    hertz = np.fft.rfftfreq(len(moved.values), 1.0 / wave.rate)
    inside = hertz >= low
    spectrum = np.where(inside, spectrum / (2j * np.pi * np.maximum(hertz, low)) * 1000.0, 0.0)
    return float(np.sqrt(np.mean(np.fft.irfft(spectrum, len(moved.values)) ** 2)))


def spectral_kurtosis(values: Floats, rate: float, width: float = 500.0) -> tuple[Floats, Floats]:
    """Centres (k,) in Hz and spectral kurtosis (k,): 0 for noise, -1 for a steady tone, high for impulses (Antoni
    2006).

    width: Hz of each band; the envelopes of ``envelope.demodulate``.
    """
    from assay.models.health.rotating.envelope import Band, demodulate, spectrum_of

    spectrum = spectrum_of(values)
    centres = np.arange(width, 0.48 * rate, width / 2)
    found = []
    for centre in centres:
        square = demodulate(spectrum, len(values), rate, Band(centre - width / 2, centre + width / 2))[0] ** 2
        found.append(float(np.mean(square**2) / np.mean(square) ** 2 - 2.0))
    return centres, np.array(found)

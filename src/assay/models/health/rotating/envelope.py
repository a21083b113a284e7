"""Envelopes of many frequency bands, and their spectra over shaft orders.

A band's complex envelope is the inverse transform of its part of the one long spectrum (Hilbert demodulation without a
filter's transient). Envelope spectra are averaged over segments, so that slip and a slow drift of speed do not smear
them, and divided by their local floor: what is left is 1 for noise, with a known spread (a gamma distribution).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]

FLOOR_ORDERS = 1.0  # half width of the running median under the spectrum, in orders


@dataclass(frozen=True, slots=True)
class Band:
    """Hz from ``low`` to ``high``."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OrderSpectrum:
    """Power over local floor, ``ratio`` (k,), at orders ``step * arange(k)``; ``looks`` segments averaged."""

    step: float
    ratio: Floats
    looks: float

    def evidence(self) -> Floats:
        """(k,) log-likelihood ratio of a line against noise: looks x (r - 1 - ln r), 0 below the floor."""
        ratio = np.maximum(self.ratio, 1.0)
        return np.asarray(self.looks * (ratio - 1.0 - np.log(ratio)))


def spectrum_of(values: Floats) -> Complex:
    """The one-sided transform of a record (n,), mean removed and padded to a fast length."""
    from scipy.fft import next_fast_len, rfft

    return np.asarray(rfft(values - values.mean(), next_fast_len(len(values), real=True)))


def bands(rate: float, width: float, low: float) -> list[Band]:
    """Overlapping bands from ``low`` to near the Nyquist frequency: the whole, halves, quarters ... not under
    ``width``.
    """
    high = 0.47 * rate
    found = [Band(low, high)]
    parts = 2
    while (high - low) / parts >= width and parts <= 16:
        size = (high - low) / parts
        found += [Band(low + size * k / 2, low + size * (k / 2 + 1)) for k in range(2 * parts - 1)]
        parts *= 2
    return found


def demodulate(spectrum: Complex, count: int, rate: float, band: Band) -> tuple[Floats, float]:
    """The envelope (amplitude) of a band and its own sample rate in Hz, about twice the band's width."""
    from scipy.fft import ifft, next_fast_len

    padded = 2 * (len(spectrum) - 1)
    first = int(band.low / rate * padded)
    last = min(int(band.high / rate * padded), len(spectrum) - 1)
    part = spectrum[first:last] * np.hanning(last - first) ** 0.25
    length = next_fast_len(2 * len(part))
    envelope = np.abs(ifft(part, length)) * (length / padded)
    own_rate = rate * length / padded
    return np.asarray(envelope[: int(count * length / padded)]), own_rate


def views(envelope: Floats) -> Iterator[tuple[str, Floats]]:
    """Two readings of an envelope: squared (best in plain noise; single bursts clipped) and its logarithm."""
    square = envelope**2
    middle = float(np.median(square)) or 1.0
    yield "square", np.minimum(square, 20.0 * middle)
    yield "log", np.log(square + 1e-3 * middle)


def order_spectrum(values: Floats, turns: Floats, revolutions: float, highest: float) -> OrderSpectrum:
    """The averaged spectrum of ``values`` (n,) sampled at shaft angles ``turns`` (n,), up to order ``highest``."""
    per_turn = max(2.56 * highest, 8.0)
    start, stop = float(turns[0]), float(turns[-1])
    grid = np.arange(start, stop, 1.0 / per_turn)
    smooth = _lowered(values, (len(values) - 1) / (stop - start), per_turn)
    even = np.interp(grid, turns, smooth)
    size = int(min(revolutions * per_turn, len(even)))
    return _averaged(even, size, per_turn, highest)


def _lowered(values: Floats, per_turn: float, wanted: float) -> Floats:
    """A running mean that keeps what lies above the coarser grid from folding back."""
    width = int(per_turn / wanted)
    if width < 2:
        return values
    total = np.cumsum(np.concatenate(([0.0], values)))
    lead, tail = width // 2, width - width // 2
    index = np.arange(len(values))
    first, last = np.maximum(index - lead, 0), np.minimum(index + tail, len(values))
    return np.asarray((total[last] - total[first]) / (last - first))


def _averaged(values: Floats, size: int, per_turn: float, highest: float) -> OrderSpectrum:
    from scipy.fft import next_fast_len, rfft

    hop = max(size // 2, 1)
    starts = np.arange(0, len(values) - size + 1, hop)
    window = np.hanning(size)
    length = next_fast_len(2 * size, real=True)
    parts = values[starts[:, None] + np.arange(size)]
    parts = (parts - parts.mean(axis=1, keepdims=True)) * window
    power = (np.abs(rfft(parts, length, axis=1)) ** 2).mean(axis=0)
    step = per_turn / length
    power = power[: int(highest / step) + 2]
    looks = max(1.0, 0.9 * len(starts))
    return OrderSpectrum(step, power / floor(power, int(FLOOR_ORDERS / step), looks), looks)


def floor(power: Floats, half: int, looks: float) -> Floats:
    """The running median of a power spectrum (k,), scaled to the mean of noise averaged over ``looks`` segments."""
    from scipy.ndimage import median_filter

    thinned = max(half // 40, 1)
    size = 2 * max(half // thinned, 3) + 1
    coarse = median_filter(power[::thinned], size, mode="nearest")
    middle = np.interp(np.arange(len(power)), np.arange(len(coarse)) * thinned, coarse)
    return np.asarray(np.maximum(middle, 1e-300) / (1.0 - 1.0 / (9.0 * looks)) ** 3)

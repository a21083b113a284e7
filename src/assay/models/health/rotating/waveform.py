"""Vibration waveforms: what they are, where they are read from, and what is wrong with them."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.rotating.speed import Speed
from assay.plant.notes import Note

Floats = NDArray[np.float64]

# What one of the unit is in the unit that the features work in: m/s2, mm/s, um.
UNITS: dict[str, tuple[str, float]] = {
    "m/s2": ("acceleration", 1.0),
    "m/s^2": ("acceleration", 1.0),
    "g": ("acceleration", 9.80665),
    "[g]": ("acceleration", 9.80665),
    "mm/s": ("velocity", 1.0),
    "m/s": ("velocity", 1000.0),
    "um": ("displacement", 1.0),
    "µm": ("displacement", 1.0),
    "mm": ("displacement", 1000.0),
}
_EVEN = 0.02  # of the sample interval: a time column that swings more is no even sampling
_CLIPPED = 4  # samples at the very top in a row


@dataclass(frozen=True, slots=True)
class Waveform:
    """``values`` (n,) at ``rate`` Hz in ``unit`` (a key of ``UNITS``); ``speed`` rpm, a number or a track, None
    unknown.
    """

    values: Floats
    rate: float
    unit: str = "g"
    speed: Speed | None = None
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise InputError("rotating.unit", unit=self.unit, units=", ".join(UNITS))
        if not (np.isfinite(self.rate) and self.rate > 0.0):
            raise InputError("rotating.rate", rate=self.rate)

    @property
    def quantity(self) -> str:
        """``acceleration``, ``velocity`` or ``displacement``."""
        return UNITS[self.unit][0]

    @property
    def seconds(self) -> float:
        """The record's length."""
        return len(self.values) / self.rate

    def standard(self) -> Floats:
        """The values in m/s2, mm/s or um."""
        return self.values * UNITS[self.unit][1]


def read_waveform(
    path: Path, *, rate: float | None = None, unit: str = "g", speed: Speed | None = None, column: str | None = None
) -> Waveform:
    """A waveform from a CSV (a time column in seconds and values, or values and ``rate``), ``.npy`` or ``.wav`` file.

    column: the values' heading or, without a heading, their number from 1; otherwise the last column. InputError when
    the file cannot be used; what was repaired or is suspicious stands in the notes.
    """
    try:
        if path.suffix.lower() == ".npy":
            values, own = _from_npy(path), None
        elif path.suffix.lower() == ".wav":
            values, own = _from_wav(path)
        else:
            values, own = _from_csv(path, column)
    except (OSError, ValueError, EOFError, wave.Error) as error:
        raise InputError("rotating.file", path=path, problem=error) from None
    used = own if rate is None else rate
    if used is None:
        raise InputError("rotating.file_rate", path=path)
    if own is not None and rate is not None and abs(own / rate - 1.0) > _EVEN:
        raise InputError("rotating.file_rates", path=path, own=f"{own:g}", rate=f"{rate:g}")
    clean, notes = checked(values)
    return Waveform(clean, used, unit, speed, notes)


def checked(values: Floats) -> tuple[Floats, tuple[Note, ...]]:
    """The record without small gaps, and remarks on gaps, dropouts, clipping and an offset.

    Missing samples up to 1 % are interpolated; more is an InputError, as is a constant or an empty record.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or len(values) < 16:
        raise InputError("rotating.wave_empty", count=values.size)
    notes = []
    good = np.isfinite(values)
    if not good.all():
        share = 1.0 - float(good.mean())
        if share > 0.01:
            raise InputError("rotating.wave_gaps", percent=f"{100 * share:.1f}")
        index = np.arange(len(values))
        values = np.interp(index, index[good], values[good])
        notes.append(Note("rotating.gaps_filled", {"count": int((~good).sum())}))
    spread = float(values.std())
    if float(np.ptp(values)) == 0.0:
        raise InputError("rotating.wave_constant")
    still = _longest_run(np.diff(values) == 0.0)
    if still >= max(50, len(values) // 1000) and still < len(values) - 1:
        notes.append(Note("rotating.dropout", {"count": still + 1}))
    clipped = sum(int((values == edge).sum()) for edge in (values.max(), values.min()))
    run = max(_longest_run(values == values.max()), _longest_run(values == values.min()))
    if run >= _CLIPPED and clipped >= 10:
        notes.append(Note("rotating.clipped", {"count": clipped}))
    if abs(float(values.mean())) > 3.0 * spread:
        notes.append(Note("rotating.offset", {"mean": f"{values.mean():.3g}"}))
    return values, tuple(notes)


def _longest_run(flags: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def _from_npy(path: Path) -> Floats:
    array = np.load(path, allow_pickle=False)
    if array.ndim != 1 or array.dtype.kind not in "fiu":
        raise ValueError(f"shape {array.shape}, {array.dtype}")
    return np.asarray(array, np.float64)


def _from_wav(path: Path) -> tuple[Floats, float]:
    """The first channel of a PCM file, full scale as 1."""
    with wave.open(str(path), "rb") as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), float(file.getframerate())
        raw = file.readframes(file.getnframes())
    if width == 3:
        wide = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        whole = np.zeros((len(wide), 4), np.uint8)
        whole[:, 1:] = wide
        values = whole.reshape(-1).view("<i4") / 2.0**31
    elif width in (2, 4):
        values = np.frombuffer(raw, f"<i{width}") / 2.0 ** (8 * width - 1)
    else:
        values = np.frombuffer(raw, np.uint8) / 128.0 - 1.0
    return np.asarray(values[::channels], np.float64), rate


def _from_csv(path: Path, column: str | None) -> tuple[Floats, float | None]:
    with path.open(encoding="utf-8-sig") as file:
        first, second = file.readline().strip(), file.readline().strip()
    if not second:
        raise ValueError("no rows")
    separator = ";" if ";" in first else "\t" if "\t" in first else ","
    names = [name.strip().strip('"') for name in first.split(separator)]
    headed = not all(_number(name) for name in names)
    table = np.genfromtxt(path, delimiter=separator, skip_header=int(headed), dtype=np.float64, encoding="utf-8-sig")
    table = table.reshape(-1, 1) if table.ndim == 1 and len(names) == 1 else np.atleast_2d(table)
    place = _place(names, column, headed, table.shape[1])
    values = np.asarray(table[:, place])
    times = table[:, 0] if table.shape[1] > 1 and place != 0 else None
    named = headed and names[0].lower() in {"time", "t", "seconds", "time_s", "time (s)", "时间"}
    if times is None or not (named or (not headed and bool((np.diff(times) > 0.0).all()))):
        return values, None
    return values, _rate_of(times)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _place(names: list[str], column: str | None, headed: bool, count: int) -> int:
    if column is None:
        return count - 1
    if headed and column in names:
        return names.index(column)
    if column.isdigit() and 1 <= int(column) <= count:
        return int(column) - 1
    raise ValueError(f"no column {column!r}")


def _rate_of(times: Floats) -> float:
    """The sampling rate of a time column in seconds. InputError unless it is even to 2 %."""
    gaps = np.diff(times)
    middle = float(np.median(gaps)) if len(gaps) else 0.0
    if not middle > 0.0 or float(np.abs(gaps - middle).max()) > max(_EVEN * middle, 2e-7):
        raise InputError("rotating.uneven")
    return float((len(times) - 1) / (times[-1] - times[0]))

"""Numbers of a requirement with the units of a plant."""

from __future__ import annotations

from functools import lru_cache

from assay.kernel.numbers import normalise, scan
from assay.kernel.quantity import Quantity

#: Units that amounts of a plant have besides those that every sentence is read with.
UNITS = (
    "µS/cm", "μS/cm", "uS/cm", "mS/cm", "mg/L", "mg/l", "g/L", "g/l", "NTU", "lx", "lux", "lm", "N", "kN", "Nm", "N·m",
    "kPa/s", "mV", "l", "ml", "mL", "litre", "liter", "l/min", "l/h", "L/h", "l/s", "L/s", "m3/min", "m³/min", "m/s",
    "m/min", "mm/s", "mm/min", "cm/s", "psi", "mmHg", "inHg", "mbar", "µm", "um", "gal", "gpm", "ft", "in", "lb", "lbs",
    "kVA", "VA", "VAC", "VDC", "VAC/DC", "hp", "dB", "dB(A)", "vol%", "vol %", "%LEL", "% LEL", "%RH", "% RH", "g/m3",
    "mg/m3", "mg/m³", "r/s", "°/s", "K/min", "°C/min", "℃/min", "°C/h", "℃/h", "牛", "牛米", "勒克斯", "毫升", "转每分",
    "分",
    "毫伏", "马力", "米每秒", "米/秒", "毫米/秒", "微米", "pH",
)  # fmt: skip


#: A sentence is read in pieces of at most so many characters: nobody writes longer ones, and reading takes time.
LONGEST_PIECE = 400


def pieces(text: str) -> list[str]:
    """A sentence of a usual length as it is; a longer one cut behind its last comma or space."""
    made = []
    while len(text) > LONGEST_PIECE:
        cut = max(text.rfind(one, LONGEST_PIECE // 2, LONGEST_PIECE) for one in ",，、 ") + 1
        made.append(text[: cut or LONGEST_PIECE])
        text = text[cut or LONGEST_PIECE :]
    return [*made, text]


@lru_cache(maxsize=512)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number with its unit, in the units of a plant; the text is read with full-width signs as plain ones."""
    return tuple(scan(normalise(text), UNITS)[0])

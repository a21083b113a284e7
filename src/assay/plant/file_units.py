"""Columns of a user's file that are in another unit than the plant's tag: all of one, or from one row on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assay.kernel.errors import InputError
from assay.plant.file_notes import iso_text
from assay.plant.file_table import shortened
from assay.plant.notes import Note
from assay.plant.series import Floats, Frame

if TYPE_CHECKING:
    from assay.plant.model_schema import Tag

# What one of the tag's unit is in other units that plants use: (factor, offset).
_OTHERS: dict[str, dict[str, tuple[float, float]]] = {
    "Cel": {"K": (1.0, 273.15), "[degF]": (1.8, 32.0)},
    "K": {"Cel": (1.0, -273.15), "[degF]": (1.8, -459.67)},
    "kPa": {"MPa": (1e-3, 0.0), "bar": (1e-2, 0.0), "Pa": (1e3, 0.0), "[psi]": (0.1450377, 0.0)},
    "MPa": {"kPa": (1e3, 0.0), "bar": (10.0, 0.0), "Pa": (1e6, 0.0), "[psi]": (145.0377, 0.0)},
    "bar": {"kPa": (100.0, 0.0), "MPa": (0.1, 0.0), "Pa": (1e5, 0.0), "[psi]": (14.50377, 0.0)},
    "kg/h": {"t/h": (1e-3, 0.0), "kg/s": (1.0 / 3600.0, 0.0), "lb/h": (2.204623, 0.0)},
    "t/h": {"kg/h": (1e3, 0.0), "kg/s": (1.0 / 3.6, 0.0), "lb/h": (2204.623, 0.0)},
    "m3/h": {"L/h": (1e3, 0.0), "L/min": (1e3 / 60.0, 0.0), "m3/s": (1.0 / 3600.0, 0.0)},
    "kscmh": {"scmh": (1e3, 0.0)},
    "kW": {"W": (1e3, 0.0), "MW": (1e-3, 0.0)},
}
_LARGE = 5.0  # a smaller factor may also be another operating point: then the values must leave the tag's range
_NEAR = 0.2  # how near to the tag's normal value the converted median must come
_AROUND = 0.5  # and the middle eight tenths of the values
_JUMP = 0.25  # of the value before: smaller changes are the process's own
_EXACT = 0.01  # how exactly a change of unit must explain the jump
_ROWS = 10


def refuse_other_units(path: Path, frame: Frame, tags: Sequence[Tag]) -> None:
    """InputError when whole columns hold the tag's usual values in another unit.

    Only measurements with a ``normal`` value are judged. The twin would be taken to an operating point that is none,
    or the column would pass for an upset.
    """
    found: list[str] = []
    for tag, values in _measurements(frame, tags):
        unit = _other_unit(tag, values[np.isfinite(values)])
        if unit is not None:
            found.append(f"{tag.id} ({_spoken(unit)} ≠ {_spoken(tag.unit)})")
    if found:
        raise InputError("plant.import_other_unit", path=path, columns=shortened(", ".join(found), 300))


def unit_changes(frame: Frame, tags: Sequence[Tag]) -> list[Note]:
    """Notes on measurements that jump, from one row to the next, exactly as if their unit changed."""
    notes = []
    for tag, values in _measurements(frame, tags):
        there = np.flatnonzero(np.isfinite(values))
        if len(there) < 4:
            continue
        seen = values[there]
        row = int(np.abs(np.diff(seen)).argmax()) + 1
        before, after = seen[max(0, row - _ROWS) : row], seen[row : row + _ROWS]
        change = _change(tag.unit, before, after)
        if change is not None:
            numbers = {"before": f"{np.median(before):.4g}", "after": f"{np.median(after):.4g}"}
            time = iso_text(frame.times[there[row]].astype(np.int64))
            params = {"tag": tag.id, "time": time, "old": _spoken(change[0]), "new": _spoken(change[1]), **numbers}
            notes.append(Note("plant.import_unit_change", params))
    return notes


def _measurements(frame: Frame, tags: Sequence[Tag]) -> Iterator[tuple[Tag, Floats]]:
    known = {tag.id: tag for tag in tags if tag.kind == "measurement"}
    for place, name in enumerate(frame.tags):
        if name in known:
            yield known[name], frame.values[:, place]


def _spoken(unit: str) -> str:
    """UCUM's codes as a reader knows them."""
    return unit.replace("[degF]", "°F").replace("Cel", "°C").replace("[psi]", "psi")


def _units(unit: str) -> dict[str, tuple[float, float]]:
    """Other units of the same quantity; a thousandfold is looked for whatever the unit."""
    others = dict(_OTHERS.get(unit, {}))
    factors = {factor for factor, _ in others.values()}
    scaled = {f"{unit} × {size}": (1.0 / float(size), 0.0) for size in ("1000", "0.001")}
    return others | {name: pair for name, pair in scaled.items() if pair[0] not in factors}


def _other_unit(tag: Tag, seen: Floats) -> str | None:
    if tag.normal is None or tag.normal == 0.0 or not len(seen):
        return None
    low, middle, high = np.quantile(seen, (0.1, 0.5, 0.9)).tolist()
    outside = not tag.range[0] <= middle <= tag.range[1]
    size = abs(tag.normal)
    for unit, (factor, offset) in _units(tag.unit).items():
        if not outside and 1.0 / _LARGE < factor < _LARGE:
            continue
        at = [abs((value - offset) / factor - tag.normal) / size for value in (low, middle, high)]
        if at[1] <= _NEAR and max(at) <= _AROUND:
            return unit
    return None


def _change(unit: str, before: Floats, after: Floats) -> tuple[str, str] | None:
    """The unit before and after, where a change of unit is what tells the two stretches apart."""
    old, new = float(np.median(before)), float(np.median(after))
    noise = float(np.std(after))
    if abs(new - old) <= _JUMP * abs(old) or abs(new) <= 5.0 * noise or abs(old) <= 5.0 * float(np.std(before)):
        return None
    for name, (factor, offset) in _units(unit).items():
        for made, units in ((factor * old + offset, (unit, name)), ((old - offset) / factor, (name, unit))):
            if abs(made - new) <= _EXACT * abs(new) + noise:
                return units
    return None

"""From what is said about a machine to the call for it: a vibration record, or a heat exchanger's roles."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from assay.plant.notes import Note
    from assay.plant.series import Frame

_NUMBERS = ("hot_cp", "cold_cp")
_UNITS = {"flow_unit": "flow", "temperature_unit": "temperature", "cp_unit": "cp"}
_CASE_COLUMNS = ("id", "equipment_class", "findings", "mode", "mechanism", "cause", "asset", "date", "text", "action")


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of the machine. ``bearing``: ``balls,ball,pitch[,angle]``; ``iso``: ``GROUP,rigid|flexible``;
    ``exchanger``: ``hot_flow=TAG,hot_in=TAG,...,hot_cp=4.18,cold_cp=4.18``; ``cases``: a CSV of past failures.
    ``process``: a kind of ``process_kinds``; ``role``, ``role_unit``, ``role_accuracy``: ``NAME=VALUE`` texts;
    ``plant``: whose tags tell the units."""

    rate: float | None = None
    unit: str = "g"
    rpm: float | None = None
    bearing: str | None = None
    iso: str | None = None
    equipment_class: str | None = None
    teeth: int | None = None
    mains: float | None = None
    before: float | None = None
    exchanger: str | None = None
    cases: Path | None = None
    process: str | None = None
    role: Sequence[str] | None = None
    role_unit: Sequence[str] | None = None
    role_accuracy: Sequence[str] | None = None
    plant: str | None = None

    def vibrates(self, data: Path) -> bool:
        """Whether the file is a vibration record: something of one was said, or the file can be nothing else."""
        said = (self.rate, self.rpm, self.bearing, self.iso, self.teeth)
        return data.suffix.lower() in (".wav", ".npy") or any(one is not None for one in said)


def vibration_call(machine: Machine, data: Path, column: str | None) -> tuple[str, dict[str, Any], list[Note]]:
    """The call for a vibration record, which is kept."""
    import assay.models.health.rotating  # noqa: F401  (texts)
    from assay.models.health.rotating.waveform import read_waveform
    from assay.plant.blobs import history_blob
    from assay.plant.series import Frame

    if not data.exists():
        raise InputError("plant.import_unreadable", path=data, reason="no such file")
    wave = read_waveform(data, rate=machine.rate, unit=machine.unit, speed=machine.rpm, column=column)
    times = np.round(np.arange(len(wave.values)) * (1e9 / wave.rate)).astype(np.int64)
    frame = Frame(times.view("datetime64[ns]"), ("vibration",), wave.values[:, None])
    group, support = _iso(machine.iso)
    arguments = {
        "history": history_blob(frame),
        "rate": wave.rate,
        "unit": machine.unit,
        "rpm": machine.rpm,
        "bearing": _bearing(machine.bearing),
        "group": group,
        "support": support,
        "equipment_class": None if machine.equipment_class is None else machine.equipment_class.upper(),
        "teeth": machine.teeth,
        "mains": machine.mains,
        "before": machine.before,
        "cases": cases_of(machine.cases),
    }
    return "health.vibration", arguments, list(wave.notes)


def exchanger_call(machine: Machine, frame: Frame) -> tuple[str, dict[str, Any]]:
    """The call for a heat exchanger, whose tags are kept."""
    from assay.plant.blobs import history_blob

    roles: dict[str, str] = {}
    numbers: dict[str, float] = {}
    units: dict[str, str] = {}
    for part in (machine.exchanger or "").split(","):
        name, equals, value = (one.strip() for one in part.partition("="))
        if not equals or not value:
            raise InputError("health.exchanger_unread", text=part[:60])
        if name in _NUMBERS:
            numbers[name] = _number(value, part)
        elif name in _UNITS:
            units[_UNITS[name]] = value
        else:
            roles[name] = value
    kept = frame.select(dict.fromkeys(roles.values()))
    arguments = {"history": history_blob(kept), "roles": roles, "numbers": numbers, "units": units}
    return "health.exchanger", {**arguments, "cases": cases_of(machine.cases)}


def _bearing(written: str | None) -> tuple[int, float, float, float] | None:
    if written is None:
        return None
    parts = [_number(one, written) for one in written.split(",")]
    if len(parts) not in (3, 4) or parts[0] != int(parts[0]):
        raise InputError("health.bearing_unread", text=written[:60])
    return int(parts[0]), parts[1], parts[2], parts[3] if len(parts) == 4 else 0.0


def _iso(written: str | None) -> tuple[int | None, str]:
    if written is None:
        return None, "rigid"
    group, _, support = written.partition(",")
    support = support.strip() or "rigid"
    if group.strip() not in ("1", "2") or support not in ("rigid", "flexible"):
        raise InputError("health.iso_unread", text=written[:60])
    return int(group), support


def _number(value: str, written: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError("health.number_unread", text=written[:60], value=value[:20]) from None


def cases_of(path: Path | None) -> list[dict[str, str]]:
    """The rows of a file of cases, after it was found readable."""
    if path is None:
        return []
    from assay.models.health.diagnosis.cases import read_cases

    read_cases(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: row[name].strip() for name in _CASE_COLUMNS if row.get(name)} for row in rows]

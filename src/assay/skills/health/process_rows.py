"""The rows of a process that may be judged: complete, running, at rest, and physically possible; else a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError, Refused
from assay.models.health.process.quantities import Result
from assay.plant.series import Floats, Frame
from assay.skills.health.arguments import ProcessArguments
from assay.skills.health.process_kinds import ACCURACY, DEFAULT_UNITS, KINDS, Kind, figure_of
from assay.skills.health.process_units import in_si, suspects

Flags = NDArray[np.bool_]
RUNS = 0.2  # of the usual drive: less is a machine at rest
LEAST_ROWS = 60
LOWEST = 0.05  # an efficiency below it is an instrument or a unit, not a machine


@dataclass(frozen=True, slots=True)
class Columns:
    """Roles of one machine. ``raw`` (n,) in their own ``units``, ``si`` (n,) in SI, ``sigmas`` in SI, ``sizes`` of one
    unit in SI; ``numbers``: constants; ``assumed``: roles whose unit, and whether an accuracy, was assumed."""

    kind: Kind
    raw: Mapping[str, Floats]
    si: Mapping[str, Floats]
    units: Mapping[str, str]
    sizes: Mapping[str, float]
    sigmas: Mapping[str, float]
    numbers: Mapping[str, float]
    assumed: tuple[str, ...]
    accuracy_assumed: bool
    tags: Mapping[str, str] = field(default_factory=dict)

    def tag(self, role: str) -> str:
        """The role with its tag, for a sentence."""
        return f"{role} ({self.tags[role]})" if role in self.tags else role

    @property
    def load(self) -> Floats:
        """What the figure is compared over."""
        if "load" in self.si:
            return self.si["load"]
        if "flow" in self.si:
            return self.si["flow"]
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.si["p_out"] / self.si["p_in"]


def read_columns(frame: Frame, arguments: ProcessArguments) -> Columns:
    """The roles' columns. InputError when a role is missing or unknown, or a unit does not fit."""
    kind = KINDS[arguments.kind]
    roles, given = arguments.roles, arguments.numbers
    known = {**kind.roles, **kind.optional}
    wrong = [one for one in (*roles, *given) if one not in known and one not in kind.numbers]
    wrong += [one for one in roles if one in kind.numbers]
    missing = [one for one in kind.roles if one not in roles and one not in given]
    if wrong or missing:
        every = ", ".join((*kind.roles, *(f"[{one}]" for one in (*kind.optional, *kind.numbers))))
        key = "process_roles_missing" if missing else "process_roles_unknown"
        raise InputError(f"health.{key}", kind=kind.name, roles=", ".join(missing or wrong), known=every)
    count = len(frame)
    raw = {
        role: np.asarray(frame.column(roles[role]), np.float64) if role in roles else np.full(count, given[role])
        for role in known
        if role in roles or role in given
    }
    units = {role: arguments.units.get(role, DEFAULT_UNITS.get(known[role], "1")) for role in raw}
    order = sorted(raw, key=lambda one: one != "density")  # mass flows need it
    si: dict[str, Floats] = {}
    sizes: dict[str, float] = {}
    for role in order:
        si[role], sizes[role] = in_si(raw[role], units[role], known[role], role, si.get("density"))
    sigmas = {role: _sigma(role, known[role], raw[role], sizes[role], arguments.accuracy) for role in kind.roles}
    numbers = {one: given.get(one, usual) for one, usual in kind.numbers.items()}
    if not 0.0 < (numbers.get("motor") or 1.0) <= 1.0:
        raise InputError("health.motor_wrong", value=numbers["motor"])
    assumed = tuple(role for role in kind.roles if role in roles and role not in arguments.units)
    return Columns(
        kind,
        raw,
        si,
        units,
        sizes,
        sigmas,
        {one: value for one, value in numbers.items() if value is not None},
        assumed,
        any(role not in arguments.accuracy for role in kind.roles if known[role] in ACCURACY),
        dict(roles),
    )


def _sigma(role: str, quantity: str, raw: Floats, size: float, said: Mapping[str, str]) -> float:
    """Standard uncertainty in SI: what was said (``1%`` of the median reading, or a number in the role's unit)."""
    seen = np.abs(raw[np.isfinite(raw) & (raw != 0.0)])
    usual = float(np.median(seen)) if len(seen) else 0.0
    if role in said:
        share = said[role].endswith("%")
        value = float(said[role].rstrip("%"))
        return size * (value / 100.0 * usual if share else value)
    if quantity == "temperature":
        return ACCURACY[quantity]
    return ACCURACY.get(quantity, 0.0) * usual * size


def running(columns: Columns) -> Flags:
    """(n,) rows that are complete and whose drive (flow, or difference of pressures) is not that of a machine at rest.

    Refused where no row is.
    """
    kind = columns.kind
    complete = np.isfinite(np.column_stack([columns.si[role] for role in (*kind.roles,)])).all(axis=1)
    complete &= np.isfinite(columns.load)
    if not complete.any():
        raise Refused("health.process_no_rows", roles=", ".join(columns.tag(role) for role in kind.roles))
    low = columns.si[kind.drive[0]]
    drive = low if len(kind.drive) == 1 else columns.si[kind.drive[1]] - low
    size = np.abs(drive)
    top = float(np.quantile(size[complete], 0.995))
    busy = size[complete & (size > 0.5 * top)]
    found = complete & (size > RUNS * float(np.median(busy))) if len(busy) else np.zeros(len(size), np.bool_)
    if len(kind.drive) == 1 and found.any() and float(np.median(drive[found])) < 0.0:
        raise _refused(columns, found, "process_negative", role=columns.tag(kind.drive[0]))
    if len(kind.drive) == 1:
        found = found & (drive > 0.0)
    if not found.any():
        raise Refused("health.process_at_rest", role=columns.tag(kind.drive[-1]))
    return np.asarray(found)


def possible(columns: Columns, runs: Flags) -> None:
    """Refused where a running machine shows what no machine can: a negative power, a pump that lowers the pressure."""
    kind, si = columns.kind, columns.si
    for role in kind.positive:
        if float(np.median(si[role][runs])) < 0.0:
            raise _refused(columns, runs, "process_negative", role=columns.tag(role))
    if kind.absolute:
        for role in (one for one, quantity in kind.roles.items() if quantity == "pressure"):
            if float(np.median(si[role][runs])) <= 0.0:
                raise Refused("health.process_absolute", role=columns.tag(role), unit=columns.units[role])
    for low, high in kind.rises:
        if float(np.median((si[high] - si[low])[runs])) <= 0.0:
            raise _refused(columns, runs, "process_order", high=columns.tag(high), low=columns.tag(low))


def at_rest(columns: Columns, runs: Flags) -> Flags:
    """(n,) running rows in a steady state: of the running rows in order, those whose load and measurements are."""
    from assay.models.health.process.steady import steady

    found = np.zeros(len(runs), np.bool_)
    table = np.column_stack([columns.load, *(columns.si[role] for role in columns.kind.roles)])[runs]
    found[runs] = steady(table)
    if int(found.sum()) < LEAST_ROWS:
        raise Refused("health.process_few", rows=int(found.sum()), runs=int(runs.sum()), all=len(runs), need=LEAST_ROWS)
    return found


def believable(columns: Columns, figure: Result, used: Flags, normal: Flags) -> None:
    """Refused where an efficiency is above 1 beyond twice its uncertainty, or hardly above zero, in the normal period,
    at the end, or for long; with the other unit that would explain it."""
    if columns.kind.figure != "efficiency":
        return
    good = np.flatnonzero(used & np.isfinite(figure.values))
    if not len(good):
        raise Refused("health.process_no_rows", roles=", ".join(columns.tag(role) for role in columns.kind.roles))
    early = good[normal[good]]
    for rows in (early, good, good[-max(5, len(good) // 10) :]):
        if not len(rows):
            continue
        level, doubt = float(np.median(figure.values[rows])), 2.0 * float(np.median(figure.sigma[rows]))
        if level > 1.0 + doubt or level < LOWEST:
            where = np.zeros(len(used), np.bool_)
            where[rows] = True
            raise _refused(columns, where, "process_efficiency", level=f"{level:.3g}", doubt=f"{doubt:.2g}")


def _refused(columns: Columns, rows: Flags, key: str, **about: str) -> Refused:
    """The refusal, with the units that would explain it where there are any."""
    found: list[str] = []
    if columns.kind.figure == "efficiency":
        raw = {role: float(np.median(columns.raw[role][rows])) for role in columns.kind.roles}
        density = float(np.median(columns.si["density"][rows])) if "density" in columns.si else None
        found = suspects(columns.kind, raw, columns.units, columns.numbers, density)
    if found:
        return Refused(f"health.{key}_unit", **about, units="; ".join(found))
    return Refused(f"health.{key}", **about)


def figures(columns: Columns, used: Flags) -> Result:
    """The figure on the rows used, NaN on the others."""
    found = figure_of(columns.kind, columns.si, columns.sigmas, columns.numbers)
    return Result(np.where(used, found.values, np.nan), np.where(used, found.sigma, np.nan), found.unit)

"""Kinds of process equipment: what each needs measured, what it should do, and the figure that tells its health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.models.health.process import efficiency, parts
from assay.models.health.process.quantities import SI, Floats, Measured
from assay.skills.health.arguments import KindName

if TYPE_CHECKING:
    from assay.models.health.process.quantities import Result

# What a role is taken to be in where neither the person nor the plant says so.
DEFAULT_UNITS = {
    "flow": "m3/h",
    "pressure": "bar",
    "power": "kW",
    "temperature": "degC",
    "density": "kg/m3",
    "signal": "%",
}
# Standard uncertainty (k = 1) assumed of an instrument: share of the reading; of a temperature, kelvin.
ACCURACY = {"flow": 0.01, "pressure": 0.005, "power": 0.01, "temperature": 0.5, "density": 0.005}
# What each quantity may have been in when the figure is impossible in the unit that was said.
OTHER_UNITS = {
    "flow": ("m3/h", "m3/s", "l/s", "l/min", "kg/s", "kg/h", "t/h"),
    "pressure": ("bar", "kPa", "MPa", "Pa", "mbar", "psi", "barg", "kPag", "MPag"),
    "power": ("kW", "W", "MW", "hp"),
    "temperature": ("degC", "K", "degF"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """``roles``: what must be given and its quantity; ``optional``: what may; ``numbers``: constants with their usual
    value. ``drive``: the role, or (lower, higher), that is large when it runs. ``rises``: pairs (lower, higher) that
    must keep their order when it runs; ``positive``: roles that must not be negative; ``absolute``: ratios of pressures
    are taken. ``heads``: the pair whose difference is the head, where the rule book names it. ``limit``: the assumed
    one, as a share of the clean figure (valves: per cent of span)."""

    name: KindName
    figure: str
    equipment_class: str
    roles: Mapping[str, str]
    limit: float
    drive: tuple[str, ...] = ("flow",)
    optional: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float | None] = field(default_factory=dict)
    rises: tuple[tuple[str, str], ...] = ()
    positive: tuple[str, ...] = ()
    absolute: bool = False
    heads: tuple[str, str] | None = None

    @property
    def load(self) -> str:
        """What the figure is compared over where no role ``load`` is given."""
        return "flow" if "flow" in self.roles else "pressure_ratio"

    def quantity(self, role: str) -> str:
        """The quantity of a role that this kind knows."""
        return {**self.roles, **self.optional}[role]


_MOVED = {"power": "power"}
_EXTRA = {"density": "density", "load": "load", "current": "load"}
_STATES = {"p_in": "pressure", "p_out": "pressure", "t_in": "temperature", "t_out": "temperature"}

KINDS: dict[str, Kind] = {
    one.name: one
    for one in (
        Kind(
            "pump",
            "efficiency",
            "PU",
            {"flow": "flow", "suction": "pressure", "discharge": "pressure", **_MOVED},
            0.9,
            optional=_EXTRA,
            numbers={"motor": 1.0},
            rises=(("suction", "discharge"),),
            positive=("power",),
            heads=("suction", "discharge"),
        ),
        Kind(
            "fan",
            "efficiency",
            "BL",
            {"flow": "flow", "inlet": "pressure", "outlet": "pressure", **_MOVED},
            0.9,
            optional=_EXTRA,
            numbers={"motor": 1.0, "kappa": 1.4},
            rises=(("inlet", "outlet"),),
            positive=("power",),
            absolute=True,
            heads=("inlet", "outlet"),
        ),
        Kind(
            "compressor",
            "efficiency",
            "CO",
            _STATES,
            0.95,
            drive=("p_in", "p_out"),
            optional={"load": "load", "current": "load"},
            numbers={"kappa": 1.4},
            rises=(("p_in", "p_out"), ("t_in", "t_out")),
            absolute=True,
        ),
        Kind(
            "turbine",
            "efficiency",
            "GT",
            _STATES,
            0.95,
            drive=("p_out", "p_in"),
            optional={"load": "load"},
            numbers={"kappa": 1.33},
            rises=(("p_out", "p_in"), ("t_out", "t_in")),
            absolute=True,
        ),
        Kind(
            "filter",
            "pressure_drop",
            "FS",
            {"dp": "pressure", "flow": "flow"},
            2.0,
            optional={"density": "density", "load": "load"},
            numbers={"reference": None, "exponent": 1.75},
            positive=("dp",),
        ),
        Kind("valve", "stick_band", "VA", {"op": "signal", "pv": "signal"}, 5.0, drive=()),
    )
}


def figure_of(
    kind: Kind, columns: Mapping[str, Floats], sigmas: Mapping[str, float], numbers: Mapping[str, float]
) -> Result:
    """The figure row by row with its uncertainty. columns: role -> (n,) in SI; sigmas: role -> in SI."""
    given = {
        role: Measured(columns[role], SI[quantity], sigmas.get(role, 0.0)) for role, quantity in kind.roles.items()
    }
    if kind.name == "pump":
        given["power"] = _shaft(given["power"], numbers)
        return efficiency.pump_efficiency(**given)
    if kind.name == "fan":
        given["power"] = _shaft(given["power"], numbers)
        return efficiency.fan_efficiency(**given, kappa=numbers["kappa"])
    if kind.name in ("compressor", "turbine"):
        states = given["p_in"], given["p_out"], given["t_in"], given["t_out"]
        run = efficiency.compressor_efficiency if kind.name == "compressor" else efficiency.turbine_efficiency
        return run(*states, kappa=numbers["kappa"])
    return parts.filter_loading(given["dp"], given["flow"], numbers["reference"], numbers["exponent"])


def _shaft(power: Measured, numbers: Mapping[str, float]) -> Measured:
    """Shaft power where the motor's efficiency is given with its electrical power."""
    return Measured(power.values * numbers["motor"], power.unit, power.sigma * numbers["motor"])

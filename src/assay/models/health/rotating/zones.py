"""Zones of vibration severity after ISO 20816-3:2022 (same boundaries as ISO 10816-3:2009), measured on non-rotating
parts.

Annex A. Group 1: large machines, above 300 kW up to 50 MW, or electric machines with a shaft height of 315 mm and
more. Group 2: medium machines, above 15 kW up to 300 kW, or a shaft height of 160 to 315 mm. The boundaries are for
machines in steady operation at 120 to 30 000 r/min. A: newly commissioned; B: unrestricted long-term operation; C:
not for long-term operation; D: dangerous. Velocity and displacement are both judged and the worse counts. Clause on
criterion II: a change of more than 25 % of the boundary B/C is significant, upwards or downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.kernel.errors import InputError

Group = Literal[1, 2]
Support = Literal["rigid", "flexible"]
Zone = Literal["A", "B", "C", "D"]
ZONES: tuple[Zone, ...] = ("A", "B", "C", "D")

SOURCE = "ISO 20816-3:2022, annex A"
CHANGE = 0.25  # of the boundary B/C
# Boundaries A/B, B/C, C/D: velocity in mm/s RMS, displacement in um RMS.
VELOCITY: dict[tuple[int, str], tuple[float, float, float]] = {
    (1, "rigid"): (2.3, 4.5, 7.1),
    (1, "flexible"): (3.5, 7.1, 11.0),
    (2, "rigid"): (1.4, 2.8, 4.5),
    (2, "flexible"): (2.3, 4.5, 7.1),
}
DISPLACEMENT: dict[tuple[int, str], tuple[float, float, float]] = {
    (1, "rigid"): (29.0, 57.0, 90.0),
    (1, "flexible"): (45.0, 90.0, 140.0),
    (2, "rigid"): (22.0, 45.0, 71.0),
    (2, "flexible"): (37.0, 71.0, 113.0),
}


@dataclass(frozen=True, slots=True)
class Severity:
    """``zone`` by the worse of velocity and displacement; ``limits`` A/B, B/C, C/D of the quantity that decided.

    change: against ``before`` in mm/s, None without it; ``changed`` whether it is significant (criterion II).
    """

    zone: Zone
    velocity: float
    displacement: float | None
    decided_by: Literal["velocity", "displacement"]
    limits: tuple[float, float, float]
    change: float | None
    changed: bool
    source: str = SOURCE


def severity(
    velocity: float,
    *,
    group: Group,
    support: Support,
    displacement: float | None = None,
    before: float | None = None,
    rpm: float | None = None,
) -> Severity:
    """The zone of ``velocity`` (mm/s RMS) and, where given, ``displacement`` (um RMS). InputError outside the
    standard.
    """
    if (group, support) not in VELOCITY:
        raise InputError("rotating.zone_machine", group=group, support=support)
    if rpm is not None and not 120.0 <= rpm <= 30_000.0:
        raise InputError("rotating.zone_speed", rpm=f"{rpm:g}")
    if not 0.0 <= velocity < float("inf"):
        raise InputError("rotating.zone_value", value=velocity)
    limits = VELOCITY[group, support]
    rank, decided = _rank(velocity, limits), "velocity"
    if displacement is not None and _rank(displacement, DISPLACEMENT[group, support]) > rank:
        limits = DISPLACEMENT[group, support]
        rank, decided = _rank(displacement, limits), "displacement"
    change = None if before is None else velocity - before
    significant = change is not None and abs(change) > CHANGE * VELOCITY[group, support][1]
    return Severity(
        ZONES[rank],
        velocity,
        displacement,
        "velocity" if decided == "velocity" else "displacement",
        limits,
        change,
        significant,
    )


def _rank(value: float, limits: tuple[float, float, float]) -> int:
    return sum(value > limit for limit in limits)

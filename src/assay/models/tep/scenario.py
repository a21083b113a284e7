"""Scenarios: what can be put into the process, by the cause ids of the failure library.

``IDV1`` .. ``IDV28``, ``stuck:XMV_n``, ``operator:TAG``, ``none``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from assay.kernel.errors import InputError

NONE = "none"
_IDV = re.compile(r"IDV([1-9]|1\d|2[0-8])")
_STUCK = re.compile(r"stuck:XMV_([1-9]|1[0-2])")

# Steps that an operator makes, as a range of the absolute change in the tag's own unit.
OPERATOR_STEPS: dict[str, tuple[float, float]] = {
    "SP_REACTOR_LEVEL": (3.0, 15.0),
    "SP_REACTOR_PRESSURE": (15.0, 80.0),
    "SP_REACTOR_TEMPERATURE": (0.3, 2.0),
    "SP_SEPARATOR_LEVEL": (5.0, 20.0),
    "SP_STRIPPER_LEVEL": (5.0, 20.0),
    "SP_PCT_G": (2.0, 10.0),
    "SP_PRODUCTION_RATE": (0.8, 4.0),
    "SP_YA": (1.0, 5.0),
    "SP_YAC": (1.0, 4.0),
    "SP_RECYCLE_FLOW": (1.0, 4.0),
    "SP_PRODUCTION_FLOW": (0.8, 3.0),
    "SP_FEED_A_FRACTION": (1.0, 4.0),
    "SP_FEED_D_FRACTION": (0.3, 1.2),
    "SP_FEED_E_FRACTION": (0.8, 3.0),
    "SP_PURGE_B_FRACTION": (1.0, 5.0),
    "SP_PRODUCT_E_FRACTION": (0.05, 0.3),
    "XMV_5": (5.0, 20.0),
    "XMV_9": (8.0, 30.0),
    "XMV_12": (10.0, 40.0),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One experiment: cause ``id`` starts at ``onset`` hours.

    ``magnitude`` is 0..1 for disturbances; for an operator's step it is the signed change in the tag's unit; for a
    stuck valve it is the signed jump of the position in per cent (0: stuck where it stood).
    """

    id: str
    magnitude: float = 1.0
    onset: float = 1.0
    seed: int = 1

    @property
    def idv(self) -> int | None:
        """The disturbance's number, or None."""
        match = _IDV.fullmatch(self.id)
        return int(match.group(1)) if match else None

    @property
    def stuck_valve(self) -> int | None:
        """Index from 0 of the stuck valve, or None."""
        match = _STUCK.fullmatch(self.id)
        return int(match.group(1)) - 1 if match else None

    @property
    def operator_tag(self) -> str | None:
        """The tag that an operator moved, or None."""
        return self.id.removeprefix("operator:") if self.id.startswith("operator:") else None


def check_cause(cause: str) -> str:
    """``cause`` if it is a known kind of id; raises InputError otherwise."""
    if cause == NONE or _IDV.fullmatch(cause) or _STUCK.fullmatch(cause) or cause.startswith("operator:"):
        return cause
    raise InputError("models.cause_unknown", cause=cause)


def draw_magnitude(cause: str, rng: np.random.Generator) -> float:
    """A magnitude for a hypothesis run, drawn over the whole range that a plant may show."""
    if cause.startswith("operator:"):
        low, high = OPERATOR_STEPS.get(cause.removeprefix("operator:"), (5.0, 20.0))
        return float(rng.choice((-1.0, 1.0)) * rng.uniform(low, high))
    if cause.startswith("stuck:"):
        return float(rng.choice((0.0, -1.0, 1.0), p=(0.4, 0.3, 0.3)) * rng.uniform(2.0, 20.0))
    # Full size is both the end of the range and what is seen most.
    return 1.0 if rng.random() < 0.3 else float(rng.uniform(0.5, 1.0))

"""The methods of the ensemble by lane, so that a stream may run the fast ones alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.members import Members

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

UNIVARIATE, COMPONENTS, NEIGHBOURS = "univariate", "components", "neighbours"


def _singles(members: Members, z: Floats, gaps: Mask) -> dict[str, Floats]:
    return members.singles(z, gaps)


def _neighbours(members: Members, z: Floats, _: Mask) -> dict[str, Floats]:
    return {"neighbours": members.neighbours.distances(z)[:, None]}


def _components(members: Members, z: Floats, _: Mask) -> dict[str, Floats]:
    return {name: values[:, None] for name, values in members.components.statistics(z).items()}


LANES: Mapping[str, Callable[[Members, Floats, Mask], dict[str, Floats]]] = {
    UNIVARIATE: _singles,
    COMPONENTS: _components,
    NEIGHBOURS: _neighbours,
}


def reach(members: Members) -> int:
    """How many rows before one its statistics need."""
    widest = max(members.quick.widths[-1], members.slow.widths[-1], 2 * members.neighbours.window)
    return widest + members.components.lags + 1

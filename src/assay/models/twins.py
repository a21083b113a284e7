"""Which twin belongs to a plant."""

from __future__ import annotations

from functools import lru_cache

from assay.kernel.errors import InputError
from assay.models.twin import Twin
from assay.plant.model import Plant


def twin_for(plant: Plant, control: str | None = None) -> Twin | None:
    """The plant's twin, or None when its definition names none. ``control`` takes another control structure than the
    plant's. InputError for a model that is not installed here; MissingDependency names the extra."""
    spec = plant.twin
    if spec is None:
        return None
    if spec.model != "tennessee_eastman":
        raise InputError("models.twin_unknown", model=spec.model)
    return _tep(control or spec.control or "ricker")


def controls_of(plant: Plant) -> tuple[str, ...]:
    """The control structures that the plant's twin knows, the plant's own first."""
    if plant.twin is None:
        return ()
    own = plant.twin.control or "ricker"
    return (own, *(name for name in ("ricker", "braatz") if name != own))


@lru_cache(maxsize=4)
def _tep(control: str) -> Twin:
    from assay.models.tep.twin import TepTwin

    return TepTwin(control)

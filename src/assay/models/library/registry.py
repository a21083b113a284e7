"""The door through which kinds of models come in: the entry-point group ``assay.models``.

An entry names a kind (see ``kinds.Kind``) or a class of a scikit-learn-style estimator. Ours go through the same code.
One that cannot be loaded is told when it is asked for; it never takes the others down.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any

from assay.kernel.errors import AssayError, InputError
from assay.models.library.kinds import Kind

GROUP = "assay.models"
BUILT_IN = {
    "soft_sensor": "assay.models.library.sensor_kinds:SoftSensorKind",
    "forecast": "assay.models.library.forecast_kind:ForecastKind",
    "detector": "assay.models.library.detector_kind:DetectorKind",
    "remaining_life": "assay.models.library.life_kind:LifeKind",
}
_ATTRIBUTES = ("name", "options", "train", "naive", "load", "load_naive", "actual", "origins")


def entries() -> dict[str, metadata.EntryPoint]:
    """Every kind that is installed, by name; a stranger's cannot take the name of one of ours."""
    ours = {name: metadata.EntryPoint(name, value, GROUP) for name, value in BUILT_IN.items()}
    found = sorted(metadata.entry_points(group=GROUP), key=lambda one: (one.name, one.value), reverse=True)
    return {one.name: one for one in found} | ours


def kind_named(name: str) -> Kind:
    """The kind of that name. InputError for one that is not installed or is not a kind; MissingDependency when it needs
    an extra."""
    known = entries()
    if name not in known:
        raise InputError("library.kind_unknown", kind=name, known=", ".join(sorted(known)))
    return load_kind(known[name])


def load_kind(entry: metadata.EntryPoint) -> Kind:
    """One entry as a kind."""
    try:
        found: Any = entry.load()
        if isinstance(found, type) and all(hasattr(found, one) for one in _ATTRIBUTES):
            found = found()
    except AssayError:
        raise
    # A stranger's module may raise anything while it is imported, even leave the program; that is told, not passed on.
    except (Exception, SystemExit) as error:
        raise InputError("library.kind_broken", kind=entry.name, reason=f"{type(error).__name__}: {error}") from error
    if all(hasattr(found, one) for one in _ATTRIBUTES):
        kind: Kind = found
        return kind
    if isinstance(found, type):
        from assay.models.library.sensor_kinds import EstimatorKind

        return EstimatorKind(entry.name, found)
    raise InputError("library.kind_wrong", kind=entry.name, target=entry.value)

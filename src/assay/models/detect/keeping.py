"""A detector as plain parts and back: one walk over its dataclasses, arrays kept as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pydantic import JsonValue

from assay.kernel.errors import InputError
from assay.models.detect.adaptive import Spreads
from assay.models.detect.baseline import Baseline
from assay.models.detect.components import Components
from assay.models.detect.ensemble import Ensemble
from assay.models.detect.members import Members
from assay.models.detect.modes import Modes
from assay.models.detect.neighbours import Neighbours
from assay.models.detect.profile import Profile
from assay.models.detect.result import Expected
from assay.models.detect.tails import Tail
from assay.models.library.parts import Parts
from assay.plant.notes import Note

if TYPE_CHECKING:
    from assay.models.detect.detector import Detector

FORMAT = "assay.detect/2"
_CLASSES = {
    one.__name__: one
    for one in (Spreads, Baseline, Components, Ensemble, Members, Modes, Neighbours, Profile, Expected, Tail, Note)
}


def to_parts(detector: Detector) -> Parts:
    """Settings and structure as JSON, numbers as arrays."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    learned = detector.learned
    names = [one.name for one in fields(learned)]
    about = {
        "format": FORMAT,
        "false_alarms": detector.false_alarms,
        "profile": detector.profile,
        "learned": {name: _taken(getattr(learned, name), arrays) for name in names},
    }
    return Parts(about=cast(Mapping[str, JsonValue], about), arrays=arrays)


def from_parts(parts: Parts) -> Detector:
    """InputError when the parts are of another kind or version."""
    from assay.models.detect.detector import Detector, Learned

    about = cast(Mapping[str, Any], parts.about)
    if about.get("format") != FORMAT:
        raise InputError("detect.parts_unfit", found=str(about.get("format")), known=FORMAT)
    detector = Detector(false_alarms=about["false_alarms"], profile=about["profile"])
    detector._learned = Learned(**{name: _put(value, parts.arrays) for name, value in about["learned"].items()})
    return detector


def _taken(value: Any, arrays: dict[str, np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays):05d}"
        arrays[name] = value
        return {"array": name}
    if is_dataclass(value):
        inside = {one.name: _taken(getattr(value, one.name), arrays) for one in fields(value)}
        return {"class": type(value).__name__, "fields": inside}
    if isinstance(value, Mapping):
        return {"map": {key: _taken(one, arrays) for key, one in value.items()}}
    if isinstance(value, tuple | list):
        return {"tuple": [_taken(one, arrays) for one in value]}
    return value.item() if isinstance(value, np.generic) else value


def _put(value: Any, arrays: Mapping[str, Any]) -> Any:
    if not isinstance(value, Mapping):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "map" in value:
        return {key: _put(one, arrays) for key, one in value["map"].items()}
    if "tuple" in value:
        return tuple(_put(one, arrays) for one in value["tuple"])
    return _CLASSES[value["class"]](**{name: _put(one, arrays) for name, one in value["fields"].items()})

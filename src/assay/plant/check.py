"""``assay plant check``: every fault of a plant's files, with file and line.

Order: reading (encoding, YAML), secrets, shape (unknown keys, types), then cross references and limits
(:mod:`assay.plant.check_rules`), then ``faults.yaml``.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from assay.plant.check_rules import check_rules
from assay.plant.model import FAULTS_FILE, find_base, find_plant
from assay.plant.model_schema import PlantSpec
from assay.plant.model_yaml import Fault, Place, Source, read_source

_SECRET = re.compile(
    r"pass(word|wd|phrase)?$|^pwd$|secret|token|credential|api_?key|(private|secret|access)_?key|^key$"
)
_INDIRECT = re.compile(r"^(\$\{?[A-Z_][A-Z0-9_]*\}?|env:[A-Z_][A-Z0-9_]*|file:.+)$")
_URL_LOGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@", re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)

# pydantic's error types -> our texts; everything else is reported as `invalid` with pydantic's own words.
_TYPES = {
    "extra_forbidden": "unknown_key",
    "missing": "missing_key",
    "literal_error": "choice",
    "string_pattern_mismatch": "bad_id",
    "string_too_short": "empty_text",
    "finite_number": "not_finite",
    "greater_than": "not_positive",
    "greater_than_equal": "out_of_bounds",
    "less_than_equal": "out_of_bounds",
}
_WANTED = {
    "string_type": "text",
    "int_type": "integer",
    "int_from_float": "integer",
    "float_type": "number",
    "bool_type": "bool",
    "tuple_type": "list",
    "list_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
}


def check_plant(plant: str | Path) -> list[Fault]:
    """Every fault of PLANT and of its ``faults.yaml``, in file order. Raises InputError when there is no such plant."""
    path = find_plant(plant)
    spec, source = check_spec(path)
    faults = list(source.faults)
    library = path.parent / FAULTS_FILE
    if library.is_file():
        from assay.plant.failures import check_failures

        faults += check_failures(library, spec)
    return sorted(set_of(faults), key=lambda fault: (fault.file != str(path), fault.file, fault.line))


def set_of(faults: list[Fault]) -> list[Fault]:
    """``faults`` without repetitions, in order."""
    seen: dict[str, Fault] = {}
    for fault in faults:
        seen.setdefault(fault.render("en"), fault)
    return list(seen.values())


def check_spec(path: Path) -> tuple[PlantSpec | None, Source]:
    """Read, resolve ``extends`` and judge one ``plant.yaml``. The specification is None when its shape is wrong."""
    source = read_source(path, find_base)
    if source.data is None:
        return None, source
    check_secrets(source)
    spec = validate(PlantSpec, source)
    if spec is not None:
        check_rules(spec, source)
    return spec, source


def check_secrets(source: Source) -> None:
    """Note literal secrets. The value itself is never repeated in a message."""
    stack: list[tuple[Place, Any]] = [((), source.data)]
    while stack:
        place, value = stack.pop()
        if isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, (str, int, float)) and not isinstance(item, bool) and _SECRET.search(key.lower()):
                    if not _INDIRECT.match(str(item)):
                        source.fault((*place, key), "secret", name=key)
                stack.append(((*place, key), item))
        elif isinstance(value, list):
            stack += [((*place, number), item) for number, item in enumerate(value)]
        elif isinstance(value, str) and _URL_LOGIN.search(value):
            source.fault(place, "secret_url")


def validate(model: type[Model], source: Source) -> Model | None:
    """``source.data`` as ``model``; None, with the faults noted, when its shape is wrong."""
    for place in _not_finite(source.data, ()):
        source.fault(place, "not_finite", name=_name(place))
    if any(fault.key == "plant.check_not_finite" for fault in source.faults):
        return None
    try:
        return model.model_validate_json(json.dumps(source.data), strict=True)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False, include_context=True):
            _note(source, item)
        return None


def _note(source: Source, item: Any) -> None:
    place: Place = tuple(part for part in item["loc"] if part != "[key]")
    key = _TYPES.get(item["type"])
    name = _name(place)
    if key == "unknown_key" and any(
        fault.key == "plant.check_secret" and fault.params.get("name") == name for fault in source.faults
    ):
        return
    if key == "choice":
        source.fault(place, "choice", name=name, choices=str(item["ctx"]["expected"]).replace("'", ""))
    elif key is not None:
        source.fault(place, key, name=name)
    elif item["type"] in _WANTED:
        source.fault(place, f"type_{_WANTED[item['type']]}", name=name)
    else:
        source.fault(place, "invalid", name=name, problem=item["msg"])


def _name(place: Place) -> str:
    words = [str(part) for part in place if not isinstance(part, int)]
    return words[-1] if words else "?"


def _not_finite(value: Any, place: Place) -> list[Place]:
    if isinstance(value, float) and not math.isfinite(value):
        return [place]
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _not_finite(item, (*place, key))]
    if isinstance(value, list):
        return [found for number, item in enumerate(value) for found in _not_finite(item, (*place, number))]
    return []

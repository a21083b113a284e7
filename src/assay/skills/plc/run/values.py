"""Values that come from outside: into a type, or refused; and the 32-bit rounding of REAL."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from ctypes import c_float

from assay.kernel.errors import InputError
from assay.skills.plc.ir.types import Elementary, Subrange, Text, base_of
from assay.skills.plc.run.layout import Node
from assay.skills.plc.run.plan import type_name


def single(value: float) -> float:
    """A number rounded to a 32-bit float (half to even, overflow to infinity)."""
    return c_float(value).value


def fitted(node: Node, value: object, path: str) -> object:
    """``value`` as the scalar of ``node`` holds it, neither wrapped nor cut. Raises InputError when it does not fit."""
    kind, held = node.type, base_of(node.type)
    if isinstance(held, Text):
        if isinstance(value, str) and len(value) <= held.length and "\0" not in value:
            return value
    elif isinstance(held, Elementary):
        if held.kind == "bool":
            if value in (0, 1) and isinstance(value, (bool, int)):
                return bool(value)
        elif held.kind == "real":
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return single(float(value)) if held.bits == 32 else float(value)
        else:
            number = _whole(value)
            low, high = (kind.low, kind.high) if isinstance(kind, Subrange) else (held.low, held.high)
            if number is not None and low <= number <= high:
                return number
    raise InputError("plc_run.value", path=path, type=type_name(kind), value=repr(value)[:60])


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    return value if isinstance(value, int) else None


def parts_of(node: Node, value: object, path: str) -> list[tuple[str, int, Node, object]]:
    """The parts (path, offset, layout, value) that a list for an array or a mapping for a record sets. Raises
    InputError for other values, a wrong length or an unknown name."""
    if node.element is not None and isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) * node.element.size == node.size:
            element = node.element
            return [(f"{path}[#{n}]", n * element.size, element, one) for n, one in enumerate(value)]
    elif node.fields and isinstance(value, Mapping):
        fields = [(name, node.names.get(str(name).upper()), one) for name, one in value.items()]
        if all(found is not None and found.role == "" for _, found, _ in fields):
            return [(f"{path}.{name}", found.offset, found.node, one) for name, found, one in fields if found]
    raise InputError("plc_run.value", path=path, type=type_name(node.type), value=repr(value)[:60])

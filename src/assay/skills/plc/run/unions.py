"""The bytes of values, for unions: their fields share one store, laid out as C does on a little-endian machine."""

from __future__ import annotations

import math
import struct
from typing import Any

from assay.skills.plc.ir.types import Elementary, base_of
from assay.skills.plc.run.layout import Node

_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}


def code_of(kind: Elementary) -> str:
    """The letter of :mod:`struct` for an elementary type."""
    if kind.kind == "real":
        return "f" if kind.bits == 32 else "d"
    code = _CODES[max(1, kind.bits // 8)]
    return code if kind.signed else code.upper()


def exact(node: Node) -> bool:
    """Every pattern of its bytes is a value of its own: integers and bit strings, not BOOL and reals."""
    if node.element is not None:
        return exact(node.element)
    kind = base_of(node.type)
    own = not isinstance(kind, Elementary) or kind.kind not in ("bool", "real")
    return own and all(exact(one.node) for one in node.fields)


def encode(slots: Node, raw: Node, memory: list[Any], at: int, store: bytearray, to: int) -> None:
    """The bytes of the value at slot ``at`` into ``store`` at byte ``to``. Every NaN has the same bytes."""
    if slots.element is not None and raw.element is not None:
        for number in range(slots.size // slots.element.size):
            place, target = at + number * slots.element.size, to + number * raw.element.size
            encode(slots.element, raw.element, memory, place, store, target)
    for one, other in zip(slots.fields, raw.fields, strict=True):
        encode(one.node, other.node, memory, at + one.offset, store, to + other.offset)
    kind = base_of(slots.type)
    if isinstance(kind, Elementary):
        value = memory[at]
        struct.pack_into("<" + code_of(kind), store, to, math.nan if value != value else value)


def decode(slots: Node, raw: Node, memory: list[Any], at: int, store: bytearray, to: int) -> None:
    """The value of the bytes at ``to`` of ``store`` into the slots from ``at`` on. A BOOL is TRUE unless 0."""
    if slots.element is not None and raw.element is not None:
        for number in range(slots.size // slots.element.size):
            place, target = at + number * slots.element.size, to + number * raw.element.size
            decode(slots.element, raw.element, memory, place, store, target)
    for one, other in zip(slots.fields, raw.fields, strict=True):
        decode(one.node, other.node, memory, at + one.offset, store, to + other.offset)
    kind = base_of(slots.type)
    if isinstance(kind, Elementary):
        value = struct.unpack_from("<" + code_of(kind), store, to)[0]
        memory[at] = bool(value) if kind.kind == "bool" else value

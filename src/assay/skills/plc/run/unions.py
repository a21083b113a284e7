"""The bytes of values, for unions: their fields share one store, laid out as C does on a little-endian machine."""

from __future__ import annotations

import math
import struct
from typing import Any

from assay.skills.plc.ir.types import Elementary, base_of
from assay.skills.plc.run.layout import Field, Node, cover, is_union

_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}


def code_of(kind: Elementary) -> str:
    """The letter of :mod:`struct` for an elementary type."""
    if kind.kind == "real":
        return "f" if kind.bits == 32 else "d"
    code = _CODES[max(1, kind.bits // 8)]
    return code if kind.signed else code.upper()


def synchronise(slots: Node, raw: Node, memory: list[Any], start: int, place: int, size: int) -> None:
    """Something of ``size`` slots has been stored at slot ``place`` of the union at slot ``start``: let all its fields
    hold the same bytes."""
    store = bytearray(raw.size)
    encode(slots, raw, memory, start, store, 0)
    piece, held, to = _located(slots, raw, place - start, size)
    encode(piece, held, memory, place, store, to)
    for one, other in zip(slots.fields, raw.fields, strict=True):
        decode(one.node, other.node, memory, start + one.offset, store, other.offset)


def _located(slots: Node, raw: Node, at: int, size: int) -> tuple[Node, Node, int]:
    """The layouts of what lies ``at`` slots from the start, and its place in bytes."""
    to = 0
    first = True
    while first or not (at == 0 and slots.size == size):
        first = False
        if slots.element is not None and raw.element is not None:
            number, at = divmod(at, slots.element.size)
            to += number * raw.element.size
            slots, raw = slots.element, raw.element
            continue
        pairs = zip(slots.fields, raw.fields, strict=True)
        one, other = next(pair for pair in pairs if pair[0].offset <= at < pair[0].offset + pair[0].node.size)
        to, at = to + other.offset, at - one.offset
        slots, raw = one.node, other.node
    return slots, raw, to


def _pairs(slots: Node, raw: Node) -> list[tuple[Field, Field]]:
    return list(zip(slots.fields, raw.fields, strict=True))


def encode(slots: Node, raw: Node, memory: list[Any], at: int, store: bytearray, to: int) -> None:
    """The bytes of the value at slot ``at`` into ``store`` at byte ``to``. Every NaN has the same bytes."""
    if slots.element is not None and raw.element is not None:
        for number in range(slots.size // slots.element.size):
            place, target = at + number * slots.element.size, to + number * raw.element.size
            encode(slots.element, raw.element, memory, place, store, target)
    pairs = _pairs(slots, raw)
    if is_union(slots):
        pairs = [pairs[cover(raw) or 0]]
    for one, other in pairs:
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
    for one, other in _pairs(slots, raw):
        decode(one.node, other.node, memory, at + one.offset, store, to + other.offset)
    kind = base_of(slots.type)
    if isinstance(kind, Elementary):
        value = struct.unpack_from("<" + code_of(kind), store, to)[0]
        memory[at] = bool(value) if kind.kind == "bool" else value

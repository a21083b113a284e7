"""The initial contents of a machine's memory, made from a layout and the declared initial values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast

from assay.skills.plc.ir.nodes import Project, Value
from assay.skills.plc.ir.types import Array, DataType, Struct, default_of
from assay.skills.plc.run.layout import Field, Node

#: Contents: a list of slots or a bytearray.
Image = Any


class Encoder(Protocol):
    """How one backend writes contents."""

    def blank(self, size: int) -> Image: ...

    def scalar(self, kind: DataType, value: object) -> Image:
        """The contents of one scalar; addresses are given as numbers, nothing as 0."""

    def union(self, node: Node, image: Image, chosen: int) -> None:
        """Let the other fields of a union hold what its field number ``chosen`` holds."""


class Images:
    """Initial contents by layout; those without a value of their own are kept."""

    def __init__(self, project: Project, encoder: Encoder, tags: dict[str, int]) -> None:
        self.project, self.encoder, self.tags = project, encoder, tags
        self._known: dict[int, tuple[Node, Image]] = {}

    def of(self, node: Node, value: Value = None) -> Image:
        """The contents of ``node`` with its initial ``value`` (None: the type's own). Not to be changed."""
        if value is not None:
            return self._make(node, value)
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = (node, self._make(node, None))
        return known[1]

    def _make(self, node: Node, value: Value) -> Image:
        if node.element is not None:
            return self._array(node, node.element, value)
        if node.fields:
            return self._record(node, value)
        if node.scalar:
            return self.encoder.scalar(node.type, default_of(node.type) if value is None else value)
        return self.encoder.blank(node.size)

    def _array(self, node: Node, element: Node, value: Value) -> Image:
        count = cast(Array, node.type).size
        given = list(cast(Sequence[Value], value))[:count] if isinstance(value, tuple) else []
        image = self.encoder.blank(0)
        for one in given:
            image += self.of(element, one)
        image += self.of(element) * (count - len(given))
        return image if len(image) else self.encoder.blank(node.size)

    def _record(self, node: Node, value: Value) -> Image:
        image = self.encoder.blank(node.size)
        given = dict(_pairs(value))
        declared = dict(_pairs(self.project.struct_initials.get(getattr(node.type, "name", "").upper())))
        chosen = 0
        for number, one in enumerate(node.fields):
            initial = given.get(one.name.upper(), declared.get(one.name.upper()))
            if initial is not None:
                chosen = number
            elif one.variable is not None:
                initial = one.variable.initial
            if one.role == "tag":
                tag = self.tags[getattr(node.type, "name", "").upper()]
                _put(image, one, self.encoder.scalar(one.node.type, tag))
            elif one.role != "in_out":
                _put(image, one, self.of(one.node, initial if one.role == "" else None))
        if isinstance(node.type, Struct) and node.type.union:
            one = node.fields[chosen]
            _put(image, one, self.of(one.node, given.get(one.name.upper(), declared.get(one.name.upper()))))
            self.encoder.union(node, image, chosen)
        return image


def _put(image: Image, part: Field, contents: Image) -> None:
    image[part.offset : part.offset + part.node.size] = contents


def _pairs(value: object) -> list[tuple[str, Value]]:
    if not isinstance(value, tuple):
        return []
    return [(str(one[0]).upper(), one[1]) for one in value]

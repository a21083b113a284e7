"""Where a rule's field stands in a design: by its own words, the glossary, or a person's mapping; else candidates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.rules.design import Design, Thing, Value, load_tree
from assay.skills.rules.glossary import plain, same_words
from assay.skills.rules.rule import Name

MOST = 8
"""How many candidates are shown."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A person's word: the rule's objects and fields -> the design's labels and field names."""

    objects: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, data: Any, path: object = "") -> FieldMap:
        """From ``{"objects": {...}, "fields": {...}}``. Raises InputError for another shape."""
        if not isinstance(data, dict) or set(data) - {"objects", "fields"}:
            raise InputError("rules.map_shape", path=path)
        parts: dict[str, dict[str, str]] = {}
        for part in ("objects", "fields"):
            found = data.get(part) or {}
            if not isinstance(found, dict) or not all(isinstance(one, str) for pair in found.items() for one in pair):
                raise InputError("rules.map_shape", path=path)
            parts[part] = {_key(name): value for name, value in found.items()}
        return cls(parts["objects"], parts["fields"])

    @classmethod
    def read(cls, path: Path) -> FieldMap:
        """From a YAML or JSON file."""
        return cls.load(load_tree(path), path)

    def document(self) -> dict[str, dict[str, str]]:
        """As plain data."""
        return {"objects": dict(self.objects), "fields": dict(self.fields)}

    def label(self, object: str) -> str | None:
        """The design's label for a rule's object, if a person gave one."""
        return self.objects.get(_key(object))

    def name(self, name: Name) -> str | None:
        """The design's field name for a rule's field, if a person gave one."""
        return self.fields.get(_key(str(name))) or self.fields.get(_key(name.property))


def _key(words: str) -> str:
    return " :: ".join(plain(part) for part in words.split("::"))


@dataclass(frozen=True, slots=True)
class Found:
    """A value with the object it belongs to; or none, with ``why`` (``missing``, ``ambiguous``) and candidates."""

    value: Value | None
    thing: Thing | None = None
    why: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Lookup:
    """Finds objects and fields of one design; what is asked for again is remembered."""

    design: Design
    mapping: FieldMap = field(default_factory=FieldMap)
    _named: dict[str, list[Thing]] = field(default_factory=dict)
    _with: dict[Name, list[Thing]] = field(default_factory=dict)
    _lacking: dict[Name, Found] = field(default_factory=dict)

    def things(self, object: str) -> list[Thing]:
        """The objects that a rule's object names."""
        if object not in self._named:
            label = self.mapping.label(object)
            words = object if label is None else label
            self._named[object] = [
                thing for thing in self.design.things if any(same_words(words, one) for one in thing.labels)
            ]
        return self._named[object]

    def having(self, name: Name) -> list[Thing]:
        """The objects with a field of this property, for a rule that names no object."""
        if name not in self._with:
            self._with[name] = [thing for thing in self.design.things if self._own(thing, name) is not None]
        return self._with[name]

    def joined(self, name: Name) -> list[Thing]:
        """The objects with a field that says object and property in one ("exit stair clear width")."""
        return [] if not name.object else [one for one in self.design.things if self._joined(one, name) is not None]

    def told(self, name: Name) -> list[Thing]:
        """The objects with the field that a person named for this one, whatever they are called."""
        told = self.mapping.name(name)
        if told is None:
            return []
        return [thing for thing in self.design.things if any(plain(field) == plain(told) for field in thing.fields)]

    def near(self, name: Name) -> tuple[str, ...]:
        """Where an object may be meant: labels of nearly its words, and fields of the property elsewhere."""
        labels = [one.where for one in self.design.things if any(_near(label, name.object) for label in one.labels)]
        fields = [value.where for one in self.design.things if (value := self._own(one, name)) is not None]
        return tuple(dict.fromkeys([*labels, *fields]))[:MOST]

    def find(self, name: Name, focus: Thing | None) -> Found:
        """A field's value as seen from the object that is being checked."""
        if focus is not None and (self._is(focus, name.object) or focus in self.told(name)):
            own = self._own(focus, name) or self._joined(focus, name)
            if own is not None:
                return Found(own, focus)
            for thing in self._above(focus):
                # A bare property may be one of what is around; with an object it belongs to that object alone.
                value = self._joined(thing, name) or (self._own(thing, name) if not name.object else None)
                if value is not None:
                    return Found(value, thing)
            if name.object:
                return self._nothing(name, [focus])
        return self._elsewhere(name, focus)

    def _elsewhere(self, name: Name, focus: Thing | None) -> Found:
        named = self.things(name.object) if name.object else self.having(name)
        if focus is not None and name.object and len(named) > 1:
            around = [one for one in self._above(focus) if one in named]
            below = [] if around else [one for one in named if focus in self._above(one)]
            named = around[:1] or below or named
        values = list(islice(self._values(name, named), MOST))
        if not values:
            if name in self._lacking:
                return self._lacking[name]
            joined = ((one, value) for one in self.design.things if (value := self._joined(one, name)) is not None)
            values = list(islice(joined, MOST))
        if len(values) == 1:
            return Found(values[0][1], values[0][0])
        if values:
            return Found(None, why="ambiguous", candidates=tuple(value.where for _, value in values))
        self._lacking[name] = self._nothing(name, named or self.design.things)
        return self._lacking[name]

    def _values(self, name: Name, things: Sequence[Thing]) -> Iterator[tuple[Thing, Value]]:
        for one in things:
            if (value := self._own(one, name) or self._joined(one, name)) is not None:
                yield one, value

    def _nothing(self, name: Name, things: Sequence[Thing]) -> Found:
        """No such field: fields of nearly these words are shown, and a person's mapping settles it."""
        near = (value.where for thing in things for own, value in thing.fields.items() if _near(own, name.property))
        found = tuple(islice(near, MOST))
        return Found(None, why="ambiguous" if found else "missing", candidates=found)

    def _is(self, thing: Thing, object: str) -> bool:
        if not object:
            return True
        label = self.mapping.label(object)
        return any(same_words(object if label is None else label, one) for one in thing.labels)

    def _above(self, thing: Thing) -> list[Thing]:
        found = []
        while thing.up is not None:
            thing = self.design.things[thing.up]
            found.append(thing)
        return found

    def _own(self, thing: Thing, name: Name) -> Value | None:
        told = self.mapping.name(name)
        if told is not None:
            return next((value for field, value in thing.fields.items() if plain(field) == plain(told)), None)
        exact = [value for field, value in thing.fields.items() if plain(field) == plain(name.property)]
        alike = exact or [value for field, value in thing.fields.items() if same_words(field, name.property)]
        return alike[0] if len(alike) == 1 else None

    def _joined(self, thing: Thing, name: Name) -> Value | None:
        """A field that says object and property in one, or that says them with another cut between the two."""
        if not name.object:
            return None
        whole = _whole(name.object, name.property)
        for own, value in thing.fields.items():
            if plain(own) == whole or any(_whole(label, own) == whole for label in thing.labels):
                return value
        return None


def _whole(object: str, property: str) -> str:
    return plain(object + ("" if re.search(r"[\u4e00-\u9fff]$", object) else " ") + property)


def _near(field: str, property: str) -> bool:
    left, right = plain(field), plain(property)
    return len(left) > 1 and len(right) > 1 and (left in right or right in left)

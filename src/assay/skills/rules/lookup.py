"""Where a rule's field stands in a design: by its words, words that mean the same, or a person's mapping.

It is certain only where one key of an object fits; two that fit, and words that are only alike, are candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.rules.design import Design, Thing, Value, load_tree
from assay.skills.rules.glossary import plain, same_words
from assay.skills.rules.rule import Name
from assay.skills.rules.spellings import Spellings, flat

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
    spellings: Spellings = field(default_factory=Spellings)
    _named: dict[str, list[Thing]] = field(default_factory=dict)
    _numbers: dict[str, frozenset[int]] = field(default_factory=dict)
    _with: dict[Name, list[Thing]] = field(default_factory=dict)
    _lacking: dict[Name, Found] = field(default_factory=dict)
    _possible: dict[tuple[Name, bool], dict[str, bool]] = field(default_factory=dict)
    _fitting: dict[tuple[str, tuple[str, ...], Name, bool, bool], bool] = field(default_factory=dict)

    def things(self, object: str) -> list[Thing]:
        """The objects that a rule's object names."""
        if object not in self._named:
            label = self.mapping.label(object)
            words = object if label is None else label
            named = [one for one in self.design.things if any(same_words(words, label) for label in one.labels)]
            self._named[object] = named or self._by_plant(words)
        return self._named[object]

    def _by_plant(self, words: str) -> list[Thing]:
        """Objects whose label the plant's dictionary has as a word for this one, where that is one label."""
        same = self.spellings.same(words, plant=True)
        found = [(label, one) for one in self.design.things for label in one.labels if flat(label) in same]
        return [one for _, one in found] if len({flat(label) for label, _ in found}) == 1 else []

    def having(self, name: Name) -> list[Thing]:
        """The objects with a field of this property, for a rule that names no object, or of object and property in
        one ("exit stair clear width") for one that does."""
        if name not in self._with:
            self._with[name] = [one for one in self.design.things if self._fits(one, name)]
        return self._with[name]

    def told(self, name: Name) -> list[Thing]:
        """The objects with the field that a person named for this one, whatever they are called."""
        told = self.mapping.name(name)
        if told is None:
            return []
        return [thing for thing in self.design.things if any(plain(field) == plain(told) for field in thing.fields)]

    def near(self, name: Name) -> tuple[str, ...]:
        """Where an object may be meant: labels of nearly its words, and fields of the property elsewhere."""
        labels = [one.where for one in self.design.things if any(_near(label, name.object) for label in one.labels)]
        property = Name(property=name.property)
        fields = [value.where for one in self.design.things for value in self._fits(one, property)]
        return tuple(dict.fromkeys([*labels, *fields]))[:MOST]

    def find(self, name: Name, focus: Thing | None) -> Found:
        """A field's value as seen from the object that is being checked."""
        if focus is None:
            return self._elsewhere(name, focus)
        is_named = self.is_named(focus, name.object) or any(one is focus for one in self.told(name))
        found = self._values(name, [focus])
        if not is_named and found:
            # 电机功率 of the pump, and 功率 of a motor inside it: which of them is it?
            found += self._values(name, [one for one in self.things(name.object) if self._inside(one, focus)])
        if found:
            return self._one(found)
        for thing in self._above(focus):
            # A bare property may be one of what is around; with an object it belongs to that object alone.
            around = bool(name.object) and self.is_named(thing, name.object)
            if not around and (found := self._values(name, [thing])):
                return self._one(found)
        return self._nothing(name, [focus]) if is_named and name.object else self._elsewhere(name, focus)

    def _elsewhere(self, name: Name, focus: Thing | None) -> Found:
        named = self.things(name.object) if name.object else self.having(name)
        if focus is not None and name.object and len(named) > 1:
            around = [one for one in self._above(focus) if self.is_named(one, name.object)]
            below = [] if around else [one for one in named if self._inside(one, focus)]
            named = around[:1] or below or named
        found = self._values(name, named)
        if not found:
            if name in self._lacking:
                return self._lacking[name]
            found = self._values(name, self.having(name))
        if found:
            return self._one(found)
        self._lacking[name] = self._nothing(name, named or self.design.things)
        return self._lacking[name]

    def _values(self, name: Name, things: Sequence[Thing]) -> list[tuple[Thing, Value]]:
        return list(islice(((one, value) for one in things for value in self._fits(one, name)), MOST))

    def _one(self, found: Sequence[tuple[Thing, Value]]) -> Found:
        """The only value that fits, or all of them as candidates."""
        if len(found) == 1:
            return Found(found[0][1], found[0][0])
        return Found(None, why="ambiguous", candidates=tuple(value.where for _, value in found))

    def _nothing(self, name: Name, things: Sequence[Thing]) -> Found:
        """No such field: fields of nearly these words are shown, and a person's mapping settles it."""
        near = (value.where for thing in things for own, value in thing.fields.items() if _near(own, name.property))
        found = tuple(islice(near, MOST))
        return Found(None, why="ambiguous" if found else "missing", candidates=found)

    def is_named(self, thing: Thing, object: str) -> bool:
        """Whether a rule's object names this one; a rule that names none may mean any."""
        if object not in self._numbers:
            self._numbers[object] = frozenset(one.number for one in self.things(object))
        return not object or thing.number in self._numbers[object]

    def _above(self, thing: Thing) -> list[Thing]:
        found = []
        while thing.up is not None:
            thing = self.design.things[thing.up]
            found.append(thing)
        return found

    def _inside(self, thing: Thing, other: Thing) -> bool:
        return any(one is other for one in self._above(thing))

    def _fits(self, thing: Thing, name: Name) -> list[Value]:
        """The object's values that the field may be; the plant's dictionary counts where its own words find none."""
        told = self.mapping.name(name)
        if told is not None:
            return [value for field, value in thing.fields.items() if plain(field) == plain(told)]
        for plant in (False, True) if self.spellings.groups else (False,):
            possible = self._possible.setdefault((name, plant), {})
            found = []
            for key, value in thing.fields.items():
                if key not in possible:
                    possible[key] = self.spellings.may_fit(key, name, plant=plant)
                if possible[key] and self._is_field(thing, key, name, plant):
                    found.append(value)
            if found:
                return found
        return []

    def _is_field(self, thing: Thing, key: str, name: Name, plant: bool) -> bool:
        words = (flat(key), *self.spellings.whole(name, plant=plant))
        labels = tuple(one for one in thing.labels if any(each.startswith(flat(one)) for each in words))
        own = self.is_named(thing, name.object)
        asked = (key, labels, name, own, plant)
        if asked not in self._fitting:
            self._fitting[asked] = self.spellings.fits(key, labels, name, own=own, plant=plant)
        return self._fitting[asked]


def _near(field: str, property: str) -> bool:
    left, right = plain(field), plain(property)
    return len(left) > 1 and len(right) > 1 and (left in right or right in left)

"""A block of the library as it is kept: Structured Text with parameters, its properties, its tests, and the words that
people ask for it with. The data files stand in ``data/``, one list of blocks a domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

#: A text in both languages.
Both = Mapping[str, str]
#: Type of a parameter that says how often something stands in the template; it is no variable of the program.
COUNT = "COUNT"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that is fixed when a block is made. ``type`` is an elementary type or ``COUNT``; ``default``, ``low`` and
    ``high`` are literals of it (empty limits: none); ``words`` are what people call it, by language."""

    name: str
    type: str
    default: str
    low: str
    high: str
    about: Both
    words: Mapping[str, tuple[str, ...]]
    #: A literal that puts it out of reach (a limit that nobody asked for); empty: it has none.
    away: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount that the block makes of times: ``words`` are patterns before it, ``of`` the parameters added up."""

    words: tuple[str, ...]
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What the parameters must fulfil together: a comparison of names, and the sentence that says so."""

    test: str
    text: Both


@dataclass(frozen=True, slots=True)
class Block:
    """``st``, ``properties`` and ``tests`` are templates (see :mod:`.template`); ``tests`` hold for the defaults."""

    id: str
    title: Both
    about: Both
    words: Mapping[str, tuple[str, ...]]
    parameters: tuple[Parameter, ...]
    rules: tuple[Rule, ...]
    st: str
    properties: tuple[Mapping[str, Any], ...]
    tests: Mapping[str, Any]
    #: Inputs that a request may give an amount for (a set-point), with what people call them.
    inputs: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()

    def parameter(self, name: str) -> Parameter | None:
        """A parameter by its name, without case."""
        return next((one for one in self.parameters if one.name == name.upper()), None)


@cache
def blocks() -> tuple[Block, ...]:
    """The whole library in the order of the names."""
    folder = resources.files("assay.skills.plc.blocks").joinpath("data")
    made = [
        _block(one)
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        if file.name.endswith(".yaml")
        for one in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]
    return tuple(sorted(made, key=lambda one: one.id))


def block(name: str) -> Block | None:
    """The block of this id, or None."""
    return next((one for one in blocks() if one.id == name.lower()), None)


def _block(raw: Mapping[str, Any]) -> Block:
    return Block(
        id=raw["id"],
        title=raw["title"],
        about=raw["about"],
        words={lang: tuple(words) for lang, words in raw["words"].items()},
        parameters=tuple(_parameter(one) for one in raw["parameters"]),
        rules=tuple(Rule(one["test"], one["text"]) for one in raw.get("rules", ())),
        st=raw["st"],
        properties=tuple(raw["properties"]),
        tests=raw["tests"],
        inputs={
            name: {lang: tuple(some) for lang, some in words.items()} for name, words in raw.get("inputs", {}).items()
        },
        sums=tuple(Sum(tuple(one["words"]), tuple(one["of"])) for one in raw.get("sums", ())),
    )


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    words = {lang: tuple(some) for lang, some in raw["words"].items()}
    return Parameter(
        raw["name"],
        raw["type"],
        raw["default"],
        raw["low"],
        raw["high"],
        raw["about"],
        words,
        str(raw.get("away", "")),
    )

"""Rules that speak for a failure: data in ``rules.yaml``, checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from assay.kernel.errors import InputError
from assay.models.health.diagnosis.codes import CAUSES, CLASSES, MECHANISMS, MODES
from assay.plant.failures import Iso
from assay.plant.model_schema import Bilingual, Id, Part, Text

Weight = Annotated[float, Field(gt=0, le=10)]


class Rule(Part):
    """One failure and what speaks for and against it. No ``classes``: any equipment. ``needs``: all must be seen."""

    id: Id
    classes: tuple[str, ...]
    code: Iso
    title: Bilingual
    needs: tuple[Id, ...]
    for_: Annotated[dict[Id, Weight], Field(alias="for", min_length=1)]
    against: dict[Id, Weight]
    source: Text


class RuleBook(Part):
    """All findings that may be named, and the rules over them."""

    format: Literal[1]
    findings: dict[Id, Bilingual]
    rules: tuple[Rule, ...]


@cache
def built_in() -> RuleBook:
    """The rules that come with Assay."""
    source = resources.files("assay.models.health.diagnosis").joinpath("rules.yaml")
    return parse(source.read_text(encoding="utf-8"), "rules.yaml")


def read_rules(path: Path) -> RuleBook:
    """A user's own rule book. InputError, naming the rule, when it is not valid."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("diagnosis.rules_file", path=path, problem=error) from None


def parse(content: str, name: str) -> RuleBook:
    """The rule book in YAML text; ``name`` is for the error."""
    import yaml

    try:
        book = RuleBook.model_validate(yaml.safe_load(content))
    except yaml.YAMLError as error:
        raise InputError("diagnosis.rules_file", path=name, problem=str(error).splitlines()[0]) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError("diagnosis.rules_file", path=name, problem=f"{where}: {first['msg']}") from None
    for problem in faults(book):
        raise InputError("diagnosis.rules_file", path=name, problem=problem)
    return book


def faults(book: RuleBook) -> list[str]:
    """What is wrong with a rule book: codes outside the tables, findings without a name, rules twice."""
    found: list[str] = []
    seen: set[str] = set()
    tables: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("mode", MODES),
        ("mechanism", MECHANISMS),
        ("cause", CAUSES),
    )
    for rule in book.rules:
        if rule.id in seen:
            found.append(f"{rule.id}: twice")
        seen.add(rule.id)
        for field, table in tables:
            if getattr(rule.code, field) not in table:
                found.append(f"{rule.id}: {field} {getattr(rule.code, field)!r}")
        found += [f"{rule.id}: class {one!r}" for one in rule.classes if one not in CLASSES]
        named = {*rule.needs, *rule.for_, *rule.against}
        found += [f"{rule.id}: finding {one!r}" for one in sorted(named) if one not in book.findings]
        found += [f"{rule.id}: needs {one!r} without weight" for one in rule.needs if one not in rule.for_]
        found += [f"{rule.id}: {one!r} for and against" for one in sorted(rule.for_) if one in rule.against]
    return found

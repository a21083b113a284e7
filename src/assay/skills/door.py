"""The door through which skills come in: the entry-point group ``assay.skills``, for ours and for strangers' alike.

A skill that cannot be loaded is named with its problem and left out; it never takes the program down.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from string import Formatter
from typing import TYPE_CHECKING

from assay.kernel.errors import AssayError, InputError
from assay.kernel.texts import LANGS, register_texts

if TYPE_CHECKING:
    from assay.kernel.skill import Skill

GROUP = "assay.skills"
#: Rooms of Assay itself: a skill with such a name could change their texts.
RESERVED = frozenset(
    "kernel llm plant models knowledge connectors skills plants server cli assay test "
    "library forecast foundation detect stream machine_health rotating process_health diagnosis "
    "explain dispatch reading search "
    "plc_front plc_typed plc_run plc_testing plc_prove plc_blocks plc_making plc_explain".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """A skill that is installed: loaded, or with the error that kept it out."""

    name: str
    distribution: str
    version: str
    target: str
    skill: Skill | None
    problem: AssayError | None


def discover(entries: Iterable[metadata.EntryPoint] | None = None) -> list[Found]:
    """Every installed skill in the order of their names; of two with one name only the first is loaded."""
    group = metadata.entry_points(group=GROUP) if entries is None else entries
    found: list[Found] = []
    names: set[str] = set()
    for entry in sorted(group, key=lambda one: (one.name, not one.value.startswith("assay."), one.value)):
        found.append(_found(entry, taken=entry.name in names))
        names.add(entry.name)
    return found


def loaded() -> dict[str, Skill]:
    """The skills that can be used, by name."""
    return {one.name: one.skill for one in discover() if one.skill is not None}


def load(entry: metadata.EntryPoint) -> Skill:
    """One skill, proved to be what it says, with its texts registered. Raises InputError."""
    from assay.kernel.skill import Skill

    try:
        loaded = entry.load()
    # A stranger's module may raise anything while it is imported, even leave the program; that is told, not passed on.
    except (Exception, SystemExit) as error:
        raise InputError("skills.broken", name=entry.name, kind=type(error).__name__, problem=error) from error
    if not isinstance(loaded, Skill):
        raise InputError("skills.not_one", name=entry.name, target=entry.value, kind=type(loaded).__name__)
    if entry.name in RESERVED or loaded.name != entry.name:
        raise InputError("skills.other_name", name=entry.name, own=loaded.name)
    problems = list(text_problems(loaded.texts))
    if problems:
        raise problems[0]
    _check_tools(loaded)
    register_texts(loaded.name, loaded.texts)
    return loaded


def text_problems(package: str) -> Iterator[InputError]:
    """What is wrong with a package's texts: a file that cannot be read, other keys or placeholders in one language."""
    catalogues = {}
    for lang in LANGS:
        try:
            catalogues[lang] = _catalogue(package, lang)
        except (OSError, ValueError, ModuleNotFoundError) as error:
            yield InputError("skills.texts", package=package, file=f"texts/{lang}.json", problem=error)
            return
    en, zh = catalogues["en"], catalogues["zh"]
    for key in sorted(en.keys() ^ zh.keys()):
        yield InputError("skills.text_missing", package=package, key=key, lang="zh" if key in en else "en")
    for key in sorted(en.keys() & zh.keys()):
        if _placeholders(en[key]) != _placeholders(zh[key]):
            yield InputError("skills.text_differs", package=package, key=key)


def _found(entry: metadata.EntryPoint, *, taken: bool) -> Found:
    distribution = entry.dist.name if entry.dist is not None else "?"
    version = entry.dist.version if entry.dist is not None else "?"
    skill, problem = None, None
    try:
        if taken:
            raise InputError("skills.twice", name=entry.name, distribution=distribution)
        skill = load(entry)
    except AssayError as error:
        problem = error
    return Found(entry.name, distribution, version, entry.value, skill, problem)


def _check_tools(skill: Skill) -> None:
    """A tool carries its skill's name, or it could stand in for another skill's; its texts exist."""
    known = _catalogue(skill.texts, "en")
    for tool in skill.tools:
        if not tool.name.startswith(f"{skill.name}."):
            raise InputError("skills.tool_name", name=skill.name, tool=tool.name)
        for key in (tool.summary, tool.example):
            room, _, name = key.partition(".")
            if room != skill.name or name not in known:
                raise InputError("skills.tool_text", name=skill.name, tool=tool.name, key=key)


def _catalogue(package: str, lang: str) -> dict[str, str]:
    source = resources.files(package).joinpath("texts", f"{lang}.json")
    content = json.loads(source.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise ValueError("not an object of texts")
    return content


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}

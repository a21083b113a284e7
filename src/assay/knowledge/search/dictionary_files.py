"""Dictionaries from files: the one that comes with Assay, and a plant's own as YAML or CSV.

YAML: a list of lists, or a mapping from a word to its other words. CSV: a line a thing. Words that only people say
begin with ``~``::

    - [排空阀, vent valve, ~老三]
    P-201A: [一号给水泵, ~东头那台]
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from assay.kernel.errors import InputError
from assay.knowledge.search.dictionary import Dictionary, Group
from assay.llm.home import assay_home

if TYPE_CHECKING:
    from assay.plant.model import Plant

_MOST_BYTES = 8 << 20
_MOST_GROUPS = 50_000
_LONGEST = 80


@cache
def shipped() -> Dictionary:
    """The general industrial dictionary."""
    folder = resources.files("assay.knowledge.search").joinpath("data")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    return Dictionary(group for item in files for group in parsed(item.read_text(encoding="utf-8"), item.name))


def configured(environment: Mapping[str, str] | None = None) -> Dictionary:
    """The shipped dictionary with the user's own: ``$ASSAY_DICTIONARY``, or ``dictionary.yaml`` or ``.csv`` in
    ``$ASSAY_HOME``. Raises InputError as ``load``, also when the named file is not there."""
    values = os.environ if environment is None else environment
    if named := values.get("ASSAY_DICTIONARY", "").strip():
        return shipped().with_groups(load(Path(named).expanduser()))
    for name in ("dictionary.yaml", "dictionary.csv"):
        if (path := assay_home() / name).is_file():
            return shipped().with_groups(load(path))
    return shipped()


def load(path: Path) -> list[Group]:
    """The groups of a plant's own file. Raises InputError: not there, too large, not a dictionary, and which line."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError("search.dictionary_large", path=path, limit=_MOST_BYTES >> 20)
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("search.dictionary_unreadable", path=path, reason=str(error)[:200]) from error
    return parsed(text, str(path))


def of_plant(plant: Plant) -> list[Group]:
    """Names and aliases of a plant's equipment and tags."""
    spec = plant.spec
    named = [(part.id, part.name.zh, part.name.en, *_words(part.aliases)) for part in spec.equipment]
    named += [(tag.id, tag.name.zh, tag.name.en, *_words(tag.aliases)) for tag in spec.tags]
    return [group for words in named if (group := _group([word for word in words if word]))]


def parsed(text: str, name: str) -> list[Group]:
    """The groups of a file's text; ``name`` ends in ``.csv`` for CSV, else it is YAML. Raises InputError."""
    rows = _csv(text) if name.lower().endswith(".csv") else _yaml(text, name)
    groups: list[Group] = []
    for number, row in enumerate(rows, 1):
        if len(groups) >= _MOST_GROUPS:
            raise InputError("search.dictionary_long", path=name, limit=_MOST_GROUPS)
        for word in row:
            if len(word) > _LONGEST:
                raise InputError("search.dictionary_word", path=name, number=number, word=word[:40], limit=_LONGEST)
        if group := _group(row):
            groups.append(group)
    return groups


def _yaml(text: str, name: str) -> list[list[str]]:
    import yaml

    try:
        loaded = yaml.load(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(
            "search.dictionary_unreadable", path=name, reason=" ".join(str(error).split())[:200]
        ) from error
    rows = [[key, *_listed(value)] for key, value in loaded.items()] if isinstance(loaded, dict) else loaded or []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise InputError("search.dictionary_form", path=name)
    if any(isinstance(word, list | dict) or word is None for row in rows for word in row):
        raise InputError("search.dictionary_form", path=name)
    return [[str(word) for word in row] for row in rows]


def _csv(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _words(aliases: Iterable[object]) -> list[str]:
    return [str(word) for alias in aliases for word in (getattr(alias, "zh", alias), getattr(alias, "en", "")) if word]


def _group(words: Iterable[str]) -> Group | None:
    """A group of at least two words, or nothing."""
    kept = dict.fromkeys(word.strip() for word in words if word.strip(" ~"))
    formal = tuple(word for word in kept if not word.startswith("~"))
    spoken = tuple(word[1:].strip() for word in kept if word.startswith("~"))
    return Group(formal, spoken) if formal and len(formal) + len(spoken) > 1 else None
